"""Reading: short sentences and plain words. Everything here is advice, not an error."""

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
"""The text with which a new post begins, and which nobody may ever read on the site."""
PATIENCE = 60
"""Seconds that the spelling program may take."""
TYPOS_DONE = (0, 2)
"""Its exit codes when it has found nothing, and when it has found something."""
ENOUGH = 100
"""Words from which on a grade says something."""
NEGATION = re.compile(r"\b(?:do not|don’t|don't|never|avoid|no)\b", re.IGNORECASE)
VOWELS = re.compile(r"[aeiouy]+")


def placeholders(text: Text) -> Iterator[Problem]:
    """The text with which a new post begins is taken out before the post is published."""
    for number, line in enumerate(text.prose.lines if text.public else (), 1):
        if line.strip() == PLACEHOLDER:
            message = "this is still the text of a new post"
            hint = "write your own in its place, or set `status: draft`"
            yield Problem(text.document.display_path, number, "placeholder", message, hint)


def sentences(text: Text) -> Iterator[Problem]:
    """A sentence of up to 20 words is understood at once (plainlanguage.gov)."""
    for line, sentence, words in text.prose.sentences:
        if len(words) > text.settings.sentence_words:
            start = " ".join(sentence.split()[:4])
            message = f"“{start} …” has {len(words)} words"
            hint = "make two sentences of it"
            yield Problem(text.document.display_path, line, "sentence-long", message, hint)


def grades(text: Text) -> Iterator[Problem]:
    """Text for patients asks for no more schooling than most patients have."""
    grade = grade_of(text.prose)
    if grade is not None and grade > text.settings.grade:
        message = f"the text reads at grade {grade:.0f}"
        hint = f"shorter words and sentences bring it to grade {text.settings.grade} or below"
        yield Problem(text.document.display_path, 1, "reading-grade", message, hint)


@lru_cache(maxsize=16)
def grade_of(prose: Prose) -> float | None:
    """The Flesch-Kincaid grade (Kincaid et al. 1975); None for a text too short to say."""
    words = [word for _, _, words in prose.sentences for word in words]
    if len(words) < ENOUGH:
        return None
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / len(prose.sentences) + 11.8 * syllables / len(words) - 15.59


@lru_cache(maxsize=65536)
def _syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end left out: right for nine words in ten."""
    word = word.lower()
    count = len(VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    return max(1, count - silent)


def trend(site: Site, grades: Mapping[str, float | None]) -> dict[int, float]:
    """The median grade of the posts of each year, oldest first; ``grades`` are by source."""
    years: dict[int, list[float]] = defaultdict(list)
    for post in site.posts:
        grade = grades.get(post.source)
        if grade is not None:
            years[post.meta.date.year].append(grade)
    return {year: statistics.median(grades) for year, grades in sorted(years.items())}


def dont_items(site: Site) -> Iterator[Problem]:
    """An item read on its own still has to say that it is not to be done."""
    for document in (*site.documents, *site.left_out):
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
    """Two cards of one level, one right after the other, are one card with two lists."""
    for document in (*site.documents, *site.left_out):
        for one, other in pairwise(document.body.parts):
            if isinstance(one, str) or isinstance(other, str):
                continue
            first, second = one.callout, other.callout
            if (
                isinstance(first, HelpCard)
                and isinstance(second, HelpCard)
                and first.level == second.level
            ):
                message = f"two `{second.level}` cards stand side by side"
                hint = "make one card of them, or change a level"
                yield Problem(document.display_path, other.line, "help-twice", message, hint)


class SpellingFailed(Exception):
    """The spelling program did not do its work; the message says what is known of it."""


@contextmanager
def spelling(
    content: Path, names: Collection[str], settings: CheckSettings
) -> Iterator[Callable[[], dict[str, list[Problem]]]]:
    """Misspelt words and British spellings, by the list of `typos`; nothing leaves the machine.

    ``names`` are files below ``content``. The program works beside us: the function that this gives
    waits for it, and returns what it has found, by name, or raises ``SpellingFailed``.
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
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as typos:  # noqa: S603

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
            message = f"`{typo['typo']}` looks misspelt"
            line = typo["line_num"]
            problems[name].append(
                Problem(f"{display_path}/{name}", line, "spelling", message, hint)
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
