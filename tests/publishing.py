"""Practices that can be published, small sites to publish many times, and readers of them."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from conftest import CONTENT, ROOT, settings_text

from practice.publish import publish as publishing
from practice.publish import release
from practice.publish.settings import load
from practice.publish.targets import choose

RELEASES = int(os.environ.get("PRACTICE_RELEASES", "0"))
"""How many releases the tests with readers publish; 0 leaves it to each test."""


HANG = 120
"""Seconds after which a test that hangs is given up."""


KILLS = int(os.environ.get("PRACTICE_KILLS", "2"))
"""How many runs a test kills, one after the other."""


class Project:
    """A copy of a practice whose texts are reviewed, and the settings that say where it goes."""

    def __init__(
        self,
        folder: Path,
        address: str = "https://clinic.practice-site.org",
        content: str = "kitchen-sink",
    ) -> None:
        self.folder = folder
        self.name = content
        self.content = folder / "content"
        self.address = address
        self.said: list[str] = []
        shutil.copytree(CONTENT[content], self.content)
        if content == "sample":
            return  # it is published with `--allow-sample`
        for file in [*self.content.rglob("*.md"), *self.content.glob("*.yaml")]:
            file.write_text(signed_off(file), "utf-8")
        for name in NOTICES:
            with (self.content / "pages" / f"{name}.md").open("a", encoding="utf-8") as file:
                file.write("\nYou have a right to this.\n" * 10)
        if not (self.content / "pages" / "search.md").exists():
            self.write("pages/search.md", "---\ntitle: Search\nsummary: Find it.\n---\n")

    @property
    def settings(self) -> Path:
        return self.folder / "publishconf.py"

    def to(self, **target) -> Project:
        """Write the settings file, with these settings of the target."""
        text = settings_text(
            PATH=str(self.content), SITEURL=self.address, THEME=str(ROOT / "theme"), PUBLISH=target
        )
        self.settings.write_text(text, "utf-8")
        return self

    def publish(self, *, offer: bool = False, **options) -> publishing.Outcome:
        return publishing.publish(
            publishing.Options(**options), self.talk(offer=offer), self.settings
        )

    def rollback(self, to: str = "") -> publishing.Outcome:
        return publishing.rollback(publishing.Options(), self.talk(), to, self.settings)

    def talk(self, *, offer: bool = False) -> publishing.Console:
        return publishing.Console(lambda _: None, self.said.append, lambda _: True, lambda _: offer)

    def write(self, path: str, text: str) -> Path:
        file = self.content / path
        file.write_text(text, "utf-8")
        return file

    def post(self, name: str, *, date: str = "2026-10-30", words: str = "Some words.") -> Path:
        return self.write(
            f"posts/{name}.md",
            f"---\ntitle: About {name.replace('-', ' ')}\ndate: {date}\nauthor: {AUTHOR}\n"
            f"summary: What this is about.\n{REVIEWED}---\n\n{words}\n",
        )


def searchable(folder: Path) -> Project:
    """Publish a practice whose posts hold words to search for."""
    made = Project(folder).to(to="folder", path="www", host="nginx")
    made.post("searching", words="Somewhere here stands the word zyzzogeton.")
    made.post("in-sections", words="Some words.\n\n## Where to park\n\nA zumbooruk-shaped place.")
    made.post("an-older-word", date="2011-01-01", words="An older word.")
    made.post("a-word", date="2026-10-31", words="A word that is not older.")
    made.write("redirects.yaml", "/old/: /team/\n")
    made.publish()
    return made


def pdf(file: Path) -> None:
    """Write a PDF of one empty page."""
    file.parent.mkdir(exist_ok=True)
    made = pikepdf.new()
    made.add_blank_page()
    made.save(file)


AUTHOR = "bartholomew-featherstonehaugh-montgomery"
NOTICES = ("privacy-practices", "good-faith-estimate", "nondiscrimination", "accessibility")
REVIEWED = f"reviewed: 2026-10-01\nreviewed_by: {AUTHOR}\nnext_review: 2099-01-01\n"


def signed_off(file: Path) -> str:
    """A text of the kitchen sink as it would be after a clinical review."""
    text = file.read_text("utf-8")
    text = re.sub(r"^sample: true\n", "", text, flags=re.MULTILINE)
    if file.parent.name in ("posts", "treatments"):
        text = re.sub(r"^(reviewed|reviewed_by|next_review): .*\n", "", text, flags=re.MULTILINE)
        text = text.replace("---\n", f"---\n{REVIEWED}", 1)
    return text


def tree_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path, without the file that describes the release."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in (release.STATE, release.SPARE_STATE)
    }


# --- Small sites: pages that load one style sheet, which is named by the hash of its content ---


def small_site(folder: Path, number: int, posts: int = 6, *, lose: bool = False) -> Path:
    """Write the site of a release: a list, posts, and one style sheet, all different each time.

    Every tenth release has one more post; with ``lose``, each release drops the oldest post.
    """
    shutil.rmtree(folder, ignore_errors=True)
    css = f"/* release {number} */".encode()
    name = f"assets/site.{hashlib.sha256(css).hexdigest()[:8]}.css"
    first = number if lose else 1
    paths = [f"posts/{n}/" for n in range(first, first + posts + number // 10)]
    links = "".join(f'<a href="/{path}">{path}</a>' for path in paths)
    page = f'<!doctype html><link rel=stylesheet href="/{name}"><p>{number}</p>{links}</html>'
    files = {"index.html": page.encode(), name: css, "feed.xml": f"<feed>{number}</feed>".encode()}
    for path in paths:
        text = f'<!doctype html><link rel=stylesheet href="/{name}"><p>{number} {path}</p></html>'
        files[f"{path}index.html"] = text.encode()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def deliver(settings: Path, tree: Path) -> None:
    """Upload a folder to the target of the settings."""
    target = choose.of(load(settings))
    target.deliver(release.plan(target.live(), release.of_folder(tree)), tree, lambda _: None)


def deliver_in_another_process(settings: Path, tree: Path) -> subprocess.Popen:
    """Start ``deliver`` in a process group of its own; returns when the upload begins."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "import publishing; print('begins', flush=True);"
        "publishing.deliver(Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent), str(settings), str(tree)],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        start_new_session=True,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"begins\n"
    process.stdout.close()
    return process


