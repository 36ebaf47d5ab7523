"""The machine against a build: kills at any moment, Ctrl-C, full disks, what may not be read.

Builds run in forked children that are killed, so the test process is never in danger. The last
good site has to be whole each time, byte for byte, and the next build has to go through.

Not tested here: output folders that are refused, broken themes and plugins (`test_build.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from functools import cache, partial
from pathlib import Path

import pytest

from practice.build import run as building
from practice.problems import ProblemsFound, UsageError
from practice.rendering import assets

HERE = Path(__file__).parents[1]
BASE = HERE / "bad" / "base"
SETTINGS = HERE.parent / "pelicanconf.py"
KILLS = 110
INTERRUPTS = 40
HANG = 300
"""Seconds after which a test that hangs is given up."""
NOBODY = 65534
DONE, INTERRUPTED, USAGE_ERROR, PROBLEMS, TRACEBACK = 0, 130, 2, 1, 99


@pytest.fixture(autouse=True)
def one_day_and_two_workers(monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780315200")
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PRACTICE_WORKERS", "2")


@pytest.fixture(autouse=True)
def styles_of_the_parent(monkeypatch):
    """A child takes the style sheet that its parent has joined.

    Lightning CSS waits for ever in a forked process, which lacks the threads that it has started.
    No part of the product calls it there; only the forked builds of these tests would.
    """
    monkeypatch.setattr(assets, "style_sheet", cache(assets.style_sheet))
    assets.style_sheet(SETTINGS.parent / "theme" / "static" / "css" / "site.css")


@pytest.fixture
def open_folder():
    """A folder that every user of the machine may enter."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        yield Path(place)


def digest(folder):
    """One hash of every path and byte below a folder."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        found.update(f"{file.relative_to(folder)}\0{file.is_file()}\0".encode())
        found.update(file.read_bytes() if file.is_file() else b"")
    return found.hexdigest()


def practice(folder, title):
    """A small practice whose site says ``title`` on every page."""
    shutil.copytree(BASE, folder)
    clinic = folder / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8").replace("Example Clinic", title), "utf-8")
    return folder


def settings_apart(folder):
    """Settings with a copy of the theme, so that an edit of the theme is no broken site."""
    theme = shutil.copytree(SETTINGS.parent / "theme", folder / "theme")
    text = SETTINGS.read_text("utf-8").replace('THEME = "theme"', f"THEME = {str(theme)!r}")
    assert str(theme) in text
    (folder / "pelicanconf.py").write_text(text, "utf-8")
    return folder / "pelicanconf.py"


def in_child(work, says=None):
    """Fork, do ``work`` in a process group of its own, and give its id; nothing comes back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # the child was faster, or has ended
            os.setpgid(pid, pid)  # here as well, so that a kill finds the group at any moment
        return pid
    code = TRACEBACK
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work()
        code = DONE
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (UsageError, ProblemsFound) as error:
        code = USAGE_ERROR if isinstance(error, UsageError) else PROBLEMS
        if says:
            says.write_text(str(error), "utf-8")
    except BaseException as error:  # noqa: BLE001  # the parent is told of whatever it is
        if says:
            says.write_text(repr(error), "utf-8")
    os._exit(code)


