"""Consoles whose code page lacks characters of our messages; terminals that know no codes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from practice.build.report import Progress
from practice.support.console import PLAIN, accept_every_character

ROOT = Path(__file__).parents[2]


def printed(text, encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    accept_every_character(stream)
    print(text, end="", file=stream, flush=True)
    return raw.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp850", "cp1252", "cp932", "utf-8"])
def test_every_message_can_be_printed(encoding):
    text = "“Café” … 3 × 5 – it’s ✓ → 針 🙂"
    assert printed(text, encoding).decode(encoding)


def test_signs_become_the_nearest_letters():
    assert printed("“x” … 3 × 5 – it’s ✓", "ascii") == b'"x" ... 3 x 5 - it\'s ok'
    assert printed("針", "ascii") == rb"\u91dd"


def test_what_can_be_printed_is_not_changed():
    assert printed("“Café” …", "utf-8").decode("utf-8") == "“Café” …"
    assert printed("Café …", "cp1252") == "Café …".encode("cp1252")


def test_the_letters_are_plain():
    assert "".join(PLAIN.values()).isascii()


def test_a_stream_that_captures_is_left_alone():
    stream = io.StringIO()
    accept_every_character(stream)
    print("…", file=stream)
    assert stream.getvalue() == "…\n"


def test_a_command_with_bad_content_shows_no_traceback(tmp_path):
    content = tmp_path / "content"
    (content / "posts").mkdir(parents=True)
    (content / "clinic.yaml").write_text("name: x\n", "utf-8")
    (content / "posts" / "針.md").write_text("---\ntitle: “x” …\n", "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "invoke", "build", "--content", str(content), "--output",
         str(tmp_path / "output")],
        cwd=ROOT,
        capture_output=True,
        env=dict(os.environ, PYTHONIOENCODING="cp437", PRACTICE_CACHE=str(tmp_path / "cache")),
        check=False,
    )  # fmt: skip
    said = (run.stdout + run.stderr).decode("cp437")
    assert run.returncode == 1
    assert "Traceback" not in said
    assert "UnicodeEncodeError" not in said
    assert r"\u91dd.md:1:" in said
    assert "\033" not in said


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_uses_no_control_codes(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress()
    progress.started -= 60
    progress("Reading and checking the content")
    progress("Writing")
    progress.end()
    assert "\033" not in terminal.getvalue()
    shown = ""
    for line in terminal.getvalue().split("\r"):
        shown = line + shown[len(line) :]
    assert shown.strip() == ""


def test_progress_says_nothing_where_nobody_looks(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    progress = Progress()
    progress.started -= 60
    progress("Writing")
    progress.end()
    assert stream.getvalue() == ""
