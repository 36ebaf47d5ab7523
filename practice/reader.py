"""A file of the content folder: bytes -> text -> front matter and body -> a valid document."""

from __future__ import annotations

import hashlib
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from practice import frontmatter, limits
from practice.body import Body, Heading, forget, parse
from practice.frontmatter import BAD_CHARACTERS, Data, Location
from practice.model import (
    AskFirst,
    Callout,
    Entry,
    Faq,
    HelpCard,
    Page,
    Post,
    SideEffect,
    Treatment,
)
from practice.paths import HOME, NOT_FOUND, slug
from practice.problems import Problem, nearest
from practice.validation import validate

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")
SPECKS = 3
"""More zero bytes than this are another encoding, not a slip."""
DECLARED: dict[str, type[Callout]] = {
    "ask_first": AskFirst,
    "side_effects": SideEffect,
    "get_help": HelpCard,
    "faq": Faq,
}
"""The fields of a treatment that its callouts say."""
WORDS_A_MINUTE = 200
"""Silent reading of English, rounded down (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""


@dataclass(frozen=True)
class Document:
    """One text of the practice: what it says, where it comes from and where it goes."""

    source: str
    """Its file below the content folder: ``treatments/dry-needling.md``."""
    shown: str
    """Its file as messages name it: ``content/treatments/dry-needling.md``."""
    slug: str
    meta: Any
    """Its model: a Treatment, Therapist, Post or Page."""
    body: Body
    data: Data = field(repr=False)
    digest: bytes = field(repr=False)
    """The SHA-256 of its file."""
    face: bytes = field(repr=False)
    """A digest of what lists show of it, so that they need not note that they have read it."""

    @cached_property
    def kind(self) -> str:
        """`page`, `treatment`, `therapist` or `post`."""
        return str(self.meta.KIND)

    @cached_property
    def title(self) -> str:
        """What it is called: its `title`, or the `name` of what it describes."""
        return str(getattr(self.meta, "title", None) or self.meta.name)

    @cached_property
    def path(self) -> str:
        """Its address within the site."""
        return address_of(type(self.meta), self.slug)

    @property
    def outline(self) -> tuple[Heading, ...]:
        """The headings of its text."""
        return self.body.outline

    @property
    def words(self) -> int:
        """How many words its text has."""
        return self.body.words

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes, at least one."""
        return minutes_of(self.listed.words)

    @property
    def listed(self) -> Body:
        """Its text, for what lists take from it and ``face`` holds; the reading is not noted."""
        body: Body = vars(self)["body"]
        return body

    def line_of(self, *location: str | int) -> int:
        """The line on which a field of the front matter stands."""
        return self.data.line_of(location)


class _Noted:
    """A field of a document whose reading is noted, while somebody asks for notes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, document: Document, _: type[Document]) -> Any:
        if _notes:
            _notes[-1][document.source] = vars(document)["digest"]
        return vars(document)[self.name]

    def __set__(self, document: Document, value: Any) -> None:
        vars(document)[self.name] = value


_notes: list[dict[str, bytes]] = []
for _name in ("body", "data", "digest"):
    setattr(Document, _name, _Noted(_name))


@contextmanager
def noting() -> Iterator[dict[str, bytes]]:
    """Note whose text is read: the value holds, by source, the digest of each file."""
    _notes.append({})
    try:
        yield _notes[-1]
    finally:
        _notes.pop()


def note(read: dict[str, bytes]) -> None:
    """Note once more what was read when something was made that is now used again."""
    if _notes:
        _notes[-1].update(read)


@dataclass(frozen=True)
class Broken:
    """A text whose fields are wrong: it is no document, but what it names can be looked at."""

    source: str
    shown: str
    body: Body
    data: Data = field(repr=False)

    def line_of(self, *location: str | int) -> int:
        """The line on which a field of the front matter stands."""
        return self.data.line_of(location)


Read = tuple[Document | Broken | None, list[Problem]]
"""What came out of a file, and what is wrong with it; None where it has no text at all."""


def minutes_of(words: int) -> int:
    """How long so many words take to read, in whole minutes, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def address_of(model: type[Entry], slug: str) -> str:
    """The address of a document of one kind."""
    if model is Page:
        return {"home": HOME, "not-found": NOT_FOUND}.get(slug, f"/{slug}/")
    return f"/blog/{slug}/" if model is Post else f"/{model.FOLDER}/{slug}/"


