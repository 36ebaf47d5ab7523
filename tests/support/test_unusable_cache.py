"""Every command without a cache that can be used: as if it were empty, whatever the cause.

Not tested here: what makes a folder unusable (`test_cache_folder.py`), damage of one entry
(`test_store.py`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import publishing
import pytest
from conftest import CONTENT, ROOT, environment, files_of
from fonts import font

from practice.build.run import build
from practice.checks import report
from practice.preview import start
from practice.rendering import assets, fonts
from practice.support import store as store_module

NOBODY = 65534
FILES = 12
"""Kinds of value, each in a file of its own."""
COMMANDS = ("build", "check", "preview", "publish")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(store_module, "LOCK_SECONDS", 0.02)


@pytest.fixture(scope="module")
def place():
    """A folder that every user of the machine may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture(scope="module")
def practice(place):
    """What each command does with a cache that it can use, which is filled by that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRACTICE_CACHE", str(place / "filled"))
        practice = Practice(place)
        for command in COMMANDS:
            practice.expected[command] = getattr(practice, command)()
    assert len(list((place / "filled").glob("*.sqlite"))) == FILES
    return practice


@pytest.fixture
def cache(place, practice, monkeypatch):
    """A copy of the cache that ``practice`` has filled."""
    assert practice.expected.keys() == set(COMMANDS)
    folder = place / "cache"
    if folder.is_file():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(place / "filled", folder)
    monkeypatch.setenv("PRACTICE_CACHE", str(folder))
    return folder


class Practice:
    """A small practice that each command can be tried on; a call returns what came of it."""

    def __init__(self, place):
        self.place = place
        self.expected = {}
        self.project = publishing.Project(place / "practice").to(
            to="folder", path="www", host="nginx"
        )
        self.content = self.project.content

    def build(self):
        folder = self.place / "site"
        shutil.rmtree(folder, ignore_errors=True)
        built = build(self.content, folder, ROOT / "pelicanconf.py")
        return files_of(folder), built.warnings

    def check(self):
        return report.check(self.content)

    def preview(self):
        """The home page, a picture, and where a running preview is found."""
        mount, _ = start.mounts_of(self.content, ROOT / "theme", "https://www.example.com")
        start._note(self.content, "http://127.0.0.1:8000")
        start.running(self.content)
        start._note(self.content, "")
        pages = [mount.live.show(path) for path in ("/", "/images/arcs.png")]
        return [(page.content, page.problems) for page in pages]

    def publish(self):
        folder = self.project.folder
        for name in ("www", ".releases", "output"):
            shutil.rmtree(folder / name, ignore_errors=True)
        self.project.publish(yes=True)
        return publishing.tree_of(folder / "www")


# --- Causes: each makes the cache unusable for as long as the context lasts ---


@contextmanager
def a_file_in_its_place(cache):
    shutil.rmtree(cache)
    cache.write_text("in the way", "utf-8")
    yield
    assert cache.read_text("utf-8") == "in the way"


@contextmanager
def a_folder_in_place_of_each_file(cache):
    for file in cache.glob("*.sqlite"):
        file.unlink()
        file.mkdir()
    yield


@contextmanager
def broken_files(cache):
    for file in cache.glob("*.sqlite"):
        file.write_bytes(b"SQLite format 3\0" + b"broken" * 5_000)
    yield


@contextmanager
def cut_files(cache):
    for file in cache.glob("*.sqlite"):
        raw = file.read_bytes()
        file.write_bytes(raw[: len(raw) * 2 // 3])
    yield


@contextmanager
def locked_files(cache):
    """Another process writes, and does not come to an end."""
    connections = [sqlite3.connect(f, isolation_level=None) for f in cache.glob("*.sqlite")]
    for connection in connections:
        connection.execute("BEGIN EXCLUSIVE")
    yield
    for connection in connections:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def a_full_disk(cache):
    """SQLite says so where a file may not grow."""
    shutil.rmtree(cache)
    real = store_module._connect

    def connect(file):
        connection = real(file)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "_connect", connect)
        yield
        store = store_module.Store(cache, "more", store_module.RAW)
        store.put({b"key": bytes(100_000)})
        assert store.get([b"key"]) == {}


@contextmanager
def others_may_write(cache):
    shutil.rmtree(cache)
    cache.mkdir()
    cache.chmod(0o777)
    yield
    assert list(cache.iterdir()) == []


@contextmanager
def rights(cache, mode):
    cache.chmod(mode)
    yield
    cache.chmod(0o700)


ANY_USER = (
    a_file_in_its_place,
    a_folder_in_place_of_each_file,
    broken_files,
    cut_files,
    locked_files,
    a_full_disk,
    others_may_write,
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("cause", ANY_USER)
def test_a_command_does_as_with_an_empty_cache(practice, cache, cause, command, capfd):
    with cause(cache):
        assert getattr(practice, command)() == practice.expected[command]
        if command == "check":  # what one run has mended, or not, does not trouble the next
            assert getattr(practice, command)() == practice.expected[command]
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_without_rights_a_command_does_as_with_an_empty_cache(
    monkeypatch, practice, cache, mode, command
):
    """In a child process that is no administrator, whom no rights would keep out."""
    sheet = assets.style_sheet(ROOT / "theme/static/css/site.css")
    monkeypatch.setattr(assets, "style_sheet", lambda _: sheet)  # it has started no threads here
    fonts.read(font())  # the child may not be allowed to load the library
    place = practice.place
    for file in [place, *place.rglob("*")] if os.geteuid() == 0 else ():
        os.chown(file, NOBODY, NOBODY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setregid(NOBODY, NOBODY)
                os.setreuid(NOBODY, NOBODY)
            with rights(cache, mode):
                assert getattr(practice, command)() == practice.expected[command]
            os._exit(0)
        except BaseException as error:  # noqa: BLE001  # the parent is told of whatever it is
            print(repr(error)[:2000], file=sys.stderr, flush=True)
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_one_line_says_that_there_is_no_cache(tmp_path):
    cache = tmp_path / "cache"
    cache.write_text("in the way", "utf-8")
    command = [sys.executable, "-m", "invoke", "check", "--content", str(CONTENT["kitchen-sink"])]
    env = environment(PRACTICE_CACHE=str(cache))
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", env=env, check=False
    )
    assert run.returncode == 0, run.stdout
    [line] = run.stderr.splitlines()
    assert str(cache) in line
    assert "PRACTICE_CACHE" in line
    cache.unlink()
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", env=env, check=False
    )
    assert run.stderr == ""
