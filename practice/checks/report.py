"""Checking without building: every problem of a content folder, and what falls due soon."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from practice import checks
from practice.checks import legal, per_document, reading, settings
from practice.content.cached_reader import Reader
from practice.paths import command_of
from practice.problems import Problem, ProblemsFound, errors
from practice.site.assemble import load
from practice.site.site import Site
from practice.support.cache_folder import cache_folder
from practice.support.environment import today

LISTED = 10
"""The most imported texts that the report names; it only counts the others."""
SOON = 60
"""Days that the list of due dates looks ahead."""


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    problems: tuple[Problem, ...]
    due: tuple[tuple[dt.date, str, str], ...] = ()
    """What falls due within 60 days: the date, the file, and what has to be done."""
    grades: tuple[tuple[int, float], ...] = ()
    """The reading grade of the posts, year by year."""
    sources: str = ""
    """How many sources were checked for retractions, and when."""
    imported: str = ""
    """Which imported texts wait for a review."""

    @property
    def errors(self) -> int:
        """The number of problems that prevent a build."""
        return len(errors(self.problems))


def check(content: Path, zone: str = "UTC", *, publishing: bool = False) -> Checked:
    """Read and check a content folder; ``publishing`` makes overdue reviews errors.

    ``zone`` is the time zone that decides the day.
    """
    kept = cache_folder(content)
    site, problems = load(content, today(zone), read_all=Reader(kept))
    if site is None:
        return Checked(tuple(ProblemsFound(problems).problems))
    texts = per_document.every(site, settings.read(content)[0], kept)
    between = checks.run(site, publishing=publishing, texts=texts)
    trend = reading.trend(site, {name: found.grade for name, found in texts.items()})
    found = ProblemsFound([*problems, *between]).problems
    return Checked(
        tuple(found),
        tuple(legal.falls_due(site, SOON)),
        tuple(trend.items()),
        _sources(site),
        _imported(site),
    )


def _sources(site: Site) -> str:
    studies = {id for id, source in site.sources.items() if source.doi or source.pmid}
    days = [found.checked for id, found in site.source_checks.items() if id in studies]
    if not studies:
        return ""
    if not days:
        command = command_of("check --sources")
        return f"No study has been checked for retractions: `{command}` does that."
    count = f"{len(days)} of {len(studies)} studies were"
    return f"{count} checked for retractions, the first on {min(days)}."


def _imported(site: Site) -> str:
    waiting = [text.display_path for text in site.valid if text.meta.waits_for_review]
    if not waiting:
        return ""
    noun = "imported text waits" if len(waiting) == 1 else "imported texts wait"
    more = f", and {len(waiting) - LISTED} more" if len(waiting) > LISTED else ""
    return f"{len(waiting)} {noun} for a review: {', '.join(waiting[:LISTED])}{more}."


def as_text(checked: Checked) -> str:
    """Return a report for people: problems, due dates, and the reading grade of the posts."""
    lines = [str(problem) for problem in checked.problems]
    lines.extend(f"{day}: {what} falls due ({path})" for day, path, what in checked.due)
    lines += filter(None, (checked.sources, checked.imported))
    if checked.grades:
        years = ", ".join(f"{year}: {grade:.1f}" for year, grade in checked.grades)
        lines.append(f"Reading grade of the posts, by year: {years}.")
    warnings = len(checked.problems) - checked.errors
    lines.append(f"{_count(checked.errors, 'error')}, {_count(warnings, 'warning')}.")
    return "\n".join(lines)


def as_json(checked: Checked) -> str:
    """Return JSON: a list of objects with path, line, code, severity, message and hint."""
    return json.dumps([asdict(problem) for problem in checked.problems], indent=2)


def as_github(checked: Checked) -> str:
    """Return one GitHub Actions workflow command per problem (see GitHub's “Workflow commands”)."""
    return "\n".join(_annotation(problem) for problem in checked.problems)


def _annotation(problem: Problem) -> str:
    message = _escaped(f"{problem.message}\n{problem.hint}".strip())
    place = f"file={_property(problem.path)},line={problem.line},title={_property(problem.code)}"
    return f"::{problem.severity} {place}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


FORMATS: dict[str, Callable[[Checked], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
"""The report formats, by their names in `inv check --format`."""
