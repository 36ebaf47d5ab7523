"""Creates new content files with the front matter that their model requires.

The questions and the allowed values come from `practice.content.models`. The file starts with
the text that every such file needs. Treatments and people start as `sample: true`, and other texts
as drafts, until somebody has written and reviewed them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from practice.authoring import credentials
from practice.authoring.entries import quoted
from practice.checks import references
from practice.checks.reading import PLACEHOLDER
from practice.content.cached_reader import Reader
from practice.content.document import Document, address_of, slug_of
from practice.content.models import (
    Entry,
    Event,
    Location,
    Page,
    Post,
    Source,
    Therapist,
    Treatment,
    example_of,
    fields_at,
)
from practice.content.reader import document_of
from practice.paths import command_of, display_path_of, slug
from practice.problems import Problem, ProblemsFound, did_you_mean, errors
from practice.site.assemble import load, narrow
from practice.site.site import Site
from practice.support.cache_folder import cache_folder
from practice.support.environment import today

KINDS: dict[str, type[Entry]] = {
    **{model.KIND: model for model in (Post, Treatment, Therapist, Page, Event)},
    "staff": Therapist,
}
"""What can be created as a file. `staff` is somebody who treats nobody, such as the front desk."""
ALSO_ASKED: dict[str, tuple[str, ...]] = {
    "therapist": ("credentials",),
    "event": ("starts", "ends"),
}
"""Fields that are asked for although they can be left out."""
Ask = Callable[[str], str]


class CannotWrite(Exception):
    """The file cannot be written; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A new file, and its address in the preview."""

    file: Path
    address: str


def make(
    kind: str, content: Path, given: Mapping[str, str], ask: Ask | None = None, zone: str = "UTC"
) -> Made:
    """Write a new file of a kind (one of ``KINDS``) into a content folder.

    ``given`` holds known fields; ``ask`` is called with a question for each required field that is
    missing; ``zone`` is the time zone that decides the day. Raises ``CannotWrite`` for an unknown
    kind, a missing field or an existing file, and ``ProblemsFound`` for invalid values.
    """
    if kind not in KINDS:
        kinds = (*KINDS, "location", "source")
        known = ", ".join(f"`{command_of(f'new {known}')}`" for known in kinds)
        more = f"`{command_of('--help new')}` lists every option"
        raise CannotWrite(f"`{kind}` cannot be created: choose one of {known}; {more}")
    model = KINDS[kind]
    values = starts(kind, today(zone)) | dict(given)
    fields = fields_at(model, "front matter")
    refuse_unknown(kind, values, fields)
    title_first = sorted(fields, key=lambda name: name != _named(model))
    asked = ALSO_ASKED.get(kind, ()) if ask else ()
    needed = [name for name in title_first if fields[name].is_required() or name in asked]
    missing = {name: fields[name] for name in needed if name not in values}
    if missing and ask is None:
        lines = [f"`{name}` is missing: {info.description}" for name, info in missing.items()]
        raise CannotWrite("\n".join([*lines, f"give each as {_options(model, missing)}"]))
    if ask:
        values |= {name: answer(ask, name, info) for name, info in missing.items()}
    if values.get("credentials"):
        values["credentials"] = _credentials(values["credentials"], ask)
    site, _ = load(content, today(zone), read_all=Reader(cache_folder(content)))
    draft = _draft(content, site, model, values)
    while wrong := errors(draft.problems):
        again = {_field_at(draft.text, problem.line): problem for problem in wrong}
        if ask is None or not again.keys() <= missing.keys():
            raise ProblemsFound(map(_of_answer, draft.problems))
        for name, problem in again.items():
            told_first = f"{problem.message}: {problem.hint}\n"
            values[name] = answer(ask, name, missing[name], told_first)
        draft = _draft(content, site, model, values)
    file = content / draft.source
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(draft.text)
    except FileExistsError as error:
        display_path = display_path_of(file)
        raise CannotWrite(
            f"`{display_path}` already exists: choose another {_named(model)}"
        ) from error
    return Made(file, address_of(model, slug_of(draft.source)))


@dataclass(frozen=True)
class _Draft:
    """A file that has not been written yet."""

    source: str
    text: str
    problems: list[Problem]


def _draft(
    content: Path, site: Site | None, model: type[Entry], values: Mapping[str, str]
) -> _Draft:
    """Return the draft of a file, with its problems and unknown references."""
    source = f"{model.FOLDER}/{slug(values.get('title') or values.get('name') or '')}.md"
    text = front_matter(fields_at(model, "front matter"), values) + TEXTS[model]
    document, problems = document_of(model, text.encode(), source, f"{content}/{source}")
    if site and isinstance(document, Document):
        problems = [*problems, *references.ids(narrow(site, [document]))]
    return _Draft(source, text, problems)


def _credentials(value: str, ask: Ask | None) -> str:
    """Return credentials with what the letters stand for; unknown letters are asked for."""
    unknown = [letters for letters, stands_for, _ in credentials.items(value) if not stands_for]
    if unknown and ask is None:
        example = f"{unknown[0]} = what it stands for / certificate"
        raise CannotWrite(f"`{unknown[0]}` is not known: write `--field 'credentials={example}'`")
    return credentials.completed(value, ask or (lambda _: ""))


def refuse_unknown(kind: str, values: Iterable[str], fields: Iterable[str]) -> None:
    """Raise ``CannotWrite`` if a field is given that there is not in this kind."""
    known = list(fields)
    for name in sorted(values):
        if name not in known:
            raise CannotWrite(f"`{kind}` has no field `{name}`: {did_you_mean(name, known)}")


def answer(ask: Ask, name: str, info: FieldInfo, told_first: str = "") -> str:
    """Return the answer for a field; ask for a required one until it is not empty."""
    while True:
        given = ask(told_first + question(name, info)).strip()
        if given or not info.is_required():
            return given


def _field_at(text: str, line: int) -> str:
    """Return the field on a line of the front matter, or an empty string."""
    return text.split("\n")[line - 1].partition(":")[0]


def _options(model: type[Entry], fields: Iterable[str]) -> str:
    """Return how fields are given on the command line."""
    names = [name for name in fields if name != _named(model)]
    title = [f"`--title '…'` (the {_named(model)})"] if _named(model) in fields else []
    return ", ".join([*title, *(f"`--field '{name}=…'`" for name in names)])


def question(name: str, info: FieldInfo) -> str:
    """Return the question for a field: its name, help and example."""
    if name == "credentials":
        return credentials.QUESTION
    example = f", for example {example_of(info)}" if example_of(info) else ""
    empty = "" if info.is_required() else "; press Enter for none"
    return f"{name.replace('_', ' ').capitalize()} ({info.description}{example}{empty}): "


def front_matter(fields: Mapping[str, FieldInfo], values: Mapping[str, str]) -> str:
    """Return values as YAML between `---` lines, in the order of the model."""
    lines = [_line(name, values[name], info) for name, info in fields.items() if values.get(name)]
    return "\n".join(["---", *lines, "---", ""])


def _line(name: str, value: str, info: FieldInfo) -> str:
    if not _is_list(info):
        return f"{name}: {quoted(value)}"
    if _holds_models(info):
        return f"{name}:\n" + "\n".join(starmap(_credential, credentials.items(value)))
    items = [quoted(item) for item in _items(value)]
    return f"{name}: {items[0]}" if len(items) == 1 else f"{name}: [{', '.join(items)}]"


def _credential(letters: str, stands_for: str, kind: str) -> str:
    return (
        f"  - abbreviation: {quoted(letters)}\n    stands_for: {quoted(stands_for)}\n"
        f"    kind: {kind}"
    )


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _is_list(info: FieldInfo) -> bool:
    return str(info.annotation).startswith("tuple")


def _holds_models(info: FieldInfo) -> bool:
    inner = get_args(info.annotation)[:1]
    return any(isinstance(item, type) and issubclass(item, BaseModel) for item in inner)


def _named(model: type[BaseModel]) -> str:
    return "title" if "title" in model.model_fields else "name"


def title_field(kind: str) -> str:
    """Return the field of a kind that `--title` gives: `title`, or `name`."""
    models: dict[str, type[BaseModel]] = {**KINDS, "source": Source, "location": Location}
    return _named(models[kind]) if kind in models else "title"


def _of_answer(problem: Problem) -> Problem:
    """Return the problem of an answer; the file does not exist yet, so it has no useful line."""
    return Problem("your answers", 1, problem.code, problem.message, problem.hint)


def starts(kind: str, day: dt.date) -> dict[str, str]:
    """Return the default values of a new file that is written on a day."""
    if kind == "post":
        return {"date": day.isoformat(), "status": "draft"}
    if kind in ("page", "event"):
        return {"status": "draft"}
    return {"sample": "true"} | ({"treats": "false"} if kind == "staff" else {})


TEXTS: dict[type[Entry], str] = {
    Post: f"\n{PLACEHOLDER}\n",
    Page: f"\n{PLACEHOLDER}\n",
    Event: "\nSay whom it is for, what happens, and what to bring.\n",
    Therapist: "\nWrite whom you treat and how you work.\n",
    Treatment: """
Say in two sentences what it is.

## What happens

Tell what happens, step by step.

## Who it helps

Tell whom it helps, and whom it does not.

## Before you start

/// ask-first

- have a condition that you name here
///

## How to prepare

Tell what to wear, eat and bring.

## Afterwards

Tell what to do on the same day.

## Side effects

/// side-effect | The effect, in a patient’s words
    how-common: not known

Tell what it is like.
///

## When to get help

/// get-help | Call us if:
    level: non-urgent

- something is not as you expected
///

## Questions patients ask

/// faq

### Will it hurt?

Answer as you would in the room.
///
""",
}
