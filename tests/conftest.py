"""Fixtures for all tests: built practices, settings to change, a server for built sites.

The kind of a page is the name of the theme's template that renders it, so a new template is tested
without being listed anywhere.

Tests run in several processes (pytest-xdist). Fixtures of a session exist once in each process, and
share what is expensive through one cache folder.
"""

from __future__ import annotations

import functools
import os
import runpy
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import figures
import html5lib
import pytest
import tools
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from practice.build.run import Built, build
from practice.hosting import headers
from practice.rendering.renderer import Renderer
from practice.site.outside import NOWHERE, Outside, by_address

ROOT = Path(__file__).parent.parent
CONTENT = {"sample": ROOT / "content", "kitchen-sink": ROOT / "tests" / "kitchen-sink"}
SETTINGS = ROOT / "pelicanconf.py"
BUILD_DAY = "1793534400"
"""Noon UTC of November 1, 2026, as `SOURCE_DATE_EPOCH`."""
TEMPLATES = ROOT / "theme" / "templates"
NO_KINDS = ("base",)
"""Templates that others extend."""
REDIRECT = "redirect"
"""The kind of the pages that lead on from an old address; they have no template."""
collect_ignore = [] if hasattr(os, "fork") else ["build/test_system.py"]
"""Tests that fork builds to kill them, and set limits of POSIX, where there are none."""


if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Tests start Python hundreds of times, and to compile all modules takes longer than to build a
    # small site. This variable, usual in containers, is to keep folders of sources clean: so
    # compiled modules go to a folder of pytest's own.
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".pytest_cache" / "compiled"))

# Tests start rclone hundreds of times for a few small files. To collect garbage would take a third
# of its time.
os.environ.setdefault("GOGC", "off")

# Nothing in Hypothesis may depend on the clock: a busy machine fails no test. CI tries the same
# examples each time; elsewhere they are random, and a failure prints how to repeat it.
hypothesis_settings.register_profile(
    "practice",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=tools.in_ci(),
    print_blob=True,
)
hypothesis_settings.load_profile("practice")


def pytest_addoption(parser):
    parser.addoption(
        "--refresh-goldens", action="store_true", help="write tests/goldens again; check the diff"
    )


def pytest_terminal_summary(terminalreporter):
    """Print the figures that tests have recorded."""
    outcomes = ("passed", "failed")
    reports = [report for name in outcomes for report in terminalreporter.getreports(name)]
    found = list(figures.lines(reports))
    if found:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(found))


def page_kinds():
    """Every kind of page that the theme shows: `treatment`, `post`, `pages/home`, …"""
    files = [*TEMPLATES.glob("*.html"), *TEMPLATES.glob("pages/*.html")]
    kinds = (file.relative_to(TEMPLATES).with_suffix("").as_posix() for file in files)
    return sorted(kind for kind in kinds if kind not in NO_KINDS)


@dataclass(frozen=True, repr=False)
class Page:
    """A page that was built."""

    practice: Practice
    file: Path
    path: str
    """Its address, without the site's base path."""
    kind: str

    def __repr__(self) -> str:
        return f"{self.practice.name}{self.path}"

    @cached_property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    @cached_property
    def tree(self) -> ET.Element:
        """The page as a browser reads it; HTML that is not valid is an error."""
        parser = html5lib.HTMLParser(
            html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
        )
        tree = parser.parse(self.text)
        for element in tree.iter():
            if isinstance(element.tag, str):
                element.tag = element.tag.rpartition("}")[2]  # drawings are in a namespace
        return tree

    @cached_property
    def ids(self) -> list[str]:
        return [element.get("id") for element in self.tree.iter() if element.get("id") is not None]

    @property
    def indexable(self) -> bool:
        """Whether a search engine may list it."""
        robots = self.tree.find(".//meta[@name='robots']")
        return self.kind != REDIRECT and (robots is None or "noindex" not in robots.get("content"))

    def all(self, selector: str) -> list[ET.Element]:
        return self.tree.findall(f".//{selector}")

    def one(self, selector: str) -> ET.Element:
        found = self.all(selector)
        assert len(found) == 1, f"{self}: {len(found)} × {selector}"
        return found[0]


