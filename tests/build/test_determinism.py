"""The same content gives the same bytes: whatever the machine, the place, the day it was copied.

Each build runs in a process of its own, because a hash seed is chosen when Python starts.

Not tested here: caches that are cold or warm, and files found in another order (`test_build.py`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tools

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "tests" / "kitchen-sink"
DAY = "1780315200"
SEEDS = ("0", "1", "2", "31337", "random")
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")
LOCALES = {"C": None, "de_DE.UTF-8": "de_DE", "tr_TR.UTF-8": "tr_TR"}
PYTHONS = ("3.11", "3.12", "3.13")
BUILD = """
import sys
from pathlib import Path
from practice.build.run import build
content, output, settings = map(Path, sys.argv[1:])
build(content, output, settings)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("determinism")


def build(folder, name, *, root=ROOT, content=CONTENT, python=(sys.executable,), **changes):
    """Build in a process of its own; gives every file's hash by its path."""
    output = folder / name
    cache = folder / f"{name}-cache"
    cache.mkdir()
    for pictures in (folder / "first-cache").glob("pictures*"):
        shutil.copy(pictures, cache)  # to encode them takes long, and depends on Pillow alone
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": DAY,
        "PRACTICE_CACHE": str(cache),
        "PYTHONPATH": str(root),
        **changes,
    }
    command = [*python, "-c", BUILD, str(content), str(output), str(root / "pelicanconf.py")]
    run = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    files = (file for file in sorted(output.rglob("*")) if file.is_file())
    return {
        file.relative_to(output).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


@pytest.fixture(scope="module")
def first(folder):
    """The site that every other build is held to."""
    found = build(folder, "first")
    assert len(found) > 20
    return found


def different(one, other):
    """The paths of the files that two sites do not share."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


@pytest.fixture(scope="module")
def locales(folder):
    """A folder for the locales that the system has not compiled."""
    place = folder / "locales"
    place.mkdir()
    return place


def compile_locale(name, source, place):
    """Compile a locale with the system's own tool, from the sources in its package `locales`."""
    tools.required("locales")
    command = ["localedef", "--no-archive", "-i", source, "-f", "UTF-8", str(place / name)]
    subprocess.run(command, capture_output=True, check=False)  # it warns, and compiles all the same
    assert (place / name).is_dir()


@pytest.mark.parametrize("number", range(len(SEEDS)), ids=SEEDS)
def test_hash_seeds_time_zones_and_locales(number, folder, first, locales):
    seed, zone = SEEDS[number], ZONES[number % len(ZONES)]
    name, source = list(LOCALES.items())[number % len(LOCALES)]
    if source:
        compile_locale(name, source, locales)
    changes = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": name, "LANG": name}
    other = build(folder, f"seed-{seed}", LOCPATH=str(locales), **changes)
    assert different(first, other) == []


def test_checkout_paths_and_times_of_files(folder, first):
    root = folder / "another place" / "with spaces, é"
    for name in ("practice", "theme"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pelicanconf.py", root)
    content = shutil.copytree(CONTENT, root / "words", copy_function=shutil.copyfile)
    for number, file in enumerate(sorted(root.rglob("*"))):
        os.utime(file, (number * 1_000_000, number * 1_000_000))
    other = build(folder, "elsewhere", root=root, content=content)
    assert different(first, other) == []


def test_one_worker_or_three(folder, first):
    for count in ("1", "3"):
        other = build(folder, f"workers-{count}", PRACTICE_WORKERS=count)
        assert different(first, other) == []


@pytest.mark.parametrize("version", PYTHONS)
def test_python_versions(version, folder, first):
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        assert different(first, build(folder, "this-python")) == []
        return
    uv = shutil.which("uv")
    found = uv and subprocess.run(
        [uv, "python", "find", "--no-python-downloads", version], check=False, capture_output=True
    )
    if not found or found.returncode:
        pytest.skip(f"Python {version} is not installed here: `uv python install {version}`")
    python = (uv, "run", "--isolated", "--frozen", "--python", version, "python")
    assert different(first, build(folder, f"python-{version}", python=python)) == []
