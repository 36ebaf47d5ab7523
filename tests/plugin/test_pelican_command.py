"""Pelican's own command: `pelican`, `-r`, `-lr` and `-s` give what `inv build` gives.

Each test starts a real process and waits for what it does by asking again and again.
Not tested here: that the command fails on bad content (`test_build.py`), other people's plugins.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import CONTENT, ROOT, environment, files_of, settings_text

from practice.build import in_place
from practice.build.run import build
from practice.support.output_folder import MARKER

DEADLINE = 300.0
"""Seconds after which something that did not happen is taken to never happen."""
SAVE_AGAIN = 5.0
"""Seconds after which a file is saved once more: Pelican does not see what changes in the moment
between a run and its next look at the files."""
POST = "posts/a-plain-post.md"
PAGE = "blog/a-plain-post/"


class Running:
    """A `pelican` process and the practice that it follows."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.content = shutil.copytree(CONTENT["kitchen-sink"], folder / "content")
        self.theme = shutil.copytree(ROOT / "theme", folder / "theme")
        self.own = folder / "own-templates"
        self.own.mkdir()
        self.output = folder / "output"
        self.settings = folder / "settings.py"
        self.write_settings()
        self.log = folder / "log.txt"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.options = [*options, "-s", self.settings]
        if "-lr" in options:
            self.options += ["-p", self.port]

    def write_settings(self, **changes):
        values = {
            "PATH": str(self.content),
            "THEME": str(self.theme),
            "OUTPUT_PATH": str(self.output),
            "THEME_TEMPLATES_OVERRIDES": [str(self.own)],
        }
        self.settings.write_text(settings_text(**values | changes), "utf-8")

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pelican", *map(str, self.options)],
                cwd=ROOT,
                env=environment(COLUMNS="1000", PRACTICE_CACHE=str(self.folder / "kept")),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def said(self):
        return self.log.read_text("utf-8", "replace")

    def get(self, path):
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/{path}", timeout=5
            ) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def until(self, happened, saved=None):
        """Wait until something has happened; ``saved`` is a file on whose change it depends."""
        end, again = time.monotonic() + DEADLINE, time.monotonic() + SAVE_AGAIN
        while not happened():
            assert self.process.poll() is None, f"pelican has ended:\n{self.said}"
            assert time.monotonic() < end, f"it did not happen:\n{self.said[-3000:]}"
            if saved and time.monotonic() > again:
                saved.touch()
                again = time.monotonic() + SAVE_AGAIN
            time.sleep(0.05)

    def is_fresh(self, number=iter(range(1000))):  # noqa: B008  # it goes on from call to call
        """Compare with a build that has never seen anything of this."""
        fresh = self.folder / f"fresh-{next(number)}"
        build(None, fresh, self.settings)
        expected = files_of(fresh)
        expected.pop(MARKER)

        def same():
            now = files_of(self.output)
            now.pop("of-others.txt", None)
            return now == expected

        self.until(same)
        shutil.rmtree(fresh)


def edit(file, pattern, replacement):
    text, count = re.subn(pattern, replacement, file.read_text("utf-8"), count=1)
    assert count, f"there is no {pattern} in {file}"
    file.write_text(text, "utf-8")
    return file


