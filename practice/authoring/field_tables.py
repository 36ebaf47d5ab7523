"""Generates the field tables of `docs/writing.md` from the models."""

from __future__ import annotations

import re
import types
from typing import Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from practice.content import models

MARK = re.compile(
    r"(?P<open><!-- fields of (?P<model>\w+) -->\n)(?P<table>.*?)(?P<close><!-- end -->)", re.DOTALL
)
WORDS_MARK = re.compile(
    r"(?P<open><!-- words -->\n)(?P<table>.*?)(?P<close><!-- end -->)", re.DOTALL
)
PLACES = {
    "front matter": "front matter",
    "option": "option",
    "argument": "after the bar",
    "body": "the text",
}
WORDS = {
    models.Date: "date",
    models.Flag: "`true` or `false`",
    models.Id: "id",
    models.Ids: "ids",
    models.Text: "text",
    models.Texts: "texts",
    models.BrandColor: "color",
    models.Clock: "time",
    models.Email: "email address",
    models.Price: "price",
    models.TwoLetters: "two letters",
    models.ZipCode: "ZIP code",
    models.Phone: "phone number",
    models.WebAddress: "https address",
    models.LanguageTag: "language code",
    int: "whole number",
    float: "number",
    str: "text",
}


def refresh(text: str) -> str:
    """Replace every table between `<!-- fields of Model -->` or `<!-- words -->` and its end."""
    text = WORDS_MARK.sub(lambda m: f"{m['open']}\n{frequency_words()}\n{m['close']}", text)
    return MARK.sub(
        lambda m: f"{m['open']}\n{table(getattr(models, m['model']))}\n{m['close']}", text
    )


def frequency_words() -> str:
    """Return a Markdown table of the six frequency words."""
    rows = [f"| {word} | {meaning} |\n" for word, meaning in models.FREQUENCY_MEANING.items()]
    return "".join(["| word | means |\n", "|---|---|\n", *rows])


def table(model: type[BaseModel]) -> str:
    """Return a Markdown table of a model's fields, in the order of their declaration."""
    callout = issubclass(model, models.Callout)
    rows = ["| field | where | value | default | what it says |", "|---|---|---|---|---|"]
    if not callout and not issubclass(model, models.Entry):
        rows = ["| field | value | default | what it says |", "|---|---|---|---|"]
    for name, info in model.model_fields.items():
        rows.append(
            _row(name.replace("_", "-") if callout else name, info, len(rows[0].split("|")))
        )
    return "".join(f"{row}\n" for row in rows)


def _row(name: str, info: FieldInfo, width: int) -> str:
    example = models.example_of(info)
    cells = [
        f"`{name}`",
        _value(_annotation(info)),
        _default(info),
        f"{info.description}, for example `{example}`" if example else f"{info.description}",
    ]
    if width == 7:
        cells.insert(1, PLACES[models.place_of(info)])
    return "| " + " | ".join(cells) + " |"


def _annotation(info: FieldInfo) -> object:
    if not info.metadata:
        return info.annotation
    for known in WORDS:
        inner = get_args(known)
        if inner and inner[0] == info.annotation and list(inner[1:]) == list(info.metadata):
            return known
    return info.annotation


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**needed**"
    if info.default in (None, (), "") or isinstance(info.default, BaseModel):
        return ""
    return f"`{str(info.default).lower() if isinstance(info.default, bool) else info.default}`"


def _value(annotation: object) -> str:
    """Return what an editor writes for a type."""
    if annotation in WORDS:
        return WORDS[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{choice}`" for choice in inner)
    if origin in (Union, types.UnionType):
        return _value(next(choice for choice in inner if choice is not type(None)))
    if origin is tuple:
        return f"list of {_value(inner[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _words(annotation.__name__)
    return _value(inner[0])


def _words(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", name).lower()
