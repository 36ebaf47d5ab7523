"""The same thing twice: copies of files, and two entries about one person, title or study.

Programs that synchronize folders create a copy when two people edit the same file, and people copy
files as a backup. Without these checks, each copy would be published as a page of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import join, split, splitext

from practice.content.document import Document
from practice.content.front_matter import Location
from practice.content.models import Event, HoursException, Post, Therapist, Treatment
from practice.paths import display_path_of, folded, slug_without_accents
from practice.problems import Problem
from practice.site.locations import first_name
from practice.site.site import Site

COPY = re.compile(
    r"(?P<of>.+?)"
    r"(?:[ _][-–—]?[ _]?(?:copy|kopie|copie|copia|cópia)(?: ?\(?\d+\)?)?"  # Finder, Explorer
    r"|[ _]\(?[^()]*\b(?:conflict|conflicted copy)\b.*"  # Dropbox, Nextcloud
    r"|[._]sync-conflict-.*)"  # Syncthing
    r"|copy of (?P<of_too>.+)",  # Google Drive
    re.IGNORECASE,
)
"""The name of a file, without its ending, that only a copy has."""
PARTS = re.compile(r"[ _(-]")
"""Where an addition to a name can begin: ` 2`, ` (1)`, `-LAPTOP-4F2A`."""
WORD = re.compile(r"\w{3,}")
END_OF_DAY = "24:00"
ALIKE = 0.6
"""The least share of words that a file and its edited copy have in common."""


def files(site: Site) -> Iterator[Problem]:
    """Files that are copies of others, and documents that share a title with another one."""
    content = display_path_of(site.content)
    copies = dict(_copies(site))
    for source, other in copies.items():
        message = f"this looks like a copy of `{content}/{other}`"
        hint = "keep the one that is right, delete the other, or give it a name of its own"
        yield Problem(f"{content}/{source}", 1, "file-copy", message, hint)
    yield from _titles(document for document in site.documents if document.source not in copies)


def _copies(site: Site) -> Iterator[tuple[str, str]]:
    """Yield each copy with the file that it is a copy of.

    Copies are recognized by their names and, where a name is not certain, by their content.
    """
    sources = {document.source for document in site.valid} | site.static
    names = {folded(source): source for source in sources}
    for source in sorted(sources):
        start, ending = splitext(source)
        folder, stem = split(start)
        match = COPY.fullmatch(stem)
        sure = [match["of"] or match["of_too"]] if match else []
        maybe = [stem[: part.start()].rstrip() for part in PARTS.finditer(stem)]
        for original in (*sure, *maybe):
            other = names.get(folded(join(folder, original + ending))) if original else None
            if other and (original in sure or _alike(site.content / source, site.content / other)):
                yield source, other
                break


def _alike(one: Path, other: Path) -> bool:
    """Return whether two files are the same, or two versions of one text."""
    try:
        first, second = one.read_bytes(), other.read_bytes()
    except OSError:
        return False
    if first == second or one.suffix != ".md":
        return first == second
    words = [set(WORD.findall(raw.decode(errors="replace").lower())) for raw in (first, second)]
    return len(words[0] & words[1]) >= ALIKE * len(words[0] | words[1])


def _titles(documents: Iterable[Document]) -> Iterator[Problem]:
    """Find treatments, people or pages with the same name, and posts with the same title and day.

    Only published documents are compared: a draft may be the next version of one of them.
    """
    first: dict[tuple[object, ...], Document] = {}
    for document in sorted(documents, key=lambda document: document.source):
        day = document.meta.date if isinstance(document.meta, Post | Event) else None
        key = (document.kind, " ".join(document.title.casefold().split()), day)
        other = first.setdefault(key, document)
        if other is not document:
            field = "name" if isinstance(document.meta, Treatment | Therapist) else "title"
            both = "title and day" if day else field
            message = f"“{document.title}” has the same {both} as {other.display_path}"
            hint = f"delete one of the two files, or give each a {field} of its own"
            yield Problem(
                document.display_path, document.line_of(field), "title-twice", message, hint
            )


def exceptions(site: Site) -> Iterator[Problem]:
    """Two entries about one day that cannot both be true; a day can have two opening hours."""
    path = f"{display_path_of(site.content)}/clinic.yaml"
    lists: list[tuple[Location, tuple[HoursException, ...]]] = [((), site.clinic.exceptions)]
    for number, place in enumerate(site.clinic.locations):
        lists.append((("locations", number), place.exceptions))
    for where, entries in lists:
        for index, entry in enumerate(entries):
            other = next((found for found in entries[:index] if _contradict(found, entry)), None)
            if other:
                message = f"two entries about {max(entry.date, other.date)} contradict each other"
                hint = "keep only one of them, or let their opening hours not overlap"
                line = site.clinic_data.line_of((*where, "exceptions", index, "date"))
                yield Problem(path, line, "hours-twice", message, hint)


def locations(site: Site) -> Iterator[Problem]:
    """Two locations with the same name would have the same page."""
    path = f"{display_path_of(site.content)}/clinic.yaml"
    taken = {slug_without_accents(first_name(site.clinic))}
    for number, place in enumerate(site.clinic.locations):
        if place.id in taken:
            message = f"there are two locations called `{place.name}`"
            hint = "give each its own name; the first is called `location_name`, or like its city"
            line = site.clinic_data.line_of(("locations", number, "name"))
            yield Problem(path, line, "location-twice", message, hint)
        taken.add(place.id)


def _contradict(one: HoursException, other: HoursException) -> bool:
    """Return whether two entries have a day in common and cannot both be true of it."""
    if one.last < other.date or other.last < one.date:
        return False
    if not (one.opens and one.closes and other.opens and other.closes):
        return True
    ends = [END_OF_DAY if entry.next_day else str(entry.closes) for entry in (one, other)]
    return max(one.opens, other.opens) < min(ends)
