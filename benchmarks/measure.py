"""The figures of one generator at one size, each as the list of all its measurements."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import corpus
from benchmarks.processes import Taken, busy, started, timed
from benchmarks.tools import Tool

TITLE = re.compile(r'^(title: *"?)(.*?)("?)$', re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Effort:
    """How often things are measured, and how long is waited."""

    builds: int = 3
    edits: int = 7
    long: float = 20.0
    """Seconds for one edit from which on three edits have to do, and from 60 on a single one. A
    build that takes half as long is measured once."""
    misses: int = 3
    """A server that has shown no edit after so many never will."""
    patience: float = 30.0
    """Seconds to wait for an edit to be shown, beside the time of three cold builds."""
    settled: float = 2.0
    """Seconds that a server is left alone before an edit, so none meets the last one's work."""
    step: float = 0.07
    """Seconds by which the pauses grow: no server that looks at intervals is met in step."""


THOROUGH = Effort()
QUICK = Effort(edits=3, misses=1, patience=5.0, settled=1.0)
Figures = dict[str, Any]


def measure(tool: Tool, folder: Path, size: int, effort: Effort) -> Figures:
    """Measure a generator with so many posts, in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    post = tool.make(folder, size)
    found: Figures = {"busy": busy()}

    def keep(name: str, prepare: Callable[[int], None]) -> None:
        runs = several(tool, folder, effort, prepare)
        found[name] = [round(run.seconds, 3) for run in runs]
        found[f"{name}_work"] = [round(run.work, 3) for run in runs]
        if name == "cold":
            found["memory"] = [run.memory for run in runs]

    keep("cold", lambda _: forget(tool, folder))
    keep("same", lambda _: None)
    keep("edited", lambda count: edit(post, f"Rebuilt{count}"))
    keep("retitled", lambda count: retitle(post, f"Retitled{count}"))
    found |= weight_of(tool, folder)
    cold = min(found["cold"])
    for name, change in (("edit", edit), ("edit_title", retitle)):
        seconds, lost = edits(tool, folder, post, cold, effort, change=change)
        found[name] = [round(value, 4) for value in seconds]
        found[f"{name}_lost"] = lost
    if tool.publish:
        found |= publishes(tool, folder, size)
    return found


def edit(post: Path, mark: str) -> None:
    """Change the text of a post, as an editor's program saves it."""
    text = post.read_text("utf-8")
    head, _, rest = text.partition("\n\n## ")
    head = re.sub(r" Mark\w+\.$", "", head)
    post.write_text(f"{head} Mark{mark}.\n\n## {rest}", encoding="utf-8", newline="\n")


def retitle(post: Path, mark: str) -> None:
    """Change the title of a post."""

    def new(match: re.Match[str]) -> str:
        title = re.sub(r" Mark\w+$", "", match[2])
        return f"{match[1]}{title} Mark{mark}{match[3]}"

    text = post.read_text("utf-8")
    post.write_text(TITLE.sub(new, text, count=1), encoding="utf-8", newline="\n")


def several(
    tool: Tool, folder: Path, effort: Effort, prepare: Callable[[int], None]
) -> list[Taken]:
    """Measure some builds; a single one where that takes long."""
    runs: list[Taken] = []
    while len(runs) < effort.builds and (not runs or runs[0].seconds < effort.long / 2):
        prepare(len(runs))
        runs.append(timed(tool, tool.build, folder))
    return runs


def forget(tool: Tool, folder: Path) -> None:
    """Take away what a cold build must not find."""
    for name in tool.kept:
        target = folder / name
        if target.is_symlink():
            target.unlink()
        shutil.rmtree(target, ignore_errors=True)


def publishes(tool: Tool, folder: Path, size: int) -> Figures:
    """Measure publishing into a folder: the first time, with nothing new, and with a post more."""
    forget(tool, folder)
    newest = max(corpus.posts(size), key=lambda post: post.date)
    file = folder / "content/posts" / f"{newest.slug}.md"
    away = folder / file.name
    file.rename(away)
    found: Figures = {}

    def keep(name: str) -> None:
        taken = timed(tool, tool.publish, folder)
        found[f"publish_{name}"] = [round(taken.seconds, 3)]
        found[f"publish_{name}_work"] = [round(taken.work, 3)]

    keep("first")
    keep("same")
    timed(tool, tool.build, folder)
    away.rename(file)
    found["build_more"] = [round(timed(tool, tool.build, folder).seconds, 3)]
    keep("more")
    return found


def weight_of(tool: Tool, folder: Path) -> Figures:
    """Return the bytes of the first post's page, and of the styles and scripts that it asks for."""
    output = folder / tool.output
    page = (output / tool.page / "index.html").read_text("utf-8")
    here = output / tool.page
    files = [
        output / value.lstrip("/") if value.startswith("/") else here / value.partition("?")[0]
        for part in page.split("<")
        for value in part.split('"')
        if part.startswith(("link", "script"))
        and value.partition("?")[0].endswith((".css", ".js"))
        and "//" not in value
    ]
    found = {kind: [f for f in files if f.suffix == f".{kind}"] for kind in ("css", "js")}
    return {
        "html": len(page.encode()),
        "css": sum(file.stat().st_size for file in found["css"]),
        "js": sum(file.stat().st_size for file in found["js"]),
        "requests": 1 + len(files),
    }


def edits(
    tool: Tool,
    folder: Path,
    post: Path,
    cold: float,
    effort: Effort,
    *,
    change: Callable[[Path, str], None] = edit,
) -> tuple[list[float], int]:
    """Return seconds from an edit to the page that shows it, on the generator's own server.

    There are no seconds if no edit was ever shown. The other value is how many were not: a server
    may miss what is saved while it builds, so each edit waits for as long as a cold build takes,
    and one that was missed is made once more.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seconds: list[float] = []
    lost = 0
    with (
        (folder / "log.txt").open("ab") as log,
        started(tool, tool.serve, folder, log, port) as process,
    ):
        if not until(port, tool.page, b"</html>", process, 900):
            return seconds, lost
        time.sleep(min(1.5 * cold, effort.long))
        while len(seconds) < effort.edits and lost < (effort.edits if seconds else effort.misses):
            pause = max(effort.settled, min(cold, effort.long / 2))
            time.sleep(pause + effort.step * len(seconds))
            mark = f"{change.__name__.title()}{len(seconds)}x{lost}"
            began = time.monotonic()
            change(post, mark)
            if not until(port, tool.page, mark.encode(), process, effort.patience + 3 * cold):
                lost += 1
                continue
            seconds.append(time.monotonic() - began)
            slowest = max(seconds)
            if (slowest > effort.long and len(seconds) >= 3) or slowest > 3 * effort.long:
                break
    return seconds, lost


def until(
    port: int, page: str, text: bytes, process: subprocess.Popen[bytes], patience: float
) -> bool:
    """Ask for a page until a text is in it; False if it is not, or the server has ended.

    ``patience`` is in seconds.
    """
    latest = time.monotonic() + patience
    while text not in asked(port, page):
        if process.poll() is not None or time.monotonic() > latest:
            return False
        time.sleep(0.002)
    return True


def asked(port: int, page: str) -> bytes:
    """Return a page, or nothing while it cannot be had."""
    for host in ("127.0.0.1", "::1"):
        connection = http.client.HTTPConnection(host, port, timeout=120)
        try:
            connection.request("GET", f"/{page}", headers={"Host": f"localhost:{port}"})
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
    return b""
