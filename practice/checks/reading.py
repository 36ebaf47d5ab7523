"""Reading: short sentences and plain words. Everything here is advice, not an error."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sysconfig
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from practice.body import plain
from practice.checks import text
from practice.checks.settings import FILE, Settings
from practice.model import Dont, HelpCard
from practice.paths import shown_path
from practice.problems import Problem
from practice.reader import Document
from practice.site import Site

ENOUGH = 100
"""Words from which on a grade says something."""
NEGATION = re.compile(r"\b(?:do not|don’t|don't|never|avoid|no)\b", re.IGNORECASE)
VOWELS = re.compile(r"[aeiouy]+")


def sentences(site: Site, settings: Settings) -> Iterator[Problem]:
    """A sentence of up to 20 words is understood at once (plainlanguage.gov)."""
    for document in (*site.documents, *site.left_out):
        for line, sentence, count in text.prose(site, document).sentences:
            if count > settings.sentence_words:
                start = " ".join(sentence.split()[:4])
                message = f"“{start} …” has {count} words"
                hint = "make two sentences of it"
                yield Problem(document.shown, line, "sentence-long", message, hint)


def grades(site: Site, settings: Settings) -> Iterator[Problem]:
    """Text for patients asks for no more schooling than most patients have."""
    for document in (*site.documents, *site.left_out):
        grade = grade_of(site, document)
        if grade is not None and grade > settings.grade:
            message = f"the text reads at grade {grade:.0f}"
            hint = f"shorter words and sentences bring it to grade {settings.grade} or below"
            yield Problem(document.shown, 1, "reading-grade", message, hint)


def grade_of(site: Site, document: Document) -> float | None:
    """The Flesch-Kincaid grade (Kincaid et al. 1975); None for a text too short to say."""
    return _grade(text.prose(site, document))


@lru_cache(maxsize=4096)
def _grade(prose: text.Prose) -> float | None:
    words = sum(count for _, _, count in prose.sentences)
    if words < ENOUGH:
        return None
    syllables = sum(
        _syllables(word) for _, sentence, _ in prose.sentences for word in text.words(sentence)
    )
    return 0.39 * words / len(prose.sentences) + 11.8 * syllables / words - 15.59


@lru_cache(maxsize=65536)
def _syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end left out: right for nine words in ten."""
    word = word.lower()
    count = len(VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    return max(1, count - silent)


def trend(site: Site) -> dict[int, float]:
    """The median grade of the posts of each year, oldest first."""
    years: dict[int, list[float]] = defaultdict(list)
    for post in site.posts:
        grade = grade_of(site, post)
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
                    yield Problem(document.shown, placed.line, "dont-wording", message, hint)


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
                yield Problem(document.shown, other.line, "help-twice", message, hint)


def spelling(site: Site, settings: Settings) -> Iterator[Problem]:
    """Misspelt words and British spellings, by the list of `typos`; nothing leaves the machine."""
    shown = {str(site.content / d.source): d.shown for d in (*site.documents, *site.left_out)}
    folder = shown_path(site.content)
    for file in sorted(site.content.glob("*.yaml")):
        if file.name != FILE and not file.is_symlink():
            shown[str(file)] = f"{folder}/{file.name}"
    with tempfile.TemporaryDirectory() as place:
        config, files = Path(place, "typos.toml"), Path(place, "files")
        config.write_text(_typos_config(settings), encoding="utf-8")
        files.write_text("".join(f"{name}\n" for name in shown), encoding="utf-8")
        command = [
            str(Path(sysconfig.get_path("scripts"), "typos")),
            *("--isolated", "--format", "json", "--config", str(config)),
            *("--file-list", str(files)),
        ]
        found = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603
    for line in found.stdout.decode("utf-8").splitlines():
        typo = json.loads(line)
        if typo["type"] == "typo" and typo["path"] in shown:
            hint = "write " + " or ".join(f"`{word}`" for word in typo["corrections"])
            hint += ", or add the word to `words` in checks.yaml"
            path = shown[typo["path"]]
            message = f"`{typo['typo']}` looks misspelt"
            yield Problem(path, typo["line_num"], "spelling", message, hint)


def _typos_config(settings: Settings) -> str:
    accepted = "".join(f"{json.dumps(word)} = {json.dumps(word)}\n" for word in settings.words)
    small = "".join(
        f"{json.dumps(word)} = {json.dumps(word)}\n"
        for word in sorted({word.lower() for word in settings.words})
    )
    return (
        f'[default]\nlocale = "en-us"\n[default.extend-identifiers]\n{accepted}'
        f"[default.extend-words]\n{small}"
    )
