"""A location's hours as data for the script that says whether it is open now."""

from __future__ import annotations

import json
from collections.abc import Sequence

from practice.content.models import Hours, HoursException
from practice.content.models.hours import DAYS
from practice.site.formatting import clock

Period = tuple[int, int, str, str]
"""Opening and closing in minutes since midnight, and both as words; closing can be on the next day.

The words are empty where a location is open for 24 hours.
"""


def schedule(hours: Sequence[Hours], days: Sequence[HoursException]) -> str:
    """Return the hours of a week, Monday first, and of days with others, as JSON.

    Hours that are by appointment only are left out: a patient cannot come without a call.
    """
    week = [
        [period for entry in hours if day in entry.days and (period := _usual(entry))]
        for day in DAYS
    ]
    others = [[day.date.isoformat(), day.last.isoformat(), _other(day)] for day in days]
    return json.dumps({"week": week, "days": others}, separators=(",", ":"))


def _usual(entry: Hours) -> Period | None:
    if entry.minutes is None or entry.by_appointment:
        return None
    return (*entry.minutes, *_words(entry.opens, entry.closes))


def _other(day: HoursException) -> list[Period]:
    return [(*day.minutes, *_words(day.opens, day.closes))] if day.minutes else []


def _words(opens: str | None, closes: str | None) -> tuple[str, str]:
    return (clock(opens), clock(closes)) if opens and closes else ("", "")
