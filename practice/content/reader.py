"""Reads one content file: bytes, text, front matter and body, validated document."""

from __future__ import annotations

import hashlib
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

from pydantic import BaseModel

from practice.content import characters, front_matter, limits
from practice.content.body import Body
from practice.content.body_parser import parse
from practice.content.document import (
    Document,
    InvalidDocument,
    ReadResult,
    listing_digest_of,
    listing_of,
    slug_of,
)
from practice.content.front_matter import Data, Location
from practice.content.models import (
    AskFirst,
    Callout,
    Entry,
    Faq,
    HelpCard,
    Post,
    SideEffect,
    Treatment,
    fields_at,
)
from practice.content.validation import validate
from practice.paths import slug
from practice.problems import Problem, nearest
from practice.support import faults, time_limit

M = TypeVar("M", bound=BaseModel)
P = ParamSpec("P")
R = TypeVar("R")
SPECKS = 3
"""More zero bytes than this mean another encoding, not a typing mistake."""
DECLARED: dict[str, type[Callout]] = {
    "ask_first": AskFirst,
    "side_effects": SideEffect,
    "get_help": HelpCard,
    "faq": Faq,
}
"""The fields of a treatment that come from its callouts."""


def read_bytes(file: Path, display_path: str) -> tuple[bytes, list[Problem]]:
    """Return the bytes of a file, unless it is a link or too large, and its problems."""
    try:
        found = file.lstat()
        if stat.S_ISLNK(found.st_mode):
            return b"", [file_link(display_path)]
        if found.st_size > limits.SIZE:
            return b"", [_too_large(display_path)]
        return file.read_bytes(), []
    except FileNotFoundError:
        hint = "create it; docs/writing.md explains what it contains"
        return b"", [Problem(display_path, 1, "file-unreadable", "this file does not exist", hint)]
    except OSError as error:
        hint = "check that you have permission to read the file"
        return b"", [Problem(display_path, 1, "file-unreadable", f"{error.strerror}", hint)]


def read_text(file: Path, display_path: str) -> tuple[str, list[Problem]]:
    """Return the text of a file and its problems."""
    raw, problems = read_bytes(file, display_path)
    return ("", problems) if problems else decode(raw, display_path)


def decode(raw: bytes, display_path: str) -> tuple[str, list[Problem]]:
    """Decode UTF-8 with or without BOM; normalise line ends to LF and characters to NFC."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return "", [_not_utf_8(display_path, line)]
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    problems = []
    if text.count("\0") > SPECKS:
        line = text.count("\n", 0, text.index("\0")) + 1
        return "", [_not_utf_8(display_path, line)]
    lines = text.split("\n") if characters.INVISIBLE.search(text) else []
    for number, written in enumerate(lines, start=1):
        for _, character in islice(characters.find(written), 1):
            message = f"there is an invisible character ({characters.name_of(character)}) here"
            hint = "delete it, or type the line again"
            problems.append(Problem(display_path, number, "character", message, hint))
    return ("" if problems else text), problems


def _not_utf_8(display_path: str, line: int) -> Problem:
    message = "some letters of this file cannot be read"
    hint = "open it in your editor, and save it with the encoding UTF-8"
    return Problem(display_path, line, "file-encoding", message, hint)


def file_link(display_path: str) -> Problem:
    """Return the problem for a symbolic link, which could lead out of the content folder."""
    hint = "move the file itself into the content folder"
    return Problem(
        display_path, 1, "file-link", "this is a link to another place, not a file", hint
    )


def _too_large(display_path: str) -> Problem:
    message = f"the file is larger than {limits.SIZE // 1_000_000} MB"
    return Problem(
        display_path,
        1,
        "file-large",
        message,
        "split it into several files; pictures belong in `images`",
    )


def within_limits(
    display_path: str, text: str, read: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> tuple[R | None, list[Problem]]:
    """Return the result of ``read``, or the problem that it takes too long or nests too deeply.

    Every other exception is a fault of the program.
    """
    hint = "look for a long run of one character, or split the file"
    try:
        return time_limit.call(time_limit.SECONDS, len(text), read, *args, **kwargs), []
    except time_limit.TooSlow:
        problem = faults.too_slow(display_path, "the file takes too long to read")
    except RecursionError:
        message = "the file nests too deeply to be read"
        problem = Problem(display_path, 1, "file-slow", message, hint)
    except time_limit.ProcessEnded as error:
        message = f"the file ended the program that was to read it ({error})"
        problem = Problem(display_path, 1, "file-slow", message, hint)
    except Exception as error:  # noqa: BLE001  # a fault in reading one file names that file
        problem = faults.problem_of(error, display_path)
    return None, [problem]


def read_data(file: Path, display_path: str) -> tuple[Data, list[Problem]]:
    """Read a YAML file such as `clinic.yaml`."""
    text, problems = read_text(file, display_path)
    if problems:
        return Data(), problems
    read, problems = within_limits(display_path, text, front_matter.parse, display_path, text)
    return read or (Data(), problems)


def read_model(model: type[M], file: Path, display_path: str) -> tuple[M | None, list[Problem]]:
    """Read a YAML file that holds one model."""
    return model_of(model, *read_data(file, display_path), display_path)


def model_of(
    model: type[M], data: Data, problems: list[Problem], display_path: str
) -> tuple[M | None, list[Problem]]:
    """Return the model made from a file's data, or None, and all problems of both."""
    if problems and not data.values:
        return None, problems
    already_reported = _may_be_missing(model, data)
    item, wrong = validate(
        model,
        data.values,
        display_path,
        data.line_of,
        already_reported=already_reported,
        comments=data.comments,
    )
    return None if problems else item, [*problems, *wrong]


