"""What was published about a study after it: a notice, and what several notices mean together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from practice.content.models import SourceState
from practice.problems import UsageError

Kind = Literal["retraction", "concern", "correction", "reinstatement"]


@dataclass(frozen=True)
class JournalNotice:
    """A notice about a study."""

    kind: Kind
    link: str
    """Where to read it; empty if that is not known."""
    day: dt.date | None
    """When it was published, if that is known."""


STATES: dict[Kind, SourceState] = {
    "retraction": "retracted",
    "concern": "doubted",
    "correction": "corrected",
}
"""What a notice makes of a study, the most serious first."""


class CannotAsk(UsageError):
    """A service does not answer; the message names it and says why."""


def state_of(notices: Iterable[JournalNotice]) -> tuple[SourceState, JournalNotice | None]:
    """Return the state of a study, and the notice that explains it.

    The most serious notice decides, the newest of several alike. A reinstatement takes back all
    retractions and concerns that are not newer.
    """
    found = list(notices)
    back = max((_day(n) for n in found if n.kind == "reinstatement"), default=None)
    for kind, state in STATES.items():
        alike = [n for n in found if n.kind == kind]
        if back is not None and kind != "correction":
            alike = [n for n in alike if _day(n) > back]
        if alike:
            return state, max(alike, key=_day)
    return "fine", None


def _day(notice: JournalNotice) -> dt.date:
    return notice.day or dt.date.min
