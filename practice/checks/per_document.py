"""Checks that look at one document at a time, run in parallel and cached.

They read the prose word by word, which takes longer than all other checks together. So the
documents are divided among processes, and findings are cached until a document changes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from practice.checks import accessibility, clinical, guarded, links, reading
from practice.checks.prose import Text, prose
from practice.checks.settings import FILE, CheckSettings
from practice.content.document import Document
from practice.content.reader import decode, read_bytes
from practice.paths import display_path_of
from practice.problems import NOT_CACHED, Problem
from practice.site.site import Site
from practice.support import processes
from practice.support.environment import environment_fingerprint
from practice.support.processes import WORTH_A_FORK
from practice.support.store import Codec, Store, json_codec

CHECKS: tuple[Callable[[Text], Iterator[Problem]], ...] = (
    accessibility.languages,
    clinical.quotations,
    clinical.claims,
    links.phones,
    reading.placeholders,
    reading.sentences,
    reading.grades,
)


@dataclass(frozen=True)
class Found:
    """The findings of one document."""

    problems: tuple[Problem, ...]
    grade: float | None
    """Its reading grade; None for a text that is too short."""


NOTHING = Found((), None)


@functools.cache
def _codec() -> Codec[Found]:
    return json_codec(Found)


def every(site: Site, settings: CheckSettings, kept: Path | None = None) -> dict[str, Found]:
    """Return the findings of each document and YAML list, by its path below the content folder.

    ``kept`` is the cache folder. A document whose file has changed since it was read is left out;
    the next run checks it.
    """
    public = {document.source for document in site.documents}
    texts = {document.source: document for document in site.valid}
    digests = {name: text.digest for name, text in texts.items()} | _lists(site.content)
    about = (
        environment_fingerprint()
        + repr((display_path_of(site.content), settings, site.clinic.numbers)).encode()
    )
    keys = {
        name: hashlib.sha256(about + digest + repr((name, name in public)).encode()).digest()
        for name, digest in digests.items()
    }
    store = Store(kept, "findings", _codec())
    known = store.get(keys.values())
    found: dict[str, Found] = {name: known[key] for name, key in keys.items() if key in known}
    missing = [name for name in keys if name not in found]

    def look(name: str) -> Found | None:
        return _look(site, texts[name], settings, name in public) if name in texts else NOTHING

    with reading.spelling(site.content, missing, settings) as spelling:
        looked = processes.map_in_processes(
            look, missing, None if len(missing) >= WORTH_A_FORK else 1
        )
        try:
            misspelt = spelling()
        except reading.SpellingFailed as error:
            found[""] = Found((_not_spelled(site, error),), None)
            misspelt = None
    new = {
        name: replace(outcome, problems=(*outcome.problems, *(misspelt or {}).get(name, ())))
        for name, outcome in zip(missing, looked, strict=True)
        if outcome is not None and _digest(site.content / name) == digests[name]
    }
    if misspelt is not None:
        store.put(
            {
                keys[name]: outcome
                for name, outcome in new.items()
                if not any(problem.code in NOT_CACHED for problem in outcome.problems)
            }
        )
    store.close()
    return found | new


def _not_spelled(site: Site, error: Exception) -> Problem:
    message, hint = f"the spelling check did not run: {error}", "try again"
    return Problem(display_path_of(site.content), 1, "spelling", message, hint)


def _lists(content: Path) -> dict[str, bytes]:
    """Return the readable YAML files that contain prose, with the digest of each."""
    names = sorted(file.name for file in content.glob("*.yaml") if file.name != FILE)
    return {name: digest for name in names if (digest := _digest(content / name))}


def _digest(file: Path) -> bytes | None:
    """Return the SHA-256 of a file, or None if it cannot be read."""
    raw, problems = read_bytes(file, file.name)
    return None if problems else hashlib.sha256(raw).digest()


def _look(site: Site, document: Document, settings: CheckSettings, public: bool) -> Found | None:
    raw, problems = read_bytes(site.content / document.source, document.display_path)
    if problems or hashlib.sha256(raw).digest() != document.digest:
        return None
    whole, _ = decode(raw, document.display_path)
    grade: float | None = None

    def every_check() -> Iterator[Problem]:
        nonlocal grade
        text = Text(document, prose(whole), settings, site.clinic.numbers, public)
        grade = reading.grade_of(text.prose)
        for check in CHECKS:
            yield from check(text)

    found = guarded.findings(every_check, document.display_path)
    return Found(tuple(found), grade)
