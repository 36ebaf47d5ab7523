"""The benchmark's report: `README.md` with its table, and `plot.svg`."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks import corpus

NAMES = (
    "ours",
    "Pelican",
    "Hugo",
    "Hugo, our theme",
    "Eleventy",
    "Eleventy, our theme",
    "Zensical",
)
COLORS = {
    "ours": "#0b6e4f",
    "Pelican": "#b3261e",
    "Hugo": "#6a3fb5",
    "Eleventy": "#9a6a00",
    "Zensical": "#0b5c8a",
}
"""The generators in the plot; those with our theme are left out."""
FIGURES = {
    "edit": "edit of a text to served page",
    "edit_title": "edit of a title to served page",
    "cold": "cold build",
    "cold_work": "cold build, processor time",
    "same": "build after no change",
    "same_work": "build after no change, processor time",
    "edited": "build after an edit of a text",
    "edited_work": "build after an edit of a text, processor time",
    "retitled": "build after an edit of a title",
    "retitled_work": "build after an edit of a title, processor time",
    "memory": "peak memory",
}
PUBLISHING = {
    "publish_first": ("publish, the first time", "cold"),
    "publish_same": ("publish, nothing new", "edited"),
    "publish_more": ("publish, one post more", "build_more"),
}
"""What publishing is compared with: a build of ours that has as much to do."""
BUSY = 0.15
"""The share of the processors that other programs use, from which on a machine is called busy."""
Results = dict[str, Any]


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
            "How fast the site is built, published, and how soon an edit is seen, beside other",
            "generators. Run `uv run inv bench` to measure again; it installs the other generators for",
            "itself and writes this page. `uv run inv bench --quick` measures 100 posts in about two",
            "minutes and only prints its figures.",
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
            "The median, with the least and the most in brackets; – was not measured this time.",
            "",
            *figures(runs, sizes),
            "",
            "## Publishing",
            "",
            "Into a folder that a web server serves. The factor says how many times as long it takes as",
            "a build of ours that has as much to do: a cold one, one after an edit, one after a new post.",
            "",
            *publishing(runs.get("ours", {})),
            "",
            "## A post's page",
            "",
            "Bytes as written, uncompressed. Ours is the full theme; Pelican, Hugo and Eleventy have a",
            "small one, which flatters them in every figure on this page. *Our theme* is ours as far as",
            "it can be ported to their templates. Zensical has its own.",
            "",
            *weights(runs, sizes),
            "",
            *profile(),
            "## How",
            "",
            f"- Machine: {results['machine']}; files {results.get('files', 'on disk')}.",
            *busy_lines(runs),
            f"- Versions: {versions}.",
            f"- The text is the same for all: {words} words a post, with headings, lists, a table, five",
            "  questions and a list of side effects; twelve authors, twelve topics. Ours writes questions",
            "  and side effects as callouts; the others as plain Markdown. Headings have ids and quotes are",
            "  typographic in all of them but Zensical, whose quotes are straight.",
            "- Every site has a page for each post, lists by topic, author and year, a home page with the",
            "  newest ten posts, and a feed; Zensical has only the pages and the home page. Ours also checks",
            "  all texts and links, makes structured data, a site map, and pages for treatments and",
            "  therapists.",
            "- Edit to served page: the generator's own server runs, a sentence or the title of a post is",
            "  changed on disk, and the page is asked for until the change is in it. Seven edits, at least",
            "  two seconds apart; three where one takes over 20 seconds, a single one over 60.",
            "- Processor time is that of all processes together. It tells more than the clock where the",
            "  machine had other work.",
            "- Builds are whole commands, from start to exit: three of each, a single one where that takes",
            "  over ten seconds. Only ours and Zensical keep anything from build to build (a cache); a cold",
            "  build finds none. Python's modules are compiled, as they are after a first run.",
            "- Memory is the peak over a cold build of all processes together, shared memory counted once.",
            "",
        ]
    )


def profile() -> list[str]:
    """Return the section on where builds spend their time, which is written by hand."""
    file = Path(__file__).parent / "profile.md"
    return [*file.read_text(encoding="utf-8").splitlines(), ""] if file.is_file() else []


def tables(runs: Results) -> list[str]:
    """Return the tables of the quick form."""
    sizes = sorted({int(size) for found in runs.values() for size in found})
    parts = (ratios(runs, sizes), figures(runs, sizes), publishing(runs.get("ours", {})))
    return [line for part in parts for line in (*part, "")]


def busy_note(share: float) -> str:
    """Return what is said where the machine was not left alone."""
    return (
        f"**The machine was busy with other work during this run** (up to {share:.0%} of it). Not "
        "all figures are affected alike, so run it again when the machine is idle."
    )


def busy_lines(runs: Results) -> list[str]:
    """Return a line on how busy the machine was before each generator was measured."""
    shares = [run.get("busy", 0.0) for found in runs.values() for run in found.values()]
    most = max(shares, default=0.0)
    if most >= BUSY:
        return [f"- {busy_note(most)}"]
    return [f"- Other programs used at most {most:.0%} of the machine before each generator began."]


def publishing(ours: Results) -> list[str]:
    """Return the table of publishing."""
    lines = ["| posts | | seconds | processor time | factor |", "|---|---|---|---|---|"]
    for size, found in sorted(ours.items(), key=lambda item: int(item[0])):
        for key, (label, beside) in PUBLISHING.items():
            if key in found:
                took, work = middle(found[key]), middle(found[f"{key}_work"])
                factor = f"{took / middle(found[beside]):.1f}×" if found.get(beside) else "–"
                lines.append(
                    f"| {int(size):,} | {label} | {took:.1f} s | {work:.1f} s | {factor} |"
                )
    return lines


def middle(found: list[float] | float) -> float:
    """Return the median of a figure's measurements."""
    return float(statistics.median(found)) if isinstance(found, list) else float(found)


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
    return [(key, label) for key, label in FIGURES.items() if mine and key in mine]


def ratio(other: Results | None, mine: Results, key: str) -> str:
    """How many times as much another takes."""
    if not other or not other.get(key) or not mine.get(key):
        return "–"
    value = middle(other[key]) / middle(mine[key])
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
    """A figure with its unit, and its spread."""
    if not found or key not in found:
        return "–"
    if not found[key]:
        return "never shown"
    least, most = min(found[key]), max(found[key])
    if key == "memory":
        return f"{middle(found[key]):,.0f} MB"
    spread = f" ({seconds(least)}–{seconds(most)})" if most > least else ""
    return f"{seconds(middle(found[key]))}{spread}"


def seconds(value: float) -> str:
    """Return seconds with their unit."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


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
    for step in SECONDS:
        y = across(step)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5d9e0"/>'
        )
        parts.append(text(LEFT - 8, y + 5, f"{step:g}", anchor="end"))
    parts.extend(
        text(along(size, sizes), HEIGHT - 20, f"{size:,} posts", anchor="middle") for size in sizes
    )
    labels: list[float] = []
    for name, color in COLORS.items():
        measured = runs.get(name, {}).items()
        found = sorted(
            (int(size), middle(run["edit"])) for size, run in measured if run.get("edit")
        )
        if not found:
            continue
        points = [(along(size, sizes), across(took)) for size, took in found]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
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


def across(took: float) -> float:
    """Where a time stands from top to bottom."""
    first, last = math.log(SECONDS[0]), math.log(SECONDS[-1])
    share = (math.log(took) - first) / (last - first)
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", color: str = "#1b2330", size: int = 14
) -> str:
    """A piece of text in the plot."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
