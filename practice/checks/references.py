"""References: every id that a file names exists, and no study is from the future."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from unicodedata import normalize

from practice.content.document import Document, InvalidDocument
from practice.content.models import GUEST, ID_PATTERN, PRACTICE, Faq, SideEffect, SideEffects, Video
from practice.content.reader import read_data
from practice.paths import command_of, display_path_of, slug
from practice.problems import Problem, did_you_mean, nearest
from practice.site.site import Site

ONE = ("reviewed_by", "location")
"""Fields that hold one id, not a list."""
FIRST = {
    "therapist": f"create the first one with `{command_of('new therapist')}`",
    "treatment": f"create the first one with `{command_of('new treatment')}`",
    "topic": "add the first one to `topics.yaml`",
    "source": "add the first one to `sources.yaml`",
    "location": "add the first one to `clinic.yaml`",
}
"""What to do where the practice has no entry of this kind yet."""


def years(site: Site) -> Iterator[Problem]:
    """No study is from the future. Next year is accepted, because some journals print it."""
    late = [id for id, source in site.sources.items() if source.year > site.build_date.year + 1]
    if not late:
        return
    path = f"{display_path_of(site.content)}/sources.yaml"
    data, _ = read_data(site.content / "sources.yaml", path)
    for id in late:
        message = f"the year of `{id}` is {site.sources[id].year}, which is in the future"
        yield Problem(path, data.line_of((id, "year")), "date-future", message, "correct the year")


def retractions(site: Site) -> Iterator[Problem]:
    """What `inv check --sources` has found: studies that were retracted, doubted or corrected."""
    wrong = {id: found for id, found in site.source_checks.items() if found.state != "fine"}
    if not wrong.keys() & site.sources.keys():
        return
    path = f"{display_path_of(site.content)}/sources.yaml"
    data, _ = read_data(site.content / "sources.yaml", path)
    for id in sorted(wrong.keys() & site.sources.keys()):
        found = wrong[id]
        code, what, hint = AFTERWARDS[found.state]
        notice = f" ({found.notice})" if found.notice else ""
        yield Problem(path, data.line_of((id,)), code, f"the study `{id}` {what}{notice}", hint)


AFTERWARDS = {
    "retracted": (
        "source-retracted",
        "was retracted",
        "take it out of the texts that cite it, or of this file",
    ),
    "doubted": (
        "source-doubted",
        "is in doubt: its journal has published an expression of concern",
        "read the notice, and cite another study where you can",
    ),
    "corrected": (
        "source-corrected",
        "was corrected",
        "read the correction, and compare the figures that you cite",
    ),
}
"""By state: the code of the problem, what happened, and what to do."""


def announcements(site: Site) -> Iterator[Problem]:
    """The files that announcements lead to exist and are published."""
    path = f"{display_path_of(site.content)}/clinic.yaml"
    unpublished = site.unpublished
    for index, found in enumerate(site.clinic.announcements):
        page = normalize("NFC", found.page or "")
        if not page or page in site.targets.keys() - unpublished:
            continue
        code = "announcement-page"
        message = f"there is no file `{found.page}` in the content folder"
        near = nearest(page, site.targets)
        hint = f"did you mean `{near}`?" if near else "write it like `pages/contact.md`"
        if page in unpublished:
            code, message = "link-draft", f"`{found.page}` is not published yet"
            hint = "publish it, or let the announcement lead elsewhere"
        line = site.clinic_data.line_of(("announcements", index, "page"))
        yield Problem(path, line, code, message, hint)


def visits(site: Site) -> Iterator[Problem]:
    """The treatments of a visit that has a leaflet exist and are published."""
    known, drafts = site.slugs["treatments"], _drafts(site)["treatment"]
    path = f"{display_path_of(site.content)}/clinic.yaml"
    for number, visit in enumerate(site.clinic.leaflets.visits):
        for index, id in enumerate(visit.treatments):
            place = ("leaflets", "visits", number, "treatments", index)
            line = site.clinic_data.line_of(place)
            if id not in known:
                yield _unknown(path, line, "treatment", id, known)
            elif id in drafts:
                yield _draft(path, line, "treatment", id)


def ids(site: Site) -> Iterator[Problem]:
    """The therapists, treatments, topics and sources named in the front matter exist."""
    known, drafts, unpublished = _known(site), _drafts(site), site.unpublished
    unread = {"location" if kind == "clinic" else kind for kind in site.unread}
    fields = {
        "author": "therapist",
        "reviewed_by": "therapist",
        "treatments": "treatment",
        "locations": "location",
        "location": "location",
        "topics": "topic",
        "sources": "source",
    }
    for document in site.texts:
        for field, kind in fields.items():
            for index, (id, written) in enumerate(_ids(document, field)):
                if id not in known[kind] and kind not in unread:
                    line = document.line_of(field, index)
                    yield _unknown(document.display_path, line, kind, written, known[kind])
                elif id in drafts.get(kind, ()) and not _is_in(unpublished, document):
                    line = document.line_of(field, index)
                    yield _draft(document.display_path, line, kind, id)


def callouts(site: Site) -> Iterator[Problem]:
    """The treatments and sources named in callouts exist."""
    known, drafts, unpublished = _known(site), _drafts(site), site.unpublished
    for document in site.texts:
        for placed in document.body.callouts:
            callout = placed.callout
            if isinstance(callout, SideEffect):
                for id in callout.sources:
                    if id not in known["source"] and "source" not in site.unread:
                        line = placed.line_of("sources")
                        yield _unknown(document.display_path, line, "source", id, known["source"])
            elif isinstance(callout, SideEffects | Faq) and callout.treatment:
                id = callout.treatment
                if id not in known["treatment"]:
                    yield _unknown(
                        document.display_path, placed.line, "treatment", id, known["treatment"]
                    )
                elif id in drafts["treatment"] and not _is_in(unpublished, document):
                    yield _draft(document.display_path, placed.line, "treatment", id)


def pictures(site: Site) -> Iterator[Problem]:
    """The pictures named in fields exist, and have a description (WCAG 1.1.1)."""
    for document in site.valid:
        named = [
            (placed.callout.picture, placed.line_of("picture"))
            for placed in document.body.callouts
            if isinstance(placed.callout, Video)
        ]
        picture = document.meta.picture
        line = document.line_of(picture.field) if picture else 1
        if picture:
            named.append((picture.name, line))
        for name, at in named:
            yield from _picture(site, document.display_path, at, name)
        if picture and not picture.alt:
            yield _no_alt(document.display_path, line, picture.field)


def pictures_of_clinic(site: Site) -> Iterator[Problem]:
    """The pictures named in `clinic.yaml` exist, and have a description (WCAG 1.1.1)."""
    path = f"{display_path_of(site.content)}/clinic.yaml"
    for picture in site.clinic.pictures:
        line = site.clinic_data.line_of((picture.field,))
        yield from _picture(site, path, line, picture.name)
        if not picture.alt:
            yield _no_alt(path, line, picture.field)


def _picture(site: Site, path: str, line: int, name: str) -> Iterator[Problem]:
    if f"images/{name}" not in site.addresses:
        have = [path.removeprefix("images/") for path in site.static if "images/" in path]
        message = f"there is no picture `{name}` in `images`"
        yield Problem(path, line, "picture-missing", message, did_you_mean(name, have))


def _no_alt(path: str, line: int, field: str) -> Problem:
    hint = "describe in a few words what the picture shows; a decoration needs `none`"
    return Problem(path, line, "alt-missing", f"`{field}_alt` is missing", hint)


def _ids(document: Document | InvalidDocument, field: str) -> Iterable[tuple[str, str]]:
    """The ids in a field, and how each is written; of a broken text those that may be one."""
    if isinstance(document, Document):
        return [(id, id) for id in document.meta.named_ids.get(field, ())]
    value = document.data.values.get(field) or ()
    if field in ONE or (field == "author" and isinstance(value, str)):
        if not isinstance(value, str) or not re.search(r"[^\W_]", value):
            return ()
        id = slug(value)
        return () if field == "author" and id in (PRACTICE, GUEST) else [(id, value)]
    ids = [value] if isinstance(value, str) else value
    return [(id, id) for id in ids if isinstance(id, str) and re.match(ID_PATTERN, id)]


def _known(site: Site) -> dict[str, Collection[str]]:
    return {
        "therapist": site.slugs["team"],
        "treatment": site.slugs["treatments"],
        "topic": site.topics,
        "source": site.sources,
        "location": [] if "clinic" in site.unread else [place.id for place in site.locations],
    }


def _drafts(site: Site) -> dict[str, Collection[str]]:
    """The ids of therapists and treatments whose files are drafts."""
    folders = {"therapist": "team", "treatment": "treatments"}
    return {
        kind: site.slugs[folder] - site.published_slugs(folder) for kind, folder in folders.items()
    }


def _is_in(sources: Collection[str], document: Document | InvalidDocument) -> bool:
    return normalize("NFC", document.source) in sources


def _draft(path: str, line: int, kind: str, id: str) -> Problem:
    hint = f"publish the {kind} first, or remove it here"
    return Problem(path, line, "link-draft", f"the {kind} `{id}` is not published yet", hint)


def _unknown(path: str, line: int, kind: str, id: str, known: Collection[str]) -> Problem:
    message = f"there is no {kind} `{id}`"
    hint = did_you_mean(id, known) if known else FIRST[kind]
    return Problem(path, line, f"{kind}-unknown", message, hint)
