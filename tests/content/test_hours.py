"""Opening hours: what an entry can say, and which entries contradict each other."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from practice.content.models import Announcement, Hours, HoursException, PhoneLine
from practice.content.models.hours import refuse_overlaps
from practice.site import dates

MONDAY = {"days": ["monday"]}
DAY = {"date": "2026-12-24", "note": "A day"}


@pytest.mark.parametrize(
    ("entry", "minutes"),
    [
        ({"opens": "08:00", "closes": "18:30"}, (480, 1110)),
        ({"opens": "8:00", "closes": "9:30"}, (480, 570)),
        ({"opens": "20:00", "closes": "01:00", "next_day": True}, (1200, 1500)),
        ({"all_day": True}, (0, 1440)),
        ({"by_appointment": True}, None),
        ({"by_appointment": True, "opens": "08:00", "closes": "09:00"}, (480, 540)),
    ],
)
def test_an_entry_says_when_the_clinic_is_open(entry, minutes):
    assert Hours(**MONDAY, **entry).minutes == minutes


@pytest.mark.parametrize(
    ("model", "entry", "kind"),
    [
        (Hours, MONDAY, "hours_none"),
        (Hours, MONDAY | {"opens": "08:00"}, "hours_half"),
        (Hours, MONDAY | {"opens": "08:00", "closes": "07:00"}, "hours_order"),
        (Hours, MONDAY | {"opens": "08:00", "closes": "08:00"}, "hours_order"),
        (Hours, MONDAY | {"opens": "08:00", "closes": "9"}, "clock"),
        (Hours, MONDAY | {"opens": "08:00", "closes": "09:00", "next_day": True}, "hours_long"),
        (Hours, MONDAY | {"opens": "08:00", "closes": "09:00", "all_day": True}, "hours_both"),
        (HoursException, DAY | {"closes": "09:00"}, "hours_half"),
        (HoursException, DAY | {"opens": "10:00", "closes": "09:00"}, "hours_order"),
        (HoursException, DAY | {"until": "2026-12-24"}, "until_first"),
        (HoursException, DAY | {"until": "2026-12-01"}, "until_first"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(model, entry, kind):
    with pytest.raises(ValidationError) as refused:
        model(**entry)
    assert [error["type"] for error in refused.value.errors()] == [kind]


def hours(*entries):
    return [
        Hours(days=days, opens=opens, closes=closes, next_day=closes < opens)
        for days, opens, closes in entries
    ]


@pytest.mark.parametrize(
    "entries",
    [
        (("monday", "08:00", "12:00"), ("monday", "12:00", "18:00")),
        (("monday", "20:00", "01:00"), ("tuesday", "01:00", "09:00")),
        (("sunday", "20:00", "01:00"), ("monday", "08:00", "09:00")),
    ],
)
def test_several_hours_of_a_day(entries):
    refuse_overlaps(hours(*entries))
    refuse_overlaps(
        [Hours(days=["monday"], all_day=True), Hours(days="monday", by_appointment=True)]
    )


@pytest.mark.parametrize(
    "entries",
    [
        (("monday", "08:00", "12:00"), ("monday", "11:59", "18:00")),
        (("monday", "20:00", "01:00"), ("tuesday", "00:30", "09:00")),
        (("sunday", "20:00", "09:00"), ("monday", "08:00", "09:00")),
        (("monday", "20:00", "01:00"), ("monday", "22:00", "23:00")),
    ],
)
def test_hours_that_overlap_are_refused(entries):
    with pytest.raises(Exception, match="overlap"):
        refuse_overlaps(hours(*entries))


def exception(date, until=None):
    return HoursException(date=date, until=until, note="A day")


def test_days_with_other_hours_are_shown_until_the_last_of_them_is_over():
    days = [exception("2027-01-01"), exception("2026-12-20", "2026-12-24"), exception("2026-12-01")]
    for today, expected in (("2026-12-24", [20, 1]), ("2026-12-25", [1])):
        found = dates.coming(days, dt.date.fromisoformat(today))
        assert [day.date.day for day in found] == expected
    assert [day.date.day for day in dates.soon(days, dt.date(2026, 12, 10))] == [20]


def test_an_announcement_is_shown_from_its_first_day_to_its_last():
    found = Announcement(text="News.", first_day="2026-12-01", last_day="2026-12-03")
    always = Announcement(text="News.", last_day="2026-12-03")
    shown = {
        day: len(dates.current([found, always], dt.date(2026, 12, day))) for day in range(1, 5)
    } | {30: len(dates.current([found, always], dt.date(2026, 11, 30)))}
    assert shown == {1: 2, 2: 2, 3: 2, 4: 0, 30: 1}


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"first_day": "2026-12-04"}, "last_first"),
        ({"page": "pages/a.md", "url": "https://example.com"}, "two_links"),
        ({"url": "example.com"}, "web_address"),
    ],
)
def test_an_announcement_that_cannot_be_shown_is_refused(entry, kind):
    with pytest.raises(ValidationError) as refused:
        Announcement(text="News.", last_day="2026-12-03", **entry)
    assert [error["type"] for error in refused.value.errors()] == [kind]


@pytest.mark.parametrize("entry", [{"extension": "x2"}, {"kind": "pager"}, {"number": "555-0100"}])
def test_a_number_that_cannot_be_dialed_is_refused(entry):
    known = {"label": "Billing", "number": "+1 555 555 0124"}
    assert PhoneLine(**known).kind == "phone"
    with pytest.raises(ValidationError):
        PhoneLine(**known | entry)
