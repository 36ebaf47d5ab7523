"""The commands on something like Windows: no fork, no signals, no `fcntl`, open files that block.

`windows/sitecustomize.py` takes away what Windows does not have. Each command has to give what it
gives on this system, byte for byte. Not tested here: the parts one by one (the other tests of this
folder), and what only Windows itself can show; see `docs/design.md`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import files_of, settings_text

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "bad" / "base"
SHIM = Path(__file__).parent / "windows"
DAY = "1780315200"
"""2026-06-01, for which the base of bad input is good."""
PATIENCE = 60
"""Seconds for the preview to answer."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the shim needs /proc")


LEFT_BEHIND = "ignore:Implicitly cleaning up:ResourceWarning"
"""What Python says of a check that was running when the program was told to end."""


class System:
    """A copy of a practice and the commands, on this system or on one like Windows."""

    def __init__(self, folder: Path, *, windows: bool) -> None:
        self.folder = folder
        folder.mkdir()
        self.content = Path(shutil.copytree(BASE, folder / "content"))
        search = "---\ntitle: Search\nsummary: Find it.\n---\n"
        (self.content / "pages" / "search.md").write_text(search, "utf-8")
        for notice in ("accessibility", "good-faith-estimate", "privacy-practices"):
            with (self.content / "pages" / f"{notice}.md").open("a", encoding="utf-8") as file:
                file.write("\nYou have a right to this.\n" * 10)
        for name in ("pelicanconf.py", "publishconf.py"):
            changes = {"PATH": str(self.content), "OUTPUT_PATH": str(folder / "output")}
            if name == "publishconf.py":
                changes["SITEURL"] = "https://clinic.practice-site.org"
                changes["PUBLISH"] = {"to": "folder", "path": "www", "host": "nginx"}
            (folder / name).write_text(settings_text(**changes), "utf-8")
        places = [str(SHIM), str(ROOT)] if windows else [str(ROOT)]
        self.environment = dict(
            os.environ,
            PYTHONPATH=os.pathsep.join(places),
            PRACTICE_CACHE=str(folder / "cache"),
            PRACTICE_WORKERS="2",
            SOURCE_DATE_EPOCH=DAY,
            PYTHONUNBUFFERED="1",
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-W", LEFT_BEHIND, "-m", "invoke", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> str:
        settings = "publishconf.py" if arguments[0] in {"publish", "rollback"} else "pelicanconf.py"
        process = self.start(*arguments, "--settings", str(self.folder / settings))
        said, _ = process.communicate(timeout=300)
        assert "Traceback" not in said, said
        return f"{process.returncode} {said}".replace(str(self.folder), "FOLDER")

    def edit(self) -> None:
        """A title, which changes nearly every page, and a text."""
        for name, old, new in (
            ("posts/first.md", "title: A first visit", "title: Your first visit"),
            ("pages/contact.md", "\n---\n", "\n---\n\nWe are easy to find.\n"),
        ):
            file = self.content / name
            text = file.read_text("utf-8")
            assert old in text
            file.write_text(text.replace(old, new), "utf-8")

    def spoil(self) -> None:
        (self.content / "posts" / "first.md").write_text("---\ntitle: x\n", "utf-8")


@pytest.fixture
def systems(tmp_path):
    return [System(tmp_path / name, windows=name == "windows") for name in ("usual", "windows")]


def test_our_modules_see_windows_and_others_do_not(systems):
    code = """
import os, subprocess, sys
from practice.support import platform
assert platform.sys.platform == "win32" and sys.platform != "win32"
for module, names in ((platform.os, "fork getuid nice"), (platform.signal, "setitimer SIGKILL")):
    assert not [name for name in names.split() if hasattr(module, name)]
assert hasattr(os, "fork")
assert not platform.FORKS and not platform.TIMES_BY_SIGNAL and not platform.LINKS_ARE_REPLACED
open_file = open("held", "w")
for act, *names in (os.unlink, "held"), (os.replace, "held", "x"), (os.rename, ".", "y"):
    try:
        act(*names)
    except PermissionError:
        continue
    raise SystemExit("an open file was moved or deleted")
open_file.close()
print("yes")
"""
    _, windows = systems
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=windows.folder,
        env=windows.environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (run.stdout, run.stderr) == ("yes\n", "")


def test_builds_and_checks_give_the_same(systems):
    built = []
    for system in systems:
        said = [re.sub(r"\d+\.\d s", "", system.run("build"))]
        first = files_of(system.folder / "output")
        system.edit()
        said.append(re.sub(r"\d+\.\d s", "", system.run("build")))
        second = files_of(system.folder / "output")
        said.append(system.run("check"))
        system.spoil()
        said.append(system.run("build"))
        assert files_of(system.folder / "output") == second
        assert said[1].startswith("0 Built")
        assert said[3].startswith("1 FOLDER/content/posts/first.md:")
        beside = {path.name for path in system.folder.iterdir() if path.name.startswith(".output")}
        built.append((said, first, second, beside))
    assert built[0] == built[1]
    assert built[0][1] != built[0][2]


def test_publishing_to_a_folder_gives_the_same(systems):
    live = []
    for system in systems:
        www = system.folder / "www"
        assert "Live: release" in system.run("publish", "--yes", "--allow-sample")
        first = files_of(www)
        system.edit()
        assert "Live: release" in system.run("publish", "--yes", "--allow-sample")
        second = files_of(www)
        assert "Live: release" in system.run("rollback", "--yes")
        live.append((first, second, files_of(www)))
    assert live[0] == live[1]
    assert live[0][0] != live[0][1]
    assert not (systems[1].folder / "www").is_symlink()


def test_a_link_where_links_cannot_be_replaced_is_refused_with_a_remedy(systems):
    _, windows = systems
    settings = windows.folder / "publishconf.py"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("'to': 'folder'", "'to': 'folder', 'by': 'symlink'"), "utf-8")
    said = windows.run("publish", "--yes", "--allow-sample")
    assert said.startswith("2 ")
    assert '"by": "rename"' in said
    assert not (windows.folder / "www").exists()


def test_the_preview_shows_pages_and_follows_edits(systems):
    shown = []
    for system in systems:
        settings = str(system.folder / "pelicanconf.py")
        process = system.start("preview", "--no-browser", "--settings", settings)
        try:
            said = process.stdout.readline()
            address = re.search(r"http://\S+?(?=/,)", said)[0]
            before = fetched(f"{address}/blog/first/", "A first visit")
            system.edit()
            after = fetched(f"{address}/blog/first/", "Your first visit")
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=PATIENCE)
            assert "Traceback" not in said
        finally:
            process.kill()
            process.wait()
        shown.append((before.replace(address, ""), after.replace(address, "")))
    assert shown[0] == shown[1]


def fetched(address: str, expected: str) -> str:
    """A page of the preview, once it says what is expected."""
    end = time.monotonic() + PATIENCE
    text = ""
    while expected not in text:
        assert time.monotonic() < end, text
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            text = answer.read().decode()
        time.sleep(0.05)
    return text
