"""Work in processes: the same bytes as in one, and nothing lost of what went wrong.

Not tested here: how fast it is (`benchmarks/`).
"""

from __future__ import annotations

import functools
import logging
import os
import re
import signal
import time
import warnings
from pathlib import Path

import pytest
from conftest import CONTENT, ROOT, files_of
from hypothesis import given
from hypothesis import strategies as st

from practice.build import run
from practice.build.run import build
from practice.content import front_matter
from practice.problems import ProblemsFound
from practice.rendering.jobs import Job
from practice.support import platform, processes

forks = pytest.mark.skipif(not platform.FORKS, reason="this system does not fork")


def test_what_comes_out_is_in_order():
    for count in (0, 1, 2, 7, 50):
        items = list(range(count))
        assert processes.map_in_processes(lambda x: x * x, items, 3) == [x * x for x in items]


@forks
def test_it_is_done_in_other_processes():
    found = set(processes.map_in_processes(lambda _: os.getpid(), range(8), 2))
    assert len(found) == 2
    assert os.getpid() not in found
    assert processes.map_in_processes(lambda _: os.getpid(), range(8), 1) == [os.getpid()] * 8


def test_a_large_outcome_does_not_block():
    found = processes.map_in_processes(lambda x: bytes(3_000_000) + bytes([x]), range(4), 2)
    assert [len(value) for value in found] == [3_000_001] * 4


@forks
def test_an_exception_in_a_child_is_told():
    def work(x):
        return 1 / x

    with pytest.raises(processes.WorkerFailed, match="ZeroDivisionError"):
        processes.map_in_processes(work, [1, 0], 2)


@forks
def test_a_child_that_exits_or_is_killed_is_told():
    def killed(x):
        if x:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(processes.WorkerFailed, match="killed by signal 9"):
        processes.map_in_processes(killed, [0, 1], 2)

    def ended(x):
        if x:
            os._exit(7)

    with pytest.raises(processes.WorkerFailed, match="exit code 7"):
        processes.map_in_processes(ended, [0, 1], 2)


@forks
def test_an_outcome_that_cannot_be_carried_is_told():
    with pytest.raises(processes.WorkerFailed):
        processes.map_in_processes(lambda _: lambda: 1, [0, 1], 2)


@forks
def test_what_a_child_logs_is_logged_in_the_parent(caplog):
    def work(x):
        try:
            1 / x
        except ZeroDivisionError:
            logging.getLogger("pelican.some").warning("with %s", x, exc_info=True)

    processes.map_in_processes(work, [1, 0], 2)
    [record] = caplog.records
    assert record.name == "pelican.some"
    assert record.getMessage().startswith("with 0")
    assert "ZeroDivisionError" in record.getMessage()


def test_what_a_child_warns_of_is_warned_of_in_the_parent():
    def work(x):
        if x:
            warnings.simplefilter("always")
            warnings.warn(f"number {x}", UserWarning, stacklevel=1)

    with pytest.warns(UserWarning, match="number 1"):
        processes.map_in_processes(work, [0, 1], 2)


@forks
def test_a_warning_that_is_an_error_is_an_error_there_too():
    def work(_):
        warnings.warn("no", UserWarning, stacklevel=1)

    with pytest.raises(processes.WorkerFailed, match="UserWarning: no"):
        processes.map_in_processes(work, [0, 1], 2)


@forks
def test_work_beside_us_has_a_result_and_can_be_given_up():
    assert processes.Child(lambda: {"found": [1]}).result() == {"found": [1]}
    child = processes.Child(lambda: time.sleep(600))
    child.give_up()
    with pytest.raises(processes.WorkerFailed, match="signal 9"):
        child.result()
    child.give_up()  # it has ended; nothing happens


@forks
@pytest.mark.parametrize(("given", "expected"), [("3", 3), ("0", 1)])
def test_the_number_of_processes_can_be_said(monkeypatch, given, expected):
    monkeypatch.setenv("PRACTICE_WORKERS", given)
    assert processes.workers() == expected


def test_the_number_of_processes_is_never_less_than_one(monkeypatch):
    monkeypatch.setenv("PRACTICE_WORKERS", "many")
    assert processes.workers() >= 1


# --- The build ---


@pytest.mark.parametrize("name", CONTENT)
def test_parallel_output_equals_serial_output(tmp_path, monkeypatch, name):
    found = []
    for count in (1, 2, 5):
        monkeypatch.setenv("PRACTICE_WORKERS", str(count))
        if name == "sample":  # it has many pictures: they are made once, the texts read each time
            Path(os.environ["PRACTICE_CACHE"], "documents.sqlite").unlink(missing_ok=True)
        else:
            monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / f"cache-{count}"))
        monkeypatch.setattr("practice.support.processes.WORTH_A_FORK", 2)
        build(CONTENT[name], tmp_path / f"output-{count}", ROOT / "pelicanconf.py")
        found.append(files_of(tmp_path / f"output-{count}"))
    assert found[0] == found[1] == found[2]


def test_mistakes_in_several_processes_are_told_together(
    content, theme, tmp_path, settings_file, monkeypatch
):
    monkeypatch.setenv("PRACTICE_WORKERS", "4")
    settings = settings_file(THEME=str(theme))
    for name in ("post", "therapist", "year"):
        (theme / "templates" / f"{name}.html").write_text("{{ nothing }}", "utf-8")
    with pytest.raises(ProblemsFound) as found:
        build(content, tmp_path / "output", settings)
    named = {problem.path.rpartition("/")[2] for problem in found.value.problems}
    assert named == {"post.html", "therapist.html", "year.html"}
    assert not (tmp_path / "output").exists()


@forks
def test_a_killed_process_stops_the_build_and_leaves_the_output(
    content, tmp_path, settings_file, monkeypatch
):
    monkeypatch.setenv("PRACTICE_WORKERS", "2")
    settings = settings_file()
    build(content, tmp_path / "output", settings)
    before = files_of(tmp_path / "output")
    real, parent = run.jobs, os.getpid()

    def make_or_die(job):
        if job.path == "blog/a-plain-post/index.html" and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return job.make()

    def jobs(site, renderer):
        for job in real(site, renderer):
            yield Job(job.path, job.origin, functools.partial(make_or_die, job))

    monkeypatch.setattr(run, "jobs", jobs)
    with pytest.raises(ProblemsFound) as found:
        build(content, tmp_path / "output", settings)
    [problem] = found.value.problems
    assert (problem.code, "killed by signal 9" in problem.message) == ("worker", True)
    assert files_of(tmp_path / "output") == before


# --- YAML's short cut ---

NEVER = re.compile("(?!)")
YAML = """\
a|b: |key: |x:|- |-| |"|'|[|]|, |:|#| #|>|?|1|é|“q”|%|\xa0|title: "x y"↵|a: b↵|↵|↵  |↵    |
list:↵  - a↵|k: [a, b]↵|08:30|http://a.b/c|$5|key: two words↵|=|<<: |two|  - |  """


@given(
    st.lists(st.sampled_from(YAML.replace("|\n", "|").replace("↵", "\n").split("|")), max_size=14)
)
def test_everyday_yaml_is_read_the_same_by_both_parsers(signs):
    text = "".join(signs)
    quick = front_matter.parse("x.md", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(front_matter, "EVERYDAY", NEVER)
        assert front_matter.parse("x.md", text) == quick
