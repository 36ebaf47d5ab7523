"""Clinical content: figures have sources, serious effects have help cards, reviews are dated."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache

from practice.checks.prose import Text
from practice.checks.prose import plain as plain_line
from practice.content.body import CalloutPart
from practice.content.document import Document
from practice.content.markdown import plain
from practice.content.models import (
    FREQUENCY_MEANING,
    Frequency,
    HelpCard,
    Review,
    SideEffect,
    Testimonial,
    Therapist,
)
from practice.problems import Problem
from practice.site.site import Site

BANDS: dict[Frequency, tuple[float, float]] = {
    "very common": (1 / 10, 1),
    "common": (1 / 100, 1 / 10),
    "uncommon": (1 / 1_000, 1 / 100),
    "rare": (1 / 10_000, 1 / 1_000),
    "very rare": (0, 1 / 10_000),
}
"""Lower and upper bound of each frequency word (CIOMS Working Group III, 1995)."""
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
IN = re.compile(
    rf"(?P<low>{NUMBER})(?:\s*(?:to|and|-|–|or)\s*(?P<high>{NUMBER}))?"
    rf"\s+(?:in|of|out of)\s+(?:every\s+)?(?P<all>{NUMBER})(?!\s*(?:%|percent))"
)
PERCENT = re.compile(
    rf"(?P<low>{NUMBER})\s*(?:%|percent)?(?:\s*(?:to|and|-|–|or)\s*(?P<high>{NUMBER}))?"
    r"\s*(?:%|percent)"
)
PATIENT = re.compile(r"[^—–-]*[—–-].*\b(?:patient|client)\b", re.IGNORECASE)
"""A line with these words after a dash."""


def figures(site: Site) -> Iterator[Problem]:
    """Every figure of a side effect has a source."""
    for document, placed, effect in _effects(site):
        if effect.figure and not effect.sources:
            yield _at(
                document,
                placed,
                "figure-source",
                f"“{effect.name}” has a figure but no source",
                "add `sources:` with an id from `sources.yaml`, or remove the figure",
                on="figure",
            )


def frequencies(site: Site) -> Iterator[Problem]:
    """A frequency word agrees with the figure beside it."""
    for document, placed, effect in _effects(site):
        share = share_of(effect.figure or "")
        if share is None:
            continue
        low, high = share
        word = effect.how_common
        if word == "not known":
            message = f"“{effect.name}” is marked `not known` but has a figure from a study"
            hint = f"write `how-common: {band_of(low)}`, or remove the figure"
        elif _bands_between(low, high) > 1:
            message = f"`{effect.figure}` covers more than two of the standard words"
            hint = "give the figure of one study, or write `how-common: not known` without a figure"
        elif high < BANDS[word][0] or low > BANDS[word][1]:
            message = f"`{word}` means {FREQUENCY_MEANING[word]}, but the figure says otherwise"
            hint = f"write `how-common: {band_of(low)}`, or correct `{effect.figure}`"
        else:
            continue
        yield _at(document, placed, "frequency-figure", message, hint, on="how_common")


def share_of(figure: str) -> tuple[float, float] | None:
    """Return the range of a figure, or None: ``about 8 to 10 in 100`` is (0.08, 0.1)."""
    shares: list[float] = []
    for match in IN.finditer(figure):
        if whole := _number(match["all"]):
            shares += [_number(match[part]) / whole for part in ("low", "high") if match[part]]
    if not shares:
        for match in PERCENT.finditer(figure):
            shares += [_number(match[part]) / 100 for part in ("low", "high") if match[part]]
    return (min(shares), max(shares)) if shares else None


def band_of(share: float) -> Frequency:
    """Return the frequency word for a share between 0 and 1."""
    return next(word for word, (least, _) in BANDS.items() if share >= least)


def _bands_between(low: float, high: float) -> int:
    """Return how many bands the ends of a range are apart: 0 if both are in the same one."""
    words = list(BANDS)
    return words.index(band_of(low)) - words.index(band_of(high))


def number_formats(site: Site) -> Iterator[Problem]:
    """A side effect uses one number format: readers compare ``8 in 100`` with ``5%`` wrongly."""
    for document, placed, effect in _effects(site):
        words = " ".join(filter(None, (effect.figure, effect.what_to_do, plain(effect.details))))
        if IN.search(words) and PERCENT.search(words):
            message = f"“{effect.name}” mixes percentages with figures such as “8 in 100”"
            hint = "write every figure as `8 in 100`"
            yield _at(document, placed, "number-format", message, hint, on="figure")


def help_cards(site: Site) -> Iterator[Problem]:
    """A serious effect needs an urgent or emergency card, and an emergency card says 911."""
    for document in site.documents:
        cards = document.body.of_type(HelpCard)
        for placed in document.body.callouts:
            callout = placed.callout
            if isinstance(callout, SideEffect) and callout.severity == "serious":
                if not any(card.level in ("urgent", "emergency") for card in cards):
                    yield _at(
                        document,
                        placed,
                        "help-missing",
                        f"“{callout.name}” is serious, but no card says when to get help",
                        "add a `get-help` with `level: urgent` or `level: emergency`",
                    )
            elif isinstance(callout, HelpCard) and callout.level == "emergency":
                words = f"{callout.title} {plain(callout.details)}"
                if not re.search(r"\b911\b", words):
                    yield _at(
                        document,
                        placed,
                        "help-number",
                        "this emergency card does not say whom to call",
                        "write 911 in the card's heading",
                    )


def reviews(site: Site) -> Iterator[Problem]:
    """A text that is not a sample names the clinician who reviewed it, and the day."""
    people = {person.slug: person for person in site.team}
    for document in site.documents:
        review = document.meta.review
        said = {"reviewed": review.on, "reviewed_by": review.by}
        needed = {"treatment": ("reviewed", "reviewed_by"), "post": ("reviewed",)}
        for field in needed.get(document.kind, ()):
            if not document.meta.sample and said[field] is None:
                message = f"`{field}` is missing: the text names no reviewer"
                hint = (
                    "add it once a clinician has reviewed the text, or mark the text `sample: true`"
                )
                yield Problem(document.display_path, 1, "review-missing", message, hint)
        person = people.get(review.by or "")
        if person and not (person.meta.license or _licensed(person.meta)):
            message = f"{person.title} has no license, so cannot review a text"
            hint = "name a licensed clinician, or add the license to this person's `credentials`"
            line = document.line_of("reviewed_by")
            yield Problem(document.display_path, line, "reviewer", message, hint)
        for field, message in _impossible(review, site.build_date):
            line = document.line_of(field)
            yield Problem(document.display_path, line, "review-date", message, "correct the date")


def _licensed(person: Therapist) -> bool:
    """Return whether one of the credentials is a license, which a student does not have."""
    return any(credential.kind == "license" for credential in person.credentials)


def _impossible(review: Review, today: dt.date) -> Iterator[tuple[str, str]]:
    if review.on and review.on > today:
        yield "reviewed", "`reviewed` is in the future"
    if review.on and review.due and review.due <= review.on:
        yield "next_review", "`next_review` is not after `reviewed`"


def overdue(site: Site) -> Iterator[Problem]:
    """A text is reviewed again by its own `next_review` date."""
    for document in site.documents:
        reviewed, due = document.meta.review.on, document.meta.review.due
        if due and due < site.build_date and not (reviewed and due <= reviewed):
            message = f"the review was due on {due}"
            hint = "have it reviewed, then set `reviewed` and `next_review`"
            line = document.line_of("next_review")
            yield Problem(document.display_path, line, "review-overdue", message, hint)


def testimonials(site: Site) -> Iterator[Problem]:
    """A testimonial needs the patient's written authorization (45 CFR 164.508)."""
    for document in site.documents:
        for placed in document.body.callouts:
            callout = placed.callout
            if isinstance(callout, Testimonial) and not callout.authorization_on_file:
                message = "the patient’s written authorization is not on file"
                hint = "get it in writing first, or remove the quotation"
                yield _at(document, placed, "testimonial", message, hint)


