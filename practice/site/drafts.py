"""Drafts: texts that somebody is still writing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from practice.content.document import Document, InvalidDocument, is_draft
from practice.problems import Problem

STAYS_AN_ERROR = "page-missing"
"""A required page cannot be a draft: the site cannot be built without it."""


def lenient(
    texts: Iterable[Document | InvalidDocument], problems: Iterable[Problem]
) -> list[Problem]:
    """Turn the problems of drafts into warnings, because a draft need not be finished."""
    drafts = {text.display_path for text in texts if is_draft(text)}
    return [
        replace(problem, severity="warning")
        if problem.path in drafts and problem.code != STAYS_AN_ERROR
        else problem
        for problem in problems
    ]
