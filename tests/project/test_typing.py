"""Types and linters: what they are told to overlook has a reason; the stubs fit the libraries."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("practice", "benchmarks", "tests")
FILES = [ROOT / "tasks.py"]
FILES += sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
OVERLOOKED = re.compile(r"#\s*(?:noqa\b(?::[\s,A-Z0-9]*\d)?|type:\s*ignore\b(?:\[[^\]]*\])?)")
"""What tells ruff or mypy to overlook something, with its codes."""


def without_reason(code: str) -> list[int]:
    """The lines with such a comment and no words of explanation behind it."""
    comments = (
        token
        for token in tokenize.generate_tokens(io.StringIO(code).readline)
        if token.type == tokenize.COMMENT and OVERLOOKED.search(token.string)
    )
    return [
        token.start[0]
        for token in comments
        if not re.search(r"[a-z]{2}", OVERLOOKED.sub("", token.string))
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_is_overlooked_has_a_reason(file):
    assert without_reason(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("comment", "lines"),
    [
        ("# noqa: S603", [1]),
        ("# noqa", [1]),
        ("# type: ignore[misc]", [1]),
        ("# type: ignore[attr-defined, misc]  # noqa: S704, N802", [1]),
        ("# noqa: S603  #", [1]),
        ("# noqa: S603  # no shell", []),
        ("# type: ignore[misc]  # noqa: S704  # made of escaped parts", []),
        ("# a comment", []),
        ("", []),
    ],
)
def test_a_missing_reason_is_found(comment, lines):
    assert without_reason(f"x = 1  {comment}\n") == lines
    assert without_reason(f"x = '{comment}'\n") == []


def test_stubs_fit_the_installed_libraries():
    """Names in `typings/` exist, with the parameters that are declared (mypy's stubtest)."""
    stubs = [
        path for path in (ROOT / "typings").iterdir() if path.is_dir() or path.suffix == ".pyi"
    ]
    command = [
        *(sys.executable, "-m", "mypy.stubtest", *sorted(path.stem for path in stubs)),
        *("--mypy-config-file", "pyproject.toml", "--concise"),
        *("--ignore-missing-stub", "--ignore-positional-only"),
        *("--allowlist", "typings/stubtest-allowlist.txt"),
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
