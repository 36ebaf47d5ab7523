"""What differs between systems, each way of it, and that it stands in one module."""

from __future__ import annotations

import ast
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from practice.preview.start import listen
from practice.problems import UsageError
from practice.support import platform, processes

ROOT = Path(__file__).parents[2]
SYSTEM_CALLS = {
    "os": {"fork", "nice", "getuid", "geteuid", "sched_getaffinity", "waitpid", "WNOHANG",
           "startfile", "O_NOFOLLOW", "setsid", "killpg", "getppid", "mkfifo", "chown", "uname"},
    "signal": {"pthread_sigmask", "setitimer", "SIGKILL", "SIGPROF", "SIGALRM", "alarm",
               "SIG_BLOCK"},
    "socket": {"SO_REUSEADDR", "SO_EXCLUSIVEADDRUSE", "AF_UNIX"},
    "sys": {"platform"},
}  # fmt: skip
SYSTEM_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "msvcrt", "winreg"}
ALLOWED = {
    "practice/support/platform.py": "the one place",
    "practice/support/programs.py": "the default of a parameter: how a command line is read",
}


@pytest.mark.parametrize(
    "file", [*sorted((ROOT / "practice").rglob("*.py")), ROOT / "tasks.py"], ids=str
)
def test_what_not_every_system_has_is_asked_for_in_one_module(file):
    name = file.relative_to(ROOT).as_posix()
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in SYSTEM_CALLS.get(node.value.id, ()):
                found.append(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in SYSTEM_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in SYSTEM_CALLS | dict.fromkeys(
            SYSTEM_MODULES, ()
        ):
            found.append(node.module)
        elif isinstance(node, ast.keyword) and node.arg == "shell":
            found.append("shell=")
    assert name in ALLOWED or found == []


# --- Ctrl-C ---


@pytest.fixture(params=["mask", "handler"])
def way(request, monkeypatch):
    """Both ways of holding Ctrl-C back; the second is that of Windows."""
    if request.param == "mask":
        if not hasattr(signal, "pthread_sigmask"):
            pytest.skip("this system has no signal masks")
    else:
        monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    return request.param


@pytest.mark.usefixtures("way")
def test_ctrl_c_waits_until_the_work_is_done():
    done = []

    @platform.uninterrupted()
    def work():
        signal.raise_signal(signal.SIGINT)
        done.append("work")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["work"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("way")
def test_who_ignores_ctrl_c_goes_on_ignoring_it():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with platform.uninterrupted():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("way")
def test_another_thread_can_hold_it_back_too():
    done = []

    def work():
        with platform.uninterrupted():
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert done == ["work"]


# --- Processes ---


def test_where_nothing_forks_work_is_done_here(monkeypatch):
    monkeypatch.setattr(platform, "FORKS", False)
    monkeypatch.setattr(platform, "fork", lambda: pytest.fail("it forked"))
    monkeypatch.setenv("PRACTICE_WORKERS", "4")
    assert processes.workers() == 1
    assert processes.map_in_processes(lambda _: os.getpid(), range(4), 4) == [os.getpid()] * 4
    child = processes.Child(os.getpid)
    child.give_up()
    assert child.result() == os.getpid()


def test_processors_are_counted_on_every_system(monkeypatch):
    assert platform.usable_processors() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert platform.usable_processors() == 1


@pytest.mark.skipif(not platform.FORKS, reason="this system does not fork")
def test_a_fork_beside_threads_warns_nobody(recwarn):
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert processes.Child(lambda: 5).result() == 5
    finally:
        over.set()
        thread.join()
    assert [str(warning.message) for warning in recwarn] == []


# --- Files and sockets ---


def test_folders_are_exchanged_where_the_system_can(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (one / "1").touch()
    if platform.exchange(one, other):
        assert [path.name for path in other.iterdir()] == ["1"]
    else:
        assert [path.name for path in one.iterdir()] == ["1"]


def test_a_system_library_without_the_call_exchanges_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(platform.ctypes, "CDLL", lambda *_, **__: object())
    assert not platform.exchange(tmp_path / "one", tmp_path / "other")


class WindowsSocket:
    """A socket that only remembers its options."""

    def __init__(self):
        self.options = []

    def setsockopt(self, *option):
        self.options.append(option)


def test_windows_is_told_to_let_nobody_else_listen(monkeypatch):
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)
    sock = WindowsSocket()
    platform.reserve_address(sock)
    assert sock.options == [(socket.SOL_SOCKET, -5, 1)]


def test_two_previews_never_listen_at_one_address():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used"):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", 0) as second:
            assert second.getsockname()[1] != port


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no user id here")
def test_files_of_others_are_told_apart(tmp_path):
    found = tmp_path.stat()
    assert platform.is_own(found)
    values = list(found)
    values[4] += 1
    assert not platform.is_own(os.stat_result(values))


def test_where_files_have_no_user_all_are_ours(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "getuid", raising=False)
    values = list(tmp_path.stat())
    values[4] += 1
    assert platform.is_own(os.stat_result(values))
