"""The interface that every target has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from practice.publish.release import LiveState, Plan

KEPT = 3
"""How many releases stay beside a folder that is switched by a symbolic link."""

Step = Callable[[str], None]


class Target(Protocol):
    """A place that a site is published to."""

    name: str

    def live(self) -> LiveState:
        """What is there now."""
        ...

    def foreign(self) -> int:
        """How many things are there that no publish has put there, if none has ever run."""
        ...

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Make a plan true; ``tree`` is a folder that holds the new release."""
        ...
