"""The practice's own settings of the checks: `content/checks.yaml`, an optional file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from practice.content.models import Texts, field
from practice.content.models.values import between
from practice.content.reader import read_model
from practice.paths import display_path_of
from practice.problems import Problem, did_you_mean

FILE = "checks.yaml"
SETTABLE = frozenset(
    {
        "card-long",
        "claim",
        "dont-wording",
        "figure-one",
        "font-large",
        "help-twice",
        "insurance-old",
        "lang-missing",
        "link-text",
        "number-format",
        "phone-other",
        "reading-grade",
        "review-missing",
        "review-old",
        "review-overdue",
        "sentence-long",
        "source-corrected",
        "source-doubted",
        "source-retracted",
        "spelling",
    }
)
"""Codes whose severity a practice may change; the others protect patients and stay errors."""


class CheckSettings(BaseModel):
    """Settings of the checks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: dict[str, Literal["off", "warning", "error"]] = field(
        "A check's code, and `off`, `warning` or `error`", {}
    )
    claims: Texts = field("Words that promise too much", ())
    words: Texts = field("Words that the spelling check should accept", ())
    phones: Texts = field("Numbers of others that texts may name", ())
    sentence_words: Annotated[int, between(1, 1000)] = field(
        "How many words a sentence may have", 20
    )
    grade: Annotated[int, between(1, 30)] = field("The school grade that a text may ask for", 10)


def read(content: Path) -> tuple[CheckSettings, list[Problem]]:
    """Return the settings, and the problems of the file."""
    file = content / FILE
    if not file.exists():
        return CheckSettings(), []
    display_path = f"{display_path_of(content)}/{FILE}"
    settings, problems = read_model(CheckSettings, file, display_path)
    for code in settings.severity if settings else ():
        if code not in SETTABLE:
            message = f"`{code}` is not a check that can be changed"
            hint = did_you_mean(code, SETTABLE)
            problems.append(
                Problem(display_path, _line(file, code), "check-unknown", message, hint)
            )
    return settings or CheckSettings(), problems


def _line(file: Path, code: str) -> int:
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.strip().startswith(code)), 1)
