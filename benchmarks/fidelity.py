"""Compares how Markdown files come out on our pages with how a reader of CommonMark shows them.

    uv run python benchmarks/fidelity.py FOLDER…

Every `.md` file below the folders is read by our parser and by `marko`, with GitHub's extensions.
It prints how many files come out the same, how many are named by a problem, and each piece of text
that comes out differently without one. The folders are left as they are.
"""

from __future__ import annotations

import difflib
import sys
from collections import Counter
from pathlib import Path

import marko.ext.gfm

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]
import structures

SHOWN = 12
"""The lines of a difference to print."""


def main(folders: list[str]) -> int:
    """Print the comparison; return the number of files with a difference that nobody names."""
    counts: Counter[str] = Counter()
    for folder in folders:
        for file in sorted(Path(folder).rglob("*.md")):
            counts[outcome_of(file)] += 1
    words = ", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items()))
    print(f"{counts.total()} files: {words or 'none'}; silent {counts['silent']}")
    return counts["silent"]


def outcome_of(file: Path) -> str:
    """Return `same`, `named`, `deliberate` or `silent` for a file, whichever is the worst."""
    text = file.read_text(encoding="utf-8", errors="replace")
    found = {"same"}
    for piece in structures.pieces(text):
        expected = marko.ext.gfm.gfm.convert(piece)
        outcome = structures.outcome(piece, expected)
        found.add(outcome)
        if outcome == "silent":
            ours = structures.structure(structures.ours(piece)[0])
            lines = list(difflib.unified_diff(ours, structures.structure(expected), lineterm=""))
            print(f"{file}:", *lines[2:SHOWN], sep="\n    ")
    order = ("silent", "named", "deliberate", "same")
    return next(outcome for outcome in order if outcome in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