def read_bytes(file: Path, shown: str) -> tuple[bytes, list[Problem]]:
    """Read a file that is no link and not too large."""
    try:
        found = file.lstat()
        if stat.S_ISLNK(found.st_mode):
            return b"", [file_link(shown)]
        if found.st_size > limits.SIZE:
            return b"", [_too_large(shown)]
        return file.read_bytes(), []
    except FileNotFoundError:
        hint = "write it; docs/writing.md says what goes in"
        return b"", [Problem(shown, 1, "file-unreadable", "there is no such file", hint)]
    except OSError as error:
        hint = "check that the file may be read"
        return b"", [Problem(shown, 1, "file-unreadable", f"{error.strerror}", hint)]


def read_text(file: Path, shown: str) -> tuple[str, list[Problem]]:
    """Read a file as text."""
    raw, problems = read_bytes(file, shown)
    return ("", problems) if problems else decode(raw, shown)


def decode(raw: bytes, shown: str) -> tuple[str, list[Problem]]:
    """The text of a file: UTF-8 with or without BOM, any line ends, composed characters (NFC)."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "save the file as UTF-8"
        return "", [Problem(shown, line, "file-encoding", "the file is not UTF-8 text", hint)]
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    problems = []
    if text.count("\0") > SPECKS:
        line = text.count("\n", 0, text.index("\0")) + 1
        hint = "save the file as UTF-8"
        return "", [Problem(shown, line, "file-encoding", "the file is not UTF-8 text", hint)]
    for match in BAD_CHARACTERS.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        name = f"U+{ord(match[0]):04X}"
        message = f"an invisible character ({name}) stands here"
        problems.append(
            Problem(shown, line, "character", message, "delete it, or write the line anew")
        )
    return ("" if problems else text), problems


def file_link(shown: str) -> Problem:
    """A link could lead out of the content folder, so none is followed."""
    hint = "put the file itself into the content folder"
    return Problem(shown, 1, "file-link", "this is a link", hint)


def _too_large(shown: str) -> Problem:
    message = f"the file is larger than {limits.SIZE // 1_000_000} MB"
    return Problem(shown, 1, "file-large", message, "split it; pictures go into `images`")


def _within_limits(shown: str, read: Callable[[], R]) -> tuple[R | None, list[Problem]]:
    """What ``read`` returns, or the one problem that it takes too long or goes too deep."""
    try:
        with limits.within(limits.SECONDS):
            return read(), []
    except limits.TooSlow:
        message = f"the file takes longer than {limits.SECONDS:.0f} seconds to read"
    except RecursionError:
        message = "the file nests too deeply to be read"
    forget()
    hint = "look for a place where one sign is repeated, or split the file"
    return None, [Problem(shown, 1, "file-slow", message, hint)]


def read_data(file: Path, shown: str) -> tuple[Data, list[Problem]]:
    """Read a YAML file such as `clinic.yaml`."""
    text, problems = read_text(file, shown)
    if problems:
        return Data(), problems
    read, problems = _within_limits(shown, lambda: frontmatter.parse(shown, text))
    return read or (Data(), problems)


def read_model(model: type[M], file: Path, shown: str) -> tuple[M | None, list[Problem]]:
    """Read a YAML file that is one model."""
    return model_of(model, *read_data(file, shown), shown)


def model_of(
    model: type[M], data: Data, problems: list[Problem], shown: str
) -> tuple[M | None, list[Problem]]:
    """The model that a file's data is, unless something is wrong with either; and all that is."""
    if problems and not data.values:
        return None, problems
    told = _may_be_missing(model, data)
    item, wrong = validate(model, data.values, shown, data.line_of, told=told)
    return None if problems else item, [*problems, *wrong]


def _may_be_missing(model: type[BaseModel], data: Data) -> set[str]:
    """Fields that may stand in the part of a file that could not be read."""
    return set(model.model_fields) if data.unread else set()


def read_models(model: type[M], file: Path, shown: str) -> tuple[dict[str, M], list[Problem]]:
    """Read a YAML file that maps ids to models."""
    data, problems = read_data(file, shown)
    found: dict[str, M] = {}
    for name, values in data.values.items():
        line = data.lines[(name,)]
        if slug(name) != name:
            hint = f"write `{slug(name)}`"
            message = f"`{name}` cannot be an id"
            problems.append(Problem(shown, line, "id", message, hint))
        if not isinstance(values, dict):
            hint = "indent its fields below it"
            message = f"`{name}` has no fields"
            problems.append(Problem(shown, line, "yaml", message, hint))
            continue

        def line_of(location: Location, name: str = name) -> int:
            return data.line_of((name, *location))

        item, wrong = validate(model, values, shown, line_of)
        problems.extend(wrong)
        if item is not None:
            found[name] = item
    return found, problems


