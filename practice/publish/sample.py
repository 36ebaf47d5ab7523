"""What is left of the sample practice in a site that is to go live.

`sample.json` lists what the sample practice of this project says: its texts and pictures by their
SHA-256, and the names, numbers and addresses that it has made up. `uv run inv docs` writes it from
`content/`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypedDict

from practice.content.document import is_of
from practice.content.models import Therapist
from practice.paths import display_path_of
from practice.problems import Problem
from practice.site.site import Site

LIST = Path(__file__).with_name("sample.json")
FEWEST_WORDS = 25
"""A text with fewer words says nothing about a practice, such as that of the error page."""
REAL = ("Sarah Dominguez",)
"""A therapist of the sample who is a real person; a practice may well have her."""
FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
MADE_UP = {
    "name": "the name",
    "phone": "the phone number",
    "email": "the email address",
    "street": "the street",
}
"""The values of `clinic.yaml` that are compared, in the words of a message."""


class Sample(TypedDict):
    """What the sample practice says."""

    texts: list[str]
    """SHA-256 of the text of each document, without its front matter."""
    pictures: list[str]
    """SHA-256 of each picture."""
    people: list[str]
    clinic: dict[str, str]
    """Values of `clinic.yaml` by their names in ``MADE_UP``."""


@cache
def known() -> Sample:
    """Return the list."""
    found: Sample = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def listed(site: Site) -> str:
    """Return the text of `sample.json` for a sample practice."""
    texts = (_digest_of_text(site.file_of(document.source)) for document in site.documents)
    people = {person.meta.full_name for person in site.team}.difference(REAL)
    sample: Sample = {
        "texts": sorted(filter(None, texts)),
        "pictures": sorted(_digest(site.file_of(path)) for path in _pictures(site)),
        "people": sorted(people),
        "clinic": _values_of(site),
    }
    return json.dumps(sample, indent=1, ensure_ascii=False) + "\n"


def left(site: Site) -> Iterator[Problem]:
    """Yield `sample-left` for each text, person, picture and address of the sample practice.

    A text may stay if a therapist of the practice has reviewed it. What says `sample: true` is left
    to `preflight.samples`.
    """
    sample = known()
    ours = {person.slug for person in site.team if person.meta.full_name not in sample["people"]}
    for document in site.documents:
        place = document.display_path
        if document.meta.sample:
            continue
        if is_of(document, Therapist) and document.meta.full_name in sample["people"]:
            message = f"{document.meta.full_name} is a person of the sample practice"
            yield _problem(place, document.line_of("name"), message, "delete this file")
        elif (
            document.meta.review.by not in ours
            and _digest_of_text(site.file_of(document.source)) in sample["texts"]
        ):
            hint = "write your own, or let one of your therapists review it"
            yield _problem(place, 1, "this is a text of the sample practice", hint)
    folder = display_path_of(site.content)
    for path in _pictures(site):
        if _digest(site.file_of(path)) in sample["pictures"]:
            message = "this is a picture of the sample practice"
            yield _problem(f"{folder}/{path}", 1, message, "replace it, or delete it")
    for name, value in _values_of(site).items():
        if value == sample["clinic"][name] and not site.clinic.sample:
            line = site.clinic_data.line_of(("address", name) if name == "street" else (name,))
            message = f"{MADE_UP[name]} is that of the sample practice"
            yield _problem(f"{folder}/clinic.yaml", line, message, "write your own")


def _problem(path: str, line: int, message: str, hint: str) -> Problem:
    return Problem(path, line, "sample-left", message, f"{hint} (trial: `--allow-sample`)")


def _pictures(site: Site) -> list[str]:
    return sorted(path for path in site.static if path.startswith("images/"))


def _values_of(site: Site) -> dict[str, str]:
    """Return the values of ``MADE_UP`` that a practice has."""
    clinic = site.clinic
    return {
        "name": clinic.name,
        "phone": clinic.phone,
        "email": str(clinic.email),
        "street": clinic.address.street,
    }


def _digest_of_text(file: Path) -> str | None:
    """Return the SHA-256 of a document's text; None if it has only a few words."""
    words = FRONT_MATTER.sub("", file.read_text(encoding="utf-8-sig"), count=1).split()
    if len(words) < FEWEST_WORDS:
        return None
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
