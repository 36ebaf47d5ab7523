"""How models declare a field: its help, its default and where an editor writes it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)
from pydantic.fields import FieldInfo

Place = Literal["front matter", "option", "argument", "body"]


def field(
    help: str, default: object = ..., place: Place = "front matter", example: str = ""
) -> Any:
    """Declare a field: its help text, its default, where an editor writes it, and an example."""
    return Field(default, description=help, json_schema_extra={"place": place, "example": example})


def option(help: str, default: object = ..., example: str = "") -> Any:
    """Declare a field that is written as an indented option below a callout's first line."""
    return field(help, default, "option", example)


def argument(help: str, default: object = ..., example: str = "") -> Any:
    """Declare a field that is written after the bar of a callout's first line."""
    return field(help, default, "argument", example)


def body(help: str, default: object = ...) -> Any:
    """Declare a field that is taken from the Markdown text."""
    return field(help, default, "body")


class Model(BaseModel):
    """A frozen model; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fields_at(model: type[BaseModel], place: Place) -> dict[str, FieldInfo]:
    """Return the fields of a model that are written in one place, by name."""
    return {name: info for name, info in model.model_fields.items() if place_of(info) == place}


def place_of(info: FieldInfo) -> str:
    """Return where an editor writes a field (a `Place`); empty for fields of other models."""
    return _extra(info, "place")


def example_of(info: FieldInfo) -> str:
    """Return an example value of a field, or an empty string."""
    return _extra(info, "example")


def _extra(info: FieldInfo, name: str) -> str:
    """Return an entry of the extra data that `field` declares."""
    extra = info.json_schema_extra
    return str(extra.get(name, "")) if isinstance(extra, dict) else ""