def _may_be_missing(model: type[BaseModel], data: Data) -> set[str]:
    """Return the fields that the unreadable part of a file may contain."""
    return set(model.model_fields) if data.unread else set()


def read_models(
    model: type[M], file: Path, display_path: str, unique: Sequence[str] = ()
) -> tuple[dict[str, M], list[Problem]]:
    """Read a YAML file that maps ids to models; no two may share a value of a ``unique`` field."""
    data, problems = read_data(file, display_path)
    found: dict[str, M] = {}
    first: dict[tuple[str, str], str] = {}
    comments: dict[str, dict[Location, str]] = {}
    for location, comment in data.comments.items():
        comments.setdefault(str(location[0]), {})[location[1:]] = comment
    for name, values in data.values.items():
        line = data.lines[(name,)]
        if slug(name) != name:
            hint = f"write `{slug(name)}`"
            message = f"`{name}` cannot be used as an id"
            problems.append(Problem(display_path, line, "id", message, hint))
        if not isinstance(values, dict):
            hint = "indent its fields below it"
            message = f"`{name}` has no fields"
            problems.append(Problem(display_path, line, "yaml", message, hint))
            continue

        def line_of(location: Location, name: str = name) -> int:
            return data.line_of((name, *location))

        item, wrong = validate(model, values, display_path, line_of, comments=comments.get(name))
        problems.extend(wrong)
        if item is None:
            continue
        found[name] = item
        for field in unique:
            value = str(getattr(item, field) or name).casefold()
            other = first.setdefault((field, value), name)
            if other != name:
                message = f"`{name}` and `{other}` have the same `{field}`"
                hint = "keep one of the two entries, and use its id everywhere"
                problems.append(
                    Problem(display_path, line_of((field,)), "entry-twice", message, hint)
                )
    return found, problems


def read_document(model: type[Entry], file: Path, source: str, display_path: str) -> ReadResult:
    """Read a Markdown file of one kind; returns an `InvalidDocument` if its fields have errors."""
    raw, problems = read_bytes(file, display_path)
    return (None, problems) if problems else document_of(model, raw, source, display_path)


