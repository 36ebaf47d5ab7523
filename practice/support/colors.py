"""Colors: OKLCH (https://bottosson.github.io/posts/oklab/) and contrast (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, cos, degrees, hypot, radians, sin

Rgb = tuple[float, float, float]
"""Red, green and blue of sRGB, from 0 to 1."""
STEPS = 200
"""How finely lightness and chroma are searched."""


@dataclass(frozen=True)
class Oklch:
    """A color by lightness (0 to 1), chroma, and hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def rgb(self) -> Rgb:
        """The color in sRGB; one that screens cannot show is made less colorful."""
        color = self
        for step in range(STEPS + 1):
            color = replace(self, chroma=self.chroma * (1 - step / STEPS))
            if all(-0.0005 <= part <= 1.0005 for part in _to_rgb(color)):
                break
        red, green, blue = (min(1.0, max(0.0, part)) for part in _to_rgb(color))
        return red, green, blue

    @property
    def hex(self) -> str:
        """The color as `#rrggbb`."""
        return "#" + "".join(f"{round(255 * part):02x}" for part in self.rgb)


def of_hex(text: str) -> Oklch:
    """Return the color of `#rrggbb`."""
    red, green, blue = (_linear(int(text[i : i + 2], 16) / 255) for i in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Oklch(lightness, hypot(a, b), degrees(atan2(b, a)) % 360)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colors, from 1 to 21."""
    first, second = sorted((_luminance(one), _luminance(other)))
    return (second + 0.05) / (first + 0.05)


def darkened(color: Oklch, ground: Rgb, least: float) -> Oklch:
    """Return a color, darkened as little as gives a contrast with a light ground."""
    for step in range(STEPS + 1):
        darker = replace(color, lightness=color.lightness * (1 - step / STEPS))
        if contrast(of_hex(darker.hex).rgb, ground) >= least:
            return darker
    return replace(color, lightness=0)


def _to_rgb(color: Oklch) -> Rgb:
    a = color.chroma * cos(radians(color.hue))
    b = color.chroma * sin(radians(color.hue))
    long = (color.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (color.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (color.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _luminance(color: Rgb) -> float:
    red, green, blue = map(_linear, color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _encoded(part: float) -> float:
    if part <= 0.0031308:
        return 12.92 * part
    return float(1.055 * part ** (1 / 2.4) - 0.055)
