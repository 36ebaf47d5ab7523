"""The package: what the wheel and the source archive hold, and sites built with it elsewhere.

Everything is installed from the lock file and uv's cache, so no test needs a network. Not tested
here: what the commands do (`tests/build`, `tests/publish`, `tests/preview`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import publishing
import pytest
from conftest import CONTENT, ROOT, files_of, settings_text

from practice.support.extras import EXTRAS
from practice.support.output_folder import MARKER

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETTINGS = """\
SITEURL = "https://www.example.com"
PATH = "content"
TIMEZONE = "America/Los_Angeles"
DEFAULT_LANG = "en"
LOCALE = ["C"]
"""
PLUGIN = 'PLUGINS = ["practice"]\n'


def run(*command, cwd, code=0, **variables) -> str:
    """What a command prints; ``code`` is the exit code that it has to have."""
    variables = {**os.environ, "NO_COLOR": "1", **variables}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def archives(tmp_path_factory) -> tuple[Path, Path]:
    """The wheel, and the source archive from which it is built."""
    folder = tmp_path_factory.mktemp("dist")
    run("uv", "build", "--offline", "--no-build-isolation", "--out-dir", folder, cwd=ROOT)
    [wheel], [source] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


def names_in(archive: Path) -> set[str]:
    if archive.suffix == ".whl":
        return set(zipfile.ZipFile(archive).namelist())
    with tarfile.open(archive) as opened:
        return {name.partition("/")[2] for name in opened.getnames()}


def tracked(folder: str) -> set[str]:
    """The files below a folder of the checkout, without what programs leave there."""
    files = [file for file in (ROOT / folder).rglob("*") if file.is_file()]
    files = [file for file in files if "__pycache__" not in file.parts]
    return {file.relative_to(ROOT).as_posix() for file in files}


def test_the_wheel_holds_the_package_the_theme_and_the_plugin(archives):
    names = {name for name in names_in(archives[0]) if ".dist-info/" not in name}
    namespace = "practice/plugin/namespace/__init__.py"
    package = tracked("practice") - {namespace}
    theme = {f"practice/{name}" for name in tracked("theme")}
    assert names == package | theme | {"practice/tasks.py", "pelican/plugins/practice/__init__.py"}
    assert "practice/py.typed" in names
    assert "practice/preview/bar.js" in names


def test_the_source_archive_holds_what_the_wheel_is_built_from(archives):
    names = names_in(archives[1])
    beside = {"tasks.py", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
    assert names == tracked("practice") | tracked("theme") | beside | {".gitignore", "PKG-INFO"}


def environment_with(folder: Path, wheel: Path, *extras: str) -> Path:
    """The folder of the programs of a fresh environment, with the wheel and its packages."""
    options = [option for extra in extras for option in ("--extra", extra)]
    at = {"UV_PROJECT_ENVIRONMENT": str(folder), "VIRTUAL_ENV": ""}
    locked = ("--frozen", "--offline", "--no-dev", "--no-install-project")
    python = ("--python", sys.executable)
    run("uv", "sync", *locked, *python, *options, cwd=ROOT, **at)
    install = ("uv", "pip", "install", "--offline", "--no-deps", "--python", folder)
    run(*install, wheel, cwd=folder)
    run("uv", "pip", "check", "--python", folder, cwd=folder)
    return next(file for file in folder.glob("*/practice*") if file.is_file()).parent


@pytest.fixture(scope="module")
def core(archives, tmp_path_factory) -> Path:
    """An environment with nothing but what a build needs."""
    return environment_with(tmp_path_factory.mktemp("core"), archives[0])


@pytest.fixture(scope="module")
def whole(archives, tmp_path_factory) -> Path:
    """An environment with every extra."""
    return environment_with(tmp_path_factory.mktemp("whole"), archives[0], *EXTRAS)


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    """The kitchen sink outside this repository, with the least settings and a cache of its own."""
    folder = tmp_path / "site"
    shutil.copytree(CONTENT["kitchen-sink"], folder / "content")
    (folder / "pelicanconf.py").write_text(SETTINGS + PLUGIN, "utf-8")
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "cache"))
    return folder


def test_a_site_outside_this_repository_is_the_same(whole, site, kitchen_sink):
    """By the installed command, and by `pelican`; the checkout's own settings say no more."""
    own = settings_text(PATH="content", THEME="", PLUGINS=["practice"])
    left_out = ("THEME =", "OUTPUT_PATH =")
    said = {line for line in own.splitlines() if not line.startswith(left_out)}
    assert {line.replace("'", '"') for line in said} == set((SETTINGS + PLUGIN).splitlines())
    printed = run(whole / "practice", "build", cwd=site)
    assert "`practice preview` shows it" in printed
    assert files_of(site / "output") == kitchen_sink.files()
    run(whole / "pelican", "content", "-s", "pelicanconf.py", "-o", "by-pelican", cwd=site)
    assert files_of(site / "by-pelican") == without_marker(kitchen_sink.files())


