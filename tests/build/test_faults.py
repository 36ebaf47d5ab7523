"""Exceptions that no check has foreseen: they are the program's, and named with the file.

Not tested here: mistakes of templates and plugins (`test_build.py`), killed workers and full disks
(`test_system.py`).
"""

from __future__ import annotations

import copy
import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, environment, files_of

from practice import checks
from practice.build import execute
from practice.build.run import build
from practice.checks import links, per_document
from practice.content import reader
from practice.preview.live import LivePreview
from practice.problems import ProblemsFound, UsageError
from practice.rendering.renderer import Renderer
from practice.site import structured_data
from practice.site.site import Site
from practice.support import faults, files, time_limit

BASE = ROOT / "tests" / "bad" / "base"
SETTINGS = ROOT / "pelicanconf.py"
POST = "content/posts/first.md"
HANG = 300
"""Seconds after which a command that hangs fails its test."""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small practice that has been built, in the working folder."""
    shutil.copytree(BASE, tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780315200")
    build(Path("content"), Path("output"), SETTINGS)
    shutil.rmtree(tmp_path / "kept")  # so that everything is read, checked and made again
    return tmp_path


def on_the_post(function, error):
    """The function, which raises an exception whenever the first post is among its arguments."""

    def wrapped(*args, **kwargs):
        about = [getattr(a, "source", a) for a in args]
        if any(isinstance(a, str) and a.endswith("posts/first.md") for a in about):
            raise error
        return function(*args, **kwargs)

    return wrapped


def raising(error):
    def fail(*_args, **_kwargs):
        raise copy.copy(error)  # a new one, without the traceback of the last

    return fail


PLACES = {
    "reading": (reader, "parse"),
    "rendering": (Renderer, "body"),
    "data for templates": (Renderer, "template_of"),
}


def problems_of_build():
    with pytest.raises(ProblemsFound) as caught:
        build(Path("content"), Path("output"), SETTINGS)
    return caught.value.problems


def faults_in(problems):
    return [p for p in problems if p.code == "program-fault"]


@pytest.mark.parametrize("place", PLACES)
def test_a_fault_in_one_file_names_that_file(project, monkeypatch, place):
    owner, name = PLACES[place]
    before = files_of(project / "output")
    broken = on_the_post(getattr(owner, name), KeyError("line_num"))
    monkeypatch.setattr(owner, name, broken)
    [problem] = problems_of_build()
    assert (problem.path, problem.code) == (POST, "program-fault")
    assert "this is a fault of the program, not of your text: KeyError: 'line_num'" in str(problem)
    assert files_of(project / "output") == before


@pytest.mark.parametrize(
    ("owner", "name"), [(links, "_target"), (structured_data, "json_ld"), (Site, "menu")]
)
def test_a_fault_wherever_it_is_names_a_file_and_changes_nothing(project, monkeypatch, owner, name):
    """`Site.menu` is called by templates of the theme, which are a part of the program."""
    (project / POST).write_text(
        (project / POST).read_text("utf-8") + "\n[x]({filename}first.md)\n", "utf-8"
    )
    before = files_of(project / "output")
    monkeypatch.setattr(owner, name, raising(RuntimeError("no")))
    found = faults_in(problems_of_build())
    assert found
    assert all(p.path.startswith("content/") or p.path.startswith("the ") for p in found)
    assert any(p.path == POST for p in found)
    assert files_of(project / "output") == before


def test_a_fault_in_a_check_of_one_text_names_it_and_the_others_are_checked(project, monkeypatch):
    other = project / "content" / "pages" / "contact.md"
    other.write_text(other.read_text("utf-8") + "\nThis is teh way.\n", "utf-8")

    def broken(text):
        if text.document.source == "posts/first.md":
            raise AttributeError("no")
        return iter(())

    monkeypatch.setattr(per_document, "CHECKS", (broken,))
    problems = problems_of_build()
    assert [(p.path, p.code) for p in problems] == [
        ("content/pages/contact.md", "spelling"),
        (POST, "program-fault"),
    ]


@pytest.mark.parametrize("error", [OSError("no errno"), ZeroDivisionError("no")])
def test_a_fault_while_writing_is_not_called_a_full_disk(project, monkeypatch, error):
    (project / POST).write_text((project / POST).read_text("utf-8") + "\nMore.\n", "utf-8")
    monkeypatch.setattr("practice.build.execute.write_file", raising(error))
    problems = problems_of_build()
    assert POST in {p.path for p in problems}
    assert {p.code for p in problems} <= {"program-fault", "disk"}
    assert "free the disk" not in "".join(map(str, problems))


def test_a_fault_between_the_steps_is_named_too(project, monkeypatch):
    before = files_of(project / "output")
    monkeypatch.setattr("practice.build.run.files_below", raising(IndexError("no")))
    [problem] = problems_of_build()
    assert problem.code == "program-fault"
    assert files_of(project / "output") == before


def test_the_details_say_where_it_happened(project, monkeypatch):
    monkeypatch.setattr(Renderer, "body", raising(KeyError("this")))
    [problem] = [p for p in faults_in(problems_of_build()) if p.path == POST]
    details = Path(re.search(r"`(.+?)`", problem.hint)[1])
    assert details.is_relative_to(project / "kept")
    text = details.read_text("utf-8")
    assert "Traceback" in text
    assert "KeyError: 'this'" in text
    assert "File: content/" in text
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in text


def test_without_a_folder_for_details_a_fault_is_still_named(monkeypatch):
    monkeypatch.setattr(faults, "own_folder", raising(PermissionError(errno.EACCES, "no", "x")))
    problem = faults.problem_of(KeyError("x"), "a.md")
    assert problem.code == "program-fault"
    assert "`" not in problem.hint


@pytest.mark.usefixtures("project")
def test_a_fault_is_not_cached(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(reader, "parse", on_the_post(reader.parse, KeyError("x")))
        assert faults_in(problems_of_build())
    with monkeypatch.context() as patch:
        patch.setattr(per_document, "CHECKS", (raising(KeyError("x")),))
        assert faults_in(problems_of_build())
    build(Path("content"), Path("output"), SETTINGS)


def test_the_preview_names_the_same(project, monkeypatch):
    monkeypatch.setattr(Renderer, "body", raising(KeyError("x")))
    live = LivePreview(project / "content", ROOT / "theme", "https://www.example.com")
    [problem] = live.show("/blog/first/").problems
    assert (problem.path, problem.code) == (POST, "program-fault")
    monkeypatch.setattr(links, "_target", raising(KeyError("x")))
    post = project / POST
    post.write_text(post.read_text("utf-8") + "\n[x]({filename}first.md)\n", "utf-8")
    found = faults_in(checks.run(LivePreview(project / "content", ROOT / "theme", "x").as_written))
    assert [p.path for p in found] == [POST]


@pytest.mark.parametrize(
    "code", [errno.ENOENT, errno.EMFILE, errno.EIO, errno.EACCES, errno.EINVAL]
)
def test_only_a_full_disk_has_to_be_freed(code):
    error = OSError(code, os.strerror(code), "x")
    assert "free the disk" not in files.explain(error)[1]
    problem = faults.problem_of(error)
    assert (problem.path, problem.code) == ("x", "system")


@pytest.mark.usefixtures("project")
def test_an_error_of_the_system_says_what_it_is(monkeypatch):
    error = OSError(errno.EMFILE, "Too many open files", "x")
    monkeypatch.setattr("practice.build.run.files_below", raising(error))
    with pytest.raises(UsageError, match="Too many open files") as caught:
        build(Path("content"), Path("output"), SETTINGS)
    assert "free the disk" not in str(caught.value)


COMMAND = """
import sys
from practice.{module} import {name} as broken
def fail(*_args, **_kwargs):
    raise KeyError("by the test")