@dataclass(repr=False)
class Practice:
    """A practice that was built, and its pages."""

    name: str
    built: Built
    address: str
    theme: Path
    pages: list[Page] = field(init=False)

    def __repr__(self) -> str:
        return self.name

    def __post_init__(self) -> None:
        kinds = self._kinds()
        self.pages = []
        for file in sorted(self.folder.rglob("*.html")):
            path = "/" + file.relative_to(self.folder).as_posix().removesuffix("index.html")
            self.pages.append(Page(self, file, path, kinds.get(path, REDIRECT)))

    def _kinds(self) -> dict[str, str]:
        renderer = Renderer(self.site, self.theme, self.address)
        kinds = {d.path: renderer.template_of(d) for d in self.site.documents}
        kinds |= {entry.path: "year" for entry in self.site.years}
        kinds |= {entry.path: "topic" for entry in self.site.topic_lists}
        kinds |= {entry.path: "by-therapist" for entry in self.site.author_lists}
        kinds |= {entry.path: "location" for entry in self.site.location_pages}
        return kinds | ({self.site.events.path: "events"} if self.site.events else {})

    @property
    def folder(self) -> Path:
        return self.built.output

    @property
    def site(self):
        return self.built.site

    @property
    def base(self) -> str:
        return urlsplit(self.address).path

    def page(self, path: str) -> Page:
        found = [page for page in self.pages if page.path == path]
        assert found, f"{self.name}: there is no page {path}"
        return found[0]

    def of_kind(self, kind: str) -> list[Page]:
        return [page for page in self.pages if page.kind == kind]

    def longest(self, kind: str) -> list[Page]:
        """The longest page of a kind: the one that shows most of it."""
        return sorted(self.of_kind(kind), key=lambda page: (-len(page.text), page.path))[:1]

    def files(self) -> dict[str, bytes]:
        """Every file of the site by its path."""
        return files_of(self.folder)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def figure(record_property):
    """Print a line at the end of the run."""
    return lambda line: record_property(figures.FIGURE, line)


@pytest.fixture
def outcome_of_case(record_property):
    """Count a case of bad input under some of the words that `bad_input_line` counts."""
    return lambda *words: record_property(figures.CASE, list(words))


@pytest.fixture
def fault(record_property):
    """Count a fault that a target of some kind is given."""
    return lambda kind: record_property(figures.FAULT, kind)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory, worker_id) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session", autouse=True)
def _steady(shared_folder):
    """Set one build day and one cache, which is empty when the run begins.

    A build uses one process, because the tests already use all processors.

    Commands that tests start have to end on Ctrl-C, also where a shell has started the tests in the
    background and so lets them ignore it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRACTICE_CACHE", str(shared_folder / "shared-cache"))
        patch.setenv("XDG_STATE_HOME", str(shared_folder / "state"))
        patch.setenv("SOURCE_DATE_EPOCH", BUILD_DAY)
        patch.setenv("PRACTICE_WORKERS", "1")
        yield


@pytest.fixture(scope="session")
def pictures(shared_folder, _steady) -> Path:
    """A cache with what the kitchen sink has beside texts, to be copied: pictures, leaflets, fonts.

    A test that needs a cold cache begins with a copy, because making them takes more than half of
    a first build.
    """
    folder = shared_folder / "pictures"
    with FileLock(shared_folder / "pictures.lock"), pytest.MonkeyPatch.context() as patch:
        if not folder.exists():
            patch.setenv("PRACTICE_CACHE", str(folder))
            build(CONTENT["kitchen-sink"], shared_folder / "site-of-pictures", SETTINGS)
            for cached in folder.iterdir():
                if not cached.name.startswith(("fonts", "leaflets", "pictures", "templates")):
                    cached.unlink()
            assert any(folder.iterdir())
    return folder


def settings_text(**changes) -> str:
    """The project's settings with absolute folders and some changes, as a settings file."""
    known = runpy.run_path(str(ROOT / "pelicanconf.py"))
    values = {name: value for name, value in known.items() if name.isupper()}
    values |= {"PATH": str(ROOT / "content"), "THEME": str(ROOT / "theme")} | changes
    return "".join(f"{name} = {value!r}\n" for name, value in values.items())


@pytest.fixture
def settings_file(tmp_path):
    """Write a settings file with some values changed."""

    def write(**changes) -> Path:
        file = tmp_path / "settings.py"
        file.write_text(settings_text(**changes), "utf-8")
        return file

    return write


