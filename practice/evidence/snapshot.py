"""A copy of the Retraction Watch data, which the practice has downloaded.

The columns: https://gitlab.com/crossref/retraction-watch-data
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from practice.content.models import Source
from practice.evidence.notices import CannotAsk, JournalNotice, Kind

NAME = "Retraction Watch"
KINDS: dict[str, Kind] = {
    "retraction": "retraction",
    "expression of concern": "concern",
    "correction": "correction",
    "reinstatement": "reinstatement",
}
DOI, PMID = "OriginalPaperDOI", "OriginalPaperPubMedID"
NEEDED = {DOI, PMID, "RetractionDOI", "RetractionDate", "RetractionNature"}
MISSING = {"", "0", "unavailable", "n/a", "none"}
"""How the file writes that a value is not known."""


def ask(file: Path, sources: Mapping[str, Source]) -> dict[str, list[JournalNotice]]:
    """Return the notices about the sources of a practice, by their ids.

    Raises ``CannotAsk`` for a file that cannot be read or is another one.
    """
    by_doi = {source.doi.lower(): id for id, source in sources.items() if source.doi}
    by_pmid = {source.pmid: id for id, source in sources.items() if source.pmid}
    found: dict[str, list[JournalNotice]] = {}
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
            rows = csv.DictReader(opened)
            if not set(rows.fieldnames or ()) >= NEEDED:
                raise CannotAsk(f"`{file}` is not a copy of the {NAME} data")
            for row in rows:
                notice = _notice(row)
                if notice is None:
                    continue
                ids = {by_doi.get(doi.lower()) for doi in _values(row[DOI])}
                ids |= {by_pmid.get(pmid) for pmid in _values(row[PMID])}
                for id in ids - {None}:
                    found.setdefault(str(id), []).append(notice)
    except (OSError, csv.Error) as error:
        raise CannotAsk(f"`{file}` cannot be read: {error}") from error
    return found


def _values(cell: str | None) -> Iterator[str]:
    values = (value.strip() for value in (cell or "").split(";"))
    return (value for value in values if value.lower() not in MISSING)


def _notice(row: Mapping[str, str | None]) -> JournalNotice | None:
    kind = KINDS.get((row["RetractionNature"] or "").strip().lower())
    dois = list(_values(row["RetractionDOI"]))
    link = f"https://doi.org/{quote(dois[0])}" if dois else ""
    return JournalNotice(kind, link, _day(row["RetractionDate"] or "")) if kind else None


def _day(text: str) -> dt.date | None:
    """Return the day of ``1/31/2023 0:00``, which is written as in the United States."""
    try:
        month, day, year = (int(part) for part in text.split(" ", maxsplit=1)[0].split("/"))
        return dt.date(year, month, day)
    except ValueError:
        return None
