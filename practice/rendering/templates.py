"""Templates: those of the theme, and a practice's own that replace them.

Pelican's setting ``THEME_TEMPLATES_OVERRIDES`` names folders whose templates win over the theme's,
the first folder over the next. A template there can extend the one that it replaces by Pelican's
name for it: ``{% extends "!theme/post.html" %}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from practice.content.body import CalloutPart
from practice.content.dependencies import Dependencies, note_unrepeatable, record_dependencies
from practice.content.document import Document
from practice.content.folder import JUNK
from practice.content.models import Faq, SideEffectList
from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound, nearest
from practice.rendering import theme_file
from practice.rendering.compiled import CompiledTemplates
from practice.site.site import Site

ENDING = ".html"
THEME = "!theme/"
"""Pelican's prefix for the name of the theme's own template."""
LEAFLET = "leaflet"
"""The folder of the template of leaflets, whose files have other endings."""
LEAFLET_ENDINGS = (".typ", ".toml")
QUOTED = re.compile(r"""(["'])(?P<name>[^"'\n]+\.(?:html|typ|toml))\1""")
"""A name of another template: in `extends`, `include`, `import` or `shared(…)`."""

Templates = dict[str, tuple[str, str]]
"""By name (`partials/site-footer.html`): the text of a template, and the path of its file."""


def collect(theme: Path, overrides: Sequence[Path]) -> Templates:
    """Read every template.

    Raises ``ProblemsFound`` for a file that cannot be read. A folder that does not exist has no
    templates; ``problems_of`` names it.
    """
    own = _below(theme / "templates")
    found = own | {f"{THEME}{name}": template for name, template in own.items()}
    for folder in reversed(overrides):
        found |= _below(folder)
    return found


def _below(folder: Path) -> Templates:
    files = [*folder.rglob(f"*{ENDING}"), *(folder / LEAFLET).glob("*")]
    return {
        file.relative_to(folder).as_posix(): (theme_file.read_text(file), str(file))
        for file in sorted(files)
        if file.suffix in (ENDING, *LEAFLET_ENDINGS)
    }


def problems_of(templates: Templates, overrides: Sequence[Path], site: Site) -> Iterator[Problem]:
    """Return problems: override folders that do not exist, and files in them that no page uses."""
    known = {name for name in templates if f"{THEME}{name}" in templates}
    known |= {f"pages/{page.slug}{ENDING}" for page in site.pages}
    named = {
        f"{LEAFLET}/{match['name']}" if name.startswith(f"{LEAFLET}/") else match["name"]
        for name, (text, _) in templates.items()
        for match in QUOTED.finditer(text)
    }
    for folder in overrides:
        where = display_path_of(folder)
        if not folder.is_dir():
            hint = "correct `THEME_TEMPLATES_OVERRIDES` in the settings, or make the folder"
            yield Problem(where, 1, "override-missing", "there is no such folder", hint)
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_dir() or any(JUNK.fullmatch(part) for part in name.split("/")):
                continue
            if name not in known | named:
                near = nearest(name, known)
                hint = f"did you mean `{near}`?" if near else "name it as a template of the theme"
                message = "no page uses this file"
                yield Problem(f"{where}/{name}", 1, "override-unused", message, hint, "warning")


class _Template(jinja2.Template):
    """A template that records the dependencies of its module, which Jinja creates only once."""

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the template's module. Without ``vars``, Jinja keeps the result."""
        if vars is not None:
            return super().make_module(vars, shared, locals)
        with record_dependencies() as read:
            module = super().make_module(vars, shared, locals)
        self.environment.module_dependencies.update(read)  # type: ignore[attr-defined]  # ours
        return module


def pelican_name(document: Document) -> str:
    """Return the name that Pelican gives its object of a document in templates."""
    return "article" if document.kind == "post" else "page"


class PelicanObject:
    """Pelican's object of a document, with the attributes that other plugins have added.

    A page that reads it is rendered in every build. In the preview, where Pelican does not run,
    every attribute is undefined, that is, false and empty.
    """

    def __init__(self, find: Callable[[str], object], source: str) -> None:
        """``find`` returns the object of a source; None where Pelican does not run."""
        self._find = find
        self._source = source

    def __getattr__(self, name: str) -> Any:
        """Return an attribute, such as ``prev_article`` of the plugin Neighbors."""
        note_unrepeatable()
        content = self._find(self._source)
        return jinja2.ChainableUndefined(name=name) if content is None else getattr(content, name)


class TemplateEnvironment(jinja2.Environment):
    """A Jinja environment with autoescape on, in which undefined names are errors."""

    template_class = _Template

    def __init__(
        self, templates: Templates, compiled: CompiledTemplates, **names: Mapping[str, Any]
    ) -> None:
        """``names`` are the ``filters`` and ``globals`` that templates get."""

        def load(name: str) -> tuple[str, str, Callable[[], bool] | None] | None:
            return (*templates[name], None) if name in templates else None

        super().__init__(
            loader=jinja2.FunctionLoader(load),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            optimized=False,  # it takes longer to compile than all pages together save
            bytecode_cache=compiled,
        )
        self.filters.update(names["filters"])
        self.globals.update(names["globals"])
        self.module_dependencies: Dependencies = {}
        """What templates read outside of macros and blocks during their first import.

        Jinja keeps what they set then, so every page rendered after depends on it.
        """

    def callout(self, part: CalloutPart, site: Site | None, *more: object) -> Markup:
        """Return the HTML of a callout that shows only its own text.

        ``site`` is None where there is none. ``more`` are further arguments of the macro for
        questions.
        """
        callout, level = part.callout, part.level
        if isinstance(callout, SideEffectList):
            return self.show("side-effects", callout.items, level, site)
        if isinstance(callout, Faq):
            return self.show("faq", callout.questions, level, site, *more)
        return self.show(callout.NAME, callout, level)

    def show(self, name: str, *arguments: object) -> Markup:
        """Call the macro `show` of the template of a callout."""
        template = self.get_template(f"callouts/{name}{ENDING}")
        macro = getattr(template.module, "show", None)
        if macro is None:
            where = display_path_of(Path(str(template.filename)))
            hint = "write it as in the theme that comes with the program"
            message = "the macro `show` is missing"
            raise ProblemsFound([Problem(where, 1, "template-error", message, hint)])
        return Markup(macro(*arguments))  # noqa: S704  # a template escapes what it prints
