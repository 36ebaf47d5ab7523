"""Programs that talk to servers end with a time limit, on Ctrl-C, and with us.

Not tested here: what rclone and git report (`test_publish_faults.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from practice.support import supervised

HANG = 120
"""Seconds after which a test that hangs is given up."""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def ended(pid: int) -> bool:
    """Whether a process ends within `HANG` seconds."""
    end = time.monotonic() + HANG
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_output_and_exit_code_are_those_of_the_program(tmp_path):
    given = tmp_path / "input"
    given.write_text("three words")
    code = "import sys; print(sys.stdin.read()); print('one\\rtwo', file=sys.stderr); sys.exit(7)"
    done = supervised.run(python(code), limit=HANG, input_file=given)
    assert (done.returncode, done.text, done.stderr) == (7, "three words\n", "one\ntwo")


def test_without_input_a_program_that_asks_gets_no_answer():
    done = supervised.run(python("import sys; print(repr(sys.stdin.read()))"), limit=HANG)
    assert done.text == "''\n"


CHILD = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {sleeps!r}]); "
CHILD += "print(p.pid, file=sys.stderr, flush=True); p.wait()"
CHILD = CHILD.format(sleeps=f"import time; time.sleep({10 * HANG})")
"""A program that starts another one, prints its process id, and waits."""


def test_a_program_without_progress_is_ended_with_all_that_it_has_started():
    with pytest.raises(supervised.NoProgress) as error:
        supervised.run(python(CHILD), limit=1, is_progress=lambda _: False)
    assert ended(int(error.value.stderr))


def test_a_program_that_makes_progress_may_take_longer_than_the_limit():
    code = "import time\nfor _ in range(8): print('.', flush=True); time.sleep(1)"
    assert supervised.run(python(code), limit=6).returncode == 0


def test_lines_that_are_no_progress_do_not_count():
    code = "import sys, time\nwhile True: print('.', file=sys.stderr, flush=True); time.sleep(.1)"
    with pytest.raises(supervised.NoProgress, match=r"\."):
        supervised.run(python(code), limit=1, is_progress=lambda _: False)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_program_ends_when_the_one_that_has_started_it_is_ended(number):
    said = "lambda line: print(line, flush=True) is None"
    code = "from practice.support import supervised; import sys; "
    code += f"supervised.run([sys.executable, '-c', {CHILD!r}], limit={HANG}, is_progress={said})"
    with subprocess.Popen(python(code), cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as ours:  # fmt: skip
        pid = int(ours.stdout.readline())
        ours.send_signal(number)
    assert ended(pid)


def test_the_end_is_seen_though_something_keeps_the_output_open(monkeypatch):
    monkeypatch.setattr(supervised, "LEFT_OPEN", 0.5)
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', "
    code += f"'import time; time.sleep({HANG})']); print(p.pid, flush=True)"
    done = supervised.run(python(code), limit=HANG)
    assert done.returncode == 0
    os.kill(int(done.stdout), signal.SIGKILL)