def test_every_edit_is_served_while_pelican_listens(tmp_path):  # noqa: PLR0915  # one process
    with Running(tmp_path, "-lr") as site:
        site.until(lambda: "A plain post" in site.get(PAGE))
        site.is_fresh()
        (site.output / "of-others.txt").write_text("not ours", "utf-8")
        post = site.content / POST

        saved = edit(post, r"\Z", "\nNew words one.\n")
        site.until(lambda: "New words one" in site.get(PAGE), saved)
        site.is_fresh()

        before = files_of(site.output)
        saved = edit(post, r"\ntitle: ", "\nnew: one\ntitel: ")
        site.until(lambda: f"{post}:3: field-unknown" in site.said, saved)
        assert "Traceback" not in site.said
        assert files_of(site.output) == before
        saved = edit(post, r"\nnew: one\ntitel: ", "\ntitle: Mended ")
        site.until(lambda: "<h1>Mended A plain post" in site.get(PAGE), saved)
        site.is_fresh()

        new = post.with_name("one-more.md")
        new.write_text(post.read_text("utf-8").replace("Mended", "Another"), "utf-8")
        site.until(lambda: "<h1>Another A plain post" in site.get("blog/one-more/"), new)
        site.is_fresh()
        new.unlink()
        site.until(lambda: not site.get("blog/one-more/"), post)
        assert not (site.output / "blog/one-more").exists()
        site.is_fresh()

        template = site.theme / "templates/post.html"
        saved = edit(template, r"min read", "minutes to read")
        site.until(lambda: "minutes to read" in site.get(PAGE), saved)
        site.is_fresh()
        before = files_of(site.output)
        saved = edit(template, r"\Z", "{% if %}")
        site.until(lambda: "post.html:" in site.said and "template-syntax" in site.said, saved)
        assert files_of(site.output) == before
        saved = edit(template, r"\{% if %\}", "")
        saved = edit(site.theme / "static/css/base.css", r"\Z", "\n.new { color: red }\n")
        site.until(lambda: _sheet_has(site, ".new{"), saved)
        site.is_fresh()

        own = site.own / "post.html"
        own.write_text(
            '{% extends "!theme/post.html" %}{% block names %}OWN{% endblock %}', "utf-8"
        )
        site.until(lambda: "OWN" in site.get(PAGE), post)
        site.is_fresh()
        saved = edit(own, "OWN", "CHANGED")
        site.until(lambda: "CHANGED" in site.get(PAGE), saved)
        site.is_fresh()

        saved = edit(site.content / "clinic.yaml", r"\nname: .*", "\nname: Renamed Clinic")
        site.until(lambda: "Renamed Clinic" in site.get(PAGE), saved)
        site.is_fresh()

        site.write_settings(SITEURL="https://moved.example/here")
        site.until(lambda: "https://moved.example/here/blog/" in site.get(PAGE), site.settings)
        site.is_fresh()
        saved = edit(post, r"\Z", "\nNew words two.\n")
        site.until(lambda: "New words two" in site.get(PAGE), saved)
        site.is_fresh()
        assert (site.output / "of-others.txt").read_text("utf-8") == "not ours"


def _sheet_has(site, text):
    sheet = re.search(r'href="/(assets/site\.\w+\.css)"', site.get(PAGE))
    return bool(sheet) and text in site.get(sheet[1])


def test_a_loop_that_begins_with_broken_content_goes_on_when_it_is_mended(tmp_path):
    site = Running(tmp_path, "-r")
    post = edit(site.content / POST, r"\ntitle: ", "\ntitel: ")
    with site:
        site.until(lambda: "field-unknown" in site.said)
        first = len(site.said)
        saved = edit(post, r"\ntitel: ", "\ntitle: ")
        site.until((site.output / PAGE / "index.html").is_file, saved)
        site.is_fresh()
        assert site.said[:first].count("field-unknown") == 1
        assert "Traceback" not in site.said


@pytest.mark.parametrize("first", ["inv", "pelican"])
def test_posts_that_are_gone_go_from_the_output_and_files_of_others_stay(tmp_path, first):
    """Also across commands: what `inv build` has written, `pelican` may delete."""
    site = Running(tmp_path)
    if first == "inv":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))
            build(None, site.output, site.settings)
    else:
        assert pelican(site).returncode == 0
    others = {
        "blog/a-plain-post/notes.txt": "of others",
        "team/ann-li/index.html": "<p>Written over by somebody.",
    }
    for path, text in others.items():
        (site.output / path).write_text(text, "utf-8")
    (site.content / POST).unlink()
    for file in site.content.rglob("*.md"):
        link = r"\[([^\]]*)\]\(\{filename\}[^)]*a-plain-post.md\)"
        file.write_text(re.sub(link, r"\1", file.read_text("utf-8")), "utf-8")
    (site.output / "images").rename(site.output / "moved")
    (site.output / "images").symlink_to(tmp_path)
    assert pelican(site).returncode == 0
    assert not (site.output / "blog/a-plain-post/index.html").exists()
    assert (site.output / "blog/a-plain-post/notes.txt").read_text("utf-8") == "of others"
    assert not (site.output / "images").is_symlink()
    assert "Ann Li" in (site.output / "team/ann-li/index.html").read_text("utf-8")