def test_without_the_extra_for_leaflets_the_rest_of_the_site_is_the_same(core, site, kitchen_sink):
    printed = run(core / "practice", "build", cwd=site)
    assert printed.count("leaflets-off") == 1
    assert "run `pip install 'practice-site[leaflets]'`" in printed

    def rest(files: dict[str, bytes]) -> dict[str, bytes]:
        links = re.compile(rb'<p class="leaflets">.*?</p>\n', re.DOTALL)
        return {
            name: links.sub(b"", content) if name.endswith(".html") else content
            for name, content in files.items()
            if not name.startswith("leaflets/")
        }

    built = files_of(site / "output")
    assert built == rest(kitchen_sink.files())
    assert built == rest(built), "no page links to a leaflet"


def without_marker(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != MARKER}


RECEIVERS = """
import sys
from pelican import Pelican
from pelican.plugins import signals
from pelican.settings import read_settings
for plugins in (None, ["practice"], ["pelican.plugins.practice"], ["practice"] * 2):
    pelican = Pelican(read_settings("pelicanconf.py", override={"PLUGINS": plugins}))
    print(*pelican.settings["PLUGINS"], len(signals.initialized.receivers))
"""


def test_the_plugin_registers_once_under_any_name(core, site):
    """An installed plugin loads itself where the settings name none."""
    name = "pelican.plugins.practice"
    lines = run(core / "python", "-c", RECEIVERS, cwd=site).splitlines()
    assert lines == [f"{name} 1", f"{name} 1", f"{name} 1", f"{name} {name} 1"]


def test_mistakes_are_named_by_the_installed_command(core, site):
    (site / "content" / "posts" / "broken.md").write_text("---\ntitel: x\n---\n", "utf-8")
    assert "content/posts/broken.md:2: field-unknown" in run(
        core / "practice", "check", cwd=site, code=1
    )


COMMANDS = """
import contextlib, sys
from practice.__main__ import main
for command in ("preview", "publish", "rollback", "releases"):
    sys.argv = ["practice", command]
    try:
        main()
    except SystemExit as ended:
        print(command, ended.code, flush=True)
"""


def test_a_command_without_its_extra_says_what_to_install(core, site):
    lines = run(core / "python", "-c", COMMANDS, cwd=site).splitlines()
    for command in ("preview", "publish", "rollback", "releases"):
        assert f"{command} 2" in lines
    extras = [re.search(r"run `pip install 'practice-site\[(\w+)\]'`$", line) for line in lines]
    assert [found[1] for found in extras if found] == ["preview", *["publish"] * 3]


def test_a_search_without_its_extra_says_what_to_install(core, site):
    (site / "page.html").write_text("<main>words</main>", "utf-8")
    code = (
        "from practice.publish import search; here = search.Path()\n"
        "search.index(here, {'page.html': '0'}, [], here / 'cache')"
    )
    done = subprocess.run(
        [core / "python", "-c", code], cwd=site, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stderr.endswith("run `pip install 'practice-site[search]'`\n")


def project_in(folder: Path) -> Path:
    """A practice whose text is signed off, to be published to a folder."""
    project = publishing.Project(folder / "project")
    settings = SETTINGS.replace("www.example.com", "clinic.practice-site.org") + PLUGIN
    project.settings.write_text(
        settings + 'PUBLISH = {"to": "folder", "path": "www", "host": "nginx"}\n', "utf-8"
    )
    return project.folder


def test_the_installed_command_publishes(whole, tmp_path, monkeypatch):
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "cache"))
    folder = project_in(tmp_path)
    assert "To go back" not in run(whole / "practice", "publish", "--yes", cwd=folder)
    assert (folder / "www" / "index.html").is_file()
    assert (folder / "www" / "pagefind" / "pagefind.js").is_file()
    assert "* is live" in run(whole / "practice", "releases", cwd=folder)


def test_the_installed_command_previews(whole, site):
    command = [whole / "practice", "preview", "--no-browser"]
    with subprocess.Popen(
        command, cwd=site, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1
    ) as preview:
        try:
            address = re.search(r"http://\S+?(?=/)", preview.stdout.readline())[0]
            with urllib.request.urlopen(f"{address}/-/bar.js") as answer:
                assert answer.read() == (ROOT / "practice/preview/bar.js").read_bytes()
            with urllib.request.urlopen(f"{address}/treatments/") as answer:
                assert "bar.js" in answer.read().decode()
        finally:
            preview.terminate()


def test_types_are_seen(core, site):
    """A mistake in the use of a class of ours is found, which needs `py.typed`."""
    file = site / "use.py"
    file.write_text(
        "from practice.problems import Problem\n"
        'line: int = Problem("file", 1, "code", "message").line\n'
        "wrong: str = line\n",
        "utf-8",
    )
    mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", site / "types")
    printed = run(*mypy, "--python-executable", core / "python", file, cwd=site, code=1)
    assert re.findall(r"use\.py:(\d+): error", printed) == ["3"]


def test_every_extra_has_a_name_that_messages_can_use():
    assert sorted(PROJECT["project"]["optional-dependencies"]) == sorted(EXTRAS)
