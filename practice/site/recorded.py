"""The site as templates see it: what they read of it is recorded as a dependency of the page.

A dependency is a question to the site (``["posts_by", {"document": "team/ann-li.md"}]``) and a
digest of the answer. A later build asks the same question of its own site: the page is rendered
again if the answer differs. The digest covers all that the answer holds of documents but their
texts, whose reading is recorded one by one (`practice.content.document`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property, partial
from typing import Any, cast

from practice.content.dependencies import note
from practice.content.document import Document
from practice.site.site import Site

KEYED = frozenset(
    {
        "build_date",
        "clinic",
        "clinic_data",
        "coming_exceptions",
        "content",
        "frequency_meaning",
        "next_exceptions",
        "opening_lines",
        "sources",
        "static",
        "topics",
    }
)
"""What depends on `clinic.yaml`, the lists of the practice and the day alone. It is not recorded,
because a change of it makes every page anew (`key_of`)."""
EVERYTHING = '["texts"]'
"""The question whose answer changes with anything that any question could be answered by."""


def recorded(site: Site) -> Site:
    """The site for templates, and for all code that helps to render a page."""
    return cast("Site", RecordedSite(site))


def key_of(site: Site) -> bytes:
    """A digest of what every page depends on: all that ``KEYED`` names."""
    return digest_of([(name, getattr(site, name)) for name in sorted(KEYED)])


def digest_of(value: Any) -> bytes:
    """A digest of a value out of a site, the texts of its documents aside (SHA-256, 16 bytes)."""
    return hashlib.sha256(repr(_plain(value)).encode()).digest()[:16]


class RecordedSite:
    """Answers as a site does, and records each question with a digest of the answer."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._answers: dict[str, tuple[Any, bytes]] = {}

    def __getattr__(self, name: str) -> Any:
        """A public attribute or method of the site."""
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self._site, name)
        if name in KEYED:
            return value
        if callable(value):
            return partial(self._call, name)
        return self._noted(json.dumps([name]))

    def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        plain = [
            {"document": value.source} if isinstance(value, Document) else value
            for value in arguments
        ]
        if named or not all(isinstance(value, str | int | dict) for value in plain):
            self._noted(EVERYTHING)  # a question that cannot be asked again
            return getattr(self._site, name)(*arguments, **named)
        return self._noted(json.dumps([name, *plain]))

    def _noted(self, question: str) -> Any:
        value, digest = self._ask(question)
        note({question: digest})
        return value

    def _ask(self, question: str) -> tuple[Any, bytes]:
        if question not in self._answers:
            name, *arguments = json.loads(question)
            answer = getattr(self._site, name)
            if callable(answer):
                answer = answer(*map(self._argument, arguments))
            self._answers[question] = answer, digest_of(answer)
        return self._answers[question]

    def _argument(self, value: Any) -> Any:
        return self._by_source[value["document"]] if isinstance(value, dict) else value

    @cached_property
    def _by_source(self) -> dict[str, Document]:
        site = self._site
        return {document.source: document for document in (*site.left_out, *site.documents)}


def is_answered(site: Site, question: str, digest: bytes) -> bool:
    """Whether a ``recorded`` site answers a question as it was answered when it was recorded.

    A question that can no longer be asked, of a document that is gone for example, is not.
    """
    ask = cast("RecordedSite", site)._ask  # noqa: SLF001  # it is no attribute of a site
    try:
        return bool(ask(question)[1] == digest)
    except (AttributeError, LookupError, TypeError, ValueError):
        return False


def _plain(value: Any) -> Any:
    """A value whose `repr` says all that it holds, the texts of documents aside."""
    if isinstance(value, Document):
        return (value.source, value.listing_digest)
    if isinstance(value, Mapping):
        return [(_plain(key), _plain(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(repr(_plain(item)) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        named = (getattr(value, field.name) for field in fields(value))
        return (type(value).__name__, [_plain(item) for item in named])
    return value
