"""Reads pictures and encodes them again, from bytes to bytes. Drawings (SVG) become pixels first.

Decoders are code in C that was made for everyday pictures: call these functions in a helper process
(``practice.support.time_limit``).
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageCms, ImageOps, ImageStat
from PIL import __version__ as pillow

from practice.rendering import drawings
from practice.rendering.refused import BROKEN, HIGHEST, MOVING, TOO_HIGH, WIDEST, Refused, too_large

RECIPE = f"3 {pillow} {drawings.RECIPE}"
"""The version of this module; it changes whenever the same source would give another result."""
FORMATS = ("AVIF", "JPEG", "PNG", "WEBP")
"""The formats that are read and written. Some cameras append pictures to a JPEG (MPO)."""
LARGEST_PIXELS = 50_000_000
"""The most pixels of a picture; a larger one is a mistake, or an attack on memory."""
LONGEST_SIDE = 16_000
"""The most pixels of a side: WebP has 14 bits for it, and no screen shows more."""
SAVE: dict[str, dict[str, object]] = {
    "AVIF": {"quality": 55, "speed": 6, "max_threads": 1},  # one thread: the same bytes everywhere
    "JPEG": {"quality": 80, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 80, "method": 4},
}
REDUCING_GAP = 3.0
"""From which factor on a picture is first made smaller in a coarse way; no difference is seen."""
PALE = 200
"""The mean brightness, of 255, from which a see-through picture needs a dark ground."""
DEEP, DEEP_STEP = 65_536, 257
"""The values of a 16-bit picture, and how many of them are one value of 8 bits."""
MODE_OF_PROFILE = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
"""Pillow's modes by the color spaces of ICC profiles."""

Ground = Literal["", "light", "dark"]


@dataclass(frozen=True)
class Examined:
    """A picture that can be published. Sizes are in pixels, after turning it upright."""

    width: int
    height: int
    drawing: bool
    """Whether it has few colors or transparent parts, which PNG keeps and JPEG would not."""
    ground: Ground
    """The ground on which a see-through picture can be seen; empty for one that is opaque."""


def examine(raw: bytes) -> Examined | Refused:
    """Read a whole picture, and return what it is or why it cannot be published."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pixel bombs, where our limit is lower, and of EXIF
            return _examine(raw)
    except Image.DecompressionBombError:
        return too_large("the picture has far too many pixels")
    except MemoryError:
        return too_large("the picture needs too much memory")
    except Exception:  # noqa: BLE001  # decoders raise errors of many kinds for a broken picture
        return BROKEN


def _examine(raw: bytes) -> Examined | Refused:
    if drawings.is_drawing(raw) and (refused := drawings.refusal(raw)):
        return refused
    with _opened(raw) as image:
        width, height = image.size
        if width * height > LARGEST_PIXELS or max(width, height) > LONGEST_SIDE:
            return too_large(f"the picture has {width} × {height} pixels")
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            return MOVING
        image.verify()  # checksums, where the format has some; the picture has to be opened again
    with _opened(raw) as image:
        drawing = image.mode in {"1", "P"} or image.has_transparency_data
        pixels = _pixels(image)
    if pixels.height * min(1, WIDEST / pixels.width) > HIGHEST:
        return TOO_HIGH
    return Examined(pixels.width, pixels.height, drawing, _ground(pixels))


def encode(raw: bytes, size: tuple[int, int], format: str, *, drawing: bool) -> bytes:
    """Return the encoded pixels of a picture: upright, sRGB, without metadata.

    ``size`` is the width and height in pixels. ``drawing`` limits a PNG to 256 colors.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _opened(raw) as image:
            pixels = _pixels(image)
    if size != pixels.size:
        pixels = pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    if format == "JPEG":
        pixels = pixels.convert("RGB")
    elif format == "PNG" and drawing:
        pixels = pixels.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    pixels.info = {}
    buffer = io.BytesIO()
    pixels.save(buffer, format, **SAVE[format])
    return buffer.getvalue()


def _opened(raw: bytes) -> Image.Image:
    raw = drawings.to_png(raw) if drawings.is_drawing(raw) else raw
    return Image.open(io.BytesIO(raw), formats=FORMATS)


def _pixels(image: Image.Image) -> Image.Image:
    """Return the pixels as RGB or RGBA, upright and in sRGB."""
    image.load()
    image = _eight_bits(ImageOps.exif_transpose(image))
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    colors = _colors(image)
    if profile := image.info.get("icc_profile"):
        colors = _in_srgb(colors, profile)
    colors = colors.convert("RGB")
    if alpha is not None:
        colors.putalpha(alpha)
    return colors


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture of 16 bits as one of 8 bits, which Pillow would clip."""
    if not image.mode.startswith("I"):
        return image
    deep = image.convert("I")
    grey = deep.point([round(value / DEEP_STEP) for value in range(DEEP)], "L")
    transparent = image.info.get("transparency")
    if transparent is not None:
        alpha = deep.point([0 if value == transparent else 255 for value in range(DEEP)], "L")
        grey = Image.merge("LA", (grey, alpha))
    grey.info = {key: image.info[key] for key in ("icc_profile",) if key in image.info}
    return grey


def _colors(image: Image.Image) -> Image.Image:
    """Return the colors of a picture without its transparency, as L, RGB or CMYK."""
    if image.mode in {"L", "LA"}:
        return image.getchannel("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "RGBA" or image.mode.startswith("P"):
        return image.convert("RGBA").convert("RGB")
    return image


def _in_srgb(colors: Image.Image, profile: bytes) -> Image.Image:
    """Apply a color profile (ICC.1:2022); one that is unreadable or of other colors is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = MODE_OF_PROFILE.get(source.profile.xcolor_space.strip())
        if mode == "RGB" and colors.mode == "L":
            colors = colors.convert("RGB")
        if mode != colors.mode:
            return colors
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(colors, source, target, outputMode="RGB") or colors
    except (ImageCms.PyCMSError, OSError):
        return colors


def _ground(pixels: Image.Image) -> Ground:
    """Return the ground that shows a see-through picture best."""
    if pixels.mode != "RGBA":
        return ""
    alpha = pixels.getchannel("A")
    least, most = alpha.getextrema()
    if least == most == 0 or least == 255:
        return ""
    visible = ImageStat.Stat(pixels.convert("L"), alpha)
    return "dark" if visible.mean[0] > PALE else "light"
