"""Limits wherever a call runs: main thread or not, with timer signals or without.

Not tested here: what the reader says of a file that is too slow (`tests/content/test_limits.py`).
"""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path

import pytest

from practice.content.models import Page
from practice.content.reader import read_document
from practice.support import platform, time_limit
from practice.support.time_limit import ProcessEnded, TooSlow, call

LARGE = time_limit.SMALL + 1
ENDLESS = r"(a+)+$", "a" * 60 + "b"
"""A regular expression that takes longer than the world will last, and a text for it."""


def loop(seconds):
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        pass


def in_main_thread(work):
    return work()


def in_other_thread(work):
    found = []

    def run():
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001  # raised in the thread of the test
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    [outcome] = found
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


@pytest.fixture(params=["signals", "no signals"])
def system(request, monkeypatch):
    """A system with timer signals, and one without."""
    if request.param == "no signals":
        monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    elif not platform.TIMES_BY_SIGNAL:
        pytest.skip("this system has no timer signals")
    return request.param


everywhere = pytest.mark.parametrize("place", [in_main_thread, in_other_thread])


@everywhere
@pytest.mark.parametrize("size", [10, LARGE])
@pytest.mark.usefixtures("system")
def test_a_result_comes_back(place, size):
    assert place(lambda: call(30, size, divmod, 17, 5)) == (3, 2)


@everywhere
@pytest.mark.parametrize("size", [10, LARGE])
@pytest.mark.usefixtures("system")
def test_an_exception_comes_back(place, size):
    with pytest.raises(ZeroDivisionError):
        place(lambda: call(30, size, divmod, 17, 0))


@everywhere
@pytest.mark.parametrize("size", [10, LARGE])
@pytest.mark.usefixtures("system")
def test_a_loop_is_ended(place, size):
    with pytest.raises(TooSlow):
        place(lambda: call(0.2, size, loop, 60))


@everywhere
@pytest.mark.usefixtures("system")
def test_one_long_regular_expression_is_ended(place):
    with pytest.raises(TooSlow):
        place(lambda: call(0.2, LARGE, re.match, *ENDLESS))


def test_small_input_needs_no_process(monkeypatch):
    monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    monkeypatch.setattr(time_limit, "_in_process", lambda *_: pytest.fail("it started a process"))
    assert call(5, time_limit.SMALL, os.getpid) == os.getpid()


def test_a_process_that_ends_without_a_result_is_told(monkeypatch):
    monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    with pytest.raises(ProcessEnded, match="exit code 7"):
        call(30, LARGE, os._exit, 7)


def test_no_process_is_left(monkeypatch):
    monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    with pytest.raises(TooSlow):
        call(0.2, LARGE, loop, 600)
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    if children.exists():
        commands = [Path(f"/proc/{pid}/cmdline") for pid in children.read_text("utf-8").split()]
        assert not [c for c in commands if b"spawn_main" in c.read_bytes()]


@everywhere
@pytest.mark.usefixtures("system")
def test_a_large_file_that_takes_too_long_is_named(tmp_path, monkeypatch, place):
    monkeypatch.setattr(time_limit, "SECONDS", 0.3)
    file = tmp_path / "x.md"
    file.write_text("---\ntitle: x\nsummary: Words.\n---\n\n" + "*a `b` " * 100_000, "utf-8")
    document, problems = place(
        lambda: read_document(Page, file, "pages/x.md", "content/pages/x.md")
    )
    assert document is None
    assert [(problem.path, problem.code) for problem in problems] == [
        ("content/pages/x.md", "file-slow")
    ]


@everywhere
def test_a_large_file_is_read_the_same_in_a_process(tmp_path, monkeypatch, place):
    file = tmp_path / "x.md"
    text = "---\ntitle: x\nsummary: Words.\n---\n\n" + "- *a* `b`\n\nWords. " * 2_000
    assert len(text) > time_limit.SMALL
    file.write_text(text, "utf-8")
    expected = read_document(Page, file, "pages/x.md", "content/pages/x.md")
    monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    assert place(lambda: read_document(Page, file, "pages/x.md", "content/pages/x.md")) == expected


@pytest.mark.skipif(not platform.TIMES_BY_SIGNAL, reason="there are no timer signals")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_that_python_drops_is_raised_again():
    """Python cannot raise what happens while an object is destroyed."""

    class Slow:
        def __del__(self):
            end = time.process_time() + 0.15
            while time.process_time() < end:
                pass

    def destroy_one_and_go_on():
        Slow()
        while True:
            pass

    with pytest.raises(TooSlow):
        call(0.1, LARGE, destroy_one_and_go_on)
