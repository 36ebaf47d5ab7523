"""The benchmark's report: `README.md` with its table, and `plot.svg`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks import corpus

NAMES = ("ours", "Pelican", "Hugo", "Eleventy")
COLORS = {"ours": "#0b6e4f", "Pelican": "#b3261e", "Hugo": "#6a3fb5", "Eleventy": "#9a6a00"}
FIGURES = {
    "edit": "edit to served page",
    "cold": "cold build",
    "cold_work": "cold build, processor time",
    "same": "build after no change",
    "same_work": "build after no change, processor time",
    "edited": "build after one edit",
    "edited_work": "build after one edit, processor time",
    "memory": "peak memory",
}
BUSY = 1.5
"""The load from which on a machine is said to have had other work."""
Results = dict[str, Any]
PROFILE = """\
Seconds of 1,000 posts in one process, by a profile taken by hand; in a build with two processes, reading,
checks and templates are shared between them. *Before* is the build without its short cuts (commit `a9b0187`).

| step | before | now | after one edit |
|---|---|---|---|
| loading Python modules: invoke 0.09, Pelican 0.08, pydantic 0.06 | 0.45 | 0.2 | 0.2 |
| reading: front matter, Markdown, callouts | 3.3 | 1.7 | 0.1 |
| checks of each text: prose, reading grade, spelling | 1.3 | 0.6 | 0.0 |
| Pelican, and checks between texts | 0.1 | 0.1 | 0.1 |
| templates, structured data, looking at each page, writing | 1.7 | 1.0 | 0.1 |
| the rest: files found, caches written, folders exchanged | 0.2 | 0.2 | 0.1 |

What is not reached, and what it would take:

- **A cold build in a third of Pelican's time, and ahead of Eleventy's.** It takes five to six
  tenths of Pelican's. Half of the reading is Python-Markdown itself, at its 0.9 ms a post, and each post costs 0.6 ms of
  checks that the others do not make; our pages also hold four times as much. It would take a Markdown
  parser in compiled code.""".splitlines()


def write(results: Results, folder: Path) -> None:
    """Write the report of some results into a folder."""
    (folder / "README.md").write_text(readme(results), encoding="utf-8", newline="\n")
    (folder / "plot.svg").write_text(plot(results["runs"]), encoding="utf-8", newline="\n")


def readme(results: Results) -> str:
    """The report: ratios first, then what was measured."""
    runs = results["runs"]
    sizes = sorted({int(size) for found in runs.values() for size in found})
    versions = "; ".join(f"{name}: {text}" for name, text in results["versions"].items())
    words = sum(len(corpus.portable(post).split()) for post in corpus.posts(100)) // 100
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "How fast the site is built, and how soon an edit is seen, beside other generators. Run",
            "`uv run inv bench` to measure again; it installs Hugo and Eleventy for itself and writes",
            "this page.",
            "",
            "![Edit to served page, by number of posts](plot.svg)",
            "",
            "## Ours beside the others",
            "",
            "How many times as long the others take, or as much memory: above 1 is in our favor.",
            "",
            *ratios(runs, sizes),
            "",
            "## What was measured",
            "",
            *figures(runs, sizes),
            "",
            "## A post's page",
            "",
            "Bytes as written, uncompressed. Ours is the full theme; the others have a small one, which",
            "flatters them in every figure on this page.",
            "",
            *weights(runs, sizes),
            "",
            "## Where our builds spend their time",
            "",
            *PROFILE,
            "",
            "## How",
            "",
            f"- Machine: {results['machine']}; files {results.get('files', 'on disk')}.",
            *(busy(results["load"]) if results.get("load", 0) >= BUSY else ()),
            f"- Versions: {versions}.",
            f"- The text is the same for all: {words} words a post, with headings, lists, a table, five",
            "  questions and a list of side effects; twelve authors, twelve topics. Ours writes questions",
            "  and side effects as callouts; the others as plain Markdown. Headings have ids and quotes are",
            "  typographic in all of them.",
            "- Every site has a page for each post, lists by topic, author and year, a home page with the",
            "  newest ten posts, and a feed. Ours also checks all texts and links, makes structured data,",
            "  a site map, and pages for treatments and therapists.",
            "- Edit to served page: the generator's own server runs, a sentence of a post is changed on",
            "  disk, and the page is asked for until the sentence is in it. Median of seven edits, at least",
            "  two seconds apart; of three where one takes over 20 seconds, a single one over 60.",
            "- Processor time is that of all processes together. It tells more than the clock where the",
            "  machine had other work.",
            "- Builds are whole commands, from start to exit: the median of three, a single one where that",
            "  takes over ten seconds. Only ours keeps anything from build to build (its cache);",
            "  a cold build finds none. Python's modules are compiled, as they are after a first run.",
            "- Memory is the peak over a cold build of all processes together, shared memory counted once.",
            "",
        ]
    )


def busy(load: float) -> list[str]:
    """What is said where the machine was not left alone."""
    return [
        f"- **The machine had other work while this was measured** (a load of up to {load}), which not",
        "  all figures met with alike: differences below a factor of three say little. Run it again on a",
        "  machine that is left alone.",
    ]


def ratios(runs: Results, sizes: list[int]) -> list[str]:
    """The table of ratios."""
    others = [name for name in NAMES[1:] if name in runs]
    lines = ["| posts | figure | " + " | ".join(others) + " |", "|---|---|" + "---|" * len(others)]
    for size in sizes:
        mine = runs["ours"].get(str(size))
        for key, label in known(mine):
            cells = [ratio(runs[name].get(str(size)), mine, key) for name in others]
            lines.append(f"| {size:,} | {label} | " + " | ".join(cells) + " |")
    return lines


def known(mine: Results | None) -> list[tuple[str, str]]:
    """The figures that were measured of ours, with their labels."""
    return [
        (key, label) for key, label in FIGURES.items() if mine and (key in mine or key == "edit")
    ]


def ratio(other: Results | None, mine: Results, key: str) -> str:
    """How many times as much another takes."""
    if other is None or key not in other or key not in mine:
        return "–"
    value = other[key] / mine[key]
    return f"{value:.0f}×" if value >= 10 else f"{value:.2g}×"


def figures(runs: Results, sizes: list[int]) -> list[str]:
    """The table of seconds and megabytes."""
    names = [name for name in NAMES if name in runs]
    lines = ["| posts | figure | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for size in sizes:
        for key, label in known(runs["ours"].get(str(size))):
            cells = [figure(runs[name].get(str(size)), key) for name in names]
            lines.append(f"| {size:,} | {label} | " + " | ".join(cells) + " |")
    return lines


def figure(found: Results | None, key: str) -> str:
    """A figure with its unit."""
    if found and key == "edit" and key not in found:
        return "never shown"
    if found is None or key not in found:
        return "–"
    if key == "memory":
        return f"{found[key]:,} MB"
    return f"{found[key] * 1000:.0f} ms" if found[key] < 1 else f"{found[key]:.1f} s"


def weights(runs: Results, sizes: list[int]) -> list[str]:
    """The table of a page's weight."""
    lines = ["| | HTML | CSS | JS | requests |", "|---|---|---|---|---|"]
    for name in NAMES:
        found = runs.get(name, {}).get(str(sizes[0]))
        if found:
            cells = " | ".join(f"{found[key]:,}" for key in ("html", "css", "js", "requests"))
            lines.append(f"| {name} | {cells} |")
    return lines


