"""Types of single values: dates, phone numbers, prices, ids and others, with their validation."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from practice.support.colors import contrast, darkened, of_hex

EARLIEST, LATEST = 1990, 2100
"""The years of dates that a practice can mean: others are slips of the keyboard."""


def _iso_date(value: object) -> dt.date:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("iso_date", "`{given}` is not a date", {"given": str(value)})
    try:
        date = dt.date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError(
            "iso_date", "`{given}` does not exist in the calendar", {"given": value}
        ) from error
    if not EARLIEST <= date.year <= LATEST:
        message = "the year of `{given}` is not from {low} to {high}"
        about = {"given": value, "low": EARLIEST, "high": LATEST}
        raise PydanticCustomError("iso_date", message, about)
    return date


def _flag(value: object) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise PydanticCustomError(
        "true_false", "`{given}` is neither true nor false", {"given": str(value)}
    )


def one_or_many(value: object) -> object:
    """Make a list of a single text; other values stay as they are."""
    return [value] if isinstance(value, str) else value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?(/[^\s<>\"']*)?", value):
        raise PydanticCustomError(
            "web_address", "`{given}` is not an https:// address", {"given": value}
        )
    return value


def _has_words(value: str) -> str:
    if not any(character.isalnum() for character in value):
        raise PydanticCustomError("no_words", "`{given}` contains no words", {"given": value})
    return value


MARKDOWN = re.compile(
    r"!?\[[^\[\]]+\](?:\([^()\s]*\)|\[[^\[\]]*\])"  # links and pictures
    r"|(?<![\w*])(\*{1,3})(?=[^\s*])[^*]*[^\s*]\1(?![\w*])"
    r"|(?<![\w_])(_{1,3})(?=[^\s_])[^_]*[^\s_]\2(?![\w_])"
    r"|`[^`]+`"
    r"|\\[*_\[\]`#]"
)
"""Markdown in a field that takes plain text; it would be shown as written."""


def _plain(value: str) -> str:
    markdown = MARKDOWN.search(value)
    if markdown:
        message = "`{given}` would be shown with its signs"
        raise PydanticCustomError("markdown", message, {"given": markdown[0]})
    return value


def _clock(value: str) -> str:
    """Return a time of day as `HH:MM`; `8:00` is 08:00."""
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value):
        raise PydanticCustomError("clock", "`{given}` is not a time", {"given": value})
    return value.rjust(5, "0")


def _price(value: str) -> str:
    if re.search(r"[0-9]", value) and "$" not in value:
        raise PydanticCustomError("price", "`{given}` has no currency sign", {"given": value})
    return value


US_DIGITS = 11
"""Digits of a North American number with its country code (NANP; ITU-T E.164)."""


def _phone(value: str) -> str:
    if not re.fullmatch(r"\+[0-9]{8,15}", re.sub(r"[\s().-]", "", value)):
        raise PydanticCustomError("phone", "`{given}` is not a phone number", {"given": value})
    digits = re.sub(r"\D", "", value)
    if digits.startswith("1") and len(digits) != US_DIGITS:
        message = "`{given}` has {count} digits after the +1 instead of 10"
        raise PydanticCustomError("phone", message, {"given": value, "count": len(digits) - 1})
    return value


WHITE = (1.0, 1.0, 1.0)
READABLE = 4.75
"""The contrast with white that a color for text needs, to have 4.5 on a tinted background, too."""


def _brand_color(value: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        message = "`{given}` is not a color"
        raise PydanticCustomError("color", message, {"given": value})
    color = of_hex(value)
    if contrast(color.rgb, WHITE) < READABLE:
        message = "`{given}` is too light for text on a light background"
        nearest = darkened(color, WHITE, READABLE).hex
        raise PydanticCustomError("color_light", message, {"given": value, "nearest": nearest})
    return value.lower()


def between(low: int, high: int) -> AfterValidator:
    """Return a validator for numbers from ``low`` to ``high``; `nan` and `inf` are none of them."""

    def check(value: float) -> float:
        if not low <= value <= high:
            message = "`{given}` is not a number from {low} to {high}"
            about = {"given": str(value), "low": low, "high": high}
            raise PydanticCustomError("out_of_range", message, about)
        return value

    return AfterValidator(check)


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_has_words),
    AfterValidator(_plain),
]
Date = Annotated[dt.date, BeforeValidator(_iso_date)]
Flag = Annotated[bool, BeforeValidator(_flag)]
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(one_or_many)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_many)]
Price = Annotated[Text, AfterValidator(_price)]
TwoLetters = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
ZipCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Clock = Annotated[str, AfterValidator(_clock)]
BrandColor = Annotated[str, AfterValidator(_brand_color)]
Phone = Annotated[str, AfterValidator(_phone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")
]
"""A language code (BCP 47), optionally with script and region."""
Html = str
"""HTML made by our Markdown parser; ``{filename}`` links are not resolved yet."""

Severity = Literal["mild", "serious"]
Frequency = Literal["very common", "common", "uncommon", "rare", "very rare", "not known"]
"""Frequency bands of CIOMS Working Group III, as used by the EMA in product information."""
HelpLevel = Literal["non-urgent", "urgent", "emergency"]
Status = Literal["published", "draft"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Weekdays = Annotated[tuple[Weekday, ...], BeforeValidator(one_or_many)]

FREQUENCY_MEANING: dict[Frequency, str] = {
    "very common": "10 or more in 100",
    "common": "1 to 10 in 100",
    "uncommon": "1 to 10 in 1,000",
    "rare": "1 to 10 in 10,000",
    "very rare": "fewer than 1 in 10,000",
    "not known": "we have read no figure",
}