@pytest.fixture
def theme(tmp_path):
    """A copy of the theme to change."""
    return Path(shutil.copytree(ROOT / "theme", tmp_path / "theme"))


@pytest.fixture
def content(tmp_path):
    """A copy of the kitchen sink to change."""
    return Path(shutil.copytree(CONTENT["kitchen-sink"], tmp_path / "content"))


@pytest.fixture(scope="session")
def practices(shared_folder, _steady) -> dict[str, Practice]:
    """Both practices at the root of a domain; the kitchen sink below a path, with a redirect.

    Each process builds them into the same folder, one process after the other: only the first has
    to make pictures and pages.
    """
    with FileLock(shared_folder / "practices.lock"):
        return _built_practices(shared_folder / "sites")


def _built_practices(folder: Path) -> dict[str, Practice]:
    folder.mkdir(exist_ok=True)
    found = {}
    for name, content in CONTENT.items():
        built = build(content, folder / name, ROOT / "pelicanconf.py")
        found[name] = Practice(name, built, address_of(), ROOT / "theme")
    address = "https://host.example/some/clinic"
    settings = folder / "below-a-path.py"
    settings.write_text(settings_text(SITEURL=address), "utf-8")
    content = folder / "content"
    if not content.exists():
        shutil.copytree(CONTENT["kitchen-sink"], content)
    (content / "redirects.yaml").write_text("/old-address/: /team/\n", "utf-8")
    built = build(content, folder / "below-a-path", settings)
    found["below-a-path"] = Practice("below-a-path", built, address, ROOT / "theme")
    return found


def address_of() -> str:
    return runpy.run_path(str(ROOT / "pelicanconf.py"))["SITEURL"].rstrip("/")


@pytest.fixture(params=[*CONTENT, "below-a-path"])
def practice(request, practices) -> Practice:
    return practices[request.param]


@pytest.fixture(scope="session")
def sample(practices) -> Practice:
    return practices["sample"]


@pytest.fixture(scope="session")
def kitchen_sink(practices) -> Practice:
    return practices["kitchen-sink"]


class Handler(SimpleHTTPRequestHandler):
    """Serves a built site as a host would: the project's headers, `404.html` for the unknown."""

    protocol_version = "HTTP/1.1"
    base: ClassVar[str] = ""
    outside: ClassVar[dict[str, Outside]] = {}

    def translate_path(self, path: str) -> str:
        inside = unquote(urlsplit(path).path)
        if not inside.startswith(f"{self.base}/"):
            return str(Path(self.directory, "no such file"))
        return super().translate_path(path.removeprefix(self.base))

    def send_error(self, code, message=None, explain=None):  # noqa: ARG002  # the base's names
        page = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def end_headers(self) -> None:
        address = urlsplit(self.path).path.removeprefix(self.base)
        for name, value in headers.of(address, self.outside.get(address, NOWHERE)).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_) -> None:
        """Say nothing."""


@contextmanager
def serve(practice: Practice) -> Iterator[str]:
    """Serve a practice on this machine alone; the value is the address of its root."""
    values = {"base": practice.base, "outside": by_address(practice.built.site)}
    ours = type("OurHandler", (Handler,), values)
    handler = functools.partial(ours, directory=str(practice.folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{practice.base}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def served(practices) -> Iterator[dict[str, str]]:
    """The address of every practice's root; builds that fork should not meet the threads."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(serve(practices[name])) for name in practices}


def environment(**changes: str) -> dict[str, str]:
    """The environment of a command: ours, with the same steady values."""
    return dict(os.environ) | changes


@pytest.fixture(scope="session")
def searchable(tmp_path_factory, _steady):
    """A published practice whose posts hold words to search for."""
    import publishing  # noqa: PLC0415  # it imports this module

    made = publishing.Project(tmp_path_factory.mktemp("search"))
    made.to(to="folder", path="www", host="nginx")
    made.post("searching", words="Somewhere here stands the word zyzzogeton.")
    made.post("an-older-word", date="2011-01-01", words="An older word.")
    made.post("a-word", date="2026-10-31", words="A word that is not older.")
    made.write("redirects.yaml", "/old/: /team/\n")
    made.publish()
    return made