def outcome(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def wait_for_workers(output):
    """Workers of a killed build hold its lock for as long as they live."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        lock = (output.parent / f".{output.name}.lock").open("w")
        with lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.005)
    pytest.fail("a killed build leaves workers that never end")


def beside(output):
    """What is left beside an output, apart from the lock and the spare folder."""
    known = {f".{output.name}.lock", f".{output.name}.spare"}
    return {file.name for file in output.parent.glob(f".{output.name}*")} - known


@pytest.fixture
def two(tmp_path, monkeypatch):
    """Two practices, the hashes of their sites, an output with the first, and a build's length."""
    output, hashes = tmp_path / "site", []
    monkeypatch.setattr(sys.modules[__name__], "SETTINGS", settings_apart(tmp_path))
    folders = [practice(tmp_path / name, name) for name in ("one", "other")]
    for folder in reversed(folders):
        building.build(folder, output, SETTINGS)
        hashes.append(digest(output))
    started = time.monotonic()
    building.build(folders[0], output, SETTINGS)
    return folders, set(hashes), output, time.monotonic() - started


def test_a_kill_at_any_moment_leaves_a_whole_site(two, figure):
    folders, whole, output, seconds = two
    chance = random.Random(0)  # the same moments each time, as far as a machine can
    killed = finished = 0
    while killed < KILLS:
        number = killed + finished
        assert number < 4 * KILLS, "most builds end before they can be killed"
        pid = in_child(partial(building.build, folders[number % 2], output, SETTINGS))
        time.sleep(chance.uniform(0, seconds))
        kill = os.killpg if number % 3 else os.kill  # some with their workers, some without
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
        code = outcome(pid)
        assert digest(output) in whole, f"kill {number} broke the site"
        wait_for_workers(output)
        killed += code == -signal.SIGKILL
        if code == DONE:  # the build was faster than the one that was timed
            finished += 1
            seconds *= 0.95
        assert code in (-signal.SIGKILL, DONE)
        assert digest(output) in whole, f"kill {number} broke the site"
    building.build(folders[0], output, SETTINGS)
    assert beside(output) == set(), "the next build tidies up"
    figure(f"kills survived: {killed} of {killed}; {finished} builds were faster than the kill")


def test_ctrl_c_at_any_moment_leaves_a_whole_site_and_nothing_else(two):
    folders, whole, output, seconds = two
    chance = random.Random(1)
    for number in range(INTERRUPTS):
        pid = in_child(partial(building.build, folders[number % 2], output, SETTINGS))
        time.sleep(0.02 + chance.uniform(0, seconds))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGINT)
        assert outcome(pid) in (INTERRUPTED, DONE)
        wait_for_workers(output)
        assert digest(output) in whole
        assert beside(output) == set()


def test_ctrl_c_on_the_command_line_shows_no_traceback(tmp_path):
    folder = practice(tmp_path / "one", "One")
    command = [sys.executable, "-m", "invoke", "build", "--content", folder]
    run = subprocess.Popen(
        [*map(str, command), "--output", str(tmp_path / "site")],
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )
    deadline = time.monotonic() + HANG
    while not beside(tmp_path / "site") and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate(timeout=HANG)[0]
    assert "Traceback" not in said
    assert run.returncode != 0 or "Built" in said


def test_ctrl_c_while_a_file_is_opened_says_nothing_of_that_file(tmp_path):
    script = """
import os, signal, tasks

def opening():
    file = open(__import__("sys").argv[1])
    os.kill(os.getpid(), signal.SIGINT)

try:
    with tasks.command_errors("Nothing was built."):
        opening()
except KeyboardInterrupt as error:
    error.__traceback__ = None
    print("stopped")
"""
    file = tmp_path / "open.txt"
    file.write_text("", "utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(file)],
        cwd=HERE.parent,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=HANG,
    )
    assert (run.stdout, run.stderr) == ("stopped\n", "")


def test_who_ignores_ctrl_c_is_not_stopped_by_it():
    script = """
import os, signal, tasks
signal.signal(signal.SIGINT, signal.SIG_IGN)
with tasks.command_errors("Nothing was built."):
    os.kill(os.getpid(), signal.SIGINT)
print("done", signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=HERE.parent,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=HANG,
    )
    assert run.stdout == "done True\n"


def is_alive(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)  # sends nothing, and fails if there is no such process
        return True
    return False


def test_a_second_ctrl_c_leaves_no_process_at_work(tmp_path):
    script = """
import os, signal, sys, time
from pathlib import Path
from practice.support import processes as pool

real = pool._end
def end(*child):
    os.kill(os.getpid(), signal.SIGINT)
    real(*child)
pool._end = end

def work(number):
    Path(sys.argv[1], str(os.getpid())).touch()
    if number == 0:
        os.kill(os.getppid(), signal.SIGINT)
    time.sleep(600)

