"""Every package that the product needs at run time is there for every system, ready to install.

Read from `uv.lock`; not tested here: whether the wheels work (the workflow runs on each system).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[2]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
PACKAGES = {package["name"]: package for package in LOCK["package"]}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]
SYSTEMS = {
    "Windows": (("win32", "Windows", "AMD64"), ["win_amd64"]),
    "macOS": (("darwin", "Darwin", "arm64"), [*mac_platforms((15, 0), "arm64")]),
    "Linux x86_64": (
        ("linux", "Linux", "x86_64"),
        [f"manylinux_2_{n}_x86_64" for n in range(36, 4, -1)]
        + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"],
    ),
    "Linux aarch64": (
        ("linux", "Linux", "aarch64"),
        [f"manylinux_2_{n}_aarch64" for n in range(36, 16, -1)]
        + ["manylinux2014_aarch64", "linux_aarch64"],
    ),
}


def environment(system, python):
    """What a marker is compared with (https://packaging.python.org/specifications/dependency-specifiers/)."""
    platform, name, machine = SYSTEMS[system][0]
    version = ".".join(map(str, python))
    return {
        "sys_platform": platform,
        "platform_system": name,
        "platform_machine": machine,
        "os_name": "nt" if platform == "win32" else "posix",
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }


def needed(system, python):
    """The packages that are installed with the product on a system, with all its extras."""
    values = environment(system, python)
    extras = PROJECT.get("optional-dependencies", {})
    wanted = [*PROJECT["dependencies"], *(line for lines in extras.values() for line in lines)]
    named = [Requirement(line) for line in wanted]
    waiting = [
        (canonicalize_name(r.name), tuple(r.extras))
        for r in named
        if r.marker is None or r.marker.evaluate(values)
    ]
    found = set()
    while waiting:
        name, extra = waiting.pop()
        package = PACKAGES[name]
        dependencies = [*package.get("dependencies", ())]
        for each in extra:
            dependencies += package.get("optional-dependencies", {}).get(each, ())
        if name in found and not extra:
            continue
        found.add(name)
        for dependency in dependencies:
            marker = dependency.get("marker")
            if marker is None or Marker(marker).evaluate(values):
                waiting.append((dependency["name"], tuple(dependency.get("extra", ()))))
    return found - {canonicalize_name(PROJECT["name"])}


def tags_of(system, python):
    """What that Python can install there, in the words of wheels."""
    platforms = SYSTEMS[system][1]
    number = f"{python[0]}{python[1]}"
    found = {*cpython_tags(python, [f"cp{number}"], platforms)}
    for version in (number, *(f"3{n}" for n in range(python[1] + 1)), "3"):
        found |= {Tag(f"py{version}", "none", place) for place in ("any", *platforms)}
    return found


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: ".".join(map(str, python)))
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_package_has_a_wheel(system, python):
    tags = tags_of(system, python)
    names = needed(system, python)
    assert {"pelican", "filelock", "jinja2", "nh3"} <= names
    without = []
    for name in sorted(names):
        wheels = [wheel["url"].rpartition("/")[2] for wheel in PACKAGES[name].get("wheels", ())]
        if not any(parse_wheel_filename(wheel)[3] & tags for wheel in wheels):
            without.append(name)
    assert without == []


def test_a_package_without_a_wheel_would_be_found():
    tags = tags_of("Windows", (3, 13))
    for wheel, fits in {
        "x-1-cp313-cp313-win_amd64.whl": True,
        "x-1-cp311-abi3-win_amd64.whl": True,
        "x-1-py3-none-win_amd64.whl": True,
        "x-1-py2.py3-none-any.whl": True,
        "x-1-cp312-cp312-win_amd64.whl": False,
        "x-1-cp313-cp313-win32.whl": False,
        "x-1-cp313-cp313-manylinux_2_28_x86_64.whl": False,
        "x-1-cp314-abi3-win_amd64.whl": False,
    }.items():
        assert bool(parse_wheel_filename(wheel)[3] & tags) == fits, wheel
