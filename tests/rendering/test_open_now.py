"""What the script says about opening hours, for readers anywhere, at any time."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from browsers import context_of, launched
from conftest import ROOT, Practice

from practice.content.models import Hours, HoursException
from practice.site.schedule import schedule

ZONE = "America/Denver"
SCRIPT = (ROOT / "theme/static/js/open-now.js").read_text("utf-8")
WEEK = (
    Hours(days=["monday", "tuesday", "wednesday"], opens="08:00", closes="12:00"),
    Hours(days=["monday"], opens="13:00", closes="18:30"),
    Hours(days=["thursday"], by_appointment=True),
    Hours(days=["friday"], opens="20:00", closes="02:00", next_day=True),
    Hours(days=["friday"], opens="07:00", closes="09:00", by_appointment=True),
)
DAYS = (
    HoursException(date="2026-12-23", until="2026-12-31", note="Holidays"),
    HoursException(date="2026-12-28", opens="10:00", closes="11:00", note="Open for an hour"),
)
TEXT = (
    '<html lang="en-US"><p hidden data-zone="{zone}" data-open="Open now" '
    'data-open-until="Open now, until {{time}}" data-closed="Closed now" '
    "data-closed-until=\"Closed now. Opens {{day}} at {{time}}\" data-schedule='{schedule}'></p>"
)


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module", params=["America/Denver", "Pacific/Auckland"])
def said(browser, request):
    """What a reader in a time zone sees at a local time of the practice."""
    context = context_of(browser, timezone_id=request.param)
    tab = context.new_page()

    def see(now, hours, days=()):
        moment = dt.datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(ZONE))
        tab.clock.set_fixed_time(moment)
        tab.set_content(TEXT.format(zone=ZONE, schedule=schedule(hours, days)))
        tab.evaluate(SCRIPT)
        return tab.locator("p:visible").inner_text().replace("\xa0", " ")

    yield see
    context.close()


pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23T07:59", "Closed now. Opens today at 8 am"),
        ("2026-11-23T08:00", "Open now, until 12 pm"),
        ("2026-11-23T12:00", "Closed now. Opens today at 1 pm"),
        ("2026-11-23T18:29", "Open now, until 6:30 pm"),
        ("2026-11-23T18:30", "Closed now. Opens tomorrow at 8 am"),
        ("2026-11-25T23:59", "Closed now. Opens Friday at 8 pm"),
        ("2026-11-26T10:00", "Closed now. Opens tomorrow at 8 pm"),
        ("2026-11-27T08:00", "Closed now. Opens today at 8 pm"),
        ("2026-11-27T20:00", "Open now, until 2 am"),
        ("2026-11-28T01:59", "Open now, until 2 am"),
        ("2026-11-28T02:00", "Closed now. Opens Monday at 8 am"),
    ],
)
def test_a_week(said, now, words):
    assert said(now, WEEK) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-12-23T09:00", "Closed now"),
        ("2026-12-28T10:30", "Closed now. Opens Friday at 8 pm"),
        ("2026-12-28T08:30", "Closed now. Opens Friday at 8 pm"),
        ("2026-12-30T08:30", "Closed now. Opens Friday at 8 pm"),
        ("2027-01-04T09:00", "Open now, until 12 pm"),
    ],
)
def test_days_with_other_hours(said, now, words):
    assert said(now, WEEK, DAYS[:1]) == words


def test_the_hours_of_one_day(said):
    assert said("2026-12-28T10:30", WEEK, DAYS[1:]) == "Open now, until 11 am"


def test_open_for_24_hours(said):
    always = [Hours(days=["saturday", "sunday"], all_day=True), *WEEK]
    assert said("2026-11-28T12:00", always) == "Open now"
    assert said("2026-11-29T23:00", always) == "Open now"
    assert said("2026-11-26T12:00", [always[0]]) == "Closed now"


def test_by_appointment_only(said):
    assert said("2026-11-26T12:00", [WEEK[2]]) == "Closed now"


def test_pages_with_hours_hold_it(sample: Practice):
    for path in ("/contact/", *{p.path for p in sample.pages if p.kind == "location"}):
        (page,) = (p for p in sample.pages if p.path == path)
        for element in page.all("*[@data-schedule]"):
            assert element.get("data-zone") == "America/Los_Angeles"
            assert len(json.loads(element.get("data-schedule"))["week"]) == 7
        assert page.all("*[@data-schedule]")
