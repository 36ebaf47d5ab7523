"""The practice's own fonts: files below `content/fonts/`, published as WOFF2.

Each file says its weight and slant itself (OpenType 1.9: `OS/2`, `fvar`, `head`), so that
`clinic.yaml` only has to name it. A browser shows a text at once, in a font of its own where ours
takes longer (`font-display: optional`): nothing moves while a patient reads.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from practice.paths import display_path_of
from practice.problems import Problem, did_you_mean
from practice.rendering.refused import Refused
from practice.site.site import Site
from practice.support import time_limit
from practice.support.cache_folder import cache_folder
from practice.support.environment import environment_fingerprint
from practice.support.store import RAW, Store

SECONDS = 20.0
"""Seconds that a font may take; a large one takes two to compress."""
LARGEST_BYTES = 10_000_000
HEAVY_BYTES = 150_000
"""Bytes, as published, from which readers on a phone wait for a font."""
RESTRICTED = 0x0002
"""The bit of `fsType` that allows no embedding without the owner's leave (OpenType, `OS/2`)."""
BOLD_FROM = 600
"""The weight from which a font is not loaded before it is needed."""
BROKEN = Refused(
    "font-broken",
    "the font cannot be read",
    "copy it again from where it comes from; WOFF2, TTF and OTF are read",
)
LICENSE = Refused(
    "font-license",
    "the font says that it may not be put into web pages",
    "buy the web font from its maker, or take an open one, such as those of Google Fonts",
)


@dataclass(frozen=True)
class Face:
    """One font of a family."""

    name: str
    """Below `content/fonts/`."""
    weight: str
    """The value of `font-weight`: a number, or two for the range of a variable font."""
    style: str
    """The value of `font-style`: `normal` or `italic`."""
    content: bytes
    """WOFF2 (https://www.w3.org/TR/WOFF2/)."""

    @property
    def is_basic(self) -> bool:
        """Return whether nearly every page needs it."""
        return self.style == "normal" and int(self.weight.split()[0]) < BOLD_FROM


@dataclass(frozen=True)
class UsableFonts:
    """The fonts of a practice that can be read."""

    text: tuple[Face, ...] = ()
    headings: tuple[Face, ...] = ()

    @property
    def faces(self) -> tuple[Face, ...]:
        """Every font once."""
        return tuple(dict.fromkeys((*self.text, *self.headings)))


NO_FONTS = UsableFonts()


def of(site: Site) -> UsableFonts:
    """Return the fonts that `clinic.yaml` names, without those for which there is a problem."""
    named = site.clinic.fonts
    if not named:
        return NO_FONTS
    with Store(cache_folder(site.content), "fonts", RAW) as store:
        text, headings = (
            tuple(face for name in names if isinstance(face := _face(site, name, store), Face))
            for names in (named.text, named.headings)
        )
    return UsableFonts(text, headings)


def usable(site: Site, kept: Path | None = None) -> Iterator[Problem]:
    """Report fonts that are missing, cannot be read, may not be used, or are large.

    ``kept`` is the cache folder.
    """
    named = site.clinic.fonts
    if not named:
        return
    clinic = f"{display_path_of(site.content)}/clinic.yaml"
    with Store(kept, "fonts", RAW) as store:
        for field, names in (("text", named.text), ("headings", named.headings)):
            for name in names:
                line = site.clinic_data.line_of(("fonts", field))
                found = _face(site, name, store)
                if found is None:
                    yield _missing(site, clinic, line, name)
                elif isinstance(found, Refused):
                    yield Problem(
                        clinic, line, found.code, f"`{name}`: {found.message}", found.hint
                    )
                elif len(found.content) > HEAVY_BYTES:
                    size = f"{len(found.content) // 1000} kB"
                    message = f"the font `{name}` has {size}: readers on a phone wait for it"
                    hint = "take the file with Latin letters only, or one with fewer weights"
                    yield Problem(clinic, line, "font-large", message, hint)


def _missing(site: Site, clinic: str, line: int, name: str) -> Problem:
    have = [path.removeprefix("fonts/") for path in site.static if path.startswith("fonts/")]
    hint = did_you_mean(name, have) if have else "put the file into `content/fonts`"
    return Problem(clinic, line, "font-missing", f"there is no font `{name}` in `fonts`", hint)


def _face(site: Site, name: str, store: Store[bytes]) -> Face | Refused | None:
    path = f"fonts/{name}"
    if path not in site.static:
        return None
    raw = site.file_of(path).read_bytes()
    key = hashlib.sha256(environment_fingerprint() + raw).digest()
    found: bytes | Refused | None = store.get([key]).get(key)
    if found is None:
        found = _read_in_time(raw)
        if isinstance(found, bytes):
            store.put({key: found})
    if isinstance(found, Refused):
        return found
    weight, style, content = found.split(b"\n", 2)
    return Face(name, weight.decode(), style.decode(), content)


def _read_in_time(raw: bytes) -> bytes | Refused:
    if len(raw) > LARGEST_BYTES:
        return BROKEN
    try:
        return time_limit.call_in_process(SECONDS, read, raw)
    except (time_limit.TooSlow, time_limit.ProcessEnded):
        return BROKEN


def read(raw: bytes) -> bytes | Refused:
    """Return a font as WOFF2 behind two lines, its weight and its style, or why it is refused."""
    # Loading the library takes as long as building a small site, and few builds need it.
    from fontTools.ttLib import TTFont  # noqa: PLC0415  # see above

    try:
        font = TTFont(io.BytesIO(raw), recalcBBoxes=False, recalcTimestamp=False)
        table = font["OS/2"]
        if table.fsType & RESTRICTED:
            return LICENSE
        axes = {axis.axisTag: axis for axis in font["fvar"].axes} if "fvar" in font else {}
        weight = str(table.usWeightClass)
        if "wght" in axes:
            weight = f"{axes['wght'].minValue:g} {axes['wght'].maxValue:g}"
        style = "italic" if font["head"].macStyle & 0b10 else "normal"
        font.flavor = "woff2"
        buffer = io.BytesIO()
        font.save(buffer)
    except Exception:  # noqa: BLE001  # the library raises errors of many kinds for broken fonts
        return BROKEN
    return f"{weight}\n{style}\n".encode() + buffer.getvalue()
