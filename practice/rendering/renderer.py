"""Rendering: the theme's templates, what they may use, and a page's HTML."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import traceback
from collections.abc import Callable, Hashable
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any
from urllib.parse import urlsplit

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup

from practice.content.body import CalloutPart
from practice.content.document import Document, note, record_dependencies
from practice.content.markdown import clean
from practice.content.models import FREQUENCY_MEANING, Faq, SideEffectList, SideEffects
from practice.paths import display_path_of
from practice.problems import Problem
from practice.rendering import assets, links
from practice.rendering.images import Pictures
from practice.site import formatting, structured_data
from practice.site.lists import AuthorList, TopicList, Year
from practice.site.site import Site
from practice.site.view import View, current_of, view_of, view_of_list
from practice.support.store import environment_fingerprint

PAGE_ENDING = ".html"


class _Compiled(jinja2.BytecodeCache):
    """Templates compiled once in a process, for every environment that is made of one theme."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.code[bucket.key, bucket.checksum] = bucket.code


class Renderer:
    """Turns the documents and lists of a site into pages.

    ``address`` is where the site is published (``https://www.example.com``, no slash at its
    end); links within the site begin at the root of that address.
    """

    def __init__(self, site: Site, theme: Path, address: str) -> None:
        self.theme = theme
        self.address = address.rstrip("/")
        self.base = urlsplit(self.address).path
        self.assets = assets.collect(theme, self.base)
        self.templates = {
            file.relative_to(theme / "templates").as_posix(): (file.read_text("utf-8"), str(file))
            for file in sorted((theme / "templates").rglob("*.html"))
        }
        self.compiled = _Compiled()
        self.take(site)

    @cached_property
    def _theme_key(self) -> bytes:
        parts = (environment_fingerprint(), sorted(self.templates.items()))
        return hashlib.sha256(repr(parts).encode()).digest()

    def for_site(self, site: Site) -> Renderer:
        """A renderer of another site with the same theme, as it was when it was read."""
        other = copy.copy(self)
        other.take(site)
        return other

    def take(self, site: Site) -> None:
        vars(self).pop("key", None)
        self.site = site
        self.pictures = Pictures(site, self.base)
        self._once: dict[Hashable, tuple[Markup, dict[str, bytes]]] = {}
        self.env = self._environment()
        self.warnings: tuple[Problem, ...] = ()

    @cached_property
    def key(self) -> bytes:
        """A digest of all that a page is made of, but texts: theme, clinic, lists, pictures."""
        site = self.site
        parts = (
            self._theme_key,
            self.address,
            site.build_date,
            site.clinic,
            site.sources,
            site.topics,
            self.assets.names,
            [(document.source, document.listing_digest) for document in site.documents],
            [(document.source, document.listing_digest) for document in site.left_out],
            sorted(site.targets.items()),
            self.pictures.digests,
        )
        return hashlib.sha256(repr(parts).encode()).digest()

    def _environment(self) -> jinja2.Environment:
        env = jinja2.Environment(
            loader=jinja2.FunctionLoader(self._template),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            optimized=False,  # it takes longer to compile than all pages together save
            bytecode_cache=self.compiled,
        )
        env.filters.update(self._filters())
        env.globals.update(
            site=self.site, assets=self.assets, picture=self.pictures.html, shared=self.shared
        )
        return env

    def _template(self, name: str) -> tuple[str, str, None] | None:
        return (*self.templates[name], None) if name in self.templates else None

    def _filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "url": lambda path: self.base + path,
            "html": jinja2.pass_context(lambda _, text: self.html(text)),  # anew for every site
            "long_date": formatting.long_date,
            "iso": dt.date.isoformat,
            "clock": formatting.clock,
            "phone": formatting.phone,
            "tel": formatting.tel,
            "sentence": formatting.sentence,
            "frequency_meaning": FREQUENCY_MEANING.__getitem__,
        }

    def html(self, text: str) -> Markup:
        """HTML that our own Markdown made, its pictures in every size, its links resolved.

        It is cleaned once more, because the text may come from the cache.
        """
        text = self.pictures.fill(clean(text))
        return Markup(links.resolve(text, self.site.targets, self.base))  # noqa: S704

    def template_of(self, document: Document) -> str:
        """The template that shows a document; a page may have one of its own by its name."""
        own = f"pages/{document.slug}"
        if document.kind == "page" and own + PAGE_ENDING in self.templates:
            return own
        return document.kind

    def page(self, document: Document) -> str:
        """A document as a page."""
        return self._render(
            self.template_of(document),
            view_of(self.site, self.address, document),
            document,
            doc=document,
            body=self.body(document),
        )

    def list_page(self, entry: Year | TopicList | AuthorList) -> str:
        """A list of posts as a page."""
        view = view_of_list(self.site, self.address, entry)
        name = {"year": "year", "topic": "topic_list", "by-therapist": "author_list"}[view.kind]
        return self._render(view.kind, view, None, **{name: entry})

    def _render(self, template: str, view: View, document: Document | None, **context: Any) -> str:
        json_ld = structured_data.json_ld(self.site, self.address, view, document)
        context |= {"view": view, "json_ld": json_ld}
        return self.env.get_template(template + PAGE_ENDING).render(context)

    def body(self, document: Document) -> Markup:
        """A document's text with its callouts shown."""
        return Markup("").join(
            self._callout(part) if isinstance(part, CalloutPart) else self.html(part) + "\n"
            for part in document.body.parts
        )

    def shared(self, template: str, path: str) -> Markup:
        """A part that many pages have alike, rendered once: ``shared("partials/…", view.path)``.

        It gets the site and ``current``, the page of the menu that this one is or lies below, and
        nothing else of the page.
        """
        current = current_of(self.site, path)
        return self._at_once(
            (template, current),
            lambda: Markup(  # noqa: S704
                self.env.get_template(template).render(current=current)
            ),  # of our own templates
        )

    def _at_once(self, key: Hashable, render: Callable[[], Markup]) -> Markup:
        if key not in self._once:
            with record_dependencies() as read:
                self._once[key] = render(), read
        made, read = self._once[key]
        note(read)
        return made

    def _callout(self, placed: CalloutPart) -> Markup:
        callout, level = placed.callout, placed.level
        if isinstance(callout, SideEffects | Faq) and callout.treatment:
            name, treatment = callout.NAME, self.site.treatment(callout.treatment)
            return self._at_once(
                (name, treatment.slug, level), lambda: self._of_treatment(name, treatment, level)
            )
        if isinstance(callout, SideEffectList):
            return self._show("side-effects", callout.items, level, self.site)
        if isinstance(callout, Faq):
            return self._show("faq", callout.questions, level, self.site)
        return self._show(callout.NAME, callout, level)

    def _of_treatment(self, name: str, treatment: Document, level: int) -> Markup:
        """What a treatment's page says, in a text that names the treatment."""
        if name == SideEffects.NAME:
            return self._show(name, treatment.meta.side_effects, level, self.site, treatment)
        # On a page of its own questions, the ids of another's could meet the page's.
        prefix = f"{treatment.slug}-"
        return self._show(name, treatment.meta.faq, level, self.site, treatment, prefix)

    def _show(self, name: str, *arguments: Any) -> Markup:
        template = self.env.get_template(f"callouts/{name}{PAGE_ENDING}")
        return Markup(template.module.show(*arguments))  # type: ignore[attr-defined]  # noqa: S704


def template_problem(error: Exception, origin: str, path: str, theme: Path) -> Problem:
    """What a template did wrong, at its own line, when ``origin`` was written to ``path``."""
    templates = display_path_of(theme / "templates")
    if isinstance(error, jinja2.TemplateNotFound):
        hint = f"it is needed for `{origin}`; every template of the theme has to exist"
        return Problem(f"{templates}/{error.name}", 1, "template-missing", "no such template", hint)
    if isinstance(error, jinja2.TemplateSyntaxError):
        hint = "correct the template"
        where = f"{templates}/{error.name}"
        return Problem(where, error.lineno, "template-syntax", str(error.message), hint)
    where, line = origin, 1
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith(".html"):
            where, line = display_path_of(Path(frame.filename)), frame.lineno or 1
    message = f"{type(error).__name__}: {error}"
    return Problem(where, line, "template-error", message, f"found while writing `{path}`")
