"""Checks: pure generators of Problems. Those of the content see the site before it is built."""

from __future__ import annotations

from practice import images, redirects
from practice.checks import addresses, clinical, links, references
from practice.problems import Problem
from practice.site import Site

CHECKS = (
    addresses.required_pages,
    addresses.unique,
    references.ids,
    references.pictures,
    images.readable,
    references.notices,
    references.callouts,
    links.targets,
    links.pictures,
    redirects.check,
    clinical.figures,
    clinical.help_cards,
)


def run(site: Site) -> list[Problem]:
    """Every problem between the files of a site, in the order of its files."""
    return sorted({problem for check in CHECKS for problem in check(site)})
