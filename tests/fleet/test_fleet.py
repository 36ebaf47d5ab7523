"""Many practices with one command: each succeeds or fails alone, whatever happens to a worker.

Not tested here: clusters of several computers, and how long it takes (`docs/scale.md`).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import servers
from conftest import CONTENT, ROOT, environment, settings_text
from invoke.exceptions import Exit
from previews import eventually

import tasks
from practice.fleet import one, summary
from practice.fleet.practices import practices_in
from practice.fleet.result import PracticeResult
from practice.fleet.run import run
from practice.problems import UsageError
from practice.publish import publish as publishing

MISSPELT = "content/pages/home.md:2: field-unknown there is no field `titel` here"
WAITS_ONCE = """
import os, pathlib, time
begun = pathlib.Path("begun")
again = begun.exists()
begun.write_text(str(os.getpid()))
if not again:
    time.sleep(600)
"""
"""Settings of a practice whose first build never ends."""


def practice(folder: Path, content: Path = ROOT / "tests/bad/base", **settings: object) -> Path:
    """Make a practice in a folder, a small one unless another is named."""
    shutil.copytree(content, folder / "content")
    changes = {"PATH": "content", "OUTPUT_PATH": "output", "SITEURL": "https://www.example.com"}
    text = settings_text(**(changes | settings))
    (folder / "pelicanconf.py").write_text(text, "utf-8")
    return folder


def break_home(folder: Path) -> None:
    home = folder / "content/pages/home.md"
    home.write_text(home.read_text("utf-8").replace("title:", "titel:"), "utf-8")


@pytest.fixture
def group(tmp_path):
    """Three practices; the home page of the second has a misspelt field."""
    for name in ("north", "south", "west"):
        practice(tmp_path / name)
    break_home(tmp_path / "south")
    return tmp_path


def states(results: list[PracticeResult]) -> dict[str, str]:
    return {Path(result.folder).name: result.state for result in results}


# --- Each practice alone ---


def test_each_practice_succeeds_or_fails_alone_and_only_what_changed_is_built(group):
    found = practices_in([group], "pelicanconf.py")
    first = run("build", found)
    assert states(first) == {"north": "done", "south": "problems", "west": "done"}
    assert [problem.headline for problem in first[1].problems if problem.severity == "error"] == [
        MISSPELT
    ]
    for name in ("north", "west"):
        assert (group / name / "output/index.html").is_file()
    assert not (group / "south/output").exists()
    home = group / "west/content/pages/home.md"
    home.write_text(home.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
    again = run("build", [group / "north", group / "west"])
    assert states(again) == {"north": "unchanged", "west": "done"}


def test_each_practice_has_settings_of_its_own(tmp_path):
    """`publishconf.py` imports `pelicanconf`, which is another module in each folder."""
    for name in ("north", "south"):
        address = f"https://{name}.practice-site.org"
        folder = practice(tmp_path / name, CONTENT["sample"], SITEURL=address)
        target = {"to": "ready", "path": "ready", "host": "netlify"}
        text = f"from pelicanconf import *\nPUBLISH = {target!r}\n"
        (folder / "publishconf.py").write_text(text, "utf-8")
    found = practices_in([tmp_path], "publishconf.py")
    options = [one.YES, one.SAMPLE]
    results = run("publish", found, options, workers=2)
    told = [*[(r.text, r.problems) for r in results]]
    assert states(results) == {"north": "done", "south": "done"}, "\n".join(map(repr, told))
    for name in ("north", "south"):
        page = (tmp_path / name / "ready/index.html").read_text("utf-8")
        assert f"https://{name}.practice-site.org/" in page
    assert states(run("publish", found, options)) == {"north": "unchanged", "south": "unchanged"}


@pytest.mark.parametrize("step", ["write_bill", "server_settings.write"])
def test_a_release_that_is_live_is_not_said_to_be_unchanged(tmp_path, monkeypatch, step):
    """What fails after the upload is a problem, but the site has changed."""
    folder = practice(tmp_path / "north", CONTENT["sample"], SITEURL="https://practice-site.org")
    target = {"to": "ready", "path": "ready", "host": "netlify"}
    text = f"from pelicanconf import *\nPUBLISH = {target!r}\n"
    (folder / "publishconf.py").write_text(text, "utf-8")

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"{publishing.__name__}.{step}", fails)
    monkeypatch.chdir(tmp_path)
    result = one.run("publish", folder, [one.YES, one.SAMPLE])
    assert result.state == "problems"
    said = summary.failures([result])
    assert "Live: release" in said
    assert "live all the same" in said
    assert "not changed" not in said


def test_what_cannot_be_published_names_why(group):
    (group / "north/publishconf.py").write_text("from pelicanconf import *\n", "utf-8")
    results = run("publish", [group / "north"])
    assert states(results) == {"north": "unusable"}
    assert "does not say where to publish" in results[0].text


def test_a_check_tells_what_a_build_would(group):
    [result] = run("check", [group / "south"])
    assert result.state == "problems"
    assert MISSPELT in result.text
    assert not (group / "south/output").exists()


def test_a_process_that_ends_by_itself_has_no_result(group):
    file = group / "north/pelicanconf.py"
    file.write_text(file.read_text("utf-8") + "import os\nos._exit(7)\n", "utf-8")
    loud = group / "west/pelicanconf.py"
    loud.write_text(loud.read_text("utf-8") + "print('what a settings file prints')\n", "utf-8")
    results = run("build", [group / "north", group / "west"])
    assert states(results) == {"north": "ended", "west": "done"}
    assert "exit code 7" in results[0].text


def test_a_practice_that_goes_on_for_long_is_seen_to_go_on(group, capfd, monkeypatch):
    """Each step is told: a large upload takes longer than a process may be silent."""
    monkeypatch.chdir(group)
    assert one.run("build", group / "north").state == "done"
    assert "Writing the pages" in capfd.readouterr().err


# --- Folders ---


def test_a_folder_stands_for_the_practices_in_it(group):
    wanted = [group / name for name in ("north", "south", "west")]
    assert practices_in([group], "pelicanconf.py") == wanted
    assert practices_in([group / "west", group, group / "north"], "pelicanconf.py") == wanted
    assert practices_in([group / "west"], "pelicanconf.py") == [group / "west"]


@pytest.mark.parametrize(
    ("name", "why"), [("none", "there is no folder"), ("empty", "contains no practice")]
)
def test_a_folder_without_a_practice_is_named(tmp_path, name, why):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=why):
        practices_in([tmp_path / name], "pelicanconf.py")


# --- The command ---


def test_the_command_prints_problems_and_a_table(group, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["inv", "fleet"])
    with pytest.raises(Exit) as ended:
        tasks.fleet.body(None, "build", str(group), json=str(group / "results.json"))
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert MISSPELT in err
    assert err.startswith("south\n")
    rows = [line.split() for line in out.splitlines()]
    assert [row[:2] for row in rows[1:4]] == [
        ["north", "done"],
        ["south", "with"],
        ["west", "done"],
    ]
    assert out.splitlines()[-1] == "3 practices: 2 done, 1 with problems."
    data = json.loads((group / "results.json").read_text("utf-8"))
    assert [entry["state"] for entry in data] == ["done", "problems", "done"]
    assert {"path", "line", "code", "message", "hint", "severity"} <= data[1]["problems"][0].keys()


def test_more_folders_follow_two_hyphens(group, capsys, monkeypatch):
    more = [str(group / "west")]
    monkeypatch.setattr(sys, "argv", ["inv", "fleet", "check", str(group / "north"), "--", *more])
    tasks.fleet.body(None, "check", str(group / "north"))
    assert capsys.readouterr().out.splitlines()[-1] == "2 practices: 2 done."


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["bild", "."], "`bild` is not one of build, check, publish"),
        (["build", ".", "--yes"], "`--yes` is an option of `publish`"),
        (["build", "nowhere"], "there is no folder"),
        (["check", "{group}", "--cluster", "tcp://127.0.0.1:1"], "does not answer"),
    ],
)
def test_what_cannot_be_run_is_told(group, words, why):
    command = [sys.executable, "-m", "practice", "fleet", *(w.format(group=group) for w in words)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_the_run_and_what_it_has_started(group):
    waits = practice(group / "aa-waits")
    settings = waits / "pelicanconf.py"
    settings.write_text(settings.read_text("utf-8") + WAITS_ONCE, "utf-8")
    running = started(group, "--workers", "1")
    child = psutil.Process(process_in(waits))
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=servers.PATIENCE)
    assert running.returncode != 0
    assert "Traceback" not in out
    psutil.wait_procs([child], servers.PATIENCE)
    assert not child.is_running()
    assert not (group / "west/output").exists()  # nothing else is begun


def started(group: Path, *options: str) -> subprocess.Popen[str]:
    """Start to build a group."""
    return subprocess.Popen(
        [sys.executable, "-m", "practice", "fleet", "build", str(group), *options],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def process_in(waits: Path) -> int:
    """Wait until the practice that waits has begun, and return the id of its process."""
    begun = waits / "begun"
    return int(eventually(lambda: begun.exists() and begun.read_text("utf-8")))


def test_names_are_short_and_differ():
    results = [PracticeResult(f"/group/{name}", "done") for name in ("north", "east/one")]
    assert list(summary.names_of(results).values()) == ["north", "east/one"]
    assert list(summary.names_of(results[:1]).values()) == ["north"]


# --- A cluster ---


@contextlib.contextmanager
def cluster(folder: Path, workers: int):
    """A Dask scheduler on loopback and some workers; the values are its address and the workers."""
    port = servers.free_port()
    dask = [sys.executable, "-m", "dask"]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    worker += ["--host", "127.0.0.1", "--local-directory", str(folder)]
    env = environment(PYTHONWARNINGS="ignore")
    with servers.running(scheduler, port, folder / "scheduler.log", env=env):
        started = []
        try:
            for number in range(workers):
                with (folder / f"worker-{number}.log").open("wb") as log:
                    started.append(
                        subprocess.Popen(worker, stdout=log, stderr=log, cwd=ROOT, env=env)
                    )
            yield address, started
        finally:
            for process in started:
                process.kill()
                process.wait()


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(group):
    waits = practice(group / "zz-waits")
    settings = waits / "pelicanconf.py"
    settings.write_text(settings.read_text("utf-8") + WAITS_ONCE, "utf-8")
    found = practices_in([group], "pelicanconf.py")
    with cluster(group, workers=2) as (address, workers):
        report = group / "results.json"
        running = started(group, "--cluster", address, "--json", str(report))
        child = psutil.Process(process_in(waits))
        busy = {parent.pid for parent in child.parents()} & {worker.pid for worker in workers}
        assert len(busy) == 1
        os.kill(busy.pop(), signal.SIGKILL)
        out, _ = running.communicate(timeout=servers.PATIENCE)
        assert running.returncode == 1, out  # of the misspelt field
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert [entry["folder"] for entry in json.loads(report.read_text("utf-8"))] == [
        str(folder) for folder in found
    ]
    assert "4 practices: 3 done, 1 with problems." in out
    assert (waits / "output/index.html").is_file()
