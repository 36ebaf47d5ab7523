"""Several locations: their hours, their exceptions, and who works where."""

from __future__ import annotations

import datetime as dt

import pytest

from practice.content.models import Clinic, HoursException, Location, Therapist, WorkPlace
from practice.site.locations import days_of, exceptions_of, locations_of, works_at

DECEMBER = dt.date(2026, 12, 1)
ADDRESS = {"street": "1 Road", "city": "Exampleton", "region": "CO", "postal_code": "80000"}
HOURS = [{"days": "monday", "opens": "08:00", "closes": "12:00"}]
MAP = "https://www.example.com/map"


def closed(first, last=None, note="Closed"):
    return HoursException(
        date=f"2026-12-{first:02}", until=last and f"2026-12-{last:02}", note=note
    )


def clinic(exceptions=(), own=(), **values):
    other = {"name": "Alder Fálls", "address": ADDRESS, "map_url": MAP, "hours": HOURS}
    return Clinic.model_construct(
        phone="+1 555 555 0123",
        address=Clinic.model_fields["address"].annotation(**ADDRESS),
        booking_url="https://booking.example.com/",
        map_url=MAP,
        hours=(),
        exceptions=tuple(exceptions),
        locations=(Location(**other, exceptions=tuple(own), **values),),
    )


def test_what_a_location_does_not_say_is_as_in_the_practice():
    first, other = locations_of(clinic(), DECEMBER)
    assert (first.name, first.path, first.is_first) == (
        "Exampleton",
        "/locations/exampleton/",
        True,
    )
    assert (other.path, other.is_first) == ("/locations/alder-falls/", False)
    assert (other.phone, other.booking_url) == (first.phone, first.booking_url)
    own = {"phone": "+1 555 555 0130", "booking_url": "https://booking.example.com/falls"}
    _, other = locations_of(clinic(**own), DECEMBER)
    assert (other.phone, other.booking_url) == (own["phone"], own["booking_url"])
    assert [line.times for line in other.opening_lines] == ["8\xa0am to 12\xa0pm", "Closed"]


@pytest.mark.parametrize(
    ("practice", "own", "shown"),
    [
        ([closed(24)], [], [(24, 24)]),
        ([closed(24)], [closed(24, note="Ours")], []),
        ([closed(24, 31)], [closed(26, 27)], [(24, 25), (28, 31)]),
        ([closed(24, 31)], [closed(24), closed(31)], [(25, 30)]),
        ([closed(24, 26)], [closed(20, 24)], [(25, 26)]),
        ([closed(24, 26)], [closed(26, 30), closed(25)], [(24, 24)]),
        ([closed(24, 26)], [closed(20, 30)], []),
        ([closed(24), closed(29)], [closed(1)], [(24, 24), (29, 29)]),
    ],
)
def test_an_own_exception_stands_in_for_that_of_the_practice(practice, own, shown):
    found = exceptions_of(clinic(practice, own).locations[0], clinic(practice, own))
    assert found[: len(own)] == tuple(own)
    assert [(day.date.day, day.last.day) for day in found[len(own) :]] == shown


def test_who_works_where():
    falls = WorkPlace(location="alder-falls", days=("friday", "monday"))
    assert days_of(falls) == "Monday and Friday"
    ana = Therapist.model_construct(locations=(falls,))
    assert works_at(ana, "alder-falls")
    assert not works_at(ana, "exampleton")
    assert works_at(Therapist.model_construct(locations=()), "exampleton")


def test_each_location_has_a_page_that_says_where_and_when(practices):
    for practice in practices.values():
        site = practice.site
        assert len(site.location_pages) == len(site.clinic.locations) + 1
        for place in site.location_pages:
            text = practice.page(place.path).text.split("</main>")[0]
            assert place.address.street in text
            assert place.map_url in text
            for line in place.opening_lines:
                assert line.times in text
            people = {person.path for person in site.team_at(place)}
            assert people == {p.path for p in site.team if f'{p.path}"' in text.split("</main>")[0]}
