"""Runs the benchmark: `uv run inv bench`. Results go to `results.json`, from there to the README.

Each figure is measured on the real command: a process is started, timed until it ends, and its
memory looked at; or a generator's own server is started, a file is edited, and the page is asked
for until the new text is in it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks import measure, report
from benchmarks.processes import busy
from benchmarks.tools import Tool, compile_modules, install, tools, version_of

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results.json"
FOLDER = ROOT / "output-bench"
"""Where the sites are made, unless `BENCH_FOLDER` names another folder.

It must not be hidden (begin with a dot): Pelican does not see changes below a hidden folder.
"""
SIZES = (100, 1000, 10_000)
QUICK_SIZES = (100,)
LEFT_OUT = ("Hugo, our theme", "Eleventy, our theme")
"""What the quick form leaves out."""


def run(
    sizes: Sequence[int], only: Sequence[str] = (), *, again: bool = False, quick: bool = False
) -> None:
    """Measure every generator at every size, keep what is known, and write the report.

    The quick form only prints its figures.
    """
    place = Path(os.environ.get("BENCH_FOLDER") or FOLDER).absolute()
    place.mkdir(parents=True, exist_ok=True)
    wanted = [tool for tool in tools(place) if is_wanted(tool, only, quick=quick)]
    install(place, wanted)
    compile_modules(place)
    results: dict[str, Any] = {}
    if RESULTS.exists() and not quick:
        results = json.loads(RESULTS.read_text("utf-8"))
    results |= {"machine": machine(), "files": "in memory" if in_memory(place) else "on disk"}
    if (share := busy()) >= report.BUSY:
        print(report.busy_note(share), flush=True)
    effort = measure.QUICK if quick else measure.THOROUGH
    for size in sizes:
        for tool in wanted:
            known = results.setdefault("runs", {}).setdefault(tool.name, {})
            if str(size) in known and not again:
                continue
            print(f"{tool.name}, {size} posts", flush=True)
            results.setdefault("versions", {})[tool.name] = version_of(tool)
            folder = place / tool.name.lower().replace(", ", "-").replace(" ", "-") / str(size)
            known[str(size)] = measure.measure(tool, folder, size, effort)
            print(f"  {known[str(size)]}", flush=True)
            if not quick:
                text = json.dumps(results, indent=1) + "\n"
                RESULTS.write_text(text, encoding="utf-8", newline="\n")
    if quick:
        print("\n".join(report.tables(results["runs"])))
    else:
        report.write(results, HERE)


def is_wanted(tool: Tool, only: Sequence[str], *, quick: bool) -> bool:
    """Return whether a generator is to be measured."""
    return tool.name in only if only else not (quick and tool.name in LEFT_OUT)


def in_memory(place: Path) -> bool:
    """Return whether a folder is on Linux's file system in memory."""
    return place.is_relative_to("/dev/shm")  # noqa: S108  # the name is only compared


def machine() -> str:
    """Return the machine in a few words."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(": ")[2]
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GB, {platform.system()} {platform.release()}"


def stop(number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that what was started is ended, too."""
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="")
    parser.add_argument("--only", default="", help="names, separated by semicolons")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    only = [name.strip() for name in given.only.split(";") if name.strip()]
    sizes = [int(size) for size in given.sizes.split(",") if size]
    usual = QUICK_SIZES if given.quick else SIZES
    run(sizes or usual, only, again=given.again, quick=given.quick)


if __name__ == "__main__":
    main()
