"""Dates, times and numbers as patients read them."""

from __future__ import annotations

import datetime as dt

import pytest
from markupsafe import Markup

from practice.content.models import Hours
from practice.site import formatting


def test_long_date():
    assert formatting.long_date(dt.date(2026, 1, 5)) == "January 5, 2026"


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
    assert formatting.clock(time) == words


@pytest.mark.parametrize(
    ("number", "shown", "target"),
    [
        ("+1 555 555 0123", "(555) 555-0123", "tel:+15555550123"),
        ("+1 (555) 555-0123", "(555) 555-0123", "tel:+15555550123"),
        ("+44 20 7946 0123", "+44 20 7946 0123", "tel:+442079460123"),
    ],
)
def test_phone(number, shown, target):
    assert (formatting.phone(number), formatting.tel(number)) == (shown, target)


def test_sentence():
    assert formatting.sentence(["English"]) == "English"
    assert formatting.sentence(["English", "Spanish"]) == "English and Spanish"
    assert formatting.sentence("abc") == "a, b, and c"


def test_opening_lines_join_days_with_the_same_hours():
    hours = [
        Hours(days=("monday", "tuesday", "wednesday"), opens="08:00", closes="18:00"),
        Hours(days=("thursday", "friday"), opens="08:00", closes="12:00"),
        Hours(days=("thursday", "friday"), opens="13:30", closes="18:00"),
    ]
    assert [(line.days, line.times) for line in formatting.opening_lines(hours)] == [
        ("Monday to Wednesday", "8\xa0am to 6\xa0pm"),
        ("Thursday and Friday", "8\xa0am to 12\xa0pm and 1:30\xa0pm to 6\xa0pm"),
        ("Saturday and Sunday", "Closed"),
    ]


@pytest.mark.parametrize(
    ("entry", "times"),
    [
        ({"all_day": True}, "Open 24 hours"),
        ({"by_appointment": True}, "By appointment"),
        (
            {"opens": "08:00", "closes": "12:00", "by_appointment": True},
            "8\xa0am to 12\xa0pm, by appointment",
        ),
        (
            {"opens": "20:00", "closes": "01:00", "next_day": True, "note": "side door"},
            "8\xa0pm to 1\xa0am (side door)",
        ),
    ],
)
def test_other_ways_to_be_open(entry, times):
    [saturday] = [
        line
        for line in formatting.opening_lines([Hours(days=("saturday",), **entry)])
        if line.days == "Saturday"
    ]
    assert saturday.times == times


def test_a_week_without_hours_is_closed():
    assert [(line.days, line.times) for line in formatting.opening_lines([])] == [
        ("Monday to Sunday", "Closed")
    ]


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        *(
            (language, "rtl")
            for language in ("ar", "he", "fa", "ur", "ps", "yi", "ckb", "dv", "ug")
        ),
        *((language, "rtl") for language in ("prs", "az-Arab", "pa-Arab-PK", "ar-EG", "sd", "syr")),
        *((language, "ltr") for language in ("en", "es", "zh-Hant", "ar-Latn", "vi", "xx", "pa")),
    ],
)
def test_direction(language, direction):
    assert formatting.direction(language) == direction


def test_numbers_between_words_from_right_to_left_stay_whole():
    html = '<p>א {}, <a href="tel:+15555550123">{}</a> 5 א {}</p>'
    numbers = ("(555) 555-0123", "+1 555 555 0123", "8:00–17:30")
    whole = [f'<bdi dir="ltr">{number}</bdi>' for number in numbers]
    found = formatting.numbers_in_order(Markup(html.format(*numbers)))
    assert found == html.format(*whole)
