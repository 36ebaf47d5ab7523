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

from benchmarks import corpus, full_theme, measure, report, run, sites
from benchmarks.measure import Effort
from benchmarks.tools import Tool

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


SHORT = Effort(settled=0.01, patience=0.3)
LONG = Effort(settled=0.01, patience=60)


def alive(folder) -> bool:
    try:
        os.kill(int((folder / "pid").read_text()), 0)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return True


@pytest.mark.parametrize("change", [measure.edit, measure.retitle])
def test_edits_that_are_shown_are_timed(post, change):
    seconds, lost = measure.edits(tool("live"), post.parent, post, 0.0, LONG, change=change)
    assert (len(seconds), lost) == (LONG.edits, 0)
    assert not alive(post.parent)


@pytest.mark.parametrize("kind", ["deaf", "none"])
def test_a_server_that_shows_no_edit_is_no_error(post, kind):
    assert measure.edits(tool(kind), post.parent, post, 0.0, SHORT)[0] == []
    assert not alive(post.parent)


@pytest.mark.parametrize("make", [sites.ours, sites.stock, sites.hugo, sites.zensical])
def test_edits_change_a_text_and_a_title_and_nothing_else(make, tmp_path):
    post = make(tmp_path, 2)
    before = post.read_text("utf-8").splitlines()
    for change, number in ((measure.edit, 1), (measure.retitle, 2)):
        for mark in ("One", "Two"):
            change(post, mark)
        now = post.read_text("utf-8").splitlines()
        different = [line for line, old in zip(now, before, strict=True) if line != old]
        assert len(different) == number
        assert sum("MarkTwo" in line for line in different) == number
        assert "MarkOne" not in "".join(now)


def test_our_theme_is_ported_with_every_word_of_a_post_replaced():
    post = next(corpus.posts(1))
    day = f"{post.date:%B} {post.date.day}, {post.date.year}"
    page = (
        f"<title>{post.title}</title><p>{post.summary}</p><a href='/blog/{post.slug}/'>{post.date}"
        f'{day}</a><a href="/team/{corpus.author_id(post)}/">'
        f'<a href="/blog/topics/{corpus.TOPICS[post.topic].lower()}/">'
        f'<ol class="plain">\n<li><a href="#a">A</a></li></ol>'
        f"{full_theme.TEXT}the text{full_theme.AFTER}"
    )
    places = dict.fromkeys(sites.HUGO_PLACES, "X")
    found = full_theme.Ported(page, {}).with_places(places, contents="TOC")
    assert found == (
        "<title>X</title><p>X</p><a href='X'>XX</a>XXTOC"
        f"{full_theme.TEXT}X</div>\n{full_theme.AFTER}"
    )
    with pytest.raises(ValueError, match="does not hold the title"):
        full_theme.Ported(page.replace(post.title, ""), {}).with_places(places)


def test_a_figure_that_was_not_measured_is_said_in_words():
    known = {"cold": [1.0], "memory": [10], "html": 1, "css": 1, "js": 1, "requests": 1}
    runs = {
        "ours": {"100": {**known, "edit": [0.01, 0.02, 0.03]}},
        "Pelican": {"100": {**known, "edit": []}},
    }
    text = report.readme({"runs": runs, "versions": {}, "machine": "one"})
    assert "| 100 | edit of a text to served page | 20 ms (10 ms–30 ms) | never shown |" in text
    assert "| 100 | edit of a text to served page | – |" in text
    assert "ours" in report.plot(runs)
    assert "Pelican" not in report.plot(runs)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_server_is_ended_when_the_run_is_stopped(post, number):
    script = """
import signal
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1] + "/tests/project", sys.argv[1] + "/tests"]
from benchmarks import measure, run
from test_benchmark import tool
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = sys.argv[2]
sys.argv = sys.argv[:1]
run.run = lambda *_, **__: measure.edits(
    tool("deaf"), Path(folder), Path(folder, "post.md"), 0.0, measure.Effort(patience=600)
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


@pytest.mark.parametrize(
    ("share", "said"), [(0.5, "was busy with other work"), (0.0, "at most 0%")]
)
def test_a_busy_machine_is_said(share, said):
    assert said in report.busy_lines({"ours": {"100": {"busy": share}}})[0]


def test_the_usual_folder_is_not_hidden():
    inside = run.FOLDER.relative_to(ROOT)
    assert not any(part.startswith(".") for part in inside.parts)
    assert inside.parts[0].startswith("output")
    assert "/output*/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
