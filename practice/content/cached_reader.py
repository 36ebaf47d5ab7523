"""Reads each document only once while its bytes stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from practice.content import serialise
from practice.content.document import ReadResult
from practice.content.models import KINDS, Entry
from practice.content.reader import document_of, read_bytes
from practice.paths import display_path_of
from practice.support import processes
from practice.support.processes import WORTH_A_FORK
from practice.support.store import RAW, Store, environment_fingerprint


class Reader:
    """Reads documents, and each of them only once while its bytes stay the same.

    A ``site.ReadAll``. Without a folder it remembers in memory alone.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.known: dict[str, tuple[bytes, ReadResult]] = {}
        """By path below the content folder: the key of the bytes, and what they say."""

    def __call__(self, content: Path, sources: Sequence[str]) -> Iterator[ReadResult]:
        """Read the documents of a content folder; what is not among them is forgotten."""
        display_path = display_path_of(content)
        texts: list[tuple[str, bytes, bytes]] = []
        failed: dict[str, ReadResult] = {}
        for source in sources:
            raw, problems = read_bytes(content / source, f"{display_path}/{source}")
            if problems:
                failed[source] = (None, problems)
            else:
                texts.append((source, raw, self._key(f"{display_path}/{source}", raw)))
        self._keep(display_path, texts)
        for source in sources:
            yield failed.get(source) or self.known[source][1]

    def one(self, content: Path, source: str) -> ReadResult:
        """Read a single document, others being as they were."""
        display_path = f"{display_path_of(content)}/{source}"
        raw, problems = read_bytes(content / source, display_path)
        if problems:
            return None, problems
        key = self._key(display_path, raw)
        if source not in self.known or self.known[source][0] != key:
            self.known[source] = key, document_of(_kind(source), raw, source, display_path)
        return self.known[source][1]

    def _keep(self, display_path: str, texts: list[tuple[str, bytes, bytes]]) -> None:
        known = {source: self.known[source] for source, _, key in texts if self._has(source, key)}
        missing = [(source, raw, key) for source, raw, key in texts if source not in known]
        if missing:
            with Store(self.folder, "documents", RAW) as store:
                stored = store.get(key for _, _, key in missing)
                for source, raw, key in missing:
                    with suppress(KeyError, ValueError):
                        path = f"{display_path}/{source}"
                        known[source] = key, serialise.load(stored[key], source, path, raw)
                new = [item for item in missing if item[0] not in known]
                read = _read_new(display_path, new)
                for (source, _, key), result in zip(new, read, strict=True):
                    known[source] = key, result
                store.put({key: serialise.dump(known[source][1]) for source, _, key in new})
        self.known = known

    def _has(self, source: str, key: bytes) -> bool:
        return source in self.known and self.known[source][0] == key

    @staticmethod
    def _key(display_path: str, raw: bytes) -> bytes:
        return hashlib.sha256(
            b"%b\0%b\0%b" % (environment_fingerprint(), display_path.encode(), raw)
        ).digest()


def _read_new(display_path: str, new: list[tuple[str, bytes, bytes]]) -> list[ReadResult]:
    def read(item: tuple[str, bytes, bytes]) -> ReadResult:
        source, raw, _ = item
        return document_of(_kind(source), raw, source, f"{display_path}/{source}")

    return processes.map_in_processes(read, new, None if len(new) >= WORTH_A_FORK else 1)


def _kind(source: str) -> type[Entry]:
    return KINDS[source.split("/", maxsplit=1)[0]]
