"""Files that another program holds open, and what the system says of files.

Windows is simulated: whatever would touch the held file is a ``PermissionError``.
"""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path

import pytest

from practice.build.run import build
from practice.problems import ProblemsFound, UsageError
from practice.support import files, output_folder, platform


class Held:
    """A file that a program holds open for a number of tries, as Windows sees it."""

    def __init__(self, patch, path, tries):
        self.path = path
        self.tries = tries
        for owner, name in (
            (Path, "replace"),
            (Path, "rename"),
            (Path, "unlink"),
            (shutil, "rmtree"),
        ):
            patch.setattr(owner, name, self.guarded(getattr(owner, name)))

    def guarded(self, real):
        def guarded(source, *args, **kwargs):
            for path in (source, *args[:1]):
                if self.path == path or (isinstance(path, Path) and path in self.path.parents):
                    self.tries -= 1
                    if self.tries >= 0:
                        raise PermissionError(errno.EACCES, "Access is denied", str(path))
            return real(source, *args, **kwargs)

        return guarded


@pytest.fixture
def windows(monkeypatch):
    """Windows, as far as open files go, and no time lost on waiting."""
    now = [0.0]
    monkeypatch.setattr(platform, "OPEN_FILES_BLOCK", True)
    monkeypatch.setattr(output_folder, "exchange", lambda *_: False)
    monkeypatch.setattr(files.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(files.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return monkeypatch


OPERATIONS = {
    "replace": lambda one, other: files.replace_file(one / "a", other / "b"),
    "write": lambda _, other: files.write_file(other / "b", b"new"),
    "remove": lambda _, other: files.remove_folder(other),
    "rename": lambda _, other: files.rename_folder(other, other.with_name("third")),
}


@pytest.fixture
def two(tmp_path):
    for name, file in (("one", "a"), ("other", "b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_bytes(b"old")
    return tmp_path / "one", tmp_path / "other"


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_file_that_is_let_go_of_soon_is_waited_for(windows, two, name):
    held = Held(windows, two[1] / "b", 3)
    OPERATIONS[name](*two)
    assert held.tries < 0


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_file_that_is_not_let_go_of_is_named(windows, two, name):
    Held(windows, two[1] / "b", 1_000_000)
    with pytest.raises(PermissionError) as found:
        OPERATIONS[name](*two)
    assert found.value.filename == str(two[1] / "b")
    why, remedy = files.explain(found.value)
    assert "another program holds this open" in why
    assert "close the program" in remedy
    assert (two[1] / "b").read_bytes() == b"old"


@pytest.mark.parametrize("name", OPERATIONS)
def test_elsewhere_a_refusal_is_final(monkeypatch, two, name):
    Held(monkeypatch, two[1] / "b", 1)
    monkeypatch.setattr(files.time, "sleep", lambda _: pytest.fail("it waited"))
    with pytest.raises(PermissionError):
        OPERATIONS[name](*two)


def test_writing_leaves_other_names_of_the_file_alone(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    files.write_file(tmp_path / "b", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_the_remains_of_a_folder_that_is_missing_are_no_error(tmp_path):
    files.remove_folder(tmp_path / "nothing")


# --- Builds ---


def test_a_page_that_somebody_has_open_keeps_the_old_site(windows, content, tmp_path):
    output = tmp_path / "site"
    settings = Path(__file__).parents[2] / "pelicanconf.py"
    windows.setattr(files.time, "monotonic", time.monotonic)
    windows.setattr(files, "PATIENCE", 0.1)
    build(content, output, settings)
    before = (output / "index.html").read_bytes()
    clinic = content / "clinic.yaml"
    text = clinic.read_text("utf-8")
    clinic.write_text(text.replace("name: ", "name: New ", 1), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        Held(patch, output / "index.html", 1_000_000)
        with pytest.raises(UsageError) as found:
            build(content, output, settings)
    assert "index.html`: another program holds this open" in str(found.value)
    assert "The site in the output folder is as it was; close the program" in str(found.value)
    assert (output / "index.html").read_bytes() == before
    build(content, output, settings)
    assert (output / "index.html").read_bytes() != before


def test_a_path_that_is_too_long_is_named_with_a_remedy(content, tmp_path):
    name = "a" * 240
    picture = next((content / "images").glob("*.png"))
    shutil.copy(picture, content / "images" / f"{name}.png")
    with pytest.raises((ProblemsFound, UsageError)) as found:
        build(content, tmp_path / "site", Path(__file__).parents[2] / "pelicanconf.py")
    assert "name-long" in str(found.value)
    assert "shorten" in str(found.value)
    assert name in str(found.value)
    assert not (tmp_path / "site").exists()


def test_a_long_path_works_where_the_system_allows_it(content, tmp_path):
    deep = tmp_path.joinpath(*["d" * 60] * 5)
    deep.mkdir(parents=True)
    output = deep / "site"
    assert len(str(output)) > 260
    built = build(content, output, Path(__file__).parents[2] / "pelicanconf.py")
    assert (output / "index.html").is_file()
    assert built.pages > 10


def test_windows_says_missing_where_it_means_too_long(monkeypatch):
    error = FileNotFoundError(errno.ENOENT, "The system cannot find the path", "C:\\" + "a" * 300)
    assert files.explain(error)[0] == "The system cannot find the path"
    monkeypatch.setattr(platform, "PATH_LIMIT", 260)
    why, remedy = files.explain(error)
    assert why == "the path is too long for this system"
    assert "LongPathsEnabled" in remedy


def test_a_full_disk_is_explained():
    why, remedy = files.explain(OSError(errno.ENOSPC, "No space left on device", "x"))
    assert why == "No space left on device"
    assert "free the disk" in remedy