def document_of(model: type[Entry], raw: bytes, source: str, display_path: str) -> ReadResult:
    """Parse the bytes of a Markdown file; the result depends only on the arguments."""
    text, problems = decode(raw, display_path)
    if problems:
        return None, problems
    digest = hashlib.sha256(raw).digest()
    read, problems = within_limits(
        display_path, text, _document, model, text, source, display_path, digest
    )
    return read or (None, problems)


def _document(
    model: type[Entry], text: str, source: str, display_path: str, digest: bytes
) -> ReadResult:
    matter, closing, problems = front_matter.split(display_path, text)
    if not closing:
        return None, problems
    data, wrong = front_matter.parse(display_path, matter, first_line=2)
    problems.extend(wrong)
    rest = "\n".join(text.split("\n")[closing:])
    body, wrong = parse(display_path, source, rest, closing + 1)
    problems.extend(wrong)
    if any(problem.code == "text-limit" for problem in problems):
        return None, problems
    values = {**data.values, **_declared(model, body)}
    already_reported = _may_be_missing(model, data)
    if model is Treatment:
        problems.extend(_said_twice(display_path, body))
        problems.extend(_sections_missing(display_path, body))
        already_reported |= {
            *Treatment.SECTIONS,
            *(n for n, c in DECLARED.items() if c.NAME in body.failed),
        }
    data.first_line = 1
    written = set(data.values) & fields_at(model, "body").keys()
    for name in sorted(written):
        problems.append(
            Problem(
                display_path,
                data.line_of((name,)),
                "field-unknown",
                f"`{name}` does not belong in the front matter",
                f"delete it: it is read from the text ({model.model_fields[name].description})",
            )
        )
    if model is Post and not body.parts and not problems:
        hint = "write it, or set `status: draft` until it is written"
        problems.append(
            Problem(display_path, closing, "text-missing", "the post has no text", hint)
        )
    meta, wrong = validate(
        model,
        values,
        display_path,
        data.line_of,
        already_reported=already_reported,
        comments=data.comments,
    )
    problems.extend(wrong)
    if meta is None or data.unread:
        return InvalidDocument(source, display_path, body, data), problems
    listing = listing_of(meta, body)
    document = Document(
        source,
        display_path,
        slug_of(source),
        meta,
        listing,
        body,
        data,
        digest,
        listing_digest_of(meta, listing),
    )
    return document, problems


def _sections_missing(display_path: str, body: Body) -> Iterator[Problem]:
    """Report missing sections of a treatment, on the line of a similar heading if there is one."""
    known = set(Treatment.SECTIONS.values())
    others = {h.text.lower(): h for h in body.outline if h.level == 2 and h.text not in known}
    for heading in Treatment.SECTIONS.values():
        if body.section(heading) is not None:
            continue
        message, line, hint = (
            f"the section `## {heading}` is missing",
            1,
            f"add a line `## {heading}`",
        )
        near = nearest(heading, others)
        if near:
            other = others.pop(near)
            line, hint = other.line, f"if `## {other.text}` is meant to be it, write `## {heading}`"
        yield Problem(display_path, line, "section-missing", message, hint)


def _said_twice(display_path: str, body: Body) -> Iterator[Problem]:
    """Report side effects that appear twice, because two entries can contradict each other."""
    said: dict[str, int] = {}
    for placed in body.callouts:
        if isinstance(placed.callout, SideEffect):
            first = said.setdefault(slug(placed.callout.name), placed.line)
            if first != placed.line:
                message = f"“{placed.callout.name}” appears twice; first on line {first}"
                yield Problem(display_path, placed.line, "callout-twice", message, "keep only one")


def _declared(model: type[Entry], body: Body) -> dict[str, object]:
    """Return the fields of a treatment that its text provides: sections and callouts."""
    if model is not Treatment:
        return {}
    sections = {name: body.section(heading) for name, heading in Treatment.SECTIONS.items()}
    callouts = {name: body.of_type(callout) for name, callout in DECLARED.items()}
    declared = {**sections, **callouts, "faq": body.questions}
    return {name: value for name, value in declared.items() if value not in (None, ())}
