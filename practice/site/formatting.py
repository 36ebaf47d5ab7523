"""Formats dates, times and phone numbers in American English; writing directions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from markupsafe import Markup

from practice.content.models import Hours
from practice.content.models.hours import DAY_MINUTES, DAYS

LOCALE = "en_US"
FROM_RIGHT_TO_LEFT = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}
"""Scripts (ISO 15924) of today’s languages that are written from right to left."""
TAG_OR_NUMBERS = re.compile(r"<[^>]*>|[+(]?\d[\d\s().,:/–-]*\d")


@dataclass(frozen=True)
class OpeningLine:
    """Days with the same hours: ``Monday to Thursday``, ``8 am to 6 pm``."""

    days: str
    times: str


@lru_cache(maxsize=4096)
def long_date(day: dt.date) -> str:
    """Return a date as ``January 5, 2026``."""
    return str(format_date(day, "long", locale=LOCALE))


def clock(time: str) -> str:
    """Return ``17:30`` as ``5:30 pm``, with a no-break space."""
    hour, minute = (int(part) for part in time.split(":"))
    half = "am" if hour < 12 else "pm"
    times = hour % 12 or 12
    return f"{times}:{minute:02}\xa0{half}" if minute else f"{times}\xa0{half}"


def phone(number: str) -> str:
    """Return a phone number in its national notation: ``(555) 555-0123``."""
    digits = tel(number).removeprefix("tel:")
    match = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", digits)
    return f"({match[1]}) {match[2]}-{match[3]}" if match else number


def tel(number: str) -> str:
    """Return the `tel:` link of a phone number (RFC 3966)."""
    return "tel:+" + re.sub(r"\D", "", number)


def direction(language: str) -> str:
    """Return `rtl` or `ltr` for a language (BCP 47), such as `ar`, `az-Arab` or `zh-Hant`.

    Without a script in the tag, it is the language’s usual one (CLDR’s likely subtags).
    """
    name, *more = language.split("-")
    script = next((part for part in more if len(part) == len("Arab")), "")
    if not script:
        name = get_global("language_aliases").get(name, name).split("_")[0]
        script = get_global("likely_subtags").get(name, f"{name}_Latn").split("_")[1]
    return "rtl" if script in FROM_RIGHT_TO_LEFT else "ltr"


def numbers_in_order(html: Markup) -> Markup:
    """Return right-to-left HTML in which phone numbers, times and dates keep their order.

    Without `bdi`, a browser shows `(555) 555-0123` as `555-0123 (555)` there (Unicode UAX 9).
    """

    def isolated(found: re.Match[str]) -> str:
        return found[0] if found[0][0] == "<" else f'<bdi dir="ltr">{found[0]}</bdi>'

    return Markup(TAG_OR_NUMBERS.sub(isolated, html))  # noqa: S704  # what is added is ours


def sentence(items: Iterable[str]) -> str:
    """Join words as ``a, b, and c``."""
    return str(format_list(list(items), locale=LOCALE))


def opening_lines(hours: Sequence[Hours]) -> tuple[OpeningLine, ...]:
    """Return the week's hours, Monday first; consecutive days with the same hours share a line."""
    times = {day: _times(day, hours) for day in DAYS}
    lines: list[OpeningLine] = []
    start = 0
    for index in range(1, len(DAYS) + 1):
        if index < len(DAYS) and times[DAYS[index]] == times[DAYS[start]]:
            continue
        first, last = DAYS[start].capitalize(), DAYS[index - 1].capitalize()
        days = first if first == last else f"{first} to {last}"
        if index - start == 2:
            days = f"{first} and {last}"
        lines.append(OpeningLine(days, times[DAYS[start]]))
        start = index
    return tuple(lines)


def _times(day: str, hours: Sequence[Hours]) -> str:
    entries = sorted((entry for entry in hours if day in entry.days), key=_start)
    return sentence([_time(entry) for entry in entries]) if entries else "Closed"


def _start(entry: Hours) -> int:
    return entry.minutes[0] if entry.minutes else DAY_MINUTES


def _time(entry: Hours) -> str:
    """Return the hours of an entry: ``8 am to noon, by appointment``."""
    if entry.opens and entry.closes:
        times = f"{clock(entry.opens)} to {clock(entry.closes)}"
    else:
        times = "open 24 hours" if entry.all_day else ""
    parts = [times, "by appointment" if entry.by_appointment else ""]
    said = ", ".join(filter(None, parts))
    said = f"{said} ({entry.note})" if entry.note else said
    return said[:1].upper() + said[1:]
