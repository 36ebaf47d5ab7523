"""Everything that `uv run inv test` does, in order: install tools, lint and types, tests.

Every step is a command of its own, started without a shell. The commands of the second step run
at the same time, as many as the machine has processors, and print their output when they end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
TYPED = {"linux": "3.11", "darwin": "3.14", "win32": "3.14"}
"""Systems for which types are checked, each with a version of Python: the oldest or the newest."""
STATIC: tuple[tuple[str, ...], ...] = (
    *(
        (
            "mypy",
            "--platform",
            name,
            "--python-version",
            python,
            "--cache-dir",
            f".mypy_cache/{name}",
        )
        for name, python in TYPED.items()
    ),
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
)
"""Checks that only read the code, the slowest first."""
PROCESSES = (os.cpu_count() or 1) + 2
"""More than there are processors, because tests of servers and browsers wait a lot."""
MEMORY = Path("/dev/shm")  # pytest makes a private folder in it
"""A file system in memory, on Linux: tests write 100,000 small files."""
ENOUGH_MEMORY = 4_000_000_000
"""Bytes that have to be free in it."""
COLLECT = ("pytest", "--collect-only", "-qq")
"""Compiles every module and every test once, before several processes need them all at once."""
COMPILED = ROOT / ".pytest_cache" / "compiled"
"""Where compiled modules go if they are not to lie beside the sources."""
TESTS = ("pytest", "--numprocesses", str(PROCESSES), "--dist", "worksteal")
"""Each process begins with its own part of the tests, in order, and one that has finished takes
tests from the others."""


def main() -> int:
    """Run all steps; gives the exit code of the first that fails, or 0."""
    options = _options()
    environment = dict(os.environ)
    environment.setdefault("PYTHONWARNINGS", "error")
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        environment.setdefault("PYTHONPYCACHEPREFIX", str(COMPILED))
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY:
        environment.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if options.setup:
        _run([sys.executable, "tests/tools.py"], dict(os.environ))
    if not options.only:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            pool.submit(_run_silently, COLLECT, environment)
            codes = list(pool.map(lambda words: _run_quietly(words, environment), STATIC))
        if any(codes):
            return next(filter(None, codes))
    folders = [f"tests/{name}" for name in options.only]
    return _run([*_program(TESTS), *folders], environment)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-setup", dest="setup", action="store_false", help="install no tools")
    parser.add_argument("only", nargs="*", help="folders of tests; lint and types are left out")
    return parser.parse_args()


def _program(words: Sequence[str]) -> list[str]:
    """A command whose program is one of this Python environment."""
    suffix = ".exe" if sys.platform == "win32" else ""
    return [str(Path(sysconfig.get_path("scripts"), words[0] + suffix)), *words[1:]]


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Announce a command and run it; what it prints is seen at once."""
    print(f"$ {' '.join([Path(command[0]).stem, *command[1:]])}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _run_silently(words: Sequence[str], environment: dict[str, str]) -> None:
    """Run a command whose result is of no interest."""
    nowhere = subprocess.DEVNULL
    subprocess.run(
        _program(words), cwd=ROOT, env=environment, check=False, stdout=nowhere, stderr=nowhere
    )


def _run_quietly(words: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command, and print it with all that it said when it has ended."""
    done = subprocess.run(
        _program(words),
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    print(f"$ {' '.join(words)}\n{done.stdout.strip()}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
