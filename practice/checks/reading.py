"""Readability and spelling. All of it is advice: warnings, not errors."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from practice.checks.prose import Prose, Text
from practice.checks.settings import CheckSettings
from practice.content.markdown import plain
from practice.content.models import Dont, HelpCard
from practice.paths import display_path_of
from practice.problems import Problem
from practice.site.site import Site
from practice.support.programs import find_program

PLACEHOLDER = "Begin with what the reader wants to know."
"""The placeholder text of a new post, which must never be published."""
PATIENCE = 60
"""Seconds that the spelling program may take."""
TYPOS_DONE = (0, 2)
"""Its exit codes: nothing found, something found."""
ENOUGH = 100
"""Words that a text needs before its reading grade is meaningful."""
NEGATION = re.compile(r"\b(?:do not|don’t|don't|never|avoid|no)\b", re.IGNORECASE)
VOWELS = re.compile(r"[aeiouy]+")


def placeholders(text: Text) -> Iterator[Problem]:
    """The placeholder text of a new post has been replaced."""
    for number, line in enumerate(text.prose.lines if text.public else (), 1):
        if line.strip() == PLACEHOLDER:
            message = "this is still the placeholder text of a new post"
            hint = "replace it with your own text, or set `status: draft`"
            yield Problem(text.document.display_path, number, "placeholder", message, hint)


def sentences(text: Text) -> Iterator[Problem]:
    """A sentence has at most 20 words by default (advice of plainlanguage.gov)."""
    for line, sentence, words in text.prose.sentences:
        if len(words) > text.settings.sentence_words:
            start = " ".join(sentence.split()[:4])
            message = f"“{start} …” has {len(words)} words"
            hint = "split it into two sentences"
            yield Problem(text.document.display_path, line, "sentence-long", message, hint)


def grades(text: Text) -> Iterator[Problem]:
    """The reading grade of a text is no higher than the practice has set."""
    grade = grade_of(text.prose)
    if grade is not None and grade > text.settings.grade:
        message = f"the text is hard to read (school grade {grade:.0f})"
        hint = (
            f"use shorter words and sentences until it is at grade {text.settings.grade} or lower"
        )
        yield Problem(text.document.display_path, 1, "reading-grade", message, hint)


@lru_cache(maxsize=16)
def grade_of(prose: Prose) -> float | None:
    """Return the Flesch-Kincaid grade (Kincaid et al. 1975); None for a text that is too short."""
    words = [word for _, _, words in prose.sentences for word in words]
    if len(words) < ENOUGH:
        return None
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / len(prose.sentences) + 11.8 * syllables / len(words) - 15.59


@lru_cache(maxsize=65536)
def _syllables(word: str) -> int:
    """Count groups of vowels without a silent final e: right for about nine words in ten."""
    word = word.lower()
    count = len(VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    return max(1, count - silent)


def trend(site: Site, grades: Mapping[str, float | None]) -> dict[int, float]:
    """Return the median grade of each year's posts, oldest year first; ``grades`` are by source."""
    years: dict[int, list[float]] = defaultdict(list)
    for post in site.posts:
        grade = grades.get(post.source)
        if grade is not None:
            years[post.meta.date.year].append(grade)
    return {year: statistics.median(grades) for year, grades in sorted(years.items())}


def dont_items(site: Site) -> Iterator[Problem]:
    """Every item of a `dont` callout says “do not”, so that it is safe when read on its own."""
    for document in site.valid:
        for placed in document.body.callouts:
            callout = placed.callout
            if not isinstance(callout, Dont):
                continue
            for item in callout.items:
                if not NEGATION.search(" ".join(plain(item).split()[:4])):
                    message = f"“{plain(item)[:40]}” does not say “do not”"
                    hint = "begin every item with “do not”"
                    yield Problem(document.display_path, placed.line, "dont-wording", message, hint)


def help_levels(site: Site) -> Iterator[Problem]:
    """Two help cards of the same level do not follow each other."""
    for document in site.valid:
        for one, other in pairwise(document.body.parts):
            if isinstance(one, str) or isinstance(other, str):
                continue
            first, second = one.callout, other.callout
            if (
                isinstance(first, HelpCard)
                and isinstance(second, HelpCard)
                and first.level == second.level
            ):
                message = f"two `{second.level}` cards follow each other"
                hint = "merge the two cards, or change the level of one"
                yield Problem(document.display_path, other.line, "help-twice", message, hint)


class SpellingFailed(Exception):
    """The spelling program failed; the message says why."""


@contextmanager
def spelling(
    content: Path, names: Collection[str], settings: CheckSettings
) -> Iterator[Callable[[], dict[str, list[Problem]]]]:
    """Check the spelling with `typos`, a local program that sends nothing anywhere.

    ``names`` are files below ``content``. The program runs in the background. The context value
    is a function that waits for it and returns the problems by file name, or raises
    ``SpellingFailed``.
    """
    files = {content / name: name for name in names}
    if not files:
        yield dict
        return
    with tempfile.TemporaryDirectory() as place:
        config, listed = Path(place, "typos.toml"), Path(place, "files")
        config.write_text(_typos_config(settings), encoding="utf-8", newline="\n")
        listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8", newline="\n")
        command = [
            find_program("typos"),
            *("--isolated", "--format", "json", "--config", str(config)),
            *("--file-list", str(listed)),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as typos:

            def found() -> dict[str, list[Problem]]:
                try:
                    out, _ = typos.communicate(timeout=PATIENCE)
                except subprocess.TimeoutExpired as error:
                    raise SpellingFailed(f"it takes longer than {PATIENCE} seconds") from error
                if typos.returncode not in TYPOS_DONE:
                    raise SpellingFailed(f"it ended with exit code {typos.returncode}")
                return _misspelt(content, files, out.decode("utf-8").splitlines())

            try:
                yield found
            finally:
                typos.kill()


def _misspelt(content: Path, files: Mapping[Path, str], out: list[str]) -> dict[str, list[Problem]]:
    display_path = display_path_of(content)
    problems: dict[str, list[Problem]] = defaultdict(list)
    for typo in map(json.loads, out):
        name = files.get(Path(typo.get("path", "")))
        if typo["type"] == "typo" and name:
            hint = "write " + " or ".join(f"`{word}`" for word in typo["corrections"])
            hint += ", or add the word to `words` in checks.yaml"
            message = f"`{typo['typo']}` looks misspelled"
            line = typo.get("line_num")
            if line is None:  # the word is part of the file's name
                message = (
                    f"`{typo['typo']}` in the file name, and so in the address, looks misspelled"
                )
                if name.endswith(".md"):
                    hint += "; if the page is live, keep its old address in `aliases`"
            problems[name].append(
                Problem(f"{display_path}/{name}", line or 1, "spelling", message, hint)
            )
    return problems


def _typos_config(settings: CheckSettings) -> str:
    accepted = "".join(f"{json.dumps(word)} = {json.dumps(word)}\n" for word in settings.words)
    small = "".join(
        f"{json.dumps(word)} = {json.dumps(word)}\n"
        for word in sorted({word.lower() for word in settings.words})
    )
    return (
        f'[default]\nlocale = "en-us"\n[default.extend-identifiers]\n{accepted}'
        f"[default.extend-words]\n{small}"
    )