try:
    pool.map_in_processes(work, range(4), 4)
except KeyboardInterrupt:
    print("stopped")
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=HERE.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=HANG,
    )
    assert run.stdout == "stopped\n", run.stderr
    workers = [int(file.name) for file in tmp_path.iterdir()]
    assert workers
    assert [pid for pid in workers if is_alive(pid)] == []


def test_a_build_that_finds_another_one_says_so(two):
    folders, _, output, _ = two
    with (output.parent / f".{output.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = digest(output)
        with pytest.raises(UsageError, match="another build"):
            building.build(folders[1], output, SETTINGS)
    assert digest(output) == before


def test_two_builds_that_start_at_once_leave_one_whole_site(two):
    folders, whole, output, _ = two
    for _ in range(5):
        pids = [in_child(lambda f=f: building.build(f, output, SETTINGS)) for f in folders]
        codes = sorted(outcome(pid) for pid in pids)
        assert codes in ([DONE, DONE], [DONE, USAGE_ERROR])
        assert digest(output) in whole


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_is_named_and_the_site_stays(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        content, output = practice(tmp_path / "one", "One"), disk / "site"
        building.build(content, output, SETTINGS)
        before = digest(output)
        space = os.statvfs(disk)
        left = space.f_bavail * space.f_frsize
        (disk / "filler").write_bytes(bytes(max(left - 60_000, 0)))
        says = tmp_path / "says"
        pid = in_child(lambda: building.build(content, output, SETTINGS), says)
        assert outcome(pid) in (PROBLEMS, USAGE_ERROR), says.read_text("utf-8")
        assert "No space left" in says.read_text("utf-8")
        assert digest(output) == before
        assert beside(output) == set()
        (disk / "filler").unlink()
        building.build(content, output, SETTINGS)
        assert digest(output) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_file_that_cannot_grow_is_named_and_the_site_stays(tmp_path):
    content, output = practice(tmp_path / "one", "One"), tmp_path / "site"
    building.build(content, output, SETTINGS)
    before = digest(output)

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
        building.build(content, output, SETTINGS)

    says = tmp_path / "says"
    assert outcome(in_child(limited, says)) in (PROBLEMS, USAGE_ERROR), says.read_text("utf-8")
    assert "File too large" in says.read_text("utf-8")
    assert digest(output) == before


def as_nobody():
    """Become a user who owns nothing; others than root are nobody already."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setegid(NOBODY)
        os.seteuid(NOBODY)


def test_a_read_only_output_is_named(open_folder):
    content = practice(open_folder / "content", "One")
    place = open_folder / "closed"
    place.mkdir()
    building.build(content, place / "site", SETTINGS)
    before = digest(place / "site")
    place.chmod(0o555)

    def build():
        os.environ["PRACTICE_CACHE"] = str(open_folder / "cache-of-nobody")
        as_nobody()
        building.build(content, place / "site", SETTINGS)

    says = open_folder / "says"
    says.touch()
    says.chmod(0o666)
    assert outcome(in_child(build, says)) == USAGE_ERROR, says.read_text("utf-8")
    assert "ermission denied" in says.read_text("utf-8")
    assert digest(place / "site") == before
    place.chmod(0o755)


@pytest.mark.parametrize("name", ["posts/first.md", "images/room.png", "clinic.yaml"])
def test_a_file_that_may_not_be_read_is_named(open_folder, name):
    content = practice(open_folder / "content", "One")
    (content / name).chmod(0o000)

    def build():
        os.environ["PRACTICE_CACHE"] = str(open_folder / "cache-of-nobody")
        as_nobody()
        building.build(content, open_folder / "site", SETTINGS)

    says = open_folder / "says"
    says.touch()
    says.chmod(0o666)
    assert outcome(in_child(build, says)) == PROBLEMS, says.read_text("utf-8")
    assert f"content/{name}:1: " in says.read_text("utf-8")
    (content / name).chmod(0o644)
