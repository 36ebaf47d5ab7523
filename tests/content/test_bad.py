"""The corpus of bad input, `bad/`: nothing bad goes out, and nothing good is refused.

The build and the preview say the same of each case.

A case is a folder. Its files are laid over `bad/base`, a small practice with no mistake; where a
folder cannot hold what is meant (a pipe, megabytes), `case.py` makes it. `expected.txt` lists
every problem as `path:line: code`, a warning with `(warning)` behind it, or says `good`.

Not tested here: the words of messages (`test_reader.py`, `test_body.py`), mistakes of the theme
and the machine (`test_build.py`, `test_system.py`).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

from practice import checks
from practice.build.run import build
from practice.preview.live import LivePreview
from practice.problems import ProblemsFound
from practice.support import time_limit
from practice.support.cache_folder import cache_folder

HERE = Path(__file__).parents[1]
CORPUS = HERE / "bad"
BASE = CORPUS / "base"
NAMES = sorted(expected.parent.name for expected in CORPUS.glob("*/expected.txt"))
BESIDE = shutil.ignore_patterns("expected.txt", "case.py", "__pycache__")
SETTINGS = HERE.parent / "pelicanconf.py"
TODAY = "1780315200"
"""2026-06-01, noon UTC."""
PROCESSOR_SECONDS = 20.0
"""Limit for any case. Time that a busy machine gives to others is not counted."""


@pytest.fixture(autouse=True)
def one_day(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path_factory.getbasetemp() / "bad-cache"))
    monkeypatch.setattr(time_limit, "SECONDS", 2.0)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


def lay(name, root):
    """Make the content of a case below ``root``."""
    content = root / "content"
    shutil.copytree(BASE, content)
    lay_over(name, content)


def lay_over(name, content):
    """Make the base of all cases one of them."""
    folder = CORPUS / name
    for file in folder.rglob("*"):
        if file.is_symlink():
            (content / file.relative_to(folder)).unlink(missing_ok=True)
    if (folder / "case.py").exists():
        spec = importlib.util.spec_from_file_location("case", folder / "case.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        try:
            module.change(content)
        except (OSError, AttributeError) as error:  # such a file, or such a name
            if sys.platform == "linux":
                raise
            pytest.skip(f"this system cannot have it: {error}")
    shutil.copytree(folder, content, symlinks=True, dirs_exist_ok=True, ignore=BESIDE)


def outcome(root):
    """Build the content below ``root``; what is not a Problem is raised."""
    try:
        problems = build(root / "content", root / "output", SETTINGS).warnings
        built = True
    except ProblemsFound as error:
        problems, built = error.problems, False
    assert (root / "output").exists() == built
    return problems, lines_of(problems), built


def lines_of(problems):
    """Problems as `expected.txt` has them."""
    return [
        f"{p.path}:{p.line}: {p.code}" + (" (warning)" if p.severity == "warning" else "")
        for p in problems
    ] or ["good"]


def processor_seconds():
    """Seconds of processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


@pytest.mark.parametrize("name", NAMES)
def test_case(name, tmp_path, monkeypatch, outcome_of_case):
    lay(name, tmp_path)
    monkeypatch.chdir(tmp_path)
    is_good = name.startswith("good-")
    started = processor_seconds()
    try:
        problems, lines, built = outcome(tmp_path)
    except Exception:
        outcome_of_case("traceback")
        raise
    seconds = processor_seconds() - started
    if is_good:
        outcome_of_case("good", *(() if built else ("false refusal",)))
    else:
        located = problems and all(problem.line for problem in problems)
        outcome_of_case(
            "silent" if not problems else "warned" if built else "refused",
            *(("located",) if located else ()),
        )
    expected = (CORPUS / name / "expected.txt").read_text("utf-8").splitlines()
    assert lines == expected
    assert is_good == (expected == ["good"])
    assert seconds < PROCESSOR_SECONDS
    for problem in problems:
        assert (tmp_path / problem.path).parent.exists(), "a problem names a file of the content"
        assert problem.message
        assert problem.hint, "every problem says what to do"


@pytest.mark.parametrize("name", NAMES)
def test_the_preview_says_the_same(name, tmp_path, monkeypatch):
    content = Path(shutil.copytree(BASE, tmp_path / "content"))
    monkeypatch.chdir(tmp_path)
    kept = cache_folder(content)
    live = LivePreview(content, SETTINGS.parent / "theme", "https://www.example.com", kept)
    before = set(content.rglob("*"))
    lay_over(name, content)
    live.changed(before | set(content.rglob("*")))
    site = live.as_written
    found = sorted({*live.problems(), *(checks.run(site, kept=kept) if site else ())})
    expected = (CORPUS / name / "expected.txt").read_text("utf-8").splitlines()
    assert lines_of(ProblemsFound(found).problems) == expected


@pytest.mark.parametrize("name", [name for name in NAMES if "clinic" in name] + NAMES[::10])
def test_a_preview_that_begins_with_mistakes_says_the_same(name, tmp_path, monkeypatch):
    lay(name, tmp_path)
    monkeypatch.chdir(tmp_path)
    live = LivePreview(tmp_path / "content", SETTINGS.parent / "theme", "https://www.example.com")
    site = live.as_written
    found = sorted({*live.problems(), *(checks.run(site) if site else ())})
    expected = (CORPUS / name / "expected.txt").read_text("utf-8").splitlines()
    assert lines_of(ProblemsFound(found).problems) == expected


def test_the_base_is_good(tmp_path, monkeypatch):
    shutil.copytree(BASE, tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    assert outcome(tmp_path)[1] == ["good"]


def test_the_corpus_is_large_enough():
    good = [name for name in NAMES if name.startswith("good-")]
    assert len(NAMES) >= 150
    assert len(good) >= 20
    folders = [folder for folder in CORPUS.iterdir() if folder.is_dir() and folder != BASE]
    assert {f.name for f in folders if not f.name.startswith(".")} == set(NAMES)
