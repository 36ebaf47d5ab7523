"""Models of opening hours: those of the week, and days with others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, get_args

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from practice.content.models.fields import Model, field
from practice.content.models.values import Clock, Date, Flag, Text, Weekday, Weekdays

DAY_MINUTES = 24 * 60
DAYS: tuple[str, ...] = get_args(Weekday)


class Hours(Model):
    """When the clinic is open, on one or more days of the week."""

    days: Weekdays = field("Days of the week", example="[monday, tuesday]")
    opens: Clock | None = field("24-hour time", None, example="08:00")
    closes: Clock | None = field("24-hour time", None, example="18:00")
    next_day: Flag = field("True where it closes after midnight", False)
    all_day: Flag = field("True where it is open for 24 hours", False)
    by_appointment: Flag = field("True where patients have to call first", False)
    note: Text | None = field("What patients should know of these hours", None)

    @model_validator(mode="after")
    def _make_sense(self) -> Hours:
        if (self.opens is None) != (self.closes is None):
            raise PydanticCustomError("hours_half", "one of the two times is missing")
        if self.all_day and self.opens:
            raise PydanticCustomError("hours_both", "`all_day` leaves no room for times")
        if not (self.opens or self.all_day or self.by_appointment):
            raise PydanticCustomError("hours_none", "nothing says when the clinic is open")
        if self.opens and self.closes:
            _check_order(self.opens, self.closes, next_day=self.next_day)
        return self

    @property
    def minutes(self) -> tuple[int, int] | None:
        """Opening and closing in minutes since midnight; closing can be on the next day.

        None where there are no times.
        """
        if self.all_day:
            return 0, DAY_MINUTES
        if not (self.opens and self.closes):
            return None
        return _minutes(self.opens), _minutes(self.closes) + DAY_MINUTES * self.next_day


class HoursException(Model):
    """A day, or several days in a row, with other hours than usual."""

    date: Date = field("The day, or the first of several", example="2026-12-25")
    until: Date | None = field("The last of several days", None, example="2027-01-01")
    opens: Clock | None = field("24-hour time; without it the clinic is closed all day", None)
    closes: Clock | None = field("24-hour time; needed with `opens`", None)
    next_day: Flag = field("True where it closes after midnight", False)
    note: Text = field("Why", example="Christmas Day")

    @model_validator(mode="after")
    def _both_times_in_order(self) -> HoursException:
        if (self.opens is None) != (self.closes is None):
            raise PydanticCustomError("hours_half", "one of the two times is missing")
        if self.opens and self.closes:
            _check_order(self.opens, self.closes, next_day=self.next_day)
        if self.until and self.until <= self.date:
            raise PydanticCustomError("until_first", "`until` is not after `date`")
        return self

    @property
    def minutes(self) -> tuple[int, int] | None:
        """Opening and closing in minutes since midnight, as in `Hours`; None for a closed day."""
        if not (self.opens and self.closes):
            return None
        return _minutes(self.opens), _minutes(self.closes) + DAY_MINUTES * self.next_day

    @property
    def last(self) -> Date:
        """The last day."""
        return self.until or self.date


def _check_order(opens: str, closes: str, *, next_day: bool) -> None:
    if not next_day and closes <= opens:
        raise PydanticCustomError("hours_order", "the clinic closes before it opens")
    if next_day and closes > opens:
        raise PydanticCustomError("hours_long", "the clinic would be open for more than a day")


def refuse_overlaps(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
    """Return the hours; raise ``PydanticCustomError`` if two of one day overlap."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for entry in hours:
        for day, start, end in _spans(entry):
            for other_start, other_end in spans.setdefault(day, []):
                if start < other_end and other_start < end:
                    raise PydanticCustomError(
                        "hours_twice",
                        "{day} has two opening hours that overlap",
                        {"day": DAYS[day].capitalize()},
                    )
            spans[day].append((start, end))
    return hours


WeekHours = Annotated[tuple[Hours, ...], AfterValidator(refuse_overlaps)]
"""The hours of a week; a day can have several, but they do not overlap."""


def _spans(hours: Hours) -> Iterator[tuple[int, int, int]]:
    """Yield day, start and end in minutes; what goes on after midnight belongs to the next day."""
    if hours.minutes is None:
        return
    start, end = hours.minutes
    for name in hours.days:
        day = DAYS.index(name)
        yield day, start, min(end, DAY_MINUTES)
        if end > DAY_MINUTES:
            yield (day + 1) % len(DAYS), 0, end - DAY_MINUTES


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return 60 * int(hour) + int(minute)
