"""Content-addressed cache: values are keyed by a hash of every input that they are made from.

Each kind of value has an SQLite file of its own in the folder that ``cache_folder`` finds. Values
are plain data, JSON or the bytes of a file, so that loading one never runs code; compiled templates
are signed (`practice.support.signing`). An entry is used only if its checksum is right and its
content has the form that the caller expects. In every other case, and where the cache cannot be
used at all, there is no such entry, and the value is made anew.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from pydantic import TypeAdapter

from practice.support.cache_folder import AGE_DAYS, why_not_private

T = TypeVar("T")
R = TypeVar("R")

SCHEMA = (
    # Not WITHOUT ROWID: rows of several kB in the order of their hashes would split many pages.
    "CREATE TABLE entry (key BLOB PRIMARY KEY, checksum BLOB, value BLOB)",
    # Separate, because SQLite would write a value again to change the day beside it.
    "CREATE TABLE used (key BLOB PRIMARY KEY, day INTEGER) WITHOUT ROWID",
)
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LOCK_SECONDS = 2.0
"""How long to wait for another process that writes, before going on without the cache."""
LARGEST_BYTES = 100_000_000
"""SQLite refuses larger values: a damaged file cannot claim all memory."""
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Codec(Generic[T]):
    """How values of one kind become bytes and are loaded again."""

    dump: Callable[[T], bytes]
    """Raises ``ValueError`` for a value that cannot be stored."""
    load: Callable[[bytes], T]
    """Raises ``ValueError`` for bytes that ``dump`` does not write."""


RAW: Codec[bytes] = Codec(bytes, bytes)
"""For values that are already bytes, such as the content of a file."""


def json_codec(type: Any) -> Codec[Any]:
    """A codec for a type that pydantic knows, such as a dataclass; loading checks every field."""
    adapter: TypeAdapter[Any] = TypeAdapter(type)
    return Codec(adapter.dump_json, adapter.validate_json)


class Store(Generic[T]):
    """Values of one kind by key, in ``folder/name.sqlite``; without a folder there are none.

    No method raises an error when the file is missing, damaged, locked, read-only or larger than
    the disk: then there are no entries. A store can be used by several threads, and in a process
    that was forked after it was opened.
    """

    NOTE_DAYS = 7
    """The day of the last use is written only if the one that is known is older than this."""
    KEYS_PER_QUERY = 500
    """SQLite takes at least 999 parameters in a statement."""

    def __init__(self, folder: Path | None, name: str, codec: Codec[T]) -> None:
        self.file = None if folder is None or why_not_private(folder) else folder / f"{name}.sqlite"
        self.codec = codec
        self._connection: sqlite3.Connection | None = None
        self._open()

    def __enter__(self) -> Self:
        """Return the store, which the block closes."""
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def __del__(self) -> None:
        """Close a store that nobody has closed."""
        self.close()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, T]:
        """Return the stored values by key; a value with a wrong checksum is left out."""
        columns = "key, checksum, value, day FROM entry JOIN used USING (key)"
        rows = self._select(columns, keys)
        found: dict[bytes, T] = {}
        unnoted: list[bytes] = []
        for key, checksum, value, day in rows:
            if not isinstance(value, bytes) or hashlib.sha256(key + value).digest() != checksum:
                continue
            with suppress(ValueError):
                found[key] = self.codec.load(value)
                if not isinstance(day, int) or day <= _today() - self.NOTE_DAYS:
                    unnoted.append(key)
        self._note_use(unnoted)
        return found

    def has(self, keys: Iterable[bytes]) -> set[bytes]:
        """Return the keys that have a value, without reading the values."""
        columns = "key FROM entry"
        rows = self._select(columns, keys)
        return {key for (key,) in rows}

    def put(self, values: Mapping[bytes, T]) -> None:
        """Store values, and drop entries that have not been used for ``AGE_DAYS``."""
        rows: list[tuple[bytes, bytes, bytes]] = []
        for key, value in values.items():
            with suppress(ValueError):
                raw = self.codec.dump(value)
                rows.append((key, hashlib.sha256(key + raw).digest(), raw))

        def write(connection: sqlite3.Connection) -> None:
            oldest = (_today() - AGE_DAYS,)
            with connection:
                connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)
                connection.executemany(*self._use(key for key, _, _ in rows))
                connection.execute(
                    "DELETE FROM entry WHERE key IN (SELECT key FROM used WHERE day < ?)", oldest
                )
                connection.execute("DELETE FROM used WHERE day < ?", oldest)

        if rows:
            self._try(write, None)

    def close(self) -> None:
        """Close the file; the store is empty from then on."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _select(self, columns: str, keys: Iterable[bytes]) -> list[tuple[Any, ...]]:
        wanted = list(keys)

        def read(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
            found: list[tuple[Any, ...]] = []
            for start in range(0, len(wanted), self.KEYS_PER_QUERY):
                some = wanted[start : start + self.KEYS_PER_QUERY]
                places = ", ".join("?" * len(some))
                found += connection.execute(f"SELECT {columns} WHERE key IN ({places})", some)
            return found

        return self._try(read, [])

    def _note_use(self, keys: list[bytes]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany(*self._use(keys))

        if keys:
            self._try(write, None)

    @staticmethod
    def _use(keys: Iterable[bytes]) -> tuple[str, list[tuple[bytes, int]]]:
        return "INSERT OR REPLACE INTO used VALUES (?, ?)", [(key, _today()) for key in keys]

    def _try(self, work: Callable[[sqlite3.Connection], R], otherwise: R) -> R:
        """Return the result of ``work``, or ``otherwise`` if the file cannot be used."""
        if self._process != os.getpid():  # SQLite's connections cannot be used across a fork
            _inherited.append(self._connection)
            self._open()
        with self._lock:
            if self._connection is None:
                return otherwise
            try:
                return work(self._connection)
            except sqlite3.Error as error:
                self.close()
                self._replace_if_damaged(error)
                return otherwise

    def _open(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._connection = None
        if self.file is None:
            return
        try:
            self._connection = _connect(self.file)
        except sqlite3.Error as error:
            self._replace_if_damaged(error)

    def _replace_if_damaged(self, error: sqlite3.Error) -> None:
        """Replace the file by an empty one if the error says that it is damaged."""
        if self.file and _is_damaged(error):
            with suppress(OSError, sqlite3.Error):
                self.file.unlink()
                self._connection = _connect(self.file)


_inherited: list[sqlite3.Connection | None] = []
"""Connections of the process that this one was forked from: not even to be closed here."""


def _today() -> int:
    return int(time.time() // SECONDS_A_DAY)


class _Damaged(sqlite3.DatabaseError):
    """The file is not a database that this module has created."""


def _is_damaged(error: sqlite3.Error) -> bool:
    """Return whether a file is damaged, and not just busy or unavailable at the moment."""
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, _Damaged) or code & 0xFF in DAMAGED  # without its extended part


def _connect(file: Path) -> sqlite3.Connection:
    """Open a database whose schema is exactly ours; ``sqlite3.Error`` if that cannot be."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error
    else:
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise _Damaged("a link could lead to a file of others")
    connection = sqlite3.connect(file, timeout=LOCK_SECONDS, check_same_thread=False)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # what a power cut breaks is made again
        if _schema_of(connection) != SCHEMA:
            _create_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _create_tables(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("BEGIN EXCLUSIVE")  # another process may be creating them, too
        found = _schema_of(connection)
        for statement in () if found else SCHEMA:
            connection.execute(statement)
    if found not in ((), SCHEMA):  # a view or a trigger could do other work than we ask for
        raise _Damaged("the tables are not ours")


def _schema_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return tuple(str(sql) for (sql,) in rows)
