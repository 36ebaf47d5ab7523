"""Where the cache lies and when it is not used; rights of folders that are there never change.

Not tested here: what the commands do without a cache (`test_unusable_cache.py`).
"""

from __future__ import annotations

import os
import stat
import time

import pytest

from practice.support import cache_folder as module
from practice.support.cache_folder import (
    AGE_DAYS,
    cache_folder,
    why_not_private,
    why_not_used,
)
from practice.support.store import RAW, Store


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "practice" / "content"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def of_user(tmp_path, monkeypatch):
    """The user's cache folder, which `PRACTICE_CACHE` does not replace."""
    folder = tmp_path / "home" / "cache"
    monkeypatch.delenv("PRACTICE_CACHE")
    monkeypatch.setattr(module.platformdirs, "user_cache_dir", lambda name, **_: str(folder / name))
    return folder / "practice-site"


def mode(folder):
    return stat.S_IMODE(folder.stat().st_mode)


def test_each_practice_has_a_folder_in_the_users_cache_folder(content, of_user, tmp_path):
    found = cache_folder(content)
    assert found.parent == of_user
    other = tmp_path / "other"
    other.mkdir()
    assert cache_folder(other).parent == of_user
    assert cache_folder(other) != found
    link = tmp_path / "link"
    link.symlink_to(content)
    assert cache_folder(link) == found
    assert cache_folder(content / ".." / "content") == found


def test_folders_that_are_made_are_private(content, of_user):
    before = os.umask(0)
    try:
        found = cache_folder(content)
    finally:
        os.umask(before)
    made = [found, of_user, of_user.parent, of_user.parent.parent]
    assert {mode(folder) for folder in made} == {0o700}


def test_practice_cache_names_a_folder_that_practices_share(content, tmp_path, monkeypatch):
    named = tmp_path / "shared" / "cache"
    monkeypatch.setenv("PRACTICE_CACHE", str(named))
    assert cache_folder(content) == named
    assert cache_folder(content.parent) == named
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRACTICE_CACHE", "shared/cache")
    assert cache_folder(content) == named


def test_no_cache_is_used_that_came_with_the_content(content, of_user, monkeypatch):
    (content.parent / ".practice-cache").mkdir(mode=0o700)
    assert cache_folder(content).parent == of_user
    for inside in (content / "cache", content / "a" / ".." / "cache"):
        monkeypatch.setenv("PRACTICE_CACHE", str(inside))
        assert cache_folder(content) is None
        assert list(content.iterdir()) == []


@pytest.mark.parametrize("rights", [0o755, 0o750, 0o700, 0o500])
def test_the_rights_of_a_folder_stay_and_it_is_used(content, tmp_path, monkeypatch, rights):
    named = tmp_path / "shared"
    named.mkdir()
    named.chmod(rights)
    monkeypatch.setenv("PRACTICE_CACHE", str(named))
    assert cache_folder(content) == named
    assert not why_not_used()
    assert mode(named) == rights
    Store(named, "values", RAW).close()
    assert mode(named) == rights
    named.chmod(0o700)


@pytest.mark.parametrize("rights", [0o775, 0o757, 0o777, 0o1777])
def test_a_folder_that_others_can_write_to_is_not_used(content, tmp_path, monkeypatch, rights):
    named = tmp_path / "shared"
    named.mkdir()
    named.chmod(rights)
    monkeypatch.setenv("PRACTICE_CACHE", str(named))
    assert cache_folder(content) is None
    assert "other users can write to it" in why_not_used()
    with Store(named, "values", RAW) as store:
        store.put({b"key": b"value"})
        assert store.get([b"key"]) == {}
    assert list(named.iterdir()) == []
    assert mode(named) == rights


def test_a_folder_of_somebody_else_is_not_used(content, tmp_path, monkeypatch):
    named = tmp_path / "theirs"
    named.mkdir(mode=0o700)
    monkeypatch.setenv("PRACTICE_CACHE", str(named))
    monkeypatch.setattr(module.os, "getuid", lambda: named.stat().st_uid + 1)
    assert cache_folder(content) is None
    assert "another user" in why_not_used()
    with Store(named, "values", RAW) as store:
        store.put({b"key": b"value"})
    assert list(named.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "below a file", "loop"])
def test_what_is_no_folder_is_not_used(content, tmp_path, monkeypatch, kind):
    named, other = tmp_path / "cache", tmp_path / "other"
    if kind == "link":
        other.mkdir(mode=0o700)
        named.symlink_to(other)
    elif kind == "dangling link":
        named.symlink_to(other)
    elif kind == "loop":
        named.symlink_to(named)
    else:
        named.write_text("in the way", "utf-8")
    if kind == "below a file":
        named = named / "cache"
    monkeypatch.setenv("PRACTICE_CACHE", str(named))
    assert cache_folder(content) is None
    assert str(named) in why_not_used()
    assert not other.exists() or list(other.iterdir()) == []


@pytest.mark.usefixtures("of_user")
def test_a_file_in_place_of_a_practices_folder_is_left_alone(content):
    found = cache_folder(content)
    found.rmdir()
    found.write_text("in the way", "utf-8")
    assert cache_folder(content) is None
    assert found.read_text("utf-8") == "in the way"


def test_without_a_home_no_folder_is_made_in_the_working_folder(content, tmp_path, monkeypatch):
    monkeypatch.delenv("PRACTICE_CACHE")
    monkeypatch.setattr(module.platformdirs, "user_cache_dir", lambda *_, **__: "~/.cache/x")
    monkeypatch.chdir(tmp_path)
    assert cache_folder(content) is None
    assert "home" in why_not_used()
    assert not (tmp_path / "~").exists()


def test_it_works_where_the_system_has_no_users(content, tmp_path, monkeypatch):
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delattr(module.os, "getuid")
    assert cache_folder(content) == tmp_path / "cache"


def test_caches_of_practices_that_are_gone_are_deleted(content, of_user, tmp_path):
    old, new = (tmp_path / name for name in ("old", "new"))
    old.mkdir()
    new.mkdir()
    left = cache_folder(old)
    (left / "pages.sqlite").write_bytes(b"x")
    foreign = of_user / "notes"
    foreign.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    link = of_user / ("0" * 32)
    link.symlink_to(outside)
    long_ago = time.time() - (AGE_DAYS + 1) * 86_400
    for folder in (left, foreign):
        os.utime(folder, (long_ago, long_ago))
    os.utime(link, (long_ago, long_ago), follow_symlinks=False)
    kept = cache_folder(new)
    assert not left.exists()
    assert foreign.exists()
    assert outside.exists()
    os.utime(kept, (long_ago, long_ago))
    assert cache_folder(new) == kept, "to use it makes it new"
    cache_folder(content)
    assert kept.exists()


def test_why_a_folder_is_not_private_is_said_in_words(tmp_path):
    assert why_not_private(tmp_path / "new") == ""
    (tmp_path / "file").touch()
    assert why_not_private(tmp_path / "file") == "it is not a folder"
