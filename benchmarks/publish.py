"""Publishing, measured: `uv run python -m benchmarks.publish 7 100 1000`.

For practices with so many posts: seconds and bytes of a build, of the first publish, of one that
adds a post, and of one that changes nothing. Seconds are elapsed, with the processor's in brackets.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks import corpus
from practice.build.run import build
from practice.publish import publish as publishing
from practice.publish.release import without_sibling

ROOT = Path(__file__).parent.parent
T = TypeVar("T")
SILENT = publishing.Console(lambda _: None, lambda _: None, lambda _: True, lambda _: False)
NOTICES = ("privacy-practices", "good-faith-estimate", "nondiscrimination", "accessibility")
TRIAL = publishing.Options(yes=True, allow_sample=True)


def main() -> None:
    """Print a table for every number of posts on the command line."""
    os.environ["SOURCE_DATE_EPOCH"] = "1793534400"
    for count in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            measure(count, Path(folder))


def measure(count: int, folder: Path) -> None:
    """Measure a practice with ``count`` posts."""
    content = folder / "content"
    corpus.write_practice(content, count + 1)
    for notice in NOTICES:
        with (content / "pages" / f"{notice}.md").open("a", encoding="utf-8", newline="\n") as file:
            file.write("\nYou have a right to know this.\n" * 10)
    last = max(corpus.posts(count + 1), key=lambda post: post.date)
    newest = content / "posts" / f"{last.slug}.md"
    newest.rename(folder / newest.name)
    settings = folder / "publishconf.py"
    settings.write_text(
        (ROOT / "pelicanconf.py").read_text(encoding="utf-8")
        + f"\nPATH = {str(content)!r}\nTHEME = {str(ROOT / 'theme')!r}\n"
        + 'PUBLISH = {"to": "folder", "path": "www", "host": "nginx"}\n',
        encoding="utf-8",
        newline="\n",
    )
    print(f"{count} posts")
    timed("build, first", lambda: build(None, folder / "out", settings))
    timed("build, again", lambda: build(None, folder / "out", settings))
    first = timed("publish, first", lambda: publishing.publish(TRIAL, SILENT, settings))
    timed("publish, nothing new", lambda: publishing.publish(TRIAL, SILENT, settings))
    (folder / newest.name).rename(newest)
    more = timed("publish, one post more", lambda: publishing.publish(TRIAL, SILENT, settings))
    for name, plan in (("first", first.plan), ("one post more", more.plan)):
        files = {without_sibling(path) for path in plan.uploads}
        search = sum(path.startswith("pagefind/") for path in files)
        size = sum(plan.new.files[path].size for path in plan.uploads)
        print(f"  {name}: {len(files)} files, {search} of them the search's; {size:,} bytes")


def timed(name: str, run: Callable[[], T]) -> T:
    """Run something and print how long it took."""
    started, used = time.perf_counter(), processor()
    result = run()
    print(f"  {name}: {time.perf_counter() - started:.1f} s ({processor() - used:.1f} s)")
    return result


def processor() -> float:
    """Seconds of processor time of this process and those it has started."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


if __name__ == "__main__":
    main()
