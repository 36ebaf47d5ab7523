"""Limits wherever a call runs: main thread or not, with timer signals or without.

Not tested here: what the reader says of a file that is too slow (`tests/content/test_limits.py`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from practice.content.models import Page
from practice.content.reader import read_document
from practice.support import platform, processes, time_limit
from practice.support.time_limit import ProcessEnded, TooSlow, call, call_in_process

ROOT = Path(__file__).parents[2]
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


pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Python cannot raise what happens while an object is destroyed; the limit then raises again."""
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
    monkeypatch.setattr(time_limit, "_Helper", lambda: pytest.fail("it started a process"))
    assert call(5, time_limit.SMALL, os.getpid) == os.getpid()


def test_a_process_that_ends_without_a_result_is_told(monkeypatch):
    monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    with pytest.raises(ProcessEnded, match="exit code 7"):
        call(30, LARGE, os._exit, 7)


def helpers():
    """The processes of waiting helpers."""
    return {helper.process.pid for helper in time_limit._idle.get(os.getpid(), ())}


def test_a_helper_is_kept_for_further_calls():
    first = call_in_process(30, os.getpid)
    assert first != os.getpid()
    assert call_in_process(30, os.getpid) == first
    with pytest.raises(ZeroDivisionError):
        call_in_process(30, divmod, 1, 0)
    assert call_in_process(30, os.getpid) == first


@everywhere
def test_code_in_c_is_ended_and_its_process_with_it(place):
    process = call_in_process(30, os.getpid)
    with pytest.raises(TooSlow):
        place(lambda: call_in_process(0.2, re.match, *ENDLESS))
    assert process not in helpers()
    if Path("/proc/self").exists():
        assert not Path(f"/proc/{process}").exists()
    assert call_in_process(30, divmod, 17, 5) == (3, 2)


@pytest.mark.skipif(not platform.LIMITS_WORK, reason="the system cannot limit work")
def test_waiting_is_no_work(monkeypatch):
    """On a busy machine a call waits for a processor, which is no fault of its file."""
    monkeypatch.setattr(time_limit, "BUSY", 100)
    assert call_in_process(0.5, time.sleep, 0.8) is None


@pytest.mark.skipif(not platform.LIMITS_WORK, reason="the system cannot limit work")
def test_each_call_has_its_own_time():
    for _ in range(4):
        call_in_process(0.9, loop, 0.6)


def test_a_helper_that_has_ended_meanwhile_is_replaced():
    process = call_in_process(30, os.getpid)
    [helper] = [h for h in time_limit._idle[os.getpid()] if h.process.pid == process]
    helper.process.kill()
    helper.process.wait()
    assert call_in_process(30, os.getpid) != process


def test_a_helper_does_not_need_the_folder_in_which_it_was_started(tmp_path, monkeypatch):
    time_limit._end_idle()
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    first = call_in_process(10, os.getpid)
    monkeypatch.chdir(tmp_path)
    folder.rmdir()
    assert Path(call_in_process(10, os.getcwd)).is_dir()
    assert call_in_process(10, os.getpid) == first


def test_where_no_process_can_be_started_the_call_is_made_in_this_one(monkeypatch):
    monkeypatch.setattr(time_limit, "_idle", {})
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    assert call_in_process(30, os.getpid) == os.getpid()
    with pytest.raises(TooSlow):
        call_in_process(0.2, loop, 60)


def test_several_threads_have_helpers_of_their_own():
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: call_in_process(30, divmod, n, 7), range(40)))
    assert found == [divmod(n, 7) for n in range(40)]


@pytest.mark.skipif(not platform.FORKS, reason="there are no forks")
def test_a_forked_process_has_helpers_of_its_own():
    first = call_in_process(30, os.getpid)
    found = processes.map_in_processes(lambda _: call_in_process(30, os.getpid), range(4), 2)
    assert first not in found
    assert len(set(found)) == 2
    assert call_in_process(30, os.getpid) == first


def test_what_a_function_prints_is_no_answer():
    assert call_in_process(30, os.system, "echo words") == 0
    assert call_in_process(30, print, "words") is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")
def test_a_call_that_needs_too_much_memory_is_ended():
    with pytest.raises(MemoryError):
        call_in_process(30, bytearray, time_limit.MEMORY_BYTES + 1)


@pytest.mark.skipif(not platform.FORKS, reason="it looks into /proc")
def test_a_helper_ends_with_the_process_that_started_it():
    code = """
import os
from practice.support.time_limit import call_in_process
print(call_in_process(60, os.getpid), flush=True)
os.kill(os.getpid(), 9)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    end = time.monotonic() + 60
    while Path(f"/proc/{int(run.stdout)}/exe").exists():
        assert time.monotonic() < end
        time.sleep(0.05)


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
