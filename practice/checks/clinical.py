"""Clinical content: figures have sources, serious effects have help cards, reviews are dated."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache

from practice.checks.prose import Text
from practice.checks.prose import plain as plain_line
from practice.content.body import CalloutPart
from practice.content.document import Document, is_of
from practice.content.markdown import plain
from practice.content.models import (
    FREQUENCY_MEANING,
    Figure,
    Gallery,
    HelpCard,
    Post,
    Review,
    SideEffect,
    Testimonial,
    Therapist,
)
from practice.content.models.figures import (
    BANDS,
    COUNT,
    NUMBER,
    PERCENT,
    band_of,
    in_whole,
    share_of,
    suggestion,
)
from practice.problems import Problem
from practice.site.counted import counted
from practice.site.site import Site

MOST_SIGNS = 5
"""The most things that a help card should list."""
LONGEST_WITHOUT_REVIEW = dt.timedelta(days=3 * 366)
"""The time after which a text has to be reviewed, whatever its own date says (PIF TICK)."""
ONE_IN = re.compile(rf"\b1 (?:in|of|out of) (?:every )?(?P<whole>{NUMBER})", re.IGNORECASE)
RELATIVE = re.compile(
    r"\b(?:(?:twice|half|double|\w+ times) (?:as (?:likely|common|often|high)|the (?:risk|chance))"
    r"|(?:doubles|halves|triples) the (?:risk|chance)"
    r"|(?:higher|lower|greater|increased|reduced) (?:risk|chance) (?:than|by)\b)",
    re.IGNORECASE,
)
"""Words that compare a risk with another."""
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


def groups(site: Site) -> Iterator[Problem]:
    """A figure says who was counted and in what time (IPDAS: Trevena 2013)."""
    for document, placed, effect in _effects(site):
        found = counted(effect, site.sources)
        missing = [name for name in ("group", "period") if not getattr(found, name)]
        known = all(id in site.sources for id in effect.sources)  # else another check names it
        if effect.figure and effect.sources and known and missing:
            names = " and ".join(f"`{name}`" for name in missing)
            message = f"the figure of “{effect.name}” does not say {WHOM[tuple(missing)]}"
            hint = f"add {names} to the source in `sources.yaml`, or to this side effect"
            yield _at(document, placed, "figure-group", message, hint, on="figure")


WHOM = {
    ("group",): "who was counted",
    ("period",): "in what time it was counted",
    ("group", "period"): "who was counted, and in what time",
}


def frequencies(site: Site) -> Iterator[Problem]:
    """A frequency word agrees with the figure beside it, and a figure is not too wide for one."""
    for document, placed, effect in _effects(site):
        figure, word = effect.amount, effect.how_common
        if figure is None:
            continue
        low, high = figure.share
        if not figure.at_most and _bands_between(low, high) > 1:
            message = f"`{effect.figure}` covers more than two of the standard words"
            hint = "give the figure of one study, or write `how-common: not known` without a figure"
        elif word == "not known":
            message = f"“{effect.name}” is marked `not known` but has a figure from a study"
            hint = "delete `how-common`, or the figure"
        elif word and (high < BANDS[word][0] or low > BANDS[word][1]):
            message = f"`{word}` means {FREQUENCY_MEANING[word]}, but the figure says otherwise"
            hint = f"delete `how-common`: the figure says `{figure.band}`; or correct the figure"
        else:
            continue
        yield _at(document, placed, "frequency-figure", message, hint, on="how_common")


def wholes(site: Site) -> Iterator[Problem]:
    """The side effects of a text are counted in the same whole, so that they can be compared.

    That is 100, or 1,000 if one lies below 1 in 100 (PIF; Trevena 2013).
    """
    for document in site.valid:
        figures = [
            (placed, name, text, figure)
            for placed in document.body.callouts
            if isinstance(placed.callout, SideEffect)
            for name, text, figure in _figures(placed.callout)
        ]
        whole = max((figure.whole for *_, figure in figures), default=0)
        for placed, name, text, figure in figures:
            if figure.whole != whole:
                better = in_whole(figure, whole)
                message = f"`{text}` counts in {figure.whole:,}, another figure here in {whole:,}"
                hint = f"write `{better}`, so that readers can compare them"
                yield _at(document, placed, "figure-whole", message, hint, on=name)


def _figures(effect: SideEffect) -> Iterator[tuple[str, str, Figure]]:
    """Yield the figures of a side effect: field, text, and what it says."""
    if effect.figure and effect.amount:
        yield "figure", effect.figure, effect.amount
    if effect.compared and effect.without:
        yield "compared", effect.compared, effect.without


def _bands_between(low: float, high: float) -> int:
    """Return how many bands the ends of a range are apart: 0 if both are in the same one."""
    words = list(BANDS)
    return words.index(band_of(low)) - words.index(band_of(high))


def number_formats(site: Site) -> Iterator[Problem]:
    """A side effect uses one number format: readers compare ``8 in 100`` with ``5%`` wrongly."""
    for document, placed, effect in _effects(site):
        words = " ".join(filter(None, (effect.figure, _words(effect))))
        if COUNT.search(words) and PERCENT.search(words):
            message = f"“{effect.name}” mixes percentages with figures such as “8 in 100”"
            hint = "write every figure as `8 in 100`"
            yield _at(document, placed, "number-format", message, hint, on="figure")


def ones(site: Site) -> Iterator[Problem]:
    """``1 in 12`` is read as more than ``8 in 100`` (doi:10.1177/0272989X13514776)."""
    for document, placed, effect in _effects(site):
        for found in ONE_IN.finditer(_words(effect)):
            share = share_of(found[0])
            if share and found["whole"].replace(",", "").strip("0") != "1":
                message = f"`{found[0]}` is hard to compare with other figures"
                hint = f"write it as `{suggestion(*share)}`"
                yield _at(document, placed, "figure-one", message, hint)


def relative(site: Site) -> Iterator[Problem]:
    """A risk that is only compared (`twice as likely`) says nothing without the figures."""
    for document, placed, effect in _effects(site):
        found = RELATIVE.search(_words(effect))
        if found and not (effect.figure and effect.compared):
            message = f"“{found[0]}” only compares, and does not say how often it happens"
            hint = "add both figures, as `figure` and `compared`, or say it without comparing"
            yield _at(document, placed, "risk-relative", message, hint)


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


def long_cards(site: Site) -> Iterator[Problem]:
    """A help card lists five things at most, so that they are read (NHS content guide, 2026)."""
    for document in site.documents:
        for placed in document.body.callouts:
            card = placed.callout
            if isinstance(card, HelpCard) and (count := card.details.count("<li>")) > MOST_SIGNS:
                message = f"this card lists {count} things; few people read more than {MOST_SIGNS}"
                hint = "keep the most likely and the most serious, or make a second card"
                yield _at(document, placed, "card-long", message, hint)


def reviews(site: Site) -> Iterator[Problem]:
    """A text that is not a sample names the clinician who reviewed it, and the day."""
    people = {person.slug: person for person in site.team}
    for document in site.documents:
        review = document.meta.review
        said = {"reviewed": review.on, "reviewed_by": review.by}
        for field in _needed(document):
            excused = document.meta.sample or document.meta.waits_for_review
            if said[field] is None and not excused:
                message = f"`{field}` is missing: the text names no reviewer"
                hint = (
                    "add it once a clinician has reviewed the text, or mark the text `sample: true`"
                )
                yield Problem(document.display_path, 1, "review-missing", message, hint)
        person = people.get(review.by or "")
        if person and not _licensed(person.meta):
            message = f"{person.title} has no license, so cannot review a text"
            hint = "name a licensed clinician, or add the license to this person's `credentials`"
            line = document.line_of("reviewed_by")
            yield Problem(document.display_path, line, "reviewer", message, hint)
        for field, message in _impossible(review, site.build_date):
            line = document.line_of(field)
            yield Problem(document.display_path, line, "review-date", message, "correct the date")


def _needed(document: Document) -> tuple[str, ...]:
    """Return the fields that say who reviewed a text, and when. Authors review their own posts."""
    if is_of(document, Post) and document.meta.named_ids["author"]:
        return ("reviewed",)
    return ("reviewed", "reviewed_by") if document.kind in ("treatment", "post") else ()


def _licensed(person: Therapist) -> bool:
    """Return whether somebody has a license, which a student does not have."""
    kinds = {credential.kind for credential in person.credentials}
    return bool(person.license) or "license" in kinds


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
        elif reviewed and reviewed < site.build_date - LONGEST_WITHOUT_REVIEW:
            message = f"the last review was on {reviewed}, more than three years ago"
            hint = "have it reviewed, then set `reviewed`, and `next_review` within three years"
            line = document.line_of("reviewed")
            yield Problem(document.display_path, line, "review-old", message, hint)


def testimonials(site: Site) -> Iterator[Problem]:
    """A testimonial needs the patient's written authorization (45 CFR 164.508)."""
    for document in site.documents:
        for placed in document.body.callouts:
            callout = placed.callout
            if not isinstance(callout, Testimonial):
                continue
            if "clinic" not in site.unread and site.clinic.address.country == "AU":
                message = "Australia forbids testimonials about clinical care"
                hint = "remove the quotation (Health Practitioner Regulation National Law, s 133)"
                yield _at(document, placed, "testimonial", message, hint)
            elif not callout.authorization_on_file:
                message = "the patient’s written authorization is not on file"
                hint = "get it in writing first, or remove the quotation"
                yield _at(document, placed, "testimonial", message, hint)


def patient_pictures(site: Site) -> Iterator[Problem]:
    """Pictures of patients need their written consent (45 CFR 164.508)."""
    for document in site.documents:
        for placed in document.body.callouts:
            callout = placed.callout
            if isinstance(callout, Gallery) and callout.patients and not callout.consent_on_file:
                message = "the patients’ written consent to be shown is not on file"
                hint = "get it in writing and add `consent-on-file: true`, or remove the pictures"
                yield _at(document, placed, "patient-pictures", message, hint, on="consent_on_file")


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


def _words(effect: SideEffect) -> str:
    return f"{effect.what_to_do or ''} {plain(effect.details)}"


def _effects(site: Site) -> Iterator[tuple[Document, CalloutPart, SideEffect]]:
    for document in site.valid:
        for placed in document.body.callouts:
            if isinstance(placed.callout, SideEffect):
                yield document, placed, placed.callout


def _at(
    document: Document, placed: CalloutPart, code: str, message: str, hint: str, *, on: str = ""
) -> Problem:
    return Problem(document.display_path, placed.line_of(on), code, message, hint)
