"""Events: lists, times, places, the file for calendars, and the page."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from conftest import ROOT
from icalendar import Calendar

from practice.build.run import build
from practice.content.models import Event
from practice.site import events

DAY = dt.date(2026, 12, 3)


class Doc:
    """As much of a document as lists and calendars need."""

    def __init__(self, slug="talk", **fields):
        self.slug = slug
        self.source = f"events/{slug}.md"
        self.meta = Event(**{"title": "A talk", "summary": "Words.", "date": DAY} | fields)


def names(found):
    return [event.slug for event in found]


def test_an_event_leaves_the_list_the_day_after_its_last_day():
    one, long = Doc("one"), Doc("long", until=dt.date(2026, 12, 5))
    late = Doc("late", date=dt.date(2027, 1, 1))
    for day, coming, past in (
        (3, ["long", "one", "late"], []),
        (4, ["long", "late"], ["one"]),
        (6, ["late"], ["one", "long"]),
    ):
        found = events.list_of([late, one, long], dt.date(2026, 12, day))
        assert names(found.coming) == coming
        assert names(found.past) == past


def test_events_of_a_day_are_in_the_order_of_their_times():
    early, late, open_end = Doc("b", starts="08:00"), Doc("a", starts="18:00"), Doc("c")
    assert names(events.list_of([late, early, open_end], DAY).coming) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "December 3, 2026"),
        ({"starts": "18:00"}, "December 3, 2026, 6\xa0pm"),
        ({"starts": "18:00", "ends": "19:30"}, "December 3, 2026, 6\xa0pm to 7:30\xa0pm"),
        ({"until": "2026-12-05"}, "December 3, 2026 to December 5, 2026"),
    ],
)
def test_when_it_is(fields, said):
    assert events.when(Doc(**fields).meta) == said


@pytest.mark.parametrize(
    ("price", "number"),
    [("free", "0"), ("Free", "0"), ("$40", "40"), ("$45.50", "45.50"), ("from $40", None)],
)
def test_prices_that_are_one_number(price, number):
    assert events.number_of(price) == number


def entry_of(zone="America/Denver", **fields):
    made = events.calendar(Doc(**fields), "Room 1", "https://www.example.com/events/talk/", zone)
    assert made == events.calendar(
        Doc(**fields), "Room 1", "https://www.example.com/events/talk/", zone
    )
    (entry,) = Calendar.from_ical(made).walk("VEVENT")
    return entry


def test_a_calendar_gets_the_time_where_the_practice_is():
    entry = entry_of(starts="18:00", ends="19:30")
    assert entry.decoded("dtstart") == dt.datetime(2026, 12, 4, 1, tzinfo=dt.UTC)
    assert entry.decoded("dtend") == dt.datetime(2026, 12, 4, 2, 30, tzinfo=dt.UTC)
    assert str(entry["location"]) == "Room 1"
    assert str(entry["uid"]) == "https://www.example.com/events/talk/"
    assert entry_of(zone="UTC", starts="18:00").decoded("dtstart").hour == 18


def test_an_event_without_times_takes_whole_days():
    entry = entry_of(until=dt.date(2026, 12, 5))
    assert entry.decoded("dtstart") == DAY
    assert entry.decoded("dtend") == dt.date(2026, 12, 6)  # the first day that is not part of it


def test_every_event_has_a_page_and_a_file_and_stands_in_the_list(practice):
    site = practice.site
    listed = practice.page("/events/").text.partition("<main")[2].partition("</main>")[0]
    home = practice.page("/").text
    for event in (*site.events.coming, *site.events.past):
        page = practice.page(event.path).text
        assert f'{event.path}"' in listed
        assert events.when(event.meta) in page
        assert (practice.folder / f"events/{event.slug}.ics").read_bytes().startswith(b"BEGIN:VCAL")
        over = event in site.events.past
        assert ("This event is over" in page) == over
        assert ("Add to your calendar" in page) == (not over)
        assert (f'{event.path}"' in home) == (event in site.events.coming[:2])


def test_a_practice_without_events_has_no_list(tmp_path):
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content, ignore=shutil.ignore_patterns("events"))
    built = build(content, tmp_path / "output")
    pages = [file.read_text("utf-8") for file in built.output.rglob("*.html")]
    assert not [page for page in pages if "/events/" in page]
    assert not (built.output / "events").exists()