def quotations(text: Text) -> Iterator[Problem]:
    """A quotation of a patient is a testimonial, so it has to be written as one."""
    for number, line in enumerate(text.prose.lines if text.public else (), 1):
        if ">" in line and line.lstrip().startswith(">") and PATIENT.match(line):
            message = "a patient is quoted outside a `testimonial` callout"
            hint = "write it as `/// testimonial`, with `authorization-on-file`"
            yield Problem(text.document.display_path, number, "testimonial", message, hint)


def claims(text: Text) -> Iterator[Problem]:
    """A text does not promise that a treatment helps everyone or has no risks."""
    if not text.settings.claims:
        return
    pattern = _claims(text.settings.claims)
    if not pattern.search(" ".join(text.prose.lines)):
        return
    for number, line in enumerate(text.prose.lines, 1):
        for match in pattern.finditer(plain_line(line)):
            message = f"“{match[0]}” promises too much to patients"
            hint = "say what a study found instead; the list of such words is in checks.yaml"
            yield Problem(text.document.display_path, number, "claim", message, hint)


@lru_cache
def _claims(words: tuple[str, ...]) -> re.Pattern[str]:
    phrases = "|".join(re.escape(claim) for claim in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{phrases})(?!\w)", re.IGNORECASE)


def _effects(site: Site) -> Iterator[tuple[Document, CalloutPart, SideEffect]]:
    for document in site.valid:
        for placed in document.body.callouts:
            if isinstance(placed.callout, SideEffect):
                yield document, placed, placed.callout


def _at(
    document: Document, placed: CalloutPart, code: str, message: str, hint: str, *, on: str = ""
) -> Problem:
    return Problem(document.display_path, placed.line_of(on), code, message, hint)


def _number(text: str) -> float:
    return float(text.replace(",", ""))
