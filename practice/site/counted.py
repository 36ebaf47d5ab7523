"""Who was counted for the figure of a side effect, and in what time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from practice.content.models import SideEffect, Source


@dataclass(frozen=True)
class Counted:
    """Who was counted and in what time, in the words of the editor; empty if nobody says it."""

    group: str
    period: str


def counted(effect: SideEffect, sources: Mapping[str, Source]) -> Counted:
    """Return who was counted, as the side effect says it, or else the first of its sources."""
    cited = [sources[id] for id in effect.sources if id in sources]
    groups = [effect.group, *(source.group for source in cited)]
    periods = [effect.period, *(source.period for source in cited)]
    return Counted(
        next(filter(None, groups), ""),
        next(filter(None, periods), ""),
    )