def slug_of(source: str) -> str:
    """The last part of a document's address, from its file's name, in plain letters."""
    stem = unicodedata.normalize("NFKD", Path(source).stem)
    return slug("".join(c for c in stem if not unicodedata.combining(c)))


def read_document(model: type[Entry], file: Path, source: str, shown: str) -> Read:
    """Read a Markdown file of one kind; with an error in its fields it is no document."""
    raw, problems = read_bytes(file, shown)
    return (None, problems) if problems else document_of(model, raw, source, shown)


def document_of(model: type[Entry], raw: bytes, source: str, shown: str) -> Read:
    """Read the bytes of a Markdown file; the outcome depends on them and the names alone."""
    text, problems = decode(raw, shown)
    if problems:
        return None, problems
    digest = hashlib.sha256(raw).digest()
    read, problems = _within_limits(shown, lambda: _document(model, text, source, shown, digest))
    return read or (None, problems)


def _document(model: type[Entry], text: str, source: str, shown: str, digest: bytes) -> Read:
    matter, closing, problems = frontmatter.split(shown, text)
    if not closing:
        return None, problems
    data, wrong = frontmatter.parse(shown, matter, first_line=2)
    problems.extend(wrong)
    rest = "\n".join(text.split("\n")[closing:])
    body, wrong = parse(shown, source, rest, closing + 1)
    problems.extend(wrong)
    if any(problem.code == "text-limit" for problem in problems):
        return None, problems
    values = {**data.values, **_declared(model, body)}
    told = _may_be_missing(model, data)
    if model is Treatment:
        problems.extend(_said_twice(shown, body))
        problems.extend(_sections_missing(shown, body))
        told |= {*Treatment.SECTIONS, *(n for n, c in DECLARED.items() if c.NAME in body.failed)}
    data.first_line = 1
    written = set(data.values) & {n for n, f in model.model_fields.items() if _from_body(f)}
    for name in sorted(written):
        problems.append(
            Problem(
                shown,
                data.line_of((name,)),
                "field-unknown",
                f"`{name}` is not written in the front matter",
                str(model.model_fields[name].description),
            )
        )
    if model is Post and not body.parts and not problems:
        hint = "write it, or set `status: draft` until it is written"
        problems.append(Problem(shown, closing, "text-missing", "the post has no text", hint))
    meta, wrong = validate(model, values, shown, data.line_of, told=told)
    problems.extend(wrong)
    if meta is None or data.unread:
        return Broken(source, shown, body, data), problems
    face = _face(meta, body)
    return Document(source, shown, slug_of(source), meta, body, data, digest, face), problems


def _face(meta: Entry, body: Body) -> bytes:
    """The digest of a document's fields, and of what lists take from its text.

    Those are a page's questions, the sources of side effects, and the reading time. What a
    treatment's callouts say are its fields.
    """
    questions = body.questions if isinstance(meta, Page) else ()
    sources = [effect.sources for effect in body.of_type(SideEffect)]
    parts = (meta, questions, sources, minutes_of(body.words))
    return hashlib.sha256(repr(parts).encode()).digest()


def _from_body(info: Any) -> bool:
    return bool(info.json_schema_extra["place"] == "body")


def _sections_missing(shown: str, body: Body) -> Iterator[Problem]:
    """Sections that a treatment lacks, on the line of the heading that may be meant for one."""
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
            line, hint = other.line, f"did you mean it by `## {other.text}`? write `## {heading}`"
        yield Problem(shown, line, "section-missing", message, hint)


def _said_twice(shown: str, body: Body) -> Iterator[Problem]:
    """A treatment has every side effect once: two entries would contradict each other."""
    said: dict[str, int] = {}
    for placed in body.callouts:
        if isinstance(placed.callout, SideEffect):
            first = said.setdefault(slug(placed.callout.name), placed.line)
            if first != placed.line:
                message = f"“{placed.callout.name}” is said twice; first on line {first}"
                yield Problem(shown, placed.line, "callout-twice", message, "keep one of them")


def _declared(model: type[Entry], body: Body) -> dict[str, Any]:
    """What a treatment says in its text: its sections, side effects, cards and questions."""
    if model is not Treatment:
        return {}
    sections = {name: body.section(heading) for name, heading in Treatment.SECTIONS.items()}
    callouts = {name: body.of_type(callout) for name, callout in DECLARED.items()}
    declared = {**sections, **callouts, "faq": body.questions}
    return {name: value for name, value in declared.items() if value not in (None, ())}
