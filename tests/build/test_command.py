"""The command `build`, started as an editor starts it.

Not tested here: what a build does (`test_build.py`), and how long it takes (`benchmarks/`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import CONTENT

from practice.build import run as building
from practice.paths import files_below

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "pelicanconf.py"


def run(*arguments):
    """Run Python as a command would be run."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_command_builds_the_same_site(tmp_path):
    content = CONTENT["kitchen-sink"]
    building.build(content, tmp_path / "one", SETTINGS)
    done = run("-m", "invoke", "build", "--content", content, "--output", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    one, two = (
        {name: (tmp_path / folder / name).read_bytes() for name in files_below(tmp_path / folder)}
        for folder in ("one", "two")
    )
    assert one == two


def test_a_file_of_another_kind_is_named_by_the_command(content, tmp_path):
    (content / "posts" / "a.rst").write_text("Title\n=====\n", "utf-8")
    done = run("-m", "invoke", "build", "--content", content, "--output", tmp_path / "site")
    assert done.returncode == 1
    assert "posts/a.rst:1: file-unexpected" in done.stderr
    assert "Traceback" not in done.stderr
