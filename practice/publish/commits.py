"""Commits: from which one a release is made, and how it relates to that of another release."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Literal

from practice.support.programs import find_program

Relation = Literal["same", "newer", "older", "unrelated", "unknown"]
"""How this copy relates to a commit. `unknown`: one of them has no commit that git knows here."""
SECONDS = 60
"""Time limit of a git command; these read the local repository only."""


def commit_of(folder: Path) -> str:
    """Return the commit of a folder; empty if it has changes or is not in a repository."""
    changes = _git(folder, "status", "--porcelain")
    return _head(folder) if changes == "" else ""


def relation(folder: Path, commit: str) -> Relation:
    """Return how the commit that ``folder`` stands at relates to another, such as the live one."""
    here = _head(folder)
    if not here or not commit or _git(folder, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        return "unknown"
    if here == commit:
        return "same"
    if _git(folder, "merge-base", "--is-ancestor", commit, here) is not None:
        return "newer"
    if _git(folder, "merge-base", "--is-ancestor", here, commit) is not None:
        return "older"
    return "unrelated"


def _head(folder: Path) -> str:
    return _git(folder, "rev-parse", "--verify", "--quiet", "HEAD") or ""


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what a git command prints; None if it fails or there is no git."""
    try:
        done = subprocess.run(
            [find_program("git"), *arguments],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
