"""When `inv build` answers from the record of the last build, and when it has to build.

Not tested here: how long it takes (`benchmarks/`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import tasks
from practice.build import command, last_build
from practice.build.last_build import LastBuild
from practice.build.run import build
from practice.support.environment import environment_fingerprint

TEXT = "Nothing has changed."


@pytest.fixture
def content(tmp_path):
    """A copy of the smallest practice."""
    return Path(shutil.copytree(ROOT / "tests/bad/base", tmp_path / "content"))


@pytest.fixture
def overrides(tmp_path):
    """A folder with a template that replaces one of the theme."""
    folder = tmp_path / "overrides"
    folder.mkdir()
    (folder / "page.html").write_text('{% extends "!theme/page.html" %}', "utf-8")
    return folder


@pytest.fixture
def settings(content, theme, overrides, tmp_path, settings_file):
    """The settings of a practice that was built once."""
    file = settings_file(
        PATH=str(content),
        OUTPUT_PATH=str(tmp_path / "site"),
        THEME=str(theme),
        THEME_TEMPLATES_OVERRIDES=[str(overrides)],
    )
    run_build(file)
    return file


def run_build(settings: Path) -> None:
    last, built = LastBuild(settings, None, None), build(None, None, settings)
    last.record(built.inputs, built.output, built.state, TEXT)


def answer(settings: Path) -> str | None:
    return LastBuild(settings, None, None).report()


def replace(file: Path, before: str, after: str) -> None:
    """Change a file, and let it have the time that it had."""
    times = file.stat()
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_nothing_has_changed(settings):
    assert answer(settings) == TEXT
    assert answer(settings) == TEXT


CHANGES = {
    "a text": lambda at: replace(at / "content/pages/home.md", "title: ", "title: A"),
    "a text, as long as before": lambda at: replace(at / "content/pages/home.md", "e", "a"),
    "a new file": lambda at: (at / "content/images/new.png").write_bytes(b""),
    "a new file in a new folder": lambda at: (
        (at / "content/images/a").mkdir() or (at / "content/images/a/new.png").write_bytes(b"")
    ),
    "a file that is gone": lambda at: (at / "content/pages/home.md").unlink(),
    "a file with another name": lambda at: (at / "content/pages/home.md").rename(
        at / "content/pages/people.md"
    ),
    "a link": lambda at: (at / "content/pages/link.md").symlink_to("team.md"),
    "a pipe": lambda at: os.mkfifo(at / "content/pages/pipe.md"),
    "a template": lambda at: replace(at / "theme/templates/base.html", "<body", "<body "),
    "a style sheet": lambda at: next(at.glob("theme/**/*.css")).write_text("", "utf-8"),
    "a template of the practice": lambda at: replace(at / "overrides/page.html", "{%", "<p>{%"),
    "settings": lambda at: replace(at / "settings.py", "https://", "https://new."),
    "a page of the output": lambda at: replace(at / "site/index.html", "<body", "<bodx"),
    "a page that is gone": lambda at: (at / "site/index.html").unlink(),
    "a file of others": lambda at: (at / "site/extra.html").write_bytes(b""),
    "the output is gone": lambda at: (at / "site").rename(at / "moved"),
    "what a killed build has left": lambda at: (at / ".site.new-1").mkdir(),
    "another right": lambda at: (at / "site/index.html").chmod(0o600),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_noticed(settings, tmp_path, name):
    CHANGES[name](tmp_path)
    assert answer(settings) is None


def test_another_day(settings, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793620800")
    assert answer(settings) is None


def test_another_version_of_a_package_or_of_our_code(settings, monkeypatch):
    monkeypatch.setattr(last_build, "environment_fingerprint", lambda: b"another")
    assert answer(settings) is None


def test_other_folders(settings, content, tmp_path):
    assert LastBuild(settings, content, None).report() is None
    assert LastBuild(settings, None, tmp_path / "other").report() is None


@pytest.mark.parametrize("name", ["content/pages/home.md", "site/index.html"])
def test_a_change_that_the_clock_does_not_show(settings, tmp_path, name, monkeypatch):
    """Where a file's time is too new to be trusted, its content is compared."""
    (tmp_path / name).touch()
    run_build(settings)
    monkeypatch.setattr(last_build, "_times", lambda _: "the same")
    assert answer(settings) == TEXT
    replace(tmp_path / name, "e", "a")
    assert answer(settings) is None


