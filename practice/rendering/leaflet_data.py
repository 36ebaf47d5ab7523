"""What a leaflet says: plain data for its template, taken from the models.

Texts are fitted to the pages by leaving out words, in the order of ``Fit``. Serious side effects,
signs of an emergency and phone numbers are never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from urllib.parse import urljoin

from practice.content.body import CalloutPart
from practice.content.document import Document
from practice.content.markdown import clean, plain
from practice.content.models import (
    FREQUENCY_MEANING,
    Do,
    Dont,
    InLanguage,
    KeyPoint,
    SideEffect,
    Source,
    Treatment,
)
from practice.content.sentences import first_sentence
from practice.rendering import links
from practice.rendering.html_tree import Node, tree_of
from practice.site.formatting import direction, long_date, phone, tel
from practice.site.leaflets import Leaflet
from practice.site.locations import PlaceToVisit
from practice.site.site import Site

LETTER_COUNTRIES = frozenset(
    {"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"}
)
"""Countries that print on Letter; all others use A4 (CLDR, territory information, paper size)."""
HELP_LEVELS = ("emergency", "urgent", "non-urgent")
"""The order of help cards on a leaflet."""
STEPS = list(reversed(FREQUENCY_MEANING))
"""Frequency words, `not known` first; the position is the number of filled dots."""


class Fit(IntEnum):
    """How much is said of side effects: each level says less than the one before."""

    ALL = 0
    """Everything."""
    FIRST_SENTENCES = 1
    """Of an effect that is not serious, the first sentence."""
    SERIOUS_ONLY = 2
    """Details of serious effects only; every effect, and what to do, is still named."""
    NO_DETAILS = 3
    """No details: for a leaflet beside one that has them."""


FITS: dict[str, tuple[Fit, ...]] = {
    "treatment": (Fit.ALL, Fit.FIRST_SENTENCES, Fit.SERIOUS_ONLY),
    "visit": (Fit.ALL, Fit.FIRST_SENTENCES, Fit.SERIOUS_ONLY),
    "aftercare": (Fit.ALL, Fit.NO_DETAILS),
}
"""What is tried until a leaflet of each kind fits its pages."""
PAGES = {"treatment": 2, "visit": 2, "aftercare": 1}
"""The most pages of a leaflet for each of its treatments; large print has no limit."""


@dataclass(frozen=True)
class LeafletData:
    """The data of one leaflet, for one site."""

    site: Site
    """The site; access to it is recorded."""
    address: str
    """The site's address, without a slash at the end."""
    leaflet: Leaflet

    def attempts(self) -> Iterator[dict[str, Any]]:
        """Yield the data for the template: with all text, then with less.

        A treatment's leaflet begins its second page with the side effects, if all fits that way.
        """
        if self.leaflet.kind == "treatment" and not self.leaflet.large_print:
            yield self._at(Fit.ALL) | {"continuous": False}
        for fit in (Fit.ALL,) if self.leaflet.large_print else FITS[self.leaflet.kind]:
            yield self._at(fit) | {"continuous": True}

    def _at(self, fit: Fit) -> dict[str, Any]:
        leaflet, clinic = self.leaflet, self.site.clinic
        language, _, region = clinic.language.partition("-")
        return {
            "kind": leaflet.kind,
            "title": leaflet.title,
            "summary": "" if leaflet.visit else leaflet.treatments[0].meta.summary,
            "sample": any(treatment.meta.sample for treatment in leaflet.treatments),
            "language": language,
            "region": region,
            "paper": self.paper,
            "large_print": leaflet.large_print,
            "practice": self._practice(),
            "page": {"address": self.page},
            "booking": {"address": clinic.booking_url, "label": clinic.booking_label},
            "treatments": [self._treatment(treatment, fit) for treatment in leaflet.treatments],
            "emergency_note": "" if self._names_emergencies() else clinic.emergency_note,
            **self._review(),
            "sources": self._sources(),
        }

    @property
    def most_pages(self) -> int | None:
        """The most pages that it may have; None for any number."""
        if self.leaflet.large_print:
            return None
        return PAGES[self.leaflet.kind] * len(self.leaflet.treatments)

    @property
    def paper(self) -> str:
        """The paper, by Typst's name for it."""
        clinic = self.site.clinic
        usual = "letter" if clinic.address.country in LETTER_COUNTRIES else "a4"
        return {"letter": "us-letter", "a4": "a4"}[clinic.leaflets.paper or usual]

    @property
    def page(self) -> str:
        """The address of the page that says more."""
        if self.leaflet.visit:
            return self.address + self.site.page("treatments").path
        return self.address + self.leaflet.treatments[0].path

    def _names_emergencies(self) -> bool:
        cards = (card for t in self.leaflet.treatments for card in t.meta.get_help)
        return any(card.level == "emergency" for card in cards)

    def _practice(self) -> dict[str, Any]:
        clinic, (first, *others) = self.site.clinic, self.site.locations
        address = first.address
        return {
            "name": clinic.name,
            "logo_has_name": clinic.logo_has_name,
            **_phone(first),
            "address": [
                address.street,
                f"{address.city}, {address.region} {address.postal_code}",
            ],
            "hours": [[line.days, line.times] for line in first.opening_lines],
            "others": [{"name": place.name, **_phone(place)} for place in others],
        }

    def _treatment(self, treatment: Document[Treatment], fit: Fit) -> dict[str, Any]:
        meta = treatment.meta
        short = self.leaflet.kind == "aftercare"
        effects = meta.serious if short else (*meta.serious, *meta.mild)
        cards = sorted(meta.get_help, key=lambda card: HELP_LEVELS.index(card.level))
        page = self.address + treatment.path
        return {
            "name": treatment.title,
            "address": page,
            "help": [
                {"level": card.level, "title": card.title, "body": self._tree(card.details, page)}
                for card in cards
            ],
            "aftercare": list(self._aftercare(treatment, page)),
            "effects": [self._effect(effect, fit, page) for effect in effects],
            "ask_first": []
            if short
            else [
                {"title": ask.title, "body": self._tree(ask.details, page)}
                for ask in meta.ask_first
            ],
        }

    def _aftercare(self, treatment: Document[Treatment], page: str) -> Iterator[dict[str, Any]]:
        heading = Treatment.SECTIONS["aftercare"]
        for part in treatment.body.section_parts(heading) or ():
            callout = part.callout if isinstance(part, CalloutPart) else None
            if isinstance(part, str):
                body = self._tree(part, page)
                if body:
                    yield {"kind": "text", "body": body}
            elif isinstance(callout, Do | Dont):
                items = [self._tree(item, page) for item in callout.items]
                yield {"kind": callout.NAME, "title": callout.title, "items": items}
            elif isinstance(callout, KeyPoint):
                body = self._tree(callout.details, page)
                yield {"kind": callout.NAME, "title": callout.title, "body": body}
            elif isinstance(callout, InLanguage):
                body = self._tree(callout.details, page)
                language = callout.language
                way = direction(language)
                yield {
                    "kind": callout.NAME,
                    "language": language.partition("-")[0],
                    "direction": way,
                    "body": body,
                }

    def _effect(self, effect: SideEffect, fit: Fit, page: str) -> dict[str, Any]:
        serious = effect.severity == "serious"
        details: list[Node] = []
        if fit == Fit.ALL or (serious and fit < Fit.NO_DETAILS):
            details = self._tree(effect.details, page)
        elif fit == Fit.FIRST_SENTENCES and (said := first_sentence(plain(effect.details))):
            details = [said]
        figure = effect.figure or ""
        return {
            "name": effect.name,
            "serious": serious,
            "figure": figure[:1].upper() + figure[1:],
            "compared": effect.compared or "",
            "word": effect.frequency.capitalize(),
            "meaning": FREQUENCY_MEANING[effect.frequency],
            "dots": STEPS.index(effect.frequency),
            "lasts": effect.lasts or "",
            "what_to_do": effect.what_to_do or "",
            "details": details,
        }

    def _review(self) -> dict[str, Any]:
        """Return the review; that of a visit is the oldest of its treatments."""
        reviews = [treatment.meta.review for treatment in self.leaflet.treatments]
        days = [review.on for review in reviews if review.on]
        whole = len(days) == len(reviews)
        due = [review.due for review in reviews if review.due]
        by = reviews[0].by if len(reviews) == 1 else None
        return {
            "reviewed": long_date(min(days)) if whole else "",
            "reviewed_by": self.site.therapist(by).meta.full_name if whole and by else "",
            "review_due": long_date(min(due)) if due else "",
            "date": [max(days).year, max(days).month, max(days).day] if whole else None,
        }

    def _sources(self) -> list[str]:
        if self.leaflet.kind == "aftercare":
            return []
        ids = [id for t in self.leaflet.treatments for id in self.site.sources_of(t)]
        return [_short(self.site.sources[id]) for id in dict.fromkeys(ids)]

    def _tree(self, text: str, page: str) -> list[Node]:
        """Return a text as a tree; its links are whole addresses."""
        return _with_addresses(
            tree_of(links.resolve(clean(text), self.site.target, self.address)), page
        )


def _with_addresses(nodes: list[Node], page: str) -> list[Node]:
    """Return nodes whose links can be followed from paper and from a saved file."""
    for node in nodes:
        if isinstance(node, dict):
            if "href" in node:
                node["href"] = urljoin(page, node["href"])
            _with_addresses(node["c"], page)
    return nodes


def _phone(place: PlaceToVisit) -> dict[str, str]:
    return {"phone": phone(place.phone), "tel": tel(place.phone)}


def _short(source: Source) -> str:
    """Return a source in a few words: ``Brady S, et al. (2014)``."""
    first, more, _ = source.authors.partition(",")
    return f"{re.sub(r' et al.?$', '', first)}{' et al.' if more else ''} ({source.year})"
