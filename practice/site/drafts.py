"""Drafts: texts that somebody is still writing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from practice.content.document import Document, InvalidDocument, is_draft
from practice.problems import Problem

WITHOUT_IT = "page-missing"
"""The code of a problem that the site has without the text, so that it does not build."""


def lenient(
    texts: Iterable[Document | InvalidDocument], problems: Iterable[Problem]
) -> list[Problem]:
    """Return the problems with those of drafts as warnings: a draft need not be finished."""
    drafts = {text.display_path for text in texts if is_draft(text)}
    return [
        replace(problem, severity="warning")
        if problem.path in drafts and problem.code != WITHOUT_IT
        else problem
        for problem in problems
    ]
