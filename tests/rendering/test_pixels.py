"""Pixels: pictures of every mode come out right, and cut files of every format are refused.

Not tested here: which sizes are made, and their markup (`test_images.py`).
"""

from __future__ import annotations

import io
import random
import struct

import pytest
from PIL import Image

from practice.rendering import pixels
from practice.rendering.pixels import Examined
from practice.rendering.refused import BROKEN

DARK, PALE = 64, 191
CLOSE = 3
"""By how much a value may differ once it was encoded."""


def saved(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def halves(mode, dark, pale, size=(500, 200)):
    """A picture whose left half is dark and whose right half is pale."""
    image = Image.new(mode, size, dark)
    image.paste(pale, (size[0] // 2, 0, *size))
    return image


def shown(raw, format="PNG", size=None):
    """The two halves of a picture as they are published, each as RGBA."""
    examined = pixels.examine(raw)
    assert isinstance(examined, Examined), examined
    size = size or (examined.width, examined.height)
    made = pixels.encode(raw, size, format, drawing=examined.drawing)
    image = Image.open(io.BytesIO(made)).convert("RGBA")
    assert image.size == size
    return image.getpixel((9, 9)), image.getpixel((size[0] - 9, 9))


def close(found, expected):
    return all(abs(a - b) <= CLOSE for a, b in zip(found, expected, strict=True))


def deep(dark=DARK * 257, pale=PALE * 257):
    return halves("I;16", dark, pale)


def palette():
    image = halves("P", 0, 1)
    image.putpalette([DARK] * 3 + [PALE] * 3)
    return image


def bit():
    return halves("1", 0, 1)


GREY, BLACK_AND_WHITE = (DARK, PALE), (0, 255)
MODES = {
    "16 bits": (deep(), "PNG", {}, GREY),
    "8 bits": (halves("L", DARK, PALE), "PNG", {}, GREY),
    "1 bit": (bit(), "PNG", {}, BLACK_AND_WHITE),
    "grey and alpha": (halves("LA", (DARK, 255), (PALE, 255)), "PNG", {}, GREY),
    "palette": (palette(), "PNG", {}, GREY),
    "RGB": (halves("RGB", (DARK,) * 3, (PALE,) * 3), "PNG", {}, GREY),
    "RGBA": (halves("RGBA", (DARK,) * 3 + (255,), (PALE,) * 3 + (255,)), "PNG", {}, GREY),
    "grey JPEG": (halves("L", DARK, PALE), "JPEG", {"quality": 95}, GREY),
    "CMYK": (halves("CMYK", (0, 0, 0, 191), (0, 0, 0, 64)), "JPEG", {"quality": 95}, GREY),
    "WebP": (halves("RGBA", (DARK,) * 4, (PALE,) * 3 + (255,)), "WEBP", {"lossless": True}, GREY),
    "AVIF": (halves("RGB", (DARK,) * 3, (PALE,) * 3), "AVIF", {"quality": 90}, GREY),
}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "AVIF", "WEBP"])
@pytest.mark.parametrize("size", [None, (250, 100)])
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_comes_out_right(mode, size, format):
    image, source, options, expected = MODES[mode]
    found = shown(saved(image, source, **options), format, size)
    for half, grey in zip(found, expected, strict=True):
        assert close(half[:3], (grey,) * 3)


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (halves("LA", (0, 0), (PALE, 255)), {}),
        (halves("RGBA", (0, 0, 0, 0), (PALE,) * 3 + (255,)), {}),
        (halves("L", 0, PALE), {"transparency": 0}),
        (deep(0), {"transparency": 0}),
        (halves("RGB", (0, 0, 0), (PALE,) * 3), {"transparency": (0, 0, 0)}),
        (palette(), {"transparency": 0}),
        (palette(), {"transparency": b"\x00\xff"}),
    ],
    ids=["LA", "RGBA", "L", "16 bits", "RGB", "one color", "palette"],
)
def test_what_is_transparent_stays_so(image, options):
    left, right = shown(saved(image, "PNG", **options))
    assert left[3] == 0
    assert close(right, (PALE, PALE, PALE, 255))


# --- Color profiles ---


