"""A record of what a page was made of, beyond its own text.

While a page is rendered, every reading that could make the page out of date is recorded by name,
with a digest of what was read. A later build renders the page again if one of them has changed.
Names of documents' texts are their sources (``posts/x.md``); names of what is read of the site
begin with ``[`` (`practice.site.recorded`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Dependencies = dict[str, bytes]
"""Digests of what was read, by name."""
UNREPEATABLE = "<unrepeatable>"
"""A name that no document has, so that it is never found to be current."""

_recorders: list[Dependencies] = []


@contextmanager
def record_dependencies() -> Iterator[Dependencies]:
    """Record what is read until the block ends; the value is filled meanwhile."""
    _recorders.append({})
    try:
        yield _recorders[-1]
    finally:
        _recorders.pop()


def note(read: Mapping[str, bytes]) -> None:
    """Record some readings, or those of something that was made before and is used again."""
    if _recorders:
        _recorders[-1].update(read)


def note_unrepeatable() -> None:
    """Record a reading of what no later build can ask for again: the page is always made anew."""
    note({UNREPEATABLE: b""})


class RecordedField:
    """A field of a dataclass with ``source`` and ``digest``: each reading of it is recorded."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, document: Any, _: type[Any]) -> Any:
        if _recorders:
            _recorders[-1][document.source] = vars(document)["digest"]
        return vars(document)[self.name]

    def __set__(self, document: Any, value: Any) -> None:
        vars(document)[self.name] = value
