"""Clinical: what a text says of harm has a source, and what is serious says where to get help."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practice.body import plain
from practice.model import HelpCard, SideEffect
from practice.problems import Problem
from practice.site import Site


def figures(site: Site) -> Iterator[Problem]:
    """A figure without a source cannot be checked by anyone."""
    for document in site.documents:
        for placed in document.body.callouts:
            effect = placed.callout
            if isinstance(effect, SideEffect) and effect.figure and not effect.sources:
                yield Problem(
                    document.shown,
                    placed.line,
                    "figure-source",
                    f"“{effect.name}” gives a figure and no source",
                    "add `sources:` with an id from `sources.yaml`, or take the figure out",
                )


def help_cards(site: Site) -> Iterator[Problem]:
    """A serious effect has a card that says when it is urgent; an emergency card says 911."""
    for document in site.documents:
        cards = document.body.of_type(HelpCard)
        for placed in document.body.callouts:
            callout = placed.callout
            if isinstance(callout, SideEffect) and callout.severity == "serious":
                if not any(card.level in ("urgent", "emergency") for card in cards):
                    yield Problem(
                        document.shown,
                        placed.line,
                        "help-missing",
                        f"“{callout.name}” is serious, and no card says when to get help",
                        "add a `get-help` with `level: urgent` or `level: emergency`",
                    )
            elif isinstance(callout, HelpCard) and callout.level == "emergency":
                words = f"{callout.title} {plain(callout.details)}"
                if not re.search(r"\b911\b", words):
                    yield Problem(
                        document.shown,
                        placed.line,
                        "help-number",
                        "an emergency card does not say whom to call",
                        "name 911 in the card's heading",
                    )
