"""The markup of each callout, as the kitchen sink shows it, against a golden.

A golden is normalized: one element a line, drawings left out, no fingerprints. Refresh them with
`uv run pytest tests/test_goldens.py --refresh-goldens` and read the diff. There are no goldens of
`content/`, so that no editor is held up by one.

Not tested here: pages as a whole, and how anything looks.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from practice.content.models import CALLOUTS

GOLDENS = Path(__file__).parents[1] / "goldens"
PAGE = "/kitchen-sink/"
SHOWN_AS = {"side-effect": "side-effects"}
"""Callouts that are shown within another's markup."""
NAMES = sorted({SHOWN_AS.get(name, name) for name in CALLOUTS})
VOID = {"br", "hr", "img", "input", "source", "wbr"}


def components(page, name: str) -> list[ET.Element]:
    """Every element of the page's main part that is a component of this name."""
    return [e for e in page.one("main").iter() if name in (e.get("class") or "").split()]


def pretty(element: ET.Element, depth: int = 0) -> str:
    """An element with its attributes in order of their names, one element or text a line."""
    indent = "  " * depth
    attributes = "".join(f' {name}="{value}"' for name, value in sorted(element.items()))
    start = f"{indent}<{element.tag}{attributes}>\n"
    if element.tag in VOID or element.tag == "svg":
        return normalized(start)
    lines = [start, text(element.text, depth + 1)]
    for child in element:
        lines += [pretty(child, depth + 1), text(child.tail, depth + 1)]
    return normalized("".join([*lines, f"{indent}</{element.tag}>\n"]))


def text(words: str | None, depth: int) -> str:
    collapsed = " ".join((words or "").split())
    return f"{'  ' * depth}{collapsed}\n" if collapsed else ""


def normalized(markup: str) -> str:
    """Fingerprints change with the theme, and widths with the picture."""
    return re.sub(r"\.[0-9a-f]{8}(?=[-.])", ".fingerprint", markup)


def shown(page, name: str) -> str:
    found = components(page, name)
    assert found, f"the kitchen sink shows no `{name}`"
    return "\n".join(pretty(element) for element in found)


@pytest.mark.parametrize("name", NAMES)
def test_markup_is_as_it_was(kitchen_sink, request, name):
    golden = GOLDENS / f"{name}.html"
    markup = shown(kitchen_sink.page(PAGE), name)
    if request.config.getoption("--refresh-goldens"):
        golden.write_text(markup, "utf-8")
    assert golden.is_file(), "run `uv run pytest tests/test_goldens.py --refresh-goldens`"
    assert markup == golden.read_text("utf-8")


def test_no_golden_is_left_over():
    assert {file.stem for file in GOLDENS.iterdir()} == set(NAMES)


def test_a_callout_is_called_the_same_everywhere(kitchen_sink):
    """One name: the template, the class, and the style sheet if it has one of its own."""
    for name in NAMES:
        assert (kitchen_sink.theme / "templates" / "callouts" / f"{name}.html").is_file()
        css = kitchen_sink.theme / "static" / "css" / "components" / f"{name}.css"
        assert not css.is_file() or f".{name}" in css.read_text("utf-8"), name
