"""Dates, times and numbers as patients read them."""

from __future__ import annotations

import datetime as dt

import pytest

from practice import wording
from practice.model import Hours


def test_long_date():
    assert wording.long_date(dt.date(2026, 1, 5)) == "January 5, 2026"


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("08:00", "8\xa0am"),
        ("12:00", "12\xa0pm"),
        ("00:30", "12:30\xa0am"),
        ("17:05", "5:05\xa0pm"),
    ],
)
def test_clock(time, words):
    assert wording.clock(time) == words


@pytest.mark.parametrize(
    ("number", "shown", "target"),
    [
        ("+1 555 555 0123", "(555) 555-0123", "tel:+15555550123"),
        ("+1 (555) 555-0123", "(555) 555-0123", "tel:+15555550123"),
        ("+44 20 7946 0123", "+44 20 7946 0123", "tel:+442079460123"),
    ],
)
def test_phone(number, shown, target):
    assert (wording.phone(number), wording.tel(number)) == (shown, target)


def test_sentence():
    assert wording.sentence(["English"]) == "English"
    assert wording.sentence(["English", "Spanish"]) == "English and Spanish"
    assert wording.sentence("abc") == "a, b, and c"


def test_opening_lines_join_days_with_the_same_hours():
    hours = [
        Hours(days=("monday", "tuesday", "wednesday"), opens="08:00", closes="18:00"),
        Hours(days=("thursday", "friday"), opens="08:00", closes="12:00"),
        Hours(days=("thursday", "friday"), opens="13:30", closes="18:00"),
    ]
    assert [(line.days, line.times) for line in wording.opening_lines(hours)] == [
        ("Monday to Wednesday", "8\xa0am to 6\xa0pm"),
        ("Thursday and Friday", "8\xa0am to 12\xa0pm and 1:30\xa0pm to 6\xa0pm"),
        ("Saturday and Sunday", "Closed"),
    ]


def test_a_week_without_hours_is_closed():
    assert [(line.days, line.times) for line in wording.opening_lines([])] == [
        ("Monday to Sunday", "Closed")
    ]
