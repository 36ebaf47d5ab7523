"""Leaflets as PDF files: data and template to pages, kept by content."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound
from practice.rendering.images import Pictures
from practice.rendering.leaflet_data import LeafletData
from practice.rendering.templates import Templates
from practice.rendering.typesetting import Mistake, missing_package, typeset
from practice.site.leaflets import Leaflet, leaflets_of
from practice.site.site import Site
from practice.support import extras, time_limit
from practice.support.cache_folder import cache_folder
from practice.support.environment import environment_fingerprint
from practice.support.store import RAW, Store

FOLDER = "leaflet/"
"""Where the files of the template are, among the other templates."""
TEMPLATE = f"{FOLDER}leaflet.typ"
SECONDS = 4.0
"""Seconds of work for one leaflet with all its attempts; one takes a few hundredths."""
LOGO_WIDTH = 400
"""The least width of the logo in pixels, if the picture has as many."""
QUIET_ZONE = 4
"""The white around a QR code that scanners need, in its modules (ISO/IEC 18004)."""


def are_made() -> bool:
    """Return whether the packages for leaflets are installed."""
    return missing_package() is None


def problems_of(site: Site) -> Iterator[Problem]:
    """Report that leaflets are left out, if their packages are not installed."""
    missing = missing_package()
    if missing and next(leaflets_of(site), None):
        message = f"the leaflets are left out, because the package `{missing}` is not installed"
        hint = f"{extras.install('leaflets')}; or, to have none, write `treatments: false` below "
        line = site.clinic_data.line_of(("leaflets",))
        path = f"{display_path_of(site.content)}/clinic.yaml"
        yield Problem(path, line, "leaflets-off", message, hint + "`leaflets:`", "warning")


@dataclass(frozen=True)
class LeafletMaker:
    """Makes the leaflets of a site."""

    site: Site
    """The site; access to it is recorded."""
    address: str
    """The site's address, without a slash at the end."""
    templates: Templates
    colors: Mapping[str, str]
    """The theme's, for light grounds: name -> `#rrggbb`."""
    pictures: Pictures
    theme: Path

    def make(self, leaflet: Leaflet) -> bytes:
        """Return a leaflet as PDF, from the cache if it was made before.

        Raises ``ProblemsFound`` for a mistake of the template, for a character that no font can
        show, and for texts that do not fit.
        """
        if TEMPLATE not in self.templates:
            raise ProblemsFound([self._no_template(leaflet)])
        data = LeafletData(self.site, self.address, leaflet)
        logo = self._logo()
        look = {"colors": dict(self.colors), "logo": next(iter(logo), "")}
        attempts = [_json(attempt | look) for attempt in data.attempts()]
        files = logo | {
            "page.svg": _qr_code(data.page),
            "booking.svg": _qr_code(self.site.clinic.booking_url),
            **self._template_files(),
        }
        key = _digest(environment_fingerprint(), *attempts, *_flat(files))
        found = self._store.get([key]).get(key)
        return found or self._made(data, attempts, files, key)

    def _made(
        self, data: LeafletData, attempts: list[bytes], files: dict[str, bytes], key: bytes
    ) -> bytes:
        try:
            made = time_limit.call_in_process(
                SECONDS, typeset, TEMPLATE, files, attempts, data.most_pages
            )
        except (time_limit.ProcessEnded, MemoryError) as error:
            mistake = Mistake(TEMPLATE, 1, "Typst ended, most likely for want of memory")
            raise ProblemsFound([self._problem(mistake, data.leaflet)]) from error
        if made.mistakes:
            raise ProblemsFound(self._problem(mistake, data.leaflet) for mistake in made.mistakes)
        if data.most_pages and made.pages > data.most_pages:
            raise ProblemsFound([_too_long(data, made.pages)])
        self._store.put({key: made.pdf})
        return made.pdf

    def _template_files(self) -> dict[str, bytes]:
        """Return the files of the template by name; one of an override wins over the theme's."""
        return {
            name: text.encode()
            for name, (text, _) in self.templates.items()
            if name.startswith(FOLDER)
        }

    def _logo(self) -> dict[str, bytes]:
        """Return the practice's logo by a file name; empty if it has none."""
        if not self.site.clinic.logo:
            return {}
        picture = self.pictures[self.site.clinic.logo]
        width = next((width for width in picture.widths if width >= LOGO_WIDTH), picture.width)
        content = self.pictures.content(picture, width, picture.fallback)
        return {"logo.svg": _svg(content, picture.fallback, width, picture.height_at(width))}

    @cached_property
    def _store(self) -> Store[bytes]:
        return Store(cache_folder(self.site.content), "leaflets", RAW)

    def _no_template(self, leaflet: Leaflet) -> Problem:
        where = f"{display_path_of(self.theme / 'templates')}/{TEMPLATE}"
        hint = (
            f"it is needed for `{leaflet.path}`; copy its folder from the theme that comes with "
            "the program, or write `treatments: false` below `leaflets:` in `clinic.yaml`"
        )
        return Problem(where, 1, "template-missing", "this template does not exist", hint)

    def _problem(self, mistake: Mistake, leaflet: Leaflet) -> Problem:
        if mistake.missing:
            return self._no_glyph(mistake.missing, leaflet)
        _, file = self.templates.get(mistake.file, self.templates[TEMPLATE])
        where, hint = display_path_of(Path(file)), f"found while writing `{leaflet.path}`"
        return Problem(where, mistake.line, "template-error", mistake.message, hint)

    def _no_glyph(self, text: str, leaflet: Leaflet) -> Problem:
        names = " ".join(f"U+{ord(character):04X}" for character in text)
        message = f"the leaflet cannot show `{text}` ({names}): its font has no such character"
        hint = "write it in other letters, or make no leaflet of this text: `leaflet: false`"
        path, line = self._place(text, leaflet)
        return Problem(path, line, "leaflet-character", message, hint)

    def _place(self, text: str, leaflet: Leaflet) -> tuple[str, int]:
        """Return the file and line of a text that a leaflet shows."""
        site = self.site
        sources = [treatment.source for treatment in leaflet.treatments]
        people = [t.meta.reviewed_by for t in leaflet.treatments if t.meta.reviewed_by]
        sources += ["clinic.yaml", "sources.yaml", *(f"team/{id}.md" for id in people)]
        for source in sources:
            try:
                lines = (site.content / source).read_text("utf-8").split("\n")
            except (OSError, UnicodeDecodeError):
                continue
            for number, line in enumerate(lines, 1):
                if text in unicodedata.normalize("NFC", line) or text in line:
                    return f"{display_path_of(site.content)}/{source}", number
        return leaflet.treatments[0].display_path, 1


