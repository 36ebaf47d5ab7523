"""Validates what an editor wrote: returns a model, or problems in an editor's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from practice.content.front_matter import Location
from practice.content.models import ID_PATTERN, Callout, Place, example_of, fields_at, place_of
from practice.paths import slug
from practice.problems import Problem, did_you_mean, nearest

M = TypeVar("M", bound=BaseModel)

HINTS = {
    "iso_date": "write the date as year-month-day, for example 2026-01-31",
    "true_false": "write `true` or `false`",
    "web_address": "write the full address, starting with https://",
    "clock": "write the time on the 24-hour clock, for example 08:30",
    "phone": "start with + and the country code, for example +1 555 555 0123",
    "no_words": "write words",
    "markdown": "write plain words: Markdown is not read in this field",
    "hours_half": "write both `opens` and `closes`, or neither where the clinic is closed",
    "hours_order": "write the opening time first; add `next_day: true` if it is after midnight",
    "hours_both": "delete the times, or `all_day`",
    "hours_none": "add `opens` and `closes`, or `all_day: true`, or `by_appointment: true`",
    "hours_long": "delete `next_day`, or correct the closing time",
    "until_first": "write the last day, or delete `until` where it is one day",
    "last_first": "write the first day before the last one",
    "two_links": "keep the one that says more",
    "hours_twice": "list each day once, or give it hours that do not overlap",
    "price": "write it with its currency sign, for example $150",
    "treats_nobody": "delete `treatments`, or `treats: false`",
    "event_until": "write the last day, or delete `until` where it is one day",
    "event_starts": "add `starts: …`, or delete `ends`",
    "event_ends": "correct one of the two times",
    "event_places": "keep one of them",
    "color": 'write it with six digits, for example "#7a1f5c"',
    "author_none": "name who wrote it, or write `author: practice`",
    "author_twice": "name each author once",
    "guest": "write `author: guest`, and below `guest:` the fields `name` and `about`",
    "modified_first": "a text cannot be changed before it is published: correct one of the two",
    "figure": "write it as a count, for example `about 8 in 100 treatments`",
    "figure_unit": "say whether it counts treatments or patients: `about 8 in 100 treatments`",
    "how_often": "add `figure: …` with its source, or `how-common: not known`",
    "compared_alone": "add `figure: …` of those who had the treatment, or delete the line",
    "video_address": "copy the address of the video from your browser, with its https://",
    "video_length": "write minutes and seconds, for example 2:30",
    "visit_empty": "name the treatments of the visit, for example `[dry-needling, manual-therapy]`",
    "visit_twice": "give each visit a name of its own",
    "no_captions": "write `captions: true` if it has captions, or below the options what is said",
    "form_fields": "name each field once, for example `[name, phone, message]`",
    "form_optional": "add it to `fields`, or take it out of `optional`",
    "int_parsing": "write a whole number",
    "int_parsing_size": "write a whole number",
    "float_parsing": "write a number, for example 37.5",
}

ABOUT_TWO = {
    "hours_half": "opens",
    "hours_order": "closes",
    "hours_both": "all_day",
    "hours_none": "days",
    "hours_long": "closes",
    "until_first": "until",
    "last_first": "last_day",
    "two_links": "url",
    "modified_first": "modified",
    "event_until": "until",
    "event_starts": "ends",
    "event_ends": "ends",
    "event_places": "place",
    "author_none": "author",
    "author_twice": "author",
    "guest": "author",
    "treats_nobody": "treatments",
    "how_often": "how_common",
    "compared_alone": "compared",
    "no_captions": "captions",
    "form_fields": "fields",
    "form_optional": "optional",
}
"""Errors that concern two fields, and the field on whose line they are reported."""
LISTS = ("tuple_type", "list_type")
GROUPS = ("model_type", "dict_type", "model_attributes_type")
"""Pydantic's error types for a value that should be a list, or a group of fields."""


def validate(
    model: type[M],
    values: Mapping[str, object],
    path: str,
    line_of: Callable[[Location], int],
    label_of: Callable[[str], str] = str,
    *,
    already_reported: Collection[str] = (),
    comments: Mapping[Location, str] | None = None,
) -> tuple[M | None, list[Problem]]:
    """Return a model made from ``values``, or None and a problem with its line for each mistake.

    ``label_of`` gives the name under which an editor knows a field (``how-common``);
    ``already_reported`` are fields whose absence another problem already explains; ``comments``
    are what YAML has left out behind a ` #`, by location.
    """
    cut = {
        found: comment
        for found, comment in (comments or {}).items()
        if _is_text(model, values, found, comment)
    }
    problems = [
        _cut(path, line_of(found), label_of(str(found[-1])), comment)
        for found, comment in cut.items()
    ]
    try:
        item = model.model_validate(values)
    except ValidationError as error:
        details = [d for d in error.errors(include_url=False) if d["loc"] not in cut]
    else:
        return None if cut else item, problems
    mistakes = _Mistakes(model, values, path, line_of, label_of)
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    meant = {(name,) for name in already_reported} | {
        mistakes.meant(location) for location in unknown
    }
    problems += [
        mistakes.problem(detail)
        for detail in details
        if not (detail["type"] in ("missing", *ABOUT_TWO) and _missing_at(detail) in meant)
    ]
    return None, problems


