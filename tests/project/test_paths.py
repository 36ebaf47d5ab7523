"""Paths become addresses, keys and messages with `/`, whatever the system writes instead."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from practice import paths
from practice.paths import below, display_path_of, files_below, folded, is_inside, is_reserved


@pytest.mark.parametrize(
    ("kind", "folder", "path", "expected"),
    [
        (PureWindowsPath, r"C:\site\content", r"C:\site\content\posts\x.md", "posts/x.md"),
        (PureWindowsPath, r"C:\Site\Content", r"c:\site\content\posts\X.md", "posts/X.md"),
        (PureWindowsPath, r"C:\site\content", r"D:\site\content\posts\x.md", None),
        (PureWindowsPath, r"\\nas\web\content", r"\\nas\web\content\posts\x.md", "posts/x.md"),
        (PureWindowsPath, r"\\nas\web\content", r"\\nas\other\content\x.md", None),
        (PureWindowsPath, r"C:\site\content", r"C:\site\content-old\x.md", None),
        (PureWindowsPath, r"C:\site", r"C:\site", "."),
        (PurePosixPath, "/site/content", "/site/content/posts/x.md", "posts/x.md"),
        (PurePosixPath, "/site/content", "/Site/content/posts/x.md", None),
        (PurePosixPath, "/site/content", r"/site/content/a\b.md", r"a\b.md"),
    ],
)
def test_a_path_from_a_folder(kind, folder, path, expected):
    assert below(kind(folder), kind(path)) == expected


def test_files_are_found_in_one_order_with_slashes(tmp_path, monkeypatch):
    for name in ("b.md", "a/z.md", "a/b/c.md", "a.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    expected = ["a.md", "a/b/c.md", "a/z.md", "b.md"]
    assert files_below(tmp_path) == expected
    assert files_below(tmp_path / "missing") == []
    walked = [(rf"C:\out{here}", [], names) for here, names in
              (("", ["b.md", "a.md"]), (r"\a", ["z.md"]), (r"\a\b", ["c.md"]))]  # fmt: skip
    monkeypatch.setattr(os, "walk", lambda _: walked)
    monkeypatch.setattr(paths, "Path", PureWindowsPath)
    assert files_below(PureWindowsPath(r"C:\out")) == expected


def test_messages_name_paths_from_the_working_folder(tmp_path, monkeypatch):
    real = tmp_path / "real"
    (real / "content").mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    monkeypatch.chdir(tmp_path / "link")
    assert display_path_of(Path("content/x.md")) == "content/x.md"
    assert display_path_of(real / "content" / "x.md") == "content/x.md"
    assert display_path_of(tmp_path / "link" / "content" / "x.md") == "content/x.md"
    assert display_path_of(tmp_path / "elsewhere") == (tmp_path / "elsewhere").as_posix()


def test_messages_name_a_path_by_its_drive_too(tmp_path, monkeypatch):
    """A drive letter for a share: the working folder is `Z:`, resolved paths are on the share."""
    share, drive = tmp_path / "share", tmp_path / "drive"
    (share / "content").mkdir(parents=True)
    drive.symlink_to(share)
    monkeypatch.setattr(Path, "cwd", lambda: drive)
    assert display_path_of(drive / "content" / "x.md") == "content/x.md"


def test_a_folder_in_a_folder_is_found_however_it_is_written(tmp_path, monkeypatch):
    content = tmp_path / "content"
    (content / "posts").mkdir(parents=True)
    (tmp_path / "link").symlink_to(content)
    assert is_inside(content, content)
    assert is_inside(content / "posts" / "new", content)
    assert is_inside(tmp_path / "link" / "posts", content)
    assert not is_inside(tmp_path / "content-2", content)
    assert not is_inside(tmp_path, content)
    monkeypatch.setattr(
        Path, "samefile", lambda one, other: str(one).lower() == str(other).lower()
    )  # as on macOS and Windows
    assert is_inside(tmp_path / "CONTENT" / "posts", content)


def test_names_that_are_one_file_elsewhere():
    for one, other in (
        ("images/Room.PNG", "images/room.png"),
        ("posts/café.md", unicodedata.normalize("NFD", "posts/café.md")),
        ("posts/CAFÉ.md", unicodedata.normalize("NFD", "posts/café.md")),
    ):
        assert folded(one) == folded(other)
    for one, other in (("a/b.md", "ab.md"), ("straße.md", "strasse.md"), ("ä.md", "a.md")):
        assert folded(one) != folded(other)


@pytest.mark.parametrize(
    "name",
    ["con", "CON", "con.md", "Aux.tar.gz", "nul .txt", "com1.pdf", "LPT9", "com¹", "prn."],
)
def test_names_of_devices(name):
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["contact.md", "icon.png", "com.md", "com10.md", "nullable", "aux-team.md", ".con"]
)
def test_names_like_those_of_devices(name):
    assert not is_reserved(name)
