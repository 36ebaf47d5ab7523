"""Reads each document only once while its bytes stay the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from practice.content import serialise
from practice.content.document import ReadResult
from practice.content.models import KINDS, Entry
from practice.content.reader import document_of, read_bytes
from practice.paths import display_path_of
from practice.problems import NOT_CACHED, Problem
from practice.support import processes
from practice.support.environment import environment_fingerprint
from practice.support.processes import WORTH_A_FORK
from practice.support.store import RAW, Store

Read = tuple[bytes, ReadResult]
"""The cache key of a document, empty if its file cannot be read, and the result."""


class _Text(NamedTuple):
    """A file that has been read: its path below the content folder, as shown, and its bytes."""

    source: str
    display_path: str
    raw: bytes
    digest: bytes
    key: bytes
    """The cache key: a digest of everything that the result depends on."""

    def read(self) -> ReadResult:
        return document_of(_kind(self.source), self.raw, self.source, self.display_path)

    def load(self, stored: bytes) -> ReadResult:
        return serialise.load(stored, self.source, self.display_path, self.digest)


class Reader:
    """Reads documents, each only once while its bytes stay the same.

    It is a `folder.ReadAll`. Without a cache folder it remembers documents only in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.known: dict[str, Read] = {}
        """What was read of each document, by path below the content folder."""

    def __call__(self, content: Path, sources: Sequence[str]) -> Iterator[ReadResult]:
        """Read the documents of a content folder, and forget all others."""
        display_path = display_path_of(content)
        texts: list[_Text] = []
        failed: dict[str, ReadResult] = {}
        for source in sources:
            text, problems = self._text(content, source, f"{display_path}/{source}")
            if text:
                texts.append(text)
            else:
                failed[source] = None, problems
        self._keep(texts)
        for source in sources:
            yield failed.get(source) or self.known[source][1]

    def ahead(self, content: Path, sources: Iterable[str]) -> dict[str, Read]:
        """Read documents whose bytes have changed, and keep none of them: see ``take``.

        This is for a child process, which reads while its parent does other work.
        """
        found: dict[str, Read] = {}
        for source in sources:
            text, problems = self._text(content, source, f"{display_path_of(content)}/{source}")
            if text is None:
                found[source] = b"", (None, problems)
            elif not self._has(text):
                found[source] = text.key, text.read()
        return found

    def take(self, read: Mapping[str, Read]) -> None:
        """Keep what ``ahead`` has read, so that these documents are not read again."""
        self.known |= read

    def _text(
        self, content: Path, source: str, display_path: str
    ) -> tuple[_Text | None, list[Problem]]:
        raw, problems = read_bytes(content / source, display_path)
        if problems:
            return None, problems
        digest = hashlib.sha256(raw).digest()
        return _Text(source, display_path, raw, digest, self._key(display_path, digest)), []

    def _keep(self, texts: list[_Text]) -> None:
        known = {text.source: self.known[text.source] for text in texts if self._has(text)}
        missing = [text for text in texts if text.source not in known]
        if missing:
            with Store(self.folder, "documents", RAW) as store:
                stored = store.get(text.key for text in missing)
                for text in missing:
                    with suppress(KeyError, ValueError):
                        known[text.source] = text.key, text.load(stored[text.key])
                new = [text for text in missing if text.source not in known]
                read = processes.map_in_processes(
                    _Text.read, new, None if len(new) >= WORTH_A_FORK else 1
                )
                known |= {
                    text.source: (text.key, result) for text, result in zip(new, read, strict=True)
                }
                store.put(_dumped(known[text.source] for text in new))
        self.known = known

    def _has(self, text: _Text) -> bool:
        return text.source in self.known and self.known[text.source][0] == text.key

    @staticmethod
    def _key(display_path: str, digest: bytes) -> bytes:
        return hashlib.sha256(
            b"%b\0%b\0%b" % (environment_fingerprint(), os.fsencode(display_path), digest)
        ).digest()


def _dumped(results: Iterable[Read]) -> dict[bytes, bytes]:
    """Return the results that can be stored, as JSON by key."""
    found: dict[bytes, bytes] = {}
    for key, result in results:
        if any(problem.code in NOT_CACHED for problem in result[1]):
            continue
        with suppress(ValueError):
            found[key] = serialise.dump(result)
    return found


def _kind(source: str) -> type[Entry]:
    return KINDS[source.split("/", maxsplit=1)[0]]