def _missing_at(detail: ErrorDetails) -> Location:
    """Return the location of the field that an error misses."""
    location: Location = detail["loc"]
    kind = detail["type"]
    return (*location, ABOUT_TWO[kind]) if kind in ABOUT_TWO else location


def _is_text(
    model: type[BaseModel], values: Mapping[str, object], location: Location, comment: str
) -> bool:
    """Return whether a field could hold its value together with the comment behind it.

    Then the comment may be meant as a part of the text. An id, a date or a number could not.
    """
    try:
        model.model_validate(_with_comment(values, location, comment))
    except ValidationError as error:
        return all(detail["loc"][: len(location)] != location for detail in error.errors())
    return True


def _with_comment(value: object, location: Location, comment: str) -> object:
    """Return a value in which the text at a location ends with the comment behind it."""
    if not location:
        return f"{value} {comment}" if value else comment
    first, rest = location[0], location[1:]
    if isinstance(value, list) and isinstance(first, int):
        changed = _with_comment(value[first], rest, comment)
        return [*value[:first], changed, *value[first + 1 :]]
    if isinstance(value, Mapping):
        return {**value, first: _with_comment(value[first], rest, comment)}
    return value


def _cut(path: str, line: int, name: str, comment: str) -> Problem:
    message = f"`{comment[:40]}` would be left out of `{name}`: YAML reads ` #` as a comment"
    hint = "put quotes around the value; a note to yourself belongs on a line of its own"
    return Problem(path, line, "yaml-comment", message, hint)


@dataclass(frozen=True)
class _Mistakes:
    """Turns pydantic's errors into problems; the fields are the arguments of ``validate``."""

    model: type[BaseModel]
    values: Mapping[str, object]
    path: str
    line_of: Callable[[Location], int]
    label_of: Callable[[str], str]

    def meant(self, location: Location) -> Location:
        """Return the location of the known field whose name is most similar to an unknown one."""
        known = self._known(_owner(self.model, location))
        if not location:
            return ()
        given = self.label_of(str(location[-1]))
        near = _first_word(given, known) or nearest(given, known)
        return (*location[:-1], known[near]) if near else ()

    def _known(self, owner: type[BaseModel]) -> dict[str, str]:
        """Return the fields that an editor can write, by the names that an editor uses."""
        places: tuple[Place, ...] = ("front matter", "option")
        return {self.label_of(name): name for place in places for name in fields_at(owner, place)}

    def problem(self, detail: ErrorDetails) -> Problem:
        """Return the problem for one pydantic error."""
        location: Location = detail["loc"]
        owner = _owner(self.model, location)
        words = [part for part in location if isinstance(part, str)]
        name = self.label_of(words[-1]) if words else owner.__name__.lower()
        kind = detail["type"]
        line = self.line_of((*location, ABOUT_TWO[kind]) if kind in ABOUT_TWO else location)
        if kind == "missing":
            return _missing(self.path, line, owner, str(location[-1]), name)
        if kind == "extra_forbidden":
            message = f"there is no field `{name}` here"
            known = self._known(owner)
            field = _first_word(name, known)
            hint = did_you_mean(name, known)
            if field:
                hint = f'a colon is missing after `{field}`: write `{field}: "…"`'
            return Problem(self.path, line, "field-unknown", message, hint)
        if _is_empty(detail["input"]):
            needed = name in owner.model_fields and owner.model_fields[name].is_required()
            hint = "write a value after the colon" + ("" if needed else ", or delete the line")
            return Problem(self.path, line, "field-empty", f"`{name}` is empty", hint)
        code = "date" if kind == "iso_date" else "field-value"
        message, hint = self._value(detail, owner, name)
        return Problem(self.path, line, code, message, hint)

    def _value(self, detail: ErrorDetails, owner: type[BaseModel], name: str) -> tuple[str, str]:
        """Return what is wrong with a value, and what to write instead."""
        kind, location, given = detail["type"], detail["loc"], str(detail["input"])
        if kind == "literal_error":
            choices = _choices(owner, location)
            several = re.findall(r"[\w-]+", given.lower())
            hint = did_you_mean(given, choices)
            if isinstance(location[-1], int) and len(several) > 1 and set(several) <= set(choices):
                hint = f"write a comma between them: `{', '.join(several)}`"
            return f"`{name}: {given}` is not possible", hint
        if kind == "string_pattern_mismatch" and detail["ctx"]["pattern"] == ID_PATTERN:
            in_list, field = isinstance(location[-1], int), str(location[0])
            alone = self.values.get(field) == given
            hint = _ids(given, alone=alone, people=field == "author") if in_list else ""
            written = given.partition(",")[0] if field == "author" else given
            return (
                f"`{name}`: `{given}` cannot be used as an id",
                hint or f"did you mean `{slug(written)}`?",
            )
        if kind in ABOUT_TWO:
            return detail["msg"], HINTS[kind]
        if kind == "color_light":
            return (
                f"`{name}`: {detail['msg']}",
                f"the nearest that works is `{detail['ctx']['nearest']}`",
            )
        if kind == "figure_format":
            better = detail["ctx"]["better"]
            return f"`{name}`: {detail['msg']}", f"write it as `{better}` and what is counted"
        inner = (
            _models_in(owner.model_fields[name].annotation) if name in owner.model_fields else []
        )
        if kind in (*LISTS, *GROUPS) and inner:
            return f"`{name}`: {_message(detail)}", _shape(inner[0], in_list=kind in LISTS)
        return f"`{name}`: {_message(detail)}", HINTS.get(kind) or _help(owner, location)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _first_word(given: str, known: Collection[str]) -> str | None:
    """Return the field whose name starts the unknown key, which then lacks its colon."""
    first, _, rest = given.partition(" ")
    return first.lower() if rest and first.lower() in known else None