def test_a_new_file_is_read_once_and_its_time_is_trusted_later(settings, monkeypatch):
    read = []
    digest_of = last_build._digest_of
    monkeypatch.setattr(last_build, "_digest_of", lambda path: read.append(path) or digest_of(path))
    monkeypatch.setattr(last_build, "CLOCK_STEP", -60)
    assert answer(settings) == TEXT
    assert read
    read.clear()
    assert answer(settings) == TEXT
    assert not read


@pytest.mark.parametrize(
    "line",
    [
        'PLUGINS = ["practice", "neighbors"]',
        'PLUGIN_PATHS = ["plugins"]',
        "JINJA_FILTERS = {'loud': str.upper}",
        "raise ValueError",
    ],
)
def test_nothing_is_recorded_where_settings_do_not_say_all(settings, line):
    settings.write_text(f"{settings.read_text('utf-8')}\n{line}\n", "utf-8")
    assert LastBuild(settings, None, None).file is None


RECORDS = {
    "no JSON": b"{",
    "nothing": b"",
    "another type": b"[]",
    "another key": b'{"key": ""}',
    "bytes that are no text": b"\xff\xfe",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_is_broken_is_none(settings, name):
    file = LastBuild(settings, None, None).file
    file.write_bytes(RECORDS[name])
    assert answer(settings) is None


@pytest.mark.parametrize("field", ["key", "inputs", "output", "state", "report"])
@pytest.mark.parametrize("value", [None, 1, [1], {"a": 1}])
def test_a_field_of_another_type_is_no_record(settings, field, value):
    file = LastBuild(settings, None, None).file
    record = json.loads(file.read_bytes())
    file.write_text(json.dumps(record | {field: value}), "utf-8")
    assert answer(settings) in (None, str(value) if field == "report" else None)


def test_a_record_that_is_a_link_is_none(settings, tmp_path):
    file = LastBuild(settings, None, None).file
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert answer(settings) is None
    run_build(settings)
    assert not file.is_symlink()
    assert answer(settings) == TEXT


@pytest.mark.usefixtures("settings")
def test_the_command_says_that_nothing_has_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = []
    for _ in range(3):
        tasks.build.body(None, settings="settings.py")
        said.append(capsys.readouterr().out.splitlines())
    assert said[0][0].startswith("Built ")
    assert said[1][0].startswith("Nothing has changed since the last build: site/ has ")
    assert said[0][0].rpartition(" s. ")[2] == said[1][0].rpartition("). ")[2]
    assert said[0][1:] == said[1][1:] == said[2][1:]
    assert said[1][0] == said[2][0]


def practice(settings: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command `practice build`, and name the modules that it has loaded."""
    command = "import sys; from practice.__main__ import main; main(); print(*sys.modules)"
    return subprocess.run(
        [sys.executable, "-c", command, "build", "--settings", str(settings), *words],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_nothing_changed_is_answered_before_the_command_line_is_loaded(settings):
    done = practice(settings)
    assert done.returncode == 0, done.stderr
    said, modules = done.stdout.splitlines()
    assert said == TEXT
    heavy = {"invoke", "pelican", "pydantic", "jinja2", "markdown", "sqlite3", "asyncio"}
    assert heavy & set(modules.split()) == set()


def test_without_the_cache_the_site_is_built(settings, monkeypatch, tmp_path):
    shutil.rmtree(LastBuild(settings, None, None).file.parent)
    assert answer(settings) is None
    run_build(settings)
    assert answer(settings) == TEXT
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "another"))
    assert answer(settings) is None


def test_another_python_and_another_package_are_another_environment(monkeypatch, tmp_path):
    found = set()
    for version in (sys.version, "3.99.0"):
        monkeypatch.setattr(sys, "version", version)
        found.add(environment_fingerprint.__wrapped__())
    (tmp_path / "other-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    found.add(environment_fingerprint.__wrapped__())
    assert len(found) == 3


def test_a_site_that_has_changed_is_compared_once(settings, tmp_path, monkeypatch):
    """`practice build` asks before it loads the command, which would ask again."""
    asked, real = [], LastBuild.report
    monkeypatch.setattr(LastBuild, "report", lambda last: asked.append(last) or real(last))
    replace(tmp_path / "content/pages/home.md", "title: ", "title: A")
    assert command.unchanged(settings) is None
    assert command.build_if_changed(settings)[1] is not None
    assert len(asked) == 1
    assert command.build_if_changed(settings)[1] is None
    assert len(asked) == 2
