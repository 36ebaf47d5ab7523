"""What was made once is kept, by all that it was made of: documents, findings, pages, templates.

Each kind has an SQLite file of its own below `.practice-cache/`, a folder of ours alone. An entry
is used only if its checksum is right; a file that cannot be used is thrown away and begun anew,
since everything in it can be made again.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from practice.support.platform import is_own

T = TypeVar("T")


def cache_folder(content: Path) -> Path:
    """Where a practice keeps what can be made again: `PRACTICE_CACHE`, or beside its content."""
    return Path(os.environ.get("PRACTICE_CACHE") or content.resolve().parent / ".practice-cache")


@functools.cache
def environment_fingerprint() -> bytes:
    """A digest that changes with anything that could read the same bytes differently.

    These are Python, every installed package by its version, and our own code.
    """
    digest = hashlib.sha256(sys.version.encode())
    for place in sys.path:
        with suppress(OSError):
            names = sorted(found.name for found in Path(place or ".").glob("*.dist-info"))
            digest.update("\n".join(names).encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


class Store:
    """Values by key in a file of their own; whatever is wrong with it, it is as if empty.

    Without a folder nothing is kept.
    """

    AGE = 30
    """Days after which an entry that nobody has asked for is dropped."""
    AT_ONCE = 500
    """Keys in one question; SQLite takes 999 at least."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self.rows: sqlite3.Connection | None = None
        self.used: list[bytes] = []
        if folder is None or not _ours(folder):
            return
        file = folder / f"{name}.sqlite"
        try:
            self.rows = _opened(file)
        except sqlite3.Error:
            with suppress(OSError):
                file.unlink()
            with suppress(sqlite3.Error):
                self.rows = _opened(file)

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Any]:
        """The values of those keys that have one."""
        wanted = list(keys)

        def read(rows: sqlite3.Connection) -> list[tuple[bytes, bytes, bytes]]:
            found: list[tuple[bytes, bytes, bytes]] = []
            for start in range(0, len(wanted), self.AT_ONCE):
                some = wanted[start : start + self.AT_ONCE]
                places = ", ".join("?" * len(some))
                query = f"SELECT key, value, sum FROM entry WHERE key IN ({places})"  # noqa: S608  # our own words
                found += rows.execute(query, some)
            return found

        rows = [
            (key, value)
            for key, value, sum in self._try(read) or ()
            if hashlib.sha256(value).digest() == sum
        ]
        self.used.extend(key for key, _ in rows)
        # They are of our own folder, and the checksum is right.
        return {key: pickle.loads(value) for key, value in rows}  # noqa: S301  # see `Store`

    def put(self, values: dict[bytes, Any]) -> None:
        """Keep values, and drop those that were not asked for in a while."""

        def write(rows: sqlite3.Connection) -> None:
            with rows:
                rows.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", _rows(values))
                today = int(time.time() // 86_400)
                noted = {
                    key for (key,) in rows.execute("SELECT key FROM asked WHERE day = ?", (today,))
                }
                asked = [(key, today) for key in (*self.used, *values) if key not in noted]
                rows.executemany("INSERT OR REPLACE INTO asked VALUES (?, ?)", asked)
                old = "SELECT key FROM asked WHERE day < ?"
                rows.execute(
                    f"DELETE FROM entry WHERE key IN ({old})",  # noqa: S608  # our own words
                    (today - self.AGE,),
                )  # our own words
                rows.execute("DELETE FROM asked WHERE day < ?", (today - self.AGE,))

        if values:
            self._try(write)

    def close(self) -> None:
        """Let go of the file."""
        if self.rows:
            self.rows.close()

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        if self.rows is None:
            return None
        try:
            return work(self.rows)
        except sqlite3.Error:
            self.close()
            self.rows = None
            return None


def _rows(values: dict[bytes, Any]) -> Iterator[tuple[bytes, bytes, bytes]]:
    for key, value in values.items():
        raw = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        yield key, raw, hashlib.sha256(raw).digest()


def _opened(file: Path) -> sqlite3.Connection:
    rows = sqlite3.connect(file, timeout=10)
    try:
        rows.execute("PRAGMA synchronous = OFF")  # what a power cut breaks is made again
        rows.execute("PRAGMA page_size = 16384")  # a value fits into few pages
        with rows:
            rows.execute(
                "CREATE TABLE IF NOT EXISTS entry"
                " (key BLOB PRIMARY KEY, value BLOB, sum BLOB) WITHOUT ROWID"
            )
            rows.execute(  # apart, because SQLite would write the whole value to change its day
                "CREATE TABLE IF NOT EXISTS asked (key BLOB PRIMARY KEY, day INTEGER) WITHOUT ROWID"
            )
        # Tables of another form are no use.
        rows.execute("SELECT key, value, sum FROM entry LIMIT 0")
        rows.execute("SELECT key, day FROM asked LIMIT 0")
    except BaseException:
        rows.close()
        raise
    return rows


def _ours(folder: Path) -> bool:
    """Whether a folder is a real one that nobody else can write into; it is made if missing."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or not is_own(found):
            return False
        folder.chmod(0o700)
    except OSError:
        return False
    return True