def test_other_settings_give_what_a_build_with_them_gives(tmp_path):
    site = Running(tmp_path)
    other = tmp_path / "publishconf.py"
    other.write_text(
        "from pathlib import Path\n"
        f"exec(Path({str(site.settings)!r}).read_text('utf-8'))\n"
        'SITEURL = "https://clinic.practice-site.org/below"\n'
        "DELETE_OUTPUT_DIRECTORY = True\n",
        "utf-8",
    )
    site.settings = other
    site.options = ["-s", other]
    assert pelican(site).returncode == 0
    (site.output / "of-others.txt").write_text("not ours", "utf-8")
    assert pelican(site, "-d").returncode == 0
    expected = files_of(build(None, tmp_path / "fresh", other).output)
    expected.pop(MARKER)
    now = files_of(site.output)
    assert now.pop("of-others.txt") == b"not ours"
    assert now == expected
    assert b"https://clinic.practice-site.org/below/" in now["index.html"]


def test_a_mistake_on_a_page_leaves_the_output_as_it_was(tmp_path):
    """One that only the finished pages show, as the check of a build finds it."""
    site = Running(tmp_path)
    assert pelican(site).returncode == 0
    before = files_of(site.output)
    edit(site.theme / "templates/base.html", "</footer>|</body>", r'<a href="/none/">x</a>\g<0>')
    done = pelican(site)
    assert done.returncode == 1
    assert "link-dead" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert files_of(site.output) == before
    assert not list(tmp_path.glob(".output.new*"))


def test_files_of_others_are_kept_and_never_stop_a_build(tmp_path):
    site = Running(tmp_path)
    site.output.mkdir()
    latin = "<p>caf\xe9</p><script src='https://other.example/x.js'></script>".encode("latin-1")
    (site.output / "old.html").write_bytes(latin)
    done = pelican(site)
    assert done.returncode == 0
    assert (site.output / "old.html").read_bytes() == latin


def test_a_folder_in_the_place_of_a_file_is_named_before_anything_changes(tmp_path):
    site = Running(tmp_path)
    (site.output / PAGE / "index.html" / "x").mkdir(parents=True)
    before = files_of(tmp_path / "output")
    done = pelican(site)
    assert done.returncode == 1
    assert f"output/{PAGE}index.html:1: disk" in done.stderr
    assert "Traceback" not in done.stderr
    assert files_of(site.output) == before


def test_a_name_that_changes_only_its_case_keeps_the_file(tmp_path, monkeypatch):
    """As on file systems of Windows and macOS, where both names are one file."""
    (tmp_path / "A.pdf").write_bytes(b"old")
    monkeypatch.setattr(in_place, "is_same", lambda *_: True)
    (tmp_path / "stage").mkdir()
    in_place._replace(tmp_path, tmp_path / "stage", ["a.pdf"], {"A.pdf"})
    assert (tmp_path / "a.pdf").read_bytes() == b"old"
    assert not (tmp_path / "A.pdf").exists()


def test_a_link_that_leads_in_a_circle_is_no_traceback(tmp_path):
    site = Running(tmp_path)
    (site.content / "loop").symlink_to("loop")
    done = pelican(site)
    assert done.returncode == 1
    assert "content/loop:1: " in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def pelican(site, *options):
    return subprocess.run(
        [sys.executable, "-m", "pelican", *map(str, [*site.options, *options])],
        cwd=ROOT,
        env=environment(COLUMNS="1000", PRACTICE_CACHE=str(site.folder / "kept")),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
