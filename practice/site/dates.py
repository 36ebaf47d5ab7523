"""What of `clinic.yaml` holds on a day: days with other hours, and announcements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from practice.content.models import Announcement, HoursException

SOON = dt.timedelta(days=14)
"""How far ahead every page shows days with other hours."""


def coming(days: Iterable[HoursException], today: dt.date) -> tuple[HoursException, ...]:
    """Return the days with other hours that are not over, in their order."""
    return tuple(sorted((d for d in days if d.last >= today), key=lambda day: day.date))


def soon(days: Iterable[HoursException], today: dt.date) -> tuple[HoursException, ...]:
    """Return those within the next two weeks."""
    return tuple(day for day in coming(days, today) if day.date <= today + SOON)


def current(found: Iterable[Announcement], today: dt.date) -> tuple[Announcement, ...]:
    """Return the announcements that are shown today."""
    return tuple(a for a in found if (a.first_day or today) <= today <= a.last_day)
