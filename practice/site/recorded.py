"""The site as templates see it: every access is recorded as a dependency of the page.

A dependency is a query to the site (``["posts_by", {"document": "team/ann-li.md"}]``) and a digest
of the result. A later build repeats the query on its own site and renders the page again if the
result differs. The digest covers everything in the result except the texts of documents, whose
access is recorded separately (`practice.content.document`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, cast

from practice.content.dependencies import note
from practice.content.document import Document
from practice.site.site import Site

KEYED = frozenset(
    {
        "announcements",
        "build_date",
        "clinic",
        "clinic_data",
        "content",
        "frequency_meaning",
        "locations",
        "source_checks",
        "sources",
        "static",
        "topics",
        "zone",
    }
)
"""Attributes that depend only on `clinic.yaml`, the YAML lists and the date. They are not recorded,
because a change of them renders every page again (`key_of`)."""
EVERYTHING = '["texts"]'
"""The query whose result changes whenever the result of any query could."""


def recorded(site: Site) -> Site:
    """Return the site for templates, and for all code that helps to render a page."""
    return cast("Site", RecordedSite(site))


def key_of(site: Site) -> bytes:
    """Return a digest of what every page depends on: the attributes in ``KEYED``."""
    return digest_of([(name, getattr(site, name)) for name in sorted(KEYED)])


def digest_of(value: Any) -> bytes:
    """Return a digest of a value without the texts of documents (SHA-256, first 16 bytes)."""
    return hashlib.sha256(repr(_plain(value)).encode()).digest()[:16]


class RecordedSite:
    """Behaves like a site, and records each query with a digest of its result."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._answers: dict[str, tuple[Any, bytes]] = {}

    def __getattr__(self, name: str) -> Any:
        """Return a public attribute or method of the site."""
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
            self._noted(EVERYTHING)  # a query that cannot be repeated later
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
        return self._site.valid_by_source[value["document"]] if isinstance(value, dict) else value


def is_answered(site: Site, question: str, digest: bytes) -> bool:
    """Return whether a query to a ``recorded`` site still has the recorded result.

    The answer is no for a query that is no longer possible, such as one about a deleted document.
    """
    ask = cast("RecordedSite", site)._ask  # noqa: SLF001  # it is no attribute of a site
    try:
        return bool(ask(question)[1] == digest)
    except (AttributeError, LookupError, TypeError, ValueError):
        return False


def _plain(value: Any) -> Any:
    """Return a value whose `repr` contains everything except the texts of documents."""
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
