"""What a practice sets for itself: `content/checks.yaml`. Without the file all is as delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from practice.model import Texts, field
from practice.paths import shown_path
from practice.problems import Problem, did_you_mean
from practice.reader import read_model

FILE = "checks.yaml"
SETTABLE = frozenset(
    {
        "claim",
        "dont-wording",
        "help-twice",
        "insurance-old",
        "lang-missing",
        "link-text",
        "number-format",
        "phone-other",
        "reading-grade",
        "review-missing",
        "review-overdue",
        "sentence-long",
        "spelling",
    }
)
"""The codes whose severity is the practice's choice; all others keep bad pages off the site."""


class Settings(BaseModel):
    """How the checks of the content are set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: dict[str, Literal["off", "warning", "error"]] = field(
        "A check's code, and `off`, `warning` or `error`", {}
    )
    claims: Texts = field("Words that promise too much", ())
    words: Texts = field("Words that the spelling check should accept", ())
    phones: Texts = field("Numbers of others that texts may name", ())
    sentence_words: int = field("How many words a sentence may have", 20)
    grade: int = field("The school grade that a text may ask for", 10)


def read(content: Path) -> tuple[Settings, list[Problem]]:
    """Read a practice's settings; mistakes in them are problems like any other."""
    file = content / FILE
    if not file.exists():
        return Settings(), []
    shown = f"{shown_path(content)}/{FILE}"
    settings, problems = read_model(Settings, file, shown)
    for code in settings.severity if settings else ():
        if code not in SETTABLE:
            message = f"`{code}` is no check that can be set"
            hint = did_you_mean(code, SETTABLE)
            problems.append(Problem(shown, _line(file, code), "check-unknown", message, hint))
    return settings or Settings(), problems


def _line(file: Path, code: str) -> int:
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.strip().startswith(code)), 1)
