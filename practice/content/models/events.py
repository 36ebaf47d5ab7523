"""The model of the front matter of an event, such as a talk or a class."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import override

from practice.content.models.documents import Illustrated
from practice.content.models.fields import field
from practice.content.models.values import Clock, Date, Flag, Id, Price, Text, WebAddress


class Event(Illustrated):
    """Something that patients can come to: `content/events/<name>.md`."""

    KIND: ClassVar[str] = "event"
    FOLDER: ClassVar[str] = "events"

    title: Text = field("What it is called", example="Strong bones: a free talk")
    date: Date = field("The day, or the first of several")
    until: Date | None = field("The last of several days", None)
    starts: Clock | None = field("24-hour time", None, example="18:00")
    ends: Clock | None = field("24-hour time, on the last day", None, example="19:30")
    location: Id | None = field(
        "The practice's location where it is; without it and `place`, the first one", None
    )
    place: Text | None = field(
        "Where it is, if elsewhere", None, example="Town library, 1 Main Street"
    )
    online: Flag = field("True where people take part from home", False)
    price: Price | None = field("What it costs, or `free`", None, example="free")
    sign_up_url: WebAddress | None = field("Where people sign up", None)

    @property
    @override
    def heading(self) -> str:
        return self.title

    @property
    @override
    def named_ids(self) -> dict[str, tuple[str, ...]]:
        return {"location": () if self.location is None else (self.location,)}

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.until or self.date

    @model_validator(mode="after")
    def _makes_sense(self) -> Event:
        if self.until and self.until <= self.date:
            raise PydanticCustomError("event_until", "`until` is not after `date`")
        if self.ends and not self.starts:
            raise PydanticCustomError(
                "event_starts", "`ends` says when it ends, but not when it begins"
            )
        if self.starts and self.ends and not self.until and self.ends <= self.starts:
            raise PydanticCustomError("event_ends", "it ends before it begins")
        if self.place and self.location:
            raise PydanticCustomError("event_places", "`place` and `location` are both given")
        return self
