"""Callouts without a site: their HTML by the theme's templates, and a style sheet for any theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from practice.content.body import CalloutPart
from practice.content.models import FREQUENCY_MEANING, Faq, InLanguage, SideEffectList
from practice.rendering import templates
from practice.rendering.templates import ENDING, CompiledTemplates, TemplateEnvironment

CLASS = "practice-callouts"
"""The class of the element around a callout. No style leaves it, and none of the theme enters."""
TOKENS = "tokens.css"
LAYERS = (
    ("callouts-anywhere.css", "reset.css"),
    ("prose.css",),
    tuple(
        f"components/{name}.css"
        for name in (
            "icon",
            "callout",
            "ask-first",
            "compare",
            "do",
            "dont",
            "facts",
            "faq",
            "frequency",
            "get-help",
            "key-point",
            "side-effects",
        )
    ),
)
"""The style sheets of the theme that callouts need, in the order in which later ones win."""
OWN_SCHEME = re.compile(r"^\s*color-scheme:.*\n", re.MULTILINE)
FONT = re.compile(r"(--font-(?:text|heading)):[^;]*;")
REM = re.compile(r"(?<=\d)rem\b")
DARK = re.compile(r"prefers-color-scheme:\s*dark")
SCHEME = re.compile(r"(?<![\w-])color-scheme\s*:")


class CalloutTemplates:
    """Shows callouts by the theme's templates, or by those of ``overrides`` with the same names."""

    def __init__(self, theme: Path, overrides: Sequence[Path] = ()) -> None:
        filters = {
            "frequency_meaning": FREQUENCY_MEANING.__getitem__,
            "html": Markup,  # our own parser made and cleaned it
            "url": str,
        }
        self.env = TemplateEnvironment(
            templates.collect(theme, overrides), CompiledTemplates(), filters=filters, globals={}
        )

    def html(self, part: CalloutPart, prefix: str) -> Markup:
        """A callout as HTML. Links stay ``{filename}/…``, which Pelican resolves.

        ``prefix`` begins the ids of questions, since a page can show several texts.
        """
        callout, level = part.callout, part.level
        if isinstance(callout, SideEffectList):
            return self._show("side-effects", callout.items, level, None)
        if isinstance(callout, Faq):
            return self._show("faq", callout.questions, level, None, None, prefix)
        return self._show(callout.NAME, callout, level)

    def _show(self, name: str, *arguments: object) -> Markup:
        template = self.env.get_template(f"callouts/{name}{ENDING}")
        shown = Markup(template.module.show(*arguments).strip())  # type: ignore[attr-defined]  # a macro  # noqa: S704  # of our own templates
        if name == InLanguage.NAME:
            return shown  # text of the page, in the theme's own style
        return Markup('<div class="{}">\n{}\n</div>').format(CLASS, shown)


def style_sheet(theme: Path, *, follow_system: bool = False) -> str:
    """The style of callouts in a theme that is not ours.

    Sizes and fonts follow the text around a callout. Colors follow the `color-scheme` of the page,
    or that of the reader's system with ``follow_system``.

    Rules in a layer would lose to every rule of the blog's theme that is in none. So each layer of
    our theme becomes a scope, with the weight of one id more than the one before.
    """
    folder = theme / "static" / "css"
    tokens = OWN_SCHEME.sub("", (folder / TOKENS).read_text(encoding="utf-8"))
    tokens = FONT.sub(r"\1: initial;", REM.sub("em", tokens)).replace(":root", f":where(.{CLASS})")
    if follow_system:
        tokens += f"\n:where(.{CLASS}) {{ color-scheme: light dark; }}\n"
    sheets = [tokens]
    for weight, names in enumerate(LAYERS, start=2):
        scope = f":is(.{CLASS}, {f'#{CLASS}' * weight})"
        rules = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
        sheets.append(f"{scope} {{\n{rules}}}\n")
    return "\n".join(sheets)


def follows_system(theme: Path) -> bool:
    """Whether a theme has a dark scheme of its own without a word of it to the browser."""
    sheets = [file.read_text("utf-8", "replace") for file in sorted(theme.rglob("*.css"))]
    return any(map(DARK.search, sheets)) and not any(map(SCHEME.search, sheets))