# --- The plot ---

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 110, 50, 50
SECONDS = (0.01, 0.1, 1, 10, 100)


def plot(runs: Results) -> str:
    """Edit to served page against the number of posts, both on logarithmic scales."""
    sizes = sorted({int(size) for found in runs.values() for size in found})
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
            ' aria-label="Edit to served page by number of posts" font-family="sans-serif"'
            ' font-size="14">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text(LEFT, 28, "Edit to served page, seconds (lower is better)", size=16),
    ]
    for seconds in SECONDS:
        y = across(seconds)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5d9e0"/>'
        )
        parts.append(text(LEFT - 8, y + 5, f"{seconds:g}", anchor="end"))
    parts.extend(
        text(along(size, sizes), HEIGHT - 20, f"{size:,} posts", anchor="middle") for size in sizes
    )
    labels: list[float] = []
    for name in NAMES:
        measured = runs.get(name, {}).items()
        found = sorted((int(size), run["edit"]) for size, run in measured if "edit" in run)
        if not found:
            continue
        points = [(along(size, sizes), across(seconds)) for size, seconds in found]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        color = COLORS[name]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="3"/>')
        parts.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>' for x, y in points)
        x, y = points[-1]
        while any(abs(y - taken) < 16 for taken in labels):
            y += 4
        labels.append(y)
        parts.append(text(x + 10, y + 5, name, color=color))
    return "\n".join([*parts, "</svg>", ""])


def along(size: int, sizes: list[int]) -> float:
    """Where a number of posts stands from left to right."""
    first, last = math.log(sizes[0]), math.log(max(sizes[-1], sizes[0] + 1))
    return LEFT + 40 + (math.log(size) - first) / (last - first) * (WIDTH - RIGHT - LEFT - 60)


def across(seconds: float) -> float:
    """Where a time stands from top to bottom."""
    first, last = math.log(SECONDS[0]), math.log(SECONDS[-1])
    share = (math.log(seconds) - first) / (last - first)
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", color: str = "#1b2330", size: int = 14
) -> str:
    """A piece of text in the plot."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
