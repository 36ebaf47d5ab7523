"""From what an editor wrote to a valid model, or to Problems in an editor's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from practice.frontmatter import Location
from practice.model import ID_PATTERN, Treatment, fields_at
from practice.paths import slug
from practice.problems import Problem, did_you_mean

M = TypeVar("M", bound=BaseModel)

HINTS = {
    "iso_date": "write the date as year-month-day, for example 2026-01-31",
    "true_false": "write `true` or `false`",
    "web_address": "write the whole address, beginning with https://",
    "clock": "write the time on the 24-hour clock, for example 08:30",
    "phone": "write + and the country code first, for example +1 555 555 0123",
    "no_words": "write words",
    "hours_half": "write both `opens` and `closes`, or neither where the clinic is closed",
    "hours_order": "write the opening time before the closing time",
    "hours_twice": "name each day once, or give it hours that do not meet",
    "price": "write it with its sign, for example $150",
    "modified_first": "a text cannot be changed before it is published: correct one of the two",
    "int_parsing": "write a whole number",
    "float_parsing": "write a number, for example 37.5",
}

ABOUT_TWO = {"hours_half": "opens", "hours_order": "closes", "modified_first": "modified"}
"""Mistakes between two fields, and the one on whose line they are shown."""


def validate(
    model: type[M],
    values: dict[str, Any],
    path: str,
    line_of: Callable[[Location], int],
    shown: Callable[[str], str] = str,
) -> tuple[M | None, list[Problem]]:
    """Make a model of ``values``; where that fails, say why, with the line of each mistake.

    ``shown`` gives the name under which an editor knows a field (``how-common``).
    """
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems = [_problem(detail, model, path, line_of, shown) for detail in details]
    meant = {problem.hint for problem in problems if problem.code == "field-unknown"}
    return None, [p for p in problems if _named(p.message) not in meant]


def _named(message: str) -> str:
    """The hint that names the very field that another message says is missing."""
    return f"did you mean {message.removesuffix(' is missing')}?"


def _problem(
    detail: ErrorDetails,
    model: type[BaseModel],
    path: str,
    line_of: Callable[[Location], int],
    shown: Callable[[str], str],
) -> Problem:
    location: Location = detail["loc"]
    line = line_of(location)
    owner = _owner(model, location)
    words = [part for part in location if isinstance(part, str)]
    name = shown(words[-1]) if words else owner.__name__.lower()
    kind = detail["type"]
    if kind == "missing":
        return _missing(path, line, owner, str(location[-1]), name)
    if kind == "extra_forbidden":
        known = [shown(n) for place in ("front matter", "option") for n in fields_at(owner, place)]
        message = f"there is no field `{name}` here"
        return Problem(path, line, "field-unknown", message, did_you_mean(name, known))
    if _is_empty(detail["input"]):
        hint = "write something behind the colon, or delete the line"
        return Problem(path, line, "field-empty", f"`{name}` is empty", hint)
    if kind == "literal_error":
        choices = [str(choice) for choice in _choices(owner, location)]
        message = f"`{name}: {detail['input']}` is not possible"
        return Problem(
            path, line, "field-value", message, did_you_mean(str(detail["input"]), choices)
        )
    if kind == "string_pattern_mismatch" and detail["ctx"]["pattern"] == ID_PATTERN:
        message = f"`{name}`: `{detail['input']}` cannot be an id"
        hint = f"did you mean `{slug(str(detail['input']))}`?"
        return Problem(path, line, "field-value", message, hint)
    if kind in ABOUT_TWO:
        line = line_of((*location, ABOUT_TWO[kind]))
        return Problem(path, line, "field-value", detail["msg"], HINTS[kind])
    code = "date" if kind == "iso_date" else "field-value"
    hint = HINTS.get(kind) or _help(owner, location)
    return Problem(path, line, code, f"`{name}`: {_message(detail)}", hint)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _help(owner: type[BaseModel], location: Location) -> str:
    """What a field's declaration says of it."""
    names = [part for part in location if isinstance(part, str) and part in owner.model_fields]
    return str(owner.model_fields[names[-1]].description) if names else ""


def _missing(path: str, line: int, owner: type[BaseModel], field: str, name: str) -> Problem:
    info = owner.model_fields[field]
    place = info.json_schema_extra["place"] if isinstance(info.json_schema_extra, dict) else ""
    if field in Treatment.SECTIONS and owner is Treatment:
        heading = Treatment.SECTIONS[field]
        message = f"the section `## {heading}` is missing"
        return Problem(path, line, "section-missing", message, f"add a line `## {heading}`")
    if place == "argument":
        called = getattr(owner, "NAME", "")
        message = f"`{called}` does not say what stands behind its bar"
        hint = f"write `/// {called} | …` ({info.description})"
        return Problem(path, line, "callout-argument", message, hint)
    if place == "body":
        message = f"`{name}` is missing"
        return Problem(path, line, "callout-missing", message, str(info.description))
    message = f"`{name}` is missing"
    return Problem(path, line, "field-missing", message, f"add `{name}: …` ({info.description})")


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in ("tuple_type", "list_type"):
        return "a list is needed, each item on a line of its own: `- item`"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "fields are needed here, indented below this line"
    if kind == "string_type":
        return "words are needed here, not a list or fields"
    if kind == "string_pattern_mismatch":
        return f"`{detail['input']}` is not in the form that is needed"
    if kind in ("int_parsing", "float_parsing"):
        return f"`{detail['input']}` is not a number"
    return detail["msg"]


def _owner(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """The model in which the last named field of a location is declared."""
    names = [part for part in location if isinstance(part, str)]
    for name in names[:-1]:
        info = model.model_fields.get(name)
        inner = _models_in(info.annotation) if info else []
        if not inner:
            return model
        model = inner[0]
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models_in(inner)]


def _choices(owner: type[BaseModel], location: Location) -> list[Any]:
    names = [part for part in location if isinstance(part, str)]
    name = next(name for name in reversed(names) if name in owner.model_fields)
    return _literals(owner.model_fields[name].annotation)


def _literals(annotation: Any) -> list[Any]:
    found: list[Any] = []
    for inner in get_args(annotation):
        found.extend([inner] if isinstance(inner, str) else _literals(inner))
    return found