class Readers:
    """Threads that each open the home page, then its style sheet, then one of its links.

    `bad` lists what a visitor should never see: an error, a page that is cut off, a style sheet of
    another release.
    """

    def __init__(self, address: str, count: int = 4) -> None:
        self.address = address
        self.visits = [0] * count
        self.reads = 0
        self.bad: list[str] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._read, args=(n,)) for n in range(count)]

    @contextmanager
    def reading(self):
        for thread in self.threads:
            thread.start()
        try:
            yield self
        finally:
            self.over.set()
            for thread in self.threads:
                thread.join()

    def wait(self) -> None:
        """Wait until every thread has begun and ended a visit, so that visits overlap releases."""
        before = list(self.visits)
        end = time.monotonic() + HANG
        while any(now < then + 2 for now, then in zip(self.visits, before, strict=True)):
            assert time.monotonic() < end, "the readers are stuck"
            time.sleep(0.002)

    def _read(self, number: int) -> None:
        chance = random.Random(number)
        while not self.over.is_set():
            page = self._get("/")
            sheet = re.search(r'href="(/assets/site\.(\w{8})\.css)"', page)
            if not page.endswith("</html>") or not sheet:
                self.bad.append(f"/ is cut off: {page!r}")
            else:
                css = self._get(sheet[1])
                if hashlib.sha256(css.encode()).hexdigest()[:8] != sheet[2]:
                    self.bad.append(f"{sheet[1]} holds {css!r}")
                links = re.findall(r'href="(/posts/\d+/)"', page)
                self._get(chance.choice(links))
            self.visits[number] += 1

    def _get(self, path: str) -> str:
        self.reads += 1
        try:
            with urllib.request.urlopen(self.address + path, timeout=HANG) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                self.bad.append(f"{path}: {error.code}")
                return ""
        except OSError as error:
            self.bad.append(f"{path}: {error}")
            return ""


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
