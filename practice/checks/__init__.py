"""Checks: pure generators of Problems. Those of the content see the site before it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from practice.checks import (
    accessibility,
    addresses,
    clinical,
    legal,
    links,
    pdf,
    per_document,
    reading,
    references,
    settings,
)
from practice.problems import Problem
from practice.rendering import images
from practice.site import redirects
from practice.site.site import Site

CHECKS: tuple[Callable[[Site], Iterator[Problem]], ...] = (
    addresses.required_pages,
    addresses.unique,
    references.ids,
    references.pictures,
    images.readable,
    references.callouts,
    links.targets,
    links.pictures,
    redirects.check,
    clinical.figures,
    clinical.frequencies,
    clinical.number_formats,
    clinical.help_cards,
    clinical.reviews,
    clinical.overdue,
    clinical.testimonials,
    accessibility.link_texts,
    reading.dont_items,
    reading.help_levels,
)
OF_THE_CLINIC: tuple[Callable[[Site], Iterator[Problem]], ...] = (legal.notices, legal.insurance)
"""Checks of what `clinic.yaml` says, once that has no mistakes of its own."""
WARNINGS = frozenset(
    {
        "claim",
        "dont-wording",
        "help-twice",
        "insurance-old",
        "lang-missing",
        "phone-other",
        "reading-grade",
        "review-overdue",
        "sentence-long",
        "spelling",
    }
)
"""Advice: everything else is an error. A practice sets its own in `content/checks.yaml`."""


def run(
    site: Site,
    *,
    publishing: bool = False,
    kept: Path | None = None,
    texts: Mapping[str, per_document.Found] | None = None,
    pdfs: bool = True,
) -> list[Problem]:
    """Every problem of a site that no single file shows when it is read, in the order of its files.

    Errors stop a build, warnings do not. ``publishing`` makes an overdue review an error, whatever
    the practice has set: what goes out to patients has been read when it said it would be. ``kept``
    is the folder of the cache, ``texts`` what was found in the texts, if they were looked at;
    without ``pdfs``, PDFs are left out.
    """
    own, problems = settings.read(site.content)
    ours = CHECKS if "clinic" in site.unread else (*CHECKS, *OF_THE_CLINIC)
    problems.extend(problem for check in ours for problem in check(site))
    if pdfs:
        problems.extend(pdf.documents(site, kept))
    for found in (per_document.every(site, own, kept) if texts is None else texts).values():
        problems.extend(found.problems)
    severity: dict[str, Any] = dict.fromkeys(WARNINGS, "warning") | own.severity
    if publishing:
        severity["review-overdue"] = "error"
    return sorted(
        {
            replace(problem, severity=severity.get(problem.code, "error"))
            for problem in problems
            if severity.get(problem.code) != "off"
        }
    )
