"""Checks of the content. Each check is a generator that takes a `Site` and yields a `Problem`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from practice.checks import (
    accessibility,
    addresses,
    clinical,
    guarded,
    legal,
    links,
    pdf,
    per_document,
    reading,
    references,
    settings,
    twice,
)
from practice.problems import Problem, Severity
from practice.rendering import fonts, images
from practice.site import redirects
from practice.site.drafts import lenient
from practice.site.site import Site

CHECKS: tuple[Callable[[Site], Iterator[Problem]], ...] = (
    addresses.required_pages,
    addresses.pages_above,
    addresses.unique,
    addresses.portable,
    addresses.short,
    twice.files,
    references.ids,
    references.retractions,
    references.years,
    references.pictures,
    references.callouts,
    links.targets,
    links.pictures,
    redirects.check,
    clinical.figures,
    clinical.groups,
    clinical.frequencies,
    clinical.wholes,
    clinical.number_formats,
    clinical.ones,
    clinical.relative,
    clinical.help_cards,
    clinical.long_cards,
    clinical.reviews,
    clinical.overdue,
    clinical.testimonials,
    clinical.patient_pictures,
    accessibility.link_texts,
    reading.dont_items,
    reading.help_levels,
)
OF_THE_CLINIC: tuple[Callable[[Site], Iterator[Problem]], ...] = (
    legal.notices,
    legal.insurance,
    twice.exceptions,
    twice.locations,
    references.announcements,
    references.visits,
    references.pictures_of_clinic,
)
"""Checks of `clinic.yaml`; they run only when the file itself has no mistakes."""
WARNINGS = frozenset(
    {
        "card-long",
        "claim",
        "dont-wording",
        "figure-one",
        "font-large",
        "help-twice",
        "insurance-old",
        "lang-missing",
        "phone-other",
        "reading-grade",
        "review-old",
        "review-overdue",
        "sentence-long",
        "source-corrected",
        "source-doubted",
        "source-retracted",
        "spelling",
    }
)
"""Codes that are warnings by default; the others are errors. `checks.yaml` can change some."""


def run(
    site: Site,
    *,
    publishing: bool = False,
    kept: Path | None = None,
    texts: Mapping[str, per_document.Found] | None = None,
    static: bool = True,
) -> list[Problem]:
    """Return every problem that reading the files one by one cannot show, sorted by file and line.

    Errors stop a build; warnings do not. ``publishing`` makes an overdue review and a retracted
    study errors, whatever `content/checks.yaml` says. ``kept`` is the cache folder. ``texts`` holds
    the findings of `per_document.every`, where the caller already has them. ``static`` says whether
    to check pictures and PDFs.
    """
    own, problems = settings.read(site.content)
    ours = CHECKS if "clinic" in site.unread else (*CHECKS, *OF_THE_CLINIC)
    slow = False
    for check in ours:
        if not slow:  # the file that is named would take as long again
            problems.extend(guarded.findings(partial(check, site)))
            slow = any(problem.code == "file-slow" for problem in problems)
    if static and not slow:
        problems.extend(images.readable(site, kept))
        problems.extend(images.icon(site, kept))
        problems.extend(fonts.usable(site, kept))
        problems.extend(pdf.documents(site, kept))
    if texts is None:
        texts = {} if slow else per_document.every(site, own, kept)
    for text in texts.values():
        problems.extend(text.problems)
    chosen: dict[str, Severity | Literal["off"]] = dict.fromkeys(WARNINGS, "warning")
    chosen.update(own.severity)
    if publishing:
        chosen["review-overdue"] = chosen["source-retracted"] = "error"
    found: set[Problem] = set()
    for problem in problems:
        severity = chosen.get(problem.code, "error")
        if severity != "off":
            found.add(replace(problem, severity=severity))
    return sorted(lenient(site.texts, found))
