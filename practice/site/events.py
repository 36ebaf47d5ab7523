"""Events: which are still to come, where they are, and their entry for a calendar."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from practice.content.document import Document
from practice.content.models import Event
from practice.site.formatting import clock, long_date
from practice.site.locations import PlaceToVisit

PAST = 10
"""Past events that the list shows."""


@dataclass(frozen=True)
class EventList:
    """The list of events."""

    coming: tuple[Document[Event], ...]
    """Those that are not over, the next one first."""
    past: tuple[Document[Event], ...]
    """The last ones that are over, the newest first."""

    path = "/events/"
    """Its address."""


def list_of(events: Iterable[Document[Event]], today: dt.date) -> EventList:
    """Return the list of events on a day."""
    ordered = sorted(events, key=lambda d: (d.meta.date, d.meta.starts or "", d.source))
    coming = tuple(event for event in ordered if not is_over(event, today))
    past = [event for event in ordered if is_over(event, today)]
    return EventList(coming, tuple(past[: -PAST - 1 : -1]))


def is_over(event: Document[Event], today: dt.date) -> bool:
    """Return whether the last day of an event is past."""
    return event.meta.last < today


def when(event: Event) -> str:
    """Return the days and times: ``December 3, 2026, 6 pm to 7:30 pm``."""
    days = long_date(event.date)
    if event.until:
        days = f"{days} to {long_date(event.until)}"
    if not event.starts:
        return days
    times = clock(event.starts) + (f" to {clock(event.ends)}" if event.ends else "")
    return f"{days}, {times}"


def calendar_path(event: Document[Event]) -> str:
    """Return the address of an event's file for calendars."""
    return f"/events/{event.slug}.ics"


def place_text(event: Event, location: PlaceToVisit | None, practice: str) -> str:
    """Return where an event is, in one line; empty for one that is only online."""
    if event.place or location is None:
        return event.place or ""
    address = location.address
    return f"{practice}, {address.street}, {address.city}, {address.region} {address.postal_code}"


def number_of(price: str) -> str | None:
    """Return a price as a number: `$40` is `40`, `free` is `0`; None for anything else."""
    if price.strip().lower() == "free":
        return "0"
    match = re.fullmatch(r"\$ ?(\d+(?:\.\d{2})?)", price.strip())
    return match[1] if match else None


def calendar(event: Document[Event], place: str, url: str, zone: str) -> bytes:
    """Return an event for a calendar (RFC 5545); ``zone`` is the practice's time zone.

    Times are in UTC. `DTSTAMP` is the event's first day, so that an event always gives the same
    bytes.
    """
    import icalendar  # noqa: PLC0415  # takes longer to load than a page to make

    meta, entry = event.meta, icalendar.Event()
    entry.add("uid", url)
    entry.add("dtstamp", dt.datetime.combine(meta.date, dt.time(), dt.UTC))
    entry.add("summary", meta.title)
    entry.add("description", meta.summary)
    entry.add("url", url)
    if place:
        entry.add("location", place)
    if meta.starts:
        entry.add("dtstart", _in_utc(meta.date, meta.starts, zone))
        if meta.ends:
            entry.add("dtend", _in_utc(meta.last, meta.ends, zone))
    else:
        entry.add("dtstart", meta.date)
        entry.add("dtend", meta.last + dt.timedelta(days=1))
    found = icalendar.Calendar()
    found.add("version", "2.0")
    found.add("prodid", "-//practice-site//events//EN")
    found.add_component(entry)
    return bytes(found.to_ical())


def _in_utc(day: dt.date, time: str, zone: str) -> dt.datetime:
    local = dt.datetime.combine(day, dt.time.fromisoformat(time), ZoneInfo(zone))
    return local.astimezone(dt.UTC)
