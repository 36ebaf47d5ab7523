"""What is left of the sample practice in a site that is to go live.

`sample.json` lists what the sample practice of this project says: its sentences and pictures by
their SHA-256, and the names, numbers and addresses that it has made up. `uv run inv docs` writes it
from `content/`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypedDict

from practice.content.document import Document, is_of
from practice.content.models import Therapist
from practice.paths import display_path_of
from practice.problems import Problem
from practice.site.site import Site

LIST = Path(__file__).with_name("sample.json")
FEWEST_WORDS = 25
"""A text with fewer words says nothing about a practice, such as that of the error page."""
SENTENCE_WORDS = 4
"""A sentence with fewer words may stand in any text."""
MOST = 0.9
"""The share of a text's words that may be of the sample; a notice keeps the words of the law."""
SENTENCE_END = re.compile(r"(?<=[.!?:”])\s+|\s*\n\s*\n\s*|\s+(?=[-|#/]\s)")
SAYS_SO = re.compile(r"this page is a sample|sample text\b|this is a sample text", re.IGNORECASE)
"""What a text of the sample says of itself; no text of a practice does."""
DIGITS = 16
"""The hexadecimal digits of a sentence's SHA-256 that are kept."""
REAL = ("Sarah Dominguez", "Medicare", "Workers’ compensation, with a claim number")
"""A therapist and insurance plans of the sample that are real; a practice may well have them."""
FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
MADE_UP = {
    "name": "the name",
    "phone": "the phone number",
    "email": "the email address",
    "address.street": "the street",
    "tagline": "the tagline",
    "summary": "the summary",
    "map_url": "the address of the map",
    "booking_url": "the address for booking",
    "parking": "what it says about parking",
    "access": "what it says about access",
    "fees": "the list of fees",
}
"""The values of `clinic.yaml` that are compared, in the words of a message."""


class Sample(TypedDict):
    """What the sample practice says."""

    sentences: list[str]
    """The start of the SHA-256 of each sentence of the documents, without their front matter."""
    pictures: list[str]
    """SHA-256 of each picture."""
    people: list[str]
    """Their names, without credentials."""
    plans: list[str]
    """Insurance plans that do not exist."""
    clinic: dict[str, str]
    """Values of `clinic.yaml` by their names in ``MADE_UP``."""


@cache
def known() -> Sample:
    """Return the list."""
    found: Sample = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def listed(site: Site) -> str:
    """Return the text of `sample.json` for a sample practice."""
    files = (site.file_of(document.source) for document in site.documents)
    texts = [file.read_text(encoding="utf-8-sig") for file in files]
    people = {person.meta.name for person in site.team}.difference(REAL)
    sample: Sample = {
        "sentences": sorted({digest for text in texts for digest, _ in _sentences(text)}),
        "pictures": sorted(_digest(site.file_of(path)) for path in _pictures(site)),
        "people": sorted(people),
        "plans": sorted(set(_plans_of(site)).difference(REAL)),
        "clinic": _values_of(site),
    }
    return json.dumps(sample, indent=1, ensure_ascii=False) + "\n"


def left(site: Site) -> Iterator[Problem]:
    """Yield `sample-left` for each text, person, picture and address of the sample practice.

    A text may stay if a therapist of the practice has reviewed it, unless it calls itself a sample.
    What says `sample: true` is left to `preflight.samples`.
    """
    sample = known()
    for document in site.documents:
        if not document.meta.sample:
            yield from _left_in(document, site, sample)
    folder = display_path_of(site.content)
    for path in _pictures(site):
        if _digest(site.file_of(path)) in sample["pictures"]:
            message = "this is a picture of the sample practice"
            yield _problem(f"{folder}/{path}", 1, message, "replace it, or delete it")
    if site.clinic.sample:
        return
    for name, value in _values_of(site).items():
        if value == sample["clinic"][name]:
            line = site.clinic_data.line_of(tuple(name.split(".")))
            message = f"{MADE_UP[name]} is that of the sample practice"
            yield _problem(f"{folder}/clinic.yaml", line, message, "write your own")
    for number, plan in enumerate(_plans_of(site)):
        if plan in sample["plans"]:
            line = site.clinic_data.line_of(("insurance", "accepted", number))
            message = f"there is no insurance plan `{plan}`: it is one of the sample practice"
            yield _problem(
                f"{folder}/clinic.yaml", line, message, "write the plans that you accept"
            )


def _left_in(document: Document, site: Site, sample: Sample) -> Iterator[Problem]:
    """Yield what is left of the sample in a document."""
    place, meta = document.display_path, document.meta
    if is_of(document, Therapist) and document.meta.name in sample["people"]:
        message = f"{document.meta.name} is a person of the sample practice"
        yield _problem(place, document.line_of("name"), message, "delete this file")
        return
    text = site.file_of(document.source).read_text(encoding="utf-8-sig")
    if says_so := SAYS_SO.search(text):
        line = text.count("\n", 0, says_so.start()) + 1
        message = f"the text says of itself: “{says_so[0]}”"
        yield _problem(place, line, message, "replace it with a text of your own")
        return
    ours = {person.slug for person in site.team if person.meta.name not in sample["people"]}
    share = _share(text, frozenset(sample["sentences"]))
    if share > MOST and meta.review.by not in ours:
        hint = "write your own"
        if "reviewed_by" in type(meta).model_fields:
            hint += ", or let one of your therapists review it"
        message = f"{int(share * 100)}% of this text is that of the sample practice"
        yield _problem(place, 1, message, hint)


def _problem(path: str, line: int, message: str, hint: str) -> Problem:
    return Problem(path, line, "sample-left", message, f"{hint} (trial: `--allow-sample`)")


def _pictures(site: Site) -> list[str]:
    return sorted(path for path in site.static if path.startswith("images/"))


def _values_of(site: Site) -> dict[str, str]:
    """Return the values of ``MADE_UP`` that a practice has, as texts."""
    clinic = site.clinic
    fees = "; ".join(f"{fee.service}: {fee.price}" for fee in clinic.fees)
    values = {name: getattr(clinic, name) for name in MADE_UP if "." not in name}
    values |= {"address.street": clinic.address.street, "fees": fees}
    return {name: str(value) for name, value in values.items() if value}


def _plans_of(site: Site) -> list[str]:
    """Return the insurance plans that a practice accepts, in order."""
    return list(site.clinic.insurance.accepted)


def _sentences(text: str) -> Iterator[tuple[str, int]]:
    """Yield the digest and the number of words of each sentence that is long enough.

    ``text`` is that of a document's file; its front matter is left out.
    """
    for sentence in SENTENCE_END.split(FRONT_MATTER.sub("", text, count=1)):
        words = sentence.split()
        if len(words) >= SENTENCE_WORDS:
            yield hashlib.sha256(" ".join(words).encode()).hexdigest()[:DIGITS], len(words)


def _share(text: str, sample: frozenset[str]) -> float:
    """Return the share of a text's words that are sentences of the sample."""
    found = list(_sentences(text))
    whole = sum(words for _, words in found)
    if whole < FEWEST_WORDS:
        return 0.0
    return sum(words for digest, words in found if digest in sample) / whole


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
