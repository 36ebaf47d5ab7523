"""The benchmark itself: servers that show no edit, and what is left when it is stopped.

Not tested here: the other generators, which it installs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from benchmarks import report, run
from benchmarks.run import Tool

SERVER = """
import http.server, os, pathlib, sys
pathlib.Path("pid.part").write_text(str(os.getpid()))
os.replace("pid.part", "pid")
if sys.argv[1] == "deaf":
    page = pathlib.Path("post.md").read_bytes() + b"</html>"
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        now = pathlib.Path("post.md").read_bytes() + b"</html>"
        self.wfile.write(page if sys.argv[1] == "deaf" else now)
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
"""


def tool(kind: str) -> Tool:
    serve = (sys.executable, "-c", SERVER.replace("{", "{{").replace("}", "}}"), kind, "{port}")
    if kind == "none":
        serve = (sys.executable, "-c", "pass")
    return Tool(kind, lambda folder, _: folder / "post.md", (), serve, "post/", (), ())


@pytest.fixture
def post(tmp_path):
    file = tmp_path / "post.md"
    file.write_text("---\ntitle: T\n---\n\nWords.\n\n## More\n\nWords.\n", "utf-8")
    return file


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(run, "SETTLED", 0.01)
    monkeypatch.setattr(run, "PATIENCE", 0.3)


def alive(folder) -> bool:
    try:
        os.kill(int((folder / "pid").read_text()), 0)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return True


def test_edits_that_are_shown_are_timed(post, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE", 60)
    seconds, lost = run.edits(tool("live"), post.parent, post, 0.0)
    assert (len(seconds), lost) == (run.EDITS, 0)
    assert not alive(post.parent)


@pytest.mark.parametrize("kind", ["deaf", "none"])
def test_a_server_that_shows_no_edit_is_no_error(post, kind):
    assert run.edits(tool(kind), post.parent, post, 0.0)[0] == []
    assert not alive(post.parent)


def test_a_figure_that_was_not_measured_is_said_in_words():
    known = {"cold": 1.0, "memory": 10, "html": 1, "css": 1, "js": 1, "requests": 1}
    runs = {"ours": {"100": {**known, "edit": 0.02}}, "Pelican": {"100": known}}
    text = report.readme({"runs": runs, "versions": {}, "machine": "one", "load": 0})
    assert "| 100 | edit to served page | 20 ms | never shown |" in text
    assert "| 100 | edit to served page | – |" in text
    assert "ours" in report.plot(runs)
    assert "Pelican" not in report.plot(runs)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_server_is_ended_when_the_run_is_stopped(post, number):
    script = """
import signal
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1] + "/tests/project", sys.argv[1] + "/tests"]
from benchmarks import run
from test_benchmark import tool
signal.signal(signal.SIGINT, signal.default_int_handler)
run.PATIENCE = 600
folder = sys.argv[2]
sys.argv = sys.argv[:1]
run.run = lambda *_: run.edits(
    tool("deaf"), Path(folder), Path(folder, "post.md"), 0.0
)
run.main()
"""
    command = [sys.executable, "-c", script, str(ROOT), str(post.parent)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as bench:
        try:
            while not alive(post.parent):
                assert bench.poll() is None
                time.sleep(0.01)
            bench.send_signal(number)
            assert bench.wait() != 0
        finally:
            bench.kill()
    assert not alive(post.parent)


def test_the_usual_folder_is_not_hidden():
    inside = run.FOLDER.relative_to(ROOT)
    assert not any(part.startswith(".") for part in inside.parts)
    assert inside.parts[0].startswith("output")
    assert "/output*/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
