"""The practice's own color: the theme's tokens with another hue, in both color schemes.

The theme's lightnesses stay, so the contrasts of its texts stay, too. Only the color itself, on
light grounds, is exactly the given one; the model of `clinic.yaml` refuses one that is too light.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from practice.support.colors import Oklch, of_hex

TOKENS = (
    "canvas", "surface", "tint", "ink", "ink-soft", "ground-dark", "line", "edge", "shade", "brand",
    "brand-hover", "on-brand", "hero", "on-hero-soft", "link", "link-hover",
)  # fmt: skip
"""Tokens that have the practice's hue: `--color-…` of `tokens.css`."""
USUAL_CHROMA = 0.07
"""The chroma of the theme's own color; that of the tokens is in proportion."""
MOST = 1.5
"""The most by which the chroma of a token is multiplied."""
TOKEN = re.compile(r"--color-(?P<name>[\w-]+):(?P<value>[^;}]*)")
OKLCH = re.compile(r"oklch\((?P<l>[\d.]+)% (?P<c>[\d.]+) (?P<h>[\d.]+)(?P<rest>[^)]*)\)")
ICON_GROUND = b"#17432f"
"""The ground of the theme's icon, which takes the color of `--color-hero`."""


def tokens(sheet: str, brand: str) -> str:
    """Return the text of a style sheet, also a minified one, with the hue of a color, `#rrggbb`."""
    color = of_hex(brand)

    def shifted(match: re.Match[str]) -> str:
        if match["name"] not in TOKENS:
            return match[0]
        value = OKLCH.sub(lambda found: _shifted(found, color), match["value"])
        if match["name"] == "brand":
            value = OKLCH.sub(brand, value, count=1)  # on light grounds
        return f"--color-{match['name']}:{value}"

    return TOKEN.sub(shifted, sheet)


def icon(content: bytes, sheet: str) -> bytes:
    """Return the theme's icon with the background that ``sheet`` gives the hero."""
    ground = color(sheet, "hero")
    return content.replace(ICON_GROUND, ground[0].encode()) if ground else content


def color(sheet: str, name: str) -> tuple[str, str] | None:
    """Return a color of a style sheet in the light and the dark scheme; None if it is not there."""
    found = ((light.hex, dark.hex) for token, light, dark in colors(sheet) if token == name)
    return next(found, None)


def colors(sheet: str) -> Iterator[tuple[str, Oklch, Oklch]]:
    """Yield the name of each color of a style sheet, and its values on light and dark grounds."""
    for match in TOKEN.finditer(sheet):
        found = [
            of_hex(part) if part.startswith("#") else _parsed(OKLCH.fullmatch(part))
            for part in re.findall(r"oklch\([^)]*\)|#[0-9a-f]{6}", match["value"])
        ]
        if found:
            yield match["name"], found[0], found[-1]


def _parsed(match: re.Match[str] | None) -> Oklch:
    assert match, "the pattern has found it"  # noqa: S101  # both patterns are the same
    return Oklch(float(match["l"]) / 100, float(match["c"]), float(match["h"]))


def _shifted(match: re.Match[str], color: Oklch) -> str:
    share = min(MOST, color.chroma / USUAL_CHROMA)
    chroma = round(float(match["c"]) * share, 3)
    return f"oklch({match['l']}% {chroma:g} {color.hue:.0f}{match['rest']})"
