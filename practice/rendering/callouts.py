"""Renders callouts without a site: HTML from the theme's templates, and a style sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from practice.content.body import CalloutPart
from practice.content.models import FREQUENCY_MEANING, InLanguage
from practice.rendering import templates
from practice.rendering.compiled import CompiledTemplates, Known
from practice.rendering.templates import TemplateEnvironment
from practice.site import formatting
from practice.site.counted import counted

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


COMPILED: Known = {}
"""Templates of callouts that this process has compiled, for any theme."""


class CalloutTemplates:
    """Renders callouts with the theme's templates; templates in ``overrides`` replace them."""

    def __init__(self, theme: Path, overrides: Sequence[Path] = ()) -> None:
        filters = {
            "frequency_meaning": FREQUENCY_MEANING.__getitem__,
            "counted": counted,
            "html": Markup,  # our own parser made and cleaned it
            "direction": formatting.direction,
            "numbers_in_order": formatting.numbers_in_order,
            "url": str,
        }
        self.env = TemplateEnvironment(
            templates.collect(theme, overrides),
            CompiledTemplates(COMPILED),
            filters=filters,
            globals={},
        )

    def html(self, part: CalloutPart, prefix: str) -> Markup:
        """Return the HTML of a callout. Pelican resolves its links (``{filename}/…``).

        ``prefix`` is prepended to the ids of questions, because a page can contain several posts.
        """
        shown = self.env.callout(part, None, None, prefix).strip()
        if isinstance(part.callout, InLanguage):
            return shown  # text of the page, in the theme's own style
        return Markup('<div class="{}">\n{}\n</div>').format(CLASS, shown)


def style_sheet(theme: Path, *, follow_system: bool = False) -> str:
    """Return a style sheet for callouts in any other theme.

    Sizes and fonts follow the surrounding text. Colors follow the `color-scheme` of the page, or
    with ``follow_system`` that of the reader's system.

    Every rule outside a cascade layer overrides rules inside one, so layers cannot be used in
    another theme. Instead, each layer becomes a scope whose specificity is one id higher than that
    of the scope before.
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
    """Return whether a theme has dark colors but does not declare a `color-scheme`."""
    sheets = [file.read_text("utf-8", "replace") for file in sorted(theme.rglob("*.css"))]
    return any(map(DARK.search, sheets)) and not any(map(SCHEME.search, sheets))