import practice.{module}
practice.{module}.{name} = fail
from invoke.main import program
program.run(["inv", "--search-root", {root!r}, *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    ("command", "module", "name"),
    [
        ("build", "checks.guarded", "findings"),
        ("build", "build.run", "jobs"),
        ("check", "checks.report", "load"),
        ("check", "checks.legal", "falls_due"),
        ("new", "authoring.scaffold", "make"),
    ],
)
def test_no_command_ends_with_a_traceback(project, command, module, name):
    options = ["post"] if command == "new" else ["--content", "content"]
    options += ["--output", "output"] if command == "build" else []
    shutil.copy(SETTINGS, project / "pelicanconf.py")
    settings = ["--settings", str(SETTINGS)]
    before = files_of(project / "output")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            COMMAND.format(module=module, name=name, root=str(ROOT)),
            command,
            *options,
            *settings,
        ],
        cwd=project,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=HANG,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    assert "Traceback" not in printed
    assert "program-fault this is a fault of the program" in printed
    assert "KeyError: 'by the test'" in printed
    assert files_of(project / "output") == before


def runaway(*_args, **_kwargs):
    while True:
        pass


@pytest.fixture(params=["signals", "no signals"])
def limited(request, monkeypatch):
    """A short time limit, with and without timer signals."""
    monkeypatch.setattr(time_limit, "SECONDS", 0.5)
    if request.param == "no signals":
        monkeypatch.setattr("practice.support.platform.TIMES_BY_SIGNAL", False)


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(("owner", "name"), [(links, "_target"), (Renderer, "body")])
def test_a_step_that_never_ends_names_the_file(project, monkeypatch, owner, name):
    post = project / POST
    post.write_text(post.read_text("utf-8") + "\n[x]({filename}first.md)\n", "utf-8")
    original = getattr(owner, name)

    def only_the_post(*args, **kwargs):
        if any(getattr(a, "source", "") == "posts/first.md" for a in args):
            runaway()
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, only_the_post)
    problems = problems_of_build()
    assert [(p.path, p.code) for p in problems] == [(POST, "file-slow")]


@pytest.mark.usefixtures("project", "limited")
def test_a_template_that_never_ends_does_not_hold_up_every_page(monkeypatch):
    rendered = []

    def endless(_, document):
        rendered.append(document.source)
        runaway()

    monkeypatch.setattr(Renderer, "body", endless)
    problems = problems_of_build()
    assert len(rendered) == execute.MOST_SLOW
    assert [problem.code for problem in problems] == ["file-slow"] * execute.MOST_SLOW
    assert [execute.NOT_TRIED in problem.hint for problem in problems].count(True) == 1


@pytest.mark.usefixtures("project", "limited")
def test_a_check_of_one_text_that_never_ends_names_it(monkeypatch):
    def endless(text):
        if text.document.source == "posts/first.md":
            runaway()
        return iter(())

    monkeypatch.setattr(per_document, "CHECKS", (endless,))
    problems = problems_of_build()
    assert [(p.path, p.code) for p in problems] == [(POST, "file-slow")]


@pytest.mark.usefixtures("limited")
def test_the_preview_ends_a_page_that_is_never_done(project, monkeypatch):
    monkeypatch.setattr(Renderer, "body", runaway)
    live = LivePreview(project / "content", ROOT / "theme", "https://www.example.com")
    [problem] = live.show("/blog/first/").problems
    assert (problem.path, problem.code) == (POST, "file-slow")
