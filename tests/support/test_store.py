"""The store: plain data with a checksum, and no entry wherever anything is wrong with its file.

Not tested here: where the file lies (`test_cache_folder.py`).
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.support import store as store_module
from practice.support.cache_folder import AGE_DAYS
from practice.support.store import RAW, SCHEMA, Store, json_codec

MIXED = (
    "UPDATE entry SET (value, checksum) = (SELECT value, checksum FROM entry WHERE rowid = 1)"
    " WHERE rowid > 1"
)
"""Gives entries the value of another one, with its checksum."""
VALUES = {hashlib.sha256(b"%d" % n).digest(): b"value %d " % n * 50 * n for n in range(1, 30)}


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "kept"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(store_module, "LOCK_SECONDS", 0.05)


def opened(folder):
    return Store(folder, "values", RAW)


def put(folder, values=VALUES):
    with opened(folder) as store:
        store.put(values)


def got(folder, keys=VALUES):
    with opened(folder) as store:
        return store.get(keys)


def execute(folder, *statement):
    connection = sqlite3.connect(folder / "values.sqlite")
    with connection:
        connection.execute(*statement)
    connection.close()


def test_what_was_put_is_got(kept):
    put(kept)
    assert got(kept) == VALUES
    assert got(kept, [*VALUES, b"other"]) == VALUES
    with opened(kept) as store:
        assert store.has([*VALUES, b"other"]) == VALUES.keys()


def test_many_keys_are_asked_for_at_once(kept):
    many = {b"%d" % number: b"x" for number in range(3 * Store.KEYS_PER_QUERY + 1)}
    put(kept, many)
    assert got(kept, many) == many


def test_without_a_folder_nothing_is_kept():
    put(None)
    assert got(None) == {}


@dataclass(frozen=True)
class Thing:
    name: str
    numbers: tuple[int, ...] = ()


def test_json_of_another_form_is_no_entry(kept):
    codec = json_codec(Thing)
    thing = Thing("one", (1, 2))
    with Store(kept, "values", codec) as store:
        store.put({b"good": thing, b"not text": Thing("\udcff")})
        assert store.get([b"good", b"not text"]) == {b"good": thing}
    put(kept, {b"other": b'{"name": 1}', b"no JSON": b"{", b"deep": b"[" * 100_000})
    with Store(kept, "values", codec) as store:
        assert store.get([b"good", b"other", b"no JSON", b"deep"]) == {b"good": thing}


class Bomb:
    """Ends the tests if it is ever unpickled."""

    def __reduce__(self):
        return pytest.exit, ("a pickle from the cache was loaded",)


def old_store(file):
    """A file as earlier versions have written it, with a pickle under every key that is asked."""
    pickled = pickle.dumps(Bomb())
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(
            "CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB, sum BLOB) WITHOUT ROWID"
        )
        connection.execute("CREATE TABLE asked (key BLOB PRIMARY KEY, day INTEGER) WITHOUT ROWID")
        rows = [(key, pickled, hashlib.sha256(pickled).digest()) for key in VALUES]
        connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
    connection.close()


def test_a_file_of_an_earlier_version_is_replaced_and_no_pickle_loaded(kept):
    kept.mkdir(mode=0o700)
    old_store(kept / "values.sqlite")
    assert got(kept) == {}
    put(kept)
    assert got(kept) == VALUES


def test_a_pickle_with_a_right_checksum_is_no_json(kept):
    put(kept, {b"key": pickle.dumps(Bomb())})
    with Store(kept, "values", json_codec(Thing)) as store:
        assert store.get([b"key"]) == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET value = zeroblob(length(value))",
        "UPDATE entry SET value = 'text'",
        "UPDATE entry SET value = 7",
        "UPDATE entry SET value = NULL",
        "UPDATE entry SET checksum = NULL",
        "UPDATE entry SET checksum = 'text'",
        "DELETE FROM used",
        MIXED,
    ],
)
def test_an_entry_that_is_not_verified_is_no_entry(kept, change):
    put(kept)
    execute(kept, change)
    assert got(kept).items() <= dict(list(VALUES.items())[:1]).items()
    put(kept)
    assert got(kept) == VALUES


@pytest.mark.parametrize("day", ["'text'", "NULL", "9e99", "-1", "99999999"])
def test_a_day_of_use_that_makes_no_sense_does_no_harm(kept, day):
    put(kept)
    execute(kept, f"UPDATE used SET day = {day}")
    assert got(kept) == VALUES
    put(kept, {b"more": b"x"})
    assert got(kept, [b"more"]) == {b"more": b"x"}


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE entry",
        "ALTER TABLE entry RENAME COLUMN value TO other",
        "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE INDEX i ON entry (checksum)",
    ],
)
def test_a_file_with_other_tables_is_begun_anew(kept, change):
    put(kept)
    execute(kept, change)
    assert got(kept) == {}
    put(kept)
    assert got(kept) == VALUES


def test_a_view_that_never_ends_in_place_of_a_table_is_not_asked(kept):
    put(kept)
    execute(kept, "DROP TABLE entry")
    execute(
        kept,
        "CREATE VIEW entry AS WITH RECURSIVE n(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM n)"
        " SELECT key, key AS checksum, key AS value FROM n",
    )
    assert got(kept) == {}


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_whatever_happens_to_the_file_no_wrong_value_is_got(data):
    with tempfile.TemporaryDirectory() as name:
        mutate_and_get(Path(name), data)


def mutate_and_get(folder, data):
    put(folder)
    file = folder / "values.sqlite"
    raw = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["flip", "write", "cut", "swap"])):
            case "flip":
                raw[start] ^= data.draw(st.integers(1, 255))
            case "write":
                some = data.draw(st.binary(min_size=1, max_size=40))
                raw[start : start + len(some)] = some
            case "cut":
                del raw[max(start, 1) :]
            case "swap":
                other = data.draw(st.integers(0, len(raw) - 1))
                raw[start : start + 64], raw[other : other + 64] = (
                    raw[other : other + 64],
                    raw[start : start + 64],
                )
    file.write_bytes(raw)
    assert got(folder).items() <= VALUES.items()
    put(folder)
    put(folder)  # the first may have found the damage
    assert got(folder).items() <= VALUES.items()


def test_a_damaged_page_is_found_and_the_file_begun_anew(kept):
    put(kept)
    file = kept / "values.sqlite"
    raw = file.read_bytes()
    file.write_bytes(raw[:8192] + bytes(len(raw) - 8192))
    assert got(kept).items() <= VALUES.items()
    put(kept)
    assert got(kept) == VALUES


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "folder", "pipe"])
def test_nothing_but_a_file_of_our_own_is_opened(kept, tmp_path, kind):
    other = tmp_path / "other.sqlite"
    kept.mkdir(mode=0o700)
    file = kept / "values.sqlite"
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "dangling link":
        file.symlink_to(other)
    else:
        other.write_bytes(b"")
        (file.symlink_to if kind == "link" else file.hardlink_to)(other)
    put(kept)
    assert got(kept) == ({} if kind == "folder" else VALUES)
    assert not other.exists() or other.read_bytes() == b""


def test_a_locked_file_is_as_if_empty_and_stays(kept):
    put(kept)
    connection = sqlite3.connect(kept / "values.sqlite", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    assert got(kept) == {}
    put(kept, {b"more": b"x"})
    connection.execute("COMMIT")
    connection.close()
    assert got(kept, [*VALUES, b"more"]) == VALUES


def test_a_file_that_is_locked_later_is_as_if_empty(kept):
    put(kept)
    with opened(kept) as store:
        connection = sqlite3.connect(kept / "values.sqlite", isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        assert store.get(VALUES) == {}
        store.put({b"more": b"x"})
        connection.execute("COMMIT")
        connection.close()
    assert got(kept, [*VALUES, b"more"]) == VALUES


def test_a_value_that_is_too_large_is_not_kept(kept, monkeypatch):
    monkeypatch.setattr(store_module, "LARGEST_BYTES", 10_000)
    put(kept, {b"small": b"x"})
    put(kept, {b"large": bytes(20_000)})
    assert got(kept, [b"small", b"large"]) == {b"small": b"x"}


def test_two_processes_and_many_threads_use_it_at_once(kept, monkeypatch):
    monkeypatch.setattr(store_module, "LOCK_SECONDS", 60)
    store = opened(kept)
    store.put({b"parent": b"1"})
    child = os.fork()
    if child == 0:
        status = 1
        try:
            store.put(VALUES)
            status = 0 if store.get([b"parent"]) == {b"parent": b"1"} else 2
        finally:
            os._exit(status)
    numbers = range(8)
    threads = [
        threading.Thread(target=lambda n=n: store.put({b"thread %d" % n: b"x"})) for n in numbers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert os.waitpid(child, 0)[1] == 0
    assert store.get(VALUES) == VALUES
    assert len(store.get(b"thread %d" % n for n in numbers)) == len(numbers)
    store.close()
    assert store.get(VALUES) == {}, "a store that was closed is empty"


def test_the_tables_are_as_declared(kept):
    put(kept)
    connection = sqlite3.connect(kept / "values.sqlite")
    assert store_module._schema_of(connection) == SCHEMA
    connection.close()


def test_what_nobody_asks_for_is_dropped(kept, monkeypatch):
    day = 20_000

    def use(used, new):
        monkeypatch.setattr(store_module.time, "time", lambda: day * 86_400.0)
        store = opened(kept)
        found = [store.get([key]).get(key) for key in used]
        store.put(dict.fromkeys(new, b"value"))
        store.close()
        return found

    use([], [b"a", b"b"])
    for number in range(3):  # other practices may share the store, and ask for nothing of this
        use([], [b"other %d" % number])
    for number in range(2):
        day += AGE_DAYS
        assert use([b"a"], [b"new %d" % number]) == [b"value"]
    assert use([b"a", b"b"], []) == [b"value", None]
