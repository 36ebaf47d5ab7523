"""Checks the sources of a practice, and writes what was found to `sources-checked.yaml`.

That file belongs to the content: every later build, also without the Internet, knows which study
was retracted, and the page of sources says when they were last checked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from practice.content.cached_reader import Reader
from practice.content.folder import SOURCES_CHECKED
from practice.content.models import Source, SourceCheck
from practice.evidence import crossref, pubmed, snapshot
from practice.evidence.notices import JournalNotice, state_of
from practice.site.assemble import load
from practice.support.cache_folder import cache_folder
from practice.support.environment import today
from practice.support.files import write_file

HEAD = "# Written by `inv check --sources`, which asks about each study in `sources.yaml`.\n"


@dataclass(frozen=True)
class Services:
    """Whom to ask, by their addresses; a test asks its own server."""

    crossref: str = crossref.ADDRESS
    pubmed: str = pubmed.ADDRESS


def run(
    content: Path,
    zone: str,
    copy: Path | None = None,
    step: Callable[[str], None] = lambda _: None,
    services: Services | None = None,
) -> None:
    """Check the sources of a content folder; ``zone`` is the time zone that decides the day.

    The other parameters and errors are those of ``check``. A folder without a clinic has none.
    """
    site, _ = load(content, today(zone), read_all=Reader(cache_folder(content)))
    if site:
        contact = site.clinic.email or ""
        check(
            content,
            site.sources,
            site.build_date,
            contact=contact,
            copy=copy,
            services=services,
            step=step,
        )


def check(
    content: Path,
    sources: Mapping[str, Source],
    day: dt.date,
    *,
    contact: str = "",
    copy: Path | None = None,
    services: Services | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> dict[str, SourceCheck]:
    """Ask about every source that has a DOI or a PubMed id, and write what was found.

    ``copy`` is a file of Retraction Watch; with one, nobody is asked over the Internet. ``contact``
    is a mail address that the services may write to. Raises ``CannotAsk``; nothing is written then.
    """
    found: dict[str, tuple[list[str], list[JournalNotice]]] = {}
    if copy:
        step(f"Reading {copy.name}")
        notices = snapshot.ask(copy, sources)
        for id, source in sources.items():
            if source.doi or source.pmid:
                found[id] = [snapshot.NAME], notices.get(id, [])
    else:
        found = _asked(sources, contact, services or Services(), step)
    checked = {id: _check(day, asked, notices) for id, (asked, notices) in found.items()}
    write_file(content / SOURCES_CHECKED, as_yaml(checked).encode())
    return checked


def _asked(
    sources: Mapping[str, Source], contact: str, services: Services, step: Callable[[str], None]
) -> dict[str, tuple[list[str], list[JournalNotice]]]:
    found: dict[str, tuple[list[str], list[JournalNotice]]] = {}
    pmids = [source.pmid for source in sources.values() if source.pmid]
    step("Asking PubMed")
    known = pubmed.ask(pmids, contact, services.pubmed) if pmids else {}
    for id, source in sources.items():
        asked: list[str] = []
        notices: list[JournalNotice] = []
        if source.doi:
            step(f"Asking Crossref about {id}")
            answer = crossref.ask(source.doi, contact, services.crossref)
            if answer is not None:
                asked.append(crossref.NAME)
                notices += answer
        if source.pmid in known:
            asked.append(pubmed.NAME)
            notices += known[source.pmid]
        if asked:
            found[id] = asked, notices
    return found


def _check(day: dt.date, asked: list[str], notices: list[JournalNotice]) -> SourceCheck:
    state, notice = state_of(notices)
    return SourceCheck(
        checked=day,
        asked=tuple(asked),
        state=state,
        notice=notice.link or None if notice else None,
        since=notice.day if notice else None,
    )


def as_yaml(checked: Mapping[str, SourceCheck]) -> str:
    """Return the file; its values need no quotes."""
    lines = [HEAD]
    for id, found in sorted(checked.items()):
        lines += [f"\n{id}:\n", f"  checked: {found.checked}\n"]
        lines += [f"  asked: [{', '.join(found.asked)}]\n", f"  state: {found.state}\n"]
        lines += [f"  notice: {found.notice}\n"] if found.notice else []
        lines += [f"  since: {found.since}\n"] if found.since else []
    return "".join(lines)
