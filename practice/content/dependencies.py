"""Records what a page depends on, beyond its own text.

While a page is rendered, each access to data that could change is recorded by name, with a digest
of the value. A later build renders the page again if one of the digests differs. The name of a
document's text is its source (``posts/x.md``); the name of a query to the site starts with ``[``
(`practice.site.recorded`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

Dependencies = dict[str, bytes]
"""Digests of the values, by name."""
UNREPEATABLE = "<unrepeatable>"
"""A name that no document has, so that it is never found to be current."""


class _Recorders(threading.local):
    """The recordings that have begun and not ended; the preview renders in several threads."""

    def __init__(self) -> None:
        self.open: list[Dependencies] = []


_recorders = _Recorders()


@contextmanager
def record_dependencies() -> Iterator[Dependencies]:
    """Record accesses until the block ends; the context value is filled meanwhile."""
    _recorders.open.append({})
    try:
        yield _recorders.open[-1]
    finally:
        _recorders.open.pop()


def note(read: Mapping[str, bytes]) -> None:
    """Record some accesses, such as those of a part that was made earlier and is used again."""
    if _recorders.open:
        _recorders.open[-1].update(read)


def note_unrepeatable() -> None:
    """Record access to a value that no later build can compare, so the page is always rendered."""
    note({UNREPEATABLE: b""})


class RecordedField:
    """A field of a dataclass with ``source`` and ``digest`` whose access is recorded."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, document: object, _: type[object]) -> object:
        """Return the value, and record the access."""
        if _recorders.open:
            values = vars(document)
            _recorders.open[-1][values["source"]] = values["digest"]
        return vars(document)[self.name]

    def __set__(self, document: object, value: object) -> None:
        """Set the value when the document is created."""
        vars(document)[self.name] = value
