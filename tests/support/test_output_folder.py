"""The output folder: its lock, and how a finished site takes its place.

Not tested here: kills and Ctrl-C (`test_system.py`), whole builds (`test_build.py`).
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from practice.problems import UsageError
from practice.support import output_folder
from practice.support.output_folder import locked, put_in_place, swap, tidied


def folder(path, word):
    path.mkdir()
    (path / "index.html").write_text(word, "utf-8")
    return path


def word_of(path):
    return (path / "index.html").read_text("utf-8")


# --- The lock ---


@pytest.mark.parametrize("kind", ["symlink", "hard link", "folder", "dead link"])
def test_a_lock_that_is_no_ordinary_file_is_refused_and_what_it_leads_to_stays(tmp_path, kind):
    precious = tmp_path / "precious.txt"
    precious.write_text("years of work", "utf-8")
    lock = tmp_path / ".site.lock"
    if kind == "folder":
        lock.mkdir()
    elif kind == "hard link":
        lock.hardlink_to(precious)
    else:
        lock.symlink_to(precious if kind == "symlink" else tmp_path / "nowhere")
    message = r"site\.lock` is no ordinary file.*: delete it"
    with pytest.raises(UsageError, match=message), locked(tmp_path / "site"):
        pytest.fail("the lock was taken")
    assert precious.read_text("utf-8") == "years of work"
    assert not (tmp_path / "nowhere").exists()


def test_a_link_is_not_followed_even_if_it_comes_after_the_check(tmp_path, monkeypatch):
    precious = tmp_path / "precious.txt"
    precious.write_text("years of work", "utf-8")
    monkeypatch.setattr(output_folder.stat, "S_ISREG", lambda _mode: True)
    (tmp_path / ".site.lock").symlink_to(precious)
    with pytest.raises(OSError, match=r"site\.lock"), locked(tmp_path / "site"):
        pytest.fail("the lock was taken")
    assert precious.read_text("utf-8") == "years of work"


def test_a_second_build_is_told(tmp_path):
    with locked(tmp_path / "site"):
        message = r"another build is writing `.*site`: wait until"
        with pytest.raises(UsageError, match=message), locked(tmp_path / "site"):
            pytest.fail("the lock was taken twice")
        with locked(tmp_path / "other"):
            pass
    with locked(tmp_path / "site"):
        pass


def test_the_lock_of_a_process_that_has_died_does_not_block(tmp_path):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from practice.support.output_folder import locked\n"
        "with locked(Path(sys.argv[1])): os._exit(3)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "site")], check=False)
    assert run.returncode == 3
    assert (tmp_path / ".site.lock").exists()
    with locked(tmp_path / "site"):
        pass


# --- The exchange ---


@pytest.mark.parametrize("at_once", [True, False])
def test_a_finished_folder_takes_the_place_of_the_output(tmp_path, monkeypatch, at_once):
    if not at_once:
        monkeypatch.setattr(output_folder, "exchange", lambda *_: False)
    site = folder(tmp_path / "site", "old")
    with tidied(site):
        swap(folder(tmp_path / ".site.new-1", "new"), site, tmp_path / ".site.spare")
    assert word_of(site) == "new"
    assert word_of(tmp_path / ".site.spare") == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"site", ".site.spare"}


def test_the_old_site_stays_where_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    site, new = folder(tmp_path / "site", "old"), folder(tmp_path / "new", "new")
    real = output_folder.rename_folder

    def rename(source, target):
        if source == new:
            raise PermissionError(13, "Access is denied", str(source))
        real(source, target)

    monkeypatch.setattr(output_folder, "exchange", lambda *_: False)
    monkeypatch.setattr(output_folder, "rename_folder", rename)
    with pytest.raises(PermissionError):
        put_in_place(new, site)
    assert word_of(site) == "old"
    assert word_of(new) == "new"


def test_the_new_site_stays_where_the_old_one_cannot_become_the_spare(tmp_path, monkeypatch):
    site, new = folder(tmp_path / "site", "old"), folder(tmp_path / "new", "new")
    spare = tmp_path / ".site.spare"
    real = output_folder.rename_folder

    def rename(source, target):
        if target == spare:
            raise PermissionError(13, "Access is denied", str(source))
        real(source, target)

    monkeypatch.setattr(output_folder, "exchange", lambda *_: False)
    monkeypatch.setattr(output_folder, "rename_folder", rename)
    with tidied(site):
        swap(new, site, spare)
    assert word_of(site) == "new"
    assert {path.name for path in tmp_path.iterdir()} == {"site"}


def test_an_old_folder_that_a_killed_build_left_is_the_site_again(tmp_path):
    folder(tmp_path / ".site.old", "old")
    with tidied(tmp_path / "site"):
        assert word_of(tmp_path / "site") == "old"
