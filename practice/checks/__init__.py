"""Checks: pure generators of Problems. Those of the content see the site before it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from practice import images, redirects
from practice.checks import (
    access,
    addresses,
    clinical,
    duty,
    links,
    privacy,
    reading,
    references,
    settings,
)
from practice.problems import Problem
from practice.site import Site

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
    access.link_texts,
    access.languages,
    duty.notices,
    duty.insurance,
    privacy.documents,
    reading.dont_items,
    reading.help_levels,
)
SET_CHECKS: tuple[Callable[[Site, settings.Settings], Iterator[Problem]], ...] = (
    clinical.claims,
    links.phones,
    reading.sentences,
    reading.grades,
    reading.spelling,
)
"""Checks that ask what the practice has set, beside how severe they are."""
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


def run(site: Site, *, publishing: bool = False) -> list[Problem]:
    """Every problem between the files of a site, in the order of its files.

    Errors stop a build, warnings do not. ``publishing`` makes an overdue review an error, whatever
    the practice has set: what goes out to patients has been read when it said it would be.
    """
    own, problems = settings.read(site.content)
    problems.extend(problem for check in CHECKS for problem in check(site))
    problems.extend(problem for check in SET_CHECKS for problem in check(site, own))
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
