"""The interface that every target has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from practice.publish.release import LiveState, Plan

KEPT = 3
"""The number of releases kept beside a symbolic link."""

Step = Callable[[str], None]


class Target(Protocol):
    """A place that a site is published to."""

    name: str

    def live(self) -> LiveState:
        """Return what is live there now."""
        ...

    def foreign(self) -> int:
        """Return the number of foreign files or folders, if nothing was published there yet."""
        ...

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Carry out a plan; ``tree`` is the folder of the new release."""
        ...
