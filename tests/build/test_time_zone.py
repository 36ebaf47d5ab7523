"""The time zone of the practice decides the day, wherever the computer stands."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from conftest import ROOT, settings_text

from practice.authoring.scaffold import starts
from practice.build.last_build import LastBuild
from practice.build.prepare import prepare
from practice.build.settings import load_settings
from practice.checks import report
from practice.preview.start import mounts_of
from practice.support.environment import today

EVENING = "1793595600"
"""November 2, 2026, 05:00 UTC: still November 1 in Los Angeles, as `SOURCE_DATE_EPOCH`."""
POST = """\
---
title: Tomorrow
date: 2026-11-02
author: ann-li
summary: Words.
reviewed: 2026-05-10
---

Words.
"""


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def practice(request, content, tmp_path, monkeypatch):
    """A practice with a post of tomorrow, on computers in three time zones."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EVENING)
    monkeypatch.setenv("TZ", request.param)
    if hasattr(time, "tzset"):
        time.tzset()
    (content / "posts" / "tomorrow.md").write_text(POST, "utf-8")
    yield lambda zone: write_settings(tmp_path, content, zone)
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


def write_settings(folder, content, zone):
    file = folder / "our_settings.py"
    values = {"PATH": str(content), "SITEURL": "https://www.example.com"}
    text = settings_text(**values, THEME=str(ROOT / "theme"))
    file.write_text(f"{text}\nTIMEZONE = {zone!r}\n", "utf-8")
    return file


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Los_Angeles", 1), ("UTC", 2), ("Pacific/Kiritimati", 2)]
)
def test_a_post_of_tomorrow_goes_live_when_the_day_begins_at_the_practice(practice, zone, day):
    file = practice(zone)
    settings = load_settings(file, None, None)
    site = prepare(settings).site
    assert site.build_date == today(zone) == dt.date(2026, 11, day)
    assert ("tomorrow" in {post.slug for post in site.posts}) == (day == 2)
    mount, *_ = mounts_of(
        site.content, ROOT / "theme", "https://www.example.com", zone=settings["TIMEZONE"]
    )
    assert mount.live.as_written.build_date == site.build_date
    assert starts("post", today(zone))["date"] == site.build_date.isoformat()
    assert not report.check(site.content, zone).errors


def test_a_new_day_at_the_practice_is_built(practice, monkeypatch):
    file = practice("America/Los_Angeles")
    before = LastBuild(file, None, None).key
    assert before == LastBuild(file, None, None).key
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(EVENING) + 3 * 3600))
    assert before != LastBuild(file, None, None).key


def test_a_zone_that_does_not_exist_is_left_to_the_build(practice):
    assert LastBuild(practice("America/Nowhere"), None, None).file is None
