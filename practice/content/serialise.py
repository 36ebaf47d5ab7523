"""Converts what was read of a file to JSON for the cache, and back.

What follows from the file's name and bytes (source, slug, digest) is not stored, so a changed cache
cannot change an address. Everything else is validated during loading, the fields of documents and
callouts by their models. HTML is cleaned again when it is rendered (``Renderer.html``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from practice.content.body import Body, CalloutPart, Heading, Link
from practice.content.document import (
    Document,
    InvalidDocument,
    ReadResult,
    listing_digest_of,
    listing_of,
    slug_of,
)
from practice.content.front_matter import Data
from practice.content.models import CALLOUTS, KINDS, Callout, SideEffectList
from practice.problems import Problem

Count = Annotated[int, Field(ge=0, le=2**31)]
"""A line number, or a number of words."""
Level = Annotated[int, Field(ge=1, le=6)]
"""The level of a heading in HTML."""
CalloutRow = tuple[str, Any, Count, Level, dict[str, Count]]
"""The callout's name and fields, and the other fields of a `CalloutPart`."""
MODELS: dict[str, type[Callout | SideEffectList]] = {
    **CALLOUTS,
    SideEffectList.NAME: SideEffectList,
}


@dataclass(frozen=True)
class BodyRecord:
    """A `Body`. A callout among the parts is its number in ``callouts``, if it is one of those."""

    parts: list[str | Count | CalloutRow]
    callouts: list[CalloutRow]
    outline: tuple[Heading, ...]
    ids: frozenset[str]
    links: tuple[Link, ...]
    words: Count
    failed: frozenset[str]


@dataclass(frozen=True)
class DataRecord:
    """A `Data`, each location with its line or comment."""

    values: dict[str, Any]
    lines: list[tuple[tuple[str | int, ...], Count]]
    first_line: Count
    unread: bool
    comments: list[tuple[tuple[str | int, ...], str]]


@dataclass(frozen=True)
class Record:
    """A `ReadResult`: without a body there is no text, without ``meta`` no valid document."""

    problems: list[Problem]
    body: BodyRecord | None = None
    data: DataRecord | None = None
    meta: object = None


RECORD = TypeAdapter(Record)


def dump(result: ReadResult) -> bytes:
    """Return the result of reading a file as JSON."""
    document, problems = result
    if document is None:
        return RECORD.dump_json(Record(problems))
    body, data = _body_record(document.body), _data_record(document.data)
    if isinstance(document, InvalidDocument):
        return RECORD.dump_json(Record(problems, body, data))
    return RECORD.dump_json(Record(problems, body, data, document.meta))


def load(stored: bytes, source: str, display_path: str, digest: bytes) -> ReadResult:
    """Return the result that ``dump`` has stored for a file.

    ``source`` is its path below the content folder, ``display_path`` as messages name it, and
    ``digest`` the SHA-256 of its bytes. Raises ``ValueError`` for anything that ``dump`` does not
    write.
    """
    record = RECORD.validate_json(stored)
    if record.body is None or record.data is None:
        return None, record.problems
    body, data = _body(record.body), _data(record.data)
    if record.meta is None:
        return InvalidDocument(source, display_path, body, data), record.problems
    meta = KINDS[source.split("/", maxsplit=1)[0]].model_validate(record.meta)
    listing = listing_of(meta, body)
    return Document(
        source=source,
        display_path=display_path,
        slug=slug_of(source),
        meta=meta,
        listing=listing,
        body=body,
        data=data,
        digest=digest,
        listing_digest=listing_digest_of(meta, listing),
    ), record.problems


def _body_record(body: Body) -> BodyRecord:
    numbers = {id(part): number for number, part in enumerate(body.callouts)}

    def part_record(part: str | CalloutPart) -> str | int | CalloutRow:
        if isinstance(part, str):
            return part
        return numbers[id(part)] if id(part) in numbers else _callout_row(part)

    return BodyRecord(
        parts=[part_record(part) for part in body.parts],
        callouts=[_callout_row(part) for part in body.callouts],
        outline=body.outline,
        ids=body.ids,
        links=body.links,
        words=body.words,
        failed=body.failed,
    )


def _body(record: BodyRecord) -> Body:
    callouts = tuple(_callout_part(row) for row in record.callouts)

    def part_of(stored: str | int | CalloutRow) -> str | CalloutPart:
        if isinstance(stored, str):
            return stored
        if not isinstance(stored, int):
            return _callout_part(stored)
        if stored >= len(callouts):
            raise ValueError("there is no such callout")
        return callouts[stored]

    return Body(
        parts=tuple(part_of(stored) for stored in record.parts),
        callouts=callouts,
        outline=record.outline,
        ids=record.ids,
        links=record.links,
        words=record.words,
        failed=record.failed,
    )


def _callout_row(part: CalloutPart) -> CalloutRow:
    return part.callout.NAME, part.callout, part.line, part.level, dict(part.options)


def _callout_part(row: CalloutRow) -> CalloutPart:
    name, fields, line, level, options = row
    if name not in MODELS:
        raise ValueError(f"there is no callout {name}")
    return CalloutPart(MODELS[name].model_validate(fields), line, level, options)


def _data_record(data: Data) -> DataRecord:
    return DataRecord(
        data.values,
        list(data.lines.items()),
        data.first_line,
        data.unread,
        list(data.comments.items()),
    )


def _data(record: DataRecord) -> Data:
    return Data(
        record.values,
        dict(record.lines),
        record.first_line,
        record.unread,
        dict(record.comments),
    )
