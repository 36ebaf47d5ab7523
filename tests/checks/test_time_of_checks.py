"""Checks of a single text take time that grows with its length, not with its square.

So the time limit of a check can end it everywhere: a single regular expression that runs for
minutes could not be ended where there are no timer signals.
"""

from __future__ import annotations

import time

import pytest

from practice.checks import per_document, reading
from practice.checks.prose import Text, prose
from practice.checks.settings import CheckSettings
from practice.content.models import Page
from practice.content.reader import document_of

SIZE = 200_000
SECONDS = 5.0
"""Limit of processor time. Where the time grew with the square, many of these took minutes."""
FRONT = "---\ntitle: x\nsummary: Words.\n---\n\n"
SIGNS = [
    "[",
    "![a](",
    "](",
    "[x](",
    "<",
    "<a",
    "<!--",
    ".",
    "!",
    "!…",
    "> - ",
    "- ",
    "`a",
    "*_",
    "\\",
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_long_run_of_a_sign_takes_no_long_time(sign):
    whole = FRONT + sign * (SIZE // len(sign))
    document, _ = document_of(Page, f"{FRONT}Words.\n".encode(), "pages/x.md", "x")
    started = time.process_time()
    text = Text(
        document, prose(whole), CheckSettings(claims=("cure",)), "+15555550100", public=True
    )
    for check in per_document.CHECKS:
        list(check(text))
    reading.grade_of(text.prose)
    assert time.process_time() - started < SECONDS