def _too_long(data: LeafletData, pages: int) -> Problem:
    leaflet = data.leaflet
    message = f"the leaflet `{leaflet.path}` needs {pages} pages, and has {data.most_pages} at most"
    hint = (
        "shorten the cards that say when to get help, the text below “Afterwards”, or the details "
        "of serious side effects; or make no leaflet: `leaflet: false`"
    )
    return Problem(leaflet.treatments[0].display_path, 1, "leaflet-long", message, hint)


def _svg(picture: bytes, format: str, width: int, height: int) -> bytes:
    """Return a picture as SVG, because files that Typst gets from memory have to be text."""
    data = base64.b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" '
        f'href="data:image/{format.lower()};base64,{data}"/></svg>'
    ).encode()


def _qr_code(address: str) -> bytes:
    """Return an address as a QR code (SVG), 15 percent of which may be unreadable."""
    import segno  # noqa: PLC0415  # an extra

    out = io.BytesIO()
    segno.make_qr(address, error="m").save(
        out, kind="svg", border=QUIET_ZONE, light="#fff", xmldecl=False, nl=False
    )
    return out.getvalue()


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()


def _flat(files: dict[str, bytes]) -> Iterator[bytes]:
    for name, content in sorted(files.items()):
        yield name.encode()
        yield content


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