def _ids(given: str, *, alone: bool, people: bool) -> str:
    """Return a hint for several ids written as one, or an empty string.

    A person's name has spaces, and a comma before the credentials.
    """
    between = r";|\band\b|&" if people else r"[,;]|\band\b|&"
    ids = [slug(part) for part in re.split(between, given) if slug(part)]
    if len(ids) > 1 or given.startswith("-"):
        return f"write a list: `[{', '.join(ids)}]`"
    if alone and not people and " " in given.strip():
        return f"did you mean `{slug(given)}`, or the list `[{', '.join(given.lower().split())}]`?"
    return ""


def _shape(model: type[BaseModel], *, in_list: bool) -> str:
    """Return an example of how the fields of a group are written, alone or in a list."""
    names = [f"`{name}: …`" for name in model.model_fields]
    if in_list:
        names[0] = f"`- {names[0][1:]}"
    return f"write below it, indented, each on its own line: {', '.join(names)}"


def _help(owner: type[BaseModel], location: Location) -> str:
    """Return the help text and example of a field."""
    names = [part for part in location if isinstance(part, str) and part in owner.model_fields]
    if not names:
        return ""
    info = owner.model_fields[names[-1]]
    example = f", for example `{example_of(info)}`" if example_of(info) else ""
    return f"{info.description}{example}"


def _missing(path: str, line: int, owner: type[BaseModel], field: str, name: str) -> Problem:
    info = owner.model_fields[field]
    place = place_of(info)
    message = f"`{name}` is missing"
    if place == "argument":
        called = owner.NAME if issubclass(owner, Callout) else ""
        message = f"`{called}` needs a text after the bar"
        hint = f"write `/// {called} | …` ({info.description})"
        return Problem(path, line, "callout-argument", message, hint)
    if place == "body":
        return Problem(path, line, "callout-missing", message, str(info.description))
    return Problem(path, line, "field-missing", message, f"add `{name}: …` ({info.description})")


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in LISTS:
        return "this must be a list, each item on its own line: `- item`"
    if kind in GROUPS:
        return "this needs fields, indented below this line"
    if kind == "string_type":
        return "this must be plain text, not a list or fields"
    if kind == "string_pattern_mismatch":
        return f"`{detail['input']}` does not have the right form"
    if kind in ("int_parsing", "float_parsing"):
        return f"`{detail['input']}` is not a number"
    if kind == "int_parsing_size":
        return "this number is too large"
    return detail["msg"]


def _owner(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """Return the model that declares the last named field of a location."""
    names = [part for part in location if isinstance(part, str)]
    for name in names[:-1]:
        info = model.model_fields.get(name)
        inner = _models_in(info.annotation) if info else []
        if not inner:
            return model
        model = inner[0]
    return model


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models_in(inner)]


def _choices(owner: type[BaseModel], location: Location) -> list[str]:
    names = [part for part in location if isinstance(part, str)]
    name = next(name for name in reversed(names) if name in owner.model_fields)
    return _literals(owner.model_fields[name].annotation)


def _literals(annotation: object) -> list[str]:
    found: list[str] = []
    for inner in get_args(annotation):
        found.extend([inner] if isinstance(inner, str) else _literals(inner))
    return found
