"""The figure of a side effect: how many of how many.

People understand a count with its whole best, and compare counts only with the same whole:
`8 in 100` and never `1 in 12`. Sources: Trevena 2013, doi:10.1186/1472-6947-13-S2-S7, and
doi:10.1177/0272989X13514776.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor, log10
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from practice.content.models.values import Frequency, Text

WHOLES = (100, 1_000, 10_000)
"""What a figure can count in. The first that gives whole numbers is the one to write."""
BANDS: dict[Frequency, tuple[float, float]] = {
    "very common": (1 / 10, 1),
    "common": (1 / 100, 1 / 10),
    "uncommon": (1 / 1_000, 1 / 100),
    "rare": (1 / 10_000, 1 / 1_000),
    "very rare": (0, 1 / 10_000),
}
"""Lower and upper bound of each frequency word (CIOMS Working Group III, 1995)."""
JUST_BELOW = 0.999
"""Times a bound: a share below it, as in `fewer than 1 in 1,000`."""
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
ABOUT = r"about|around|roughly|nearly|almost|some"
AT_MOST = r"at most|up to|fewer than|less than|no more than"
FIGURE = re.compile(
    rf"(?:(?P<about>{ABOUT}) |(?P<at_most>{AT_MOST}) |(?:from|between) )?"
    rf"(?P<low>{NUMBER})(?:\s*(?:to|and|or|-|–)\s*(?P<high>{NUMBER}))?"
    rf"\s+(?:in|of|out of)\s+(?:every )?(?P<whole>{NUMBER})"
    r"(?:\s+(?P<unit>[^\W\d][\w’' -]*?))?(?P<rest>[,;:(.].*)?",
    re.IGNORECASE | re.DOTALL,
)
COUNT = re.compile(rf"{NUMBER}\s+(?:in|of|out of)\s+(?:every\s+)?{NUMBER}(?!\s*(?:%|percent))")
"""A count of a whole anywhere in a text."""
PERCENT = re.compile(
    rf"(?P<low>{NUMBER})\s*(?:%|percent)?(?:\s*(?:to|and|or|-|–)\s*(?P<high>{NUMBER}))?"
    r"\s*(?:%|percent)"
)


@dataclass(frozen=True)
class Figure:
    """How many of how many: ``about 8 in 100 treatments`` or ``29 to 91 in 100 patients``."""

    low: int
    high: int
    """The same as ``low``, unless the figure is a range."""
    whole: int
    """One of ``WHOLES``."""
    unit: str
    """What is counted: ``treatments``."""
    about: bool = False
    """Whether the number is rounded."""
    at_most: bool = False
    """Whether only an upper bound is known: ``low`` is 0 then."""

    @property
    def share(self) -> tuple[float, float]:
        """The figure as a range of shares from 0 to 1."""
        return self.low / self.whole, self.high / self.whole

    @property
    def band(self) -> Frequency:
        """The standard word: that of the lower end of a range, or of what is below a bound."""
        return band_of(self.share[1] * JUST_BELOW if self.at_most else self.share[0])

    @property
    def count(self) -> str:
        """The figure alone: ``about 8 in 100``."""
        return self._words(self.low, self.high, f"at most {self.high:,}")

    @property
    def others(self) -> str:
        """The other frame: of how many it is not true, such as ``about 92 in 100``."""
        low = self.whole - self.high
        return self._words(low, self.whole - self.low, f"at least {low:,}")

    def _words(self, low: int, high: int, bound: str) -> str:
        number = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        about = "about " if self.about else ""
        return f"{about}{bound if self.at_most else number} in {self.whole:,}"

    @property
    def people(self) -> tuple[int, int, int] | None:
        """How many of 100 icons are filled, in between (of a range), and empty.

        None for figures of another whole: icons are hard to count among more (IMI PROTECT), and
        fewer than one of 100 cannot be drawn.
        """
        if self.whole != WHOLES[0]:
            return None
        return self.low, self.high - self.low, self.whole - self.high


@lru_cache(maxsize=1024)
def parse(text: str) -> Figure:
    """Return the figure that a text begins with.

    Raises ``PydanticCustomError`` for a text that is no figure, that does not say what it counts,
    or that is hard to compare: a percentage, parts of a person, another whole than in ``WHOLES``.
    """
    match = FIGURE.fullmatch(text.strip())
    if not match:
        share = share_of(text)
        if share is None:
            raise PydanticCustomError("figure", "`{given}` is not a figure", {"given": text})
        raise _hard_to_compare(text, *share)
    low, high = _number(match["low"]), _number(match["high"] or match["low"])
    whole = _number(match["whole"])
    if whole not in WHOLES or low != int(low) or high != int(high):
        raise _hard_to_compare(text, low / (whole or 1), high / (whole or 1))
    if not low <= high <= whole:
        raise PydanticCustomError("figure", "`{given}` cannot be right", {"given": text})
    if not (match["unit"] or "").strip():
        raise PydanticCustomError(
            "figure_unit", "`{given}` does not say what is counted", {"given": text}
        )
    at_most = bool(match["at_most"])
    return Figure(
        0 if at_most else int(low),
        int(high),
        int(whole),
        match["unit"].strip(),
        bool(match["about"]),
        at_most,
    )


def _hard_to_compare(text: str, low: float, high: float) -> PydanticCustomError:
    about = {"given": text, "better": suggestion(low, high)}
    return PydanticCustomError("figure_format", "`{given}` is hard to compare", about)


def suggestion(low: float, high: float) -> str:
    """Return shares from 0 to 1 as a figure: ``about 13 in 100``, ``about 8 to 10 in 1,000``."""
    whole = whole_for(low or high)
    first, last = round(low * whole), round(high * whole)
    return f"about {first}{f' to {last}' if last > first else ''} in {whole:,}"


def in_whole(figure: Figure, whole: int) -> str:
    """Return a figure as a count in a larger whole: ``about 80 in 1,000 treatments``."""
    factor = whole // figure.whole
    larger = replace(figure, low=figure.low * factor, high=figure.high * factor, whole=whole)
    return f"{larger.count} {figure.unit}"


def whole_for(share: float) -> int:
    """Return the whole in which a share from 0 to 1 is at least one."""
    steps = max(0, -floor(log10(share)) - 2) if share > 0 else 0
    return WHOLES[min(steps, len(WHOLES) - 1)]


def share_of(text: str) -> tuple[float, float] | None:
    """Return the range of shares that a text names, or None: ``8 to 10 in 100`` is (0.08, 0.1)."""
    if match := FIGURE.match(text.strip()):
        whole = _number(match["whole"])
    elif match := PERCENT.search(text):
        whole = 100
    else:
        return None
    shares = [_number(match[part]) / whole for part in ("low", "high") if match[part] and whole]
    return (min(shares), max(shares)) if shares else None


def band_of(share: float) -> Frequency:
    """Return the frequency word for a share between 0 and 1."""
    return next(word for word, (least, _) in BANDS.items() if share >= least)


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _check(text: str) -> str:
    parse(text)
    return text


FigureText = Annotated[Text, AfterValidator(_check)]
"""A figure as an editor writes it; ``parse`` returns what it says."""
