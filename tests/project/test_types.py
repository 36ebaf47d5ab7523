"""The types are right for the newest Python on every system, too.

The usual run of mypy is for the Python and the system that it runs on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEWEST = "3.14"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_types_on(platform):
    cache = ROOT / ".mypy_cache" / f"{platform}-{NEWEST}"
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--platform", platform, "--python-version", NEWEST,
         "--cache-dir", str(cache)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