def profile(space, tags, pcs=b"XYZ "):
    """An ICC profile (ICC.1:2022, 7): a header, a table of tags, and the tags."""
    body, table = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = start + len(body)
    header = struct.pack(">I4xI4s4s4s", size, 0x02100000, b"mntr", space, pcs).ljust(36, b"\0")
    header += b"acsp".ljust(32, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def xyz(*values):
    return struct.pack(">4s4x3i", b"XYZ ", *(round(value * 65536) for value in values))


def gamma(value):
    return struct.pack(">4s4xIH", b"curv", 1, round(value * 256))


WHITE = xyz(0.9642, 1.0, 0.8249)
RED, GREEN, BLUE = (
    xyz(0.436, 0.2225, 0.0139),
    xyz(0.3851, 0.7169, 0.0971),
    xyz(0.1431, 0.0606, 0.7141),
)
CURVES = {name: gamma(2.2) for name in (b"rTRC", b"gTRC", b"bTRC")}
SWAPPED = profile(b"RGB ", {b"wtpt": WHITE, b"rXYZ": GREEN, b"gXYZ": RED, b"bXYZ": BLUE} | CURVES)
"""A profile by which red is green and green is red."""
LINEAR_GREY = profile(b"GRAY", {b"wtpt": WHITE, b"kTRC": gamma(1.0)})
"""A profile by which grey is lighter than its value: 64 of 255 is shown as 137."""


def ink_is_red():
    """A profile of four inks, by which the first is red, all others black, and none is white."""
    identity = b"".join(struct.pack(">i", 65536 * (n % 4 == 0)) for n in range(9))
    ramp = bytes(range(256))
    white, red, black = bytes((255, 128, 128)), bytes((138, 209, 198)), bytes((0, 128, 128))
    cells = b"".join({0: white, 8: red}.get(cell, black) for cell in range(16))
    table = struct.pack(">4s4x4B", b"mft1", 4, 3, 2, 0) + identity + ramp * 4 + cells + ramp * 3
    return profile(b"CMYK", {b"wtpt": WHITE, b"A2B0": table}, pcs=b"Lab ")


def red(image_mode):
    colors = {"RGB": (255, 0, 0), "RGBA": (255, 0, 0, 255), "P": 0}
    image = Image.new(image_mode, (100, 100), colors[image_mode])
    if image_mode == "P":
        image.putpalette([255, 0, 0])
    return image


@pytest.mark.parametrize("format", ["PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_color_profile_is_applied(mode, format):
    image = red(mode if format == "PNG" else mode.replace("P", "RGB"))
    [found, _] = shown(saved(image, format, icc_profile=SWAPPED))
    assert found[0] < 60
    assert found[1] > 240
    assert found[3] == 255


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_profile_of_grey_is_applied(mode):
    image = {"L": halves("L", 64, 255), "LA": halves("LA", (64, 255), (255, 255)),
             "I;16": deep(64 * 257, 65535)}[mode]  # fmt: skip
    dark, pale = shown(saved(image, "PNG", icc_profile=LINEAR_GREY))
    assert close(dark, (137, 137, 137, 255))
    assert close(pale, (255, 255, 255, 255))


def test_a_profile_of_inks_is_applied():
    image = halves("CMYK", (255, 0, 0, 0), (0, 0, 0, 0))
    found, paper = shown(saved(image, "JPEG", quality=95, icc_profile=ink_is_red()))
    assert found[0] > 240
    assert max(found[1:3]) < 40
    assert close(paper, (255, 255, 255, 255))


def test_transparency_stays_where_a_profile_is_applied():
    image = halves("RGBA", (255, 0, 0, 0), (255, 0, 0, 128))
    left, right = shown(saved(image, "PNG", icc_profile=SWAPPED))
    assert left[3] == 0
    assert right[3] == 128
    assert right[1] > 240


@pytest.mark.parametrize("icc", [b"no profile", SWAPPED[:200], LINEAR_GREY])
def test_a_profile_that_cannot_be_applied_changes_nothing(icc):
    [found, _] = shown(saved(red("RGB"), "PNG", icc_profile=icc))
    assert close(found, (255, 0, 0, 255))


# --- Cut and broken files ---

NOISE = Image.frombytes("RGB", (80, 60), random.Random(1).randbytes(80 * 60 * 3))
FILES = {
    "JPEG": saved(NOISE, "JPEG"),
    "progressive JPEG": saved(NOISE, "JPEG", progressive=True),
    "PNG": saved(NOISE, "PNG"),
    "WebP": saved(NOISE, "WEBP"),
    "WebP without loss": saved(halves("RGB", (9, 9, 9), (90, 9, 9)), "WEBP", lossless=True),
    "AVIF": saved(NOISE, "AVIF"),
}
END = {"JPEG": 2, "progressive JPEG": 2, "PNG": 4}
"""Bytes at the end that hold nothing of the picture: a marker, the checksum of an empty part."""


@pytest.mark.parametrize("name", FILES)
def test_a_cut_picture_is_refused_wherever_it_is_cut(name):
    raw = FILES[name]
    assert isinstance(pixels.examine(raw), Examined)
    length = len(raw)
    last = length - END.get(name, 0)
    for cut in sorted({*range(0, length, length // 40), *range(last - 30, last)}):
        assert pixels.examine(raw[:cut]) == BROKEN, cut


@pytest.mark.parametrize(
    "raw", [b"", b"Words.", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]
)
def test_a_file_that_is_no_picture_is_refused(raw):
    assert pixels.examine(raw) == BROKEN


def test_a_damaged_png_is_refused():
    raw = bytearray(FILES["PNG"])
    raw[len(raw) // 2] ^= 1
    assert pixels.examine(bytes(raw)) == BROKEN
