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
    """Declare a field: what it means, its default, where an editor writes it, an example."""
    return Field(default, description=help, json_schema_extra={"place": place, "example": example})


def option(help: str, default: object = ..., example: str = "") -> Any:
    """A field that an editor writes as an indented option under a callout's first line."""
    return field(help, default, "option", example)


def argument(help: str, default: object = ..., example: str = "") -> Any:
    """A field that an editor writes behind the bar of a callout's first line."""
    return field(help, default, "argument", example)


def body(help: str, default: object = ...) -> Any:
    """A field that is read out of the Markdown itself."""
    return field(help, default, "body")


class Model(BaseModel):
    """A closed, frozen record: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fields_at(model: type[BaseModel], place: Place) -> dict[str, FieldInfo]:
    """The fields of a model that an editor writes in one place, by name."""
    return {name: info for name, info in model.model_fields.items() if place_of(info) == place}


def place_of(info: FieldInfo) -> str:
    """Where an editor writes a field (a `Place`); nothing for one of another kind of model."""
    return _extra(info, "place")


def example_of(info: FieldInfo) -> str:
    """What an editor could write in a field, or nothing."""
    return _extra(info, "example")


def _extra(info: FieldInfo, name: str) -> str:
    """What ``field`` has noted of a field."""
    extra = info.json_schema_extra
    return str(extra.get(name, "")) if isinstance(extra, dict) else ""
