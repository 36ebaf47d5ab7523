"""The locations of the practice, each with what holds there today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from practice.content.models import (
    Address,
    Clinic,
    Geo,
    Hours,
    HoursException,
    Location,
    Therapist,
    WorkPlace,
)
from practice.content.models.hours import DAYS
from practice.paths import slug_without_accents
from practice.site import dates
from practice.site.formatting import OpeningLine, opening_lines, sentence
from practice.site.schedule import schedule


@dataclass(frozen=True)
class PlaceToVisit:
    """A location, as pages show it."""

    id: str
    name: str
    is_first: bool
    """Whether it is the location that the top of `clinic.yaml` describes."""
    address: Address
    geo: Geo | None
    map_url: str
    phone: str
    hours: tuple[Hours, ...]
    coming_exceptions: tuple[HoursException, ...]
    """Days with other hours, from today on."""
    next_exceptions: tuple[HoursException, ...]
    """Those within the next two weeks."""
    parking: str | None
    access: str | None
    booking_url: str

    @property
    def path(self) -> str:
        """The address of its page; a practice with one location has no such page."""
        return f"/locations/{self.id}/"

    @property
    def schedule(self) -> str:
        """The hours as data for a script (`practice.site.schedule`)."""
        return schedule(self.hours, self.coming_exceptions)

    @property
    def opening_lines(self) -> tuple[OpeningLine, ...]:
        """The week's opening hours; days with the same hours share a line."""
        return opening_lines(self.hours)


def locations_of(clinic: Clinic, today: dt.date) -> tuple[PlaceToVisit, ...]:
    """Return the locations of a practice, the first one first."""
    first = _place(first_name(clinic), clinic, clinic.exceptions, clinic, today)
    others = (
        _place(location.name, location, exceptions_of(location, clinic), clinic, today)
        for location in clinic.locations
    )
    return (first, *others)


def first_name(clinic: Clinic) -> str:
    """Return the name of the first location."""
    return clinic.location_name or clinic.address.city


def _place(
    name: str,
    described: Clinic | Location,
    days: tuple[HoursException, ...],
    clinic: Clinic,
    today: dt.date,
) -> PlaceToVisit:
    """Return a location; what it does not say is as in the practice.

    ``described`` has its fields, and ``days`` are those with other hours.
    """
    return PlaceToVisit(
        id=slug_without_accents(name),
        name=name,
        is_first=described is clinic,
        address=described.address,
        geo=described.geo,
        map_url=described.map_url,
        phone=described.phone or clinic.phone,
        hours=described.hours,
        coming_exceptions=dates.coming(days, today),
        next_exceptions=dates.soon(days, today),
        parking=described.parking,
        access=described.access,
        booking_url=described.booking_url or clinic.booking_url,
    )


def exceptions_of(location: Location, clinic: Clinic) -> tuple[HoursException, ...]:
    """Return the days with other hours: the location's own, and the practice's on other days."""
    return (*location.exceptions, *_without(clinic.exceptions, location.exceptions))


def _without(
    days: Iterable[HoursException], own: Iterable[HoursException]
) -> Iterator[HoursException]:
    """Yield the exceptions with the days left out for which there are own ones.

    An exception of several days can become several, one before and one after such a day.
    """
    one = dt.timedelta(days=1)
    taken = sorted((entry.date, entry.last) for entry in own)
    for entry in days:
        start = entry.date
        for first, last in taken:
            if last < start or entry.last < first:
                continue
            if start < first:
                yield _from_to(entry, start, first - one)
            start = max(start, last + one)
        if start <= entry.last:
            yield _from_to(entry, start, entry.last)


def _from_to(entry: HoursException, start: dt.date, last: dt.date) -> HoursException:
    return entry.model_copy(update={"date": start, "until": last if last > start else None})


def days_of(place: WorkPlace) -> str:
    """Return the days on which somebody works at a location: ``Monday, Tuesday, and Friday``."""
    return sentence(day.capitalize() for day in DAYS if day in place.days)


def works_at(therapist: Therapist, location: str) -> bool:
    """Return whether somebody works at a location; without locations, they work at all of them."""
    return not therapist.locations or any(p.location == location for p in therapist.locations)
