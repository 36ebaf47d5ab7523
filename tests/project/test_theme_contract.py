"""What docs/theming.md promises to templates and style sheets of others is what the theme has."""

from __future__ import annotations

import re

from conftest import ROOT, TEMPLATES

DOCS = (ROOT / "docs" / "theming.md").read_text("utf-8")
CSS = ROOT / "theme" / "static" / "css"
BLOCK = re.compile(r"{% block (\w+) %}")
NAME = re.compile(r"`([\w-]+)`")


def section(heading: str) -> str:
    """The text below a heading of the guide."""
    _, found, rest = DOCS.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(r"^#{2,3} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def test_blocks_are_those_of_the_frame():
    assert first_column(section("### Blocks")) == set(BLOCK.findall(_template("base.html")))


def test_no_template_fills_a_block_that_the_frame_lacks():
    frame = set(BLOCK.findall(_template("base.html")))
    for file in TEMPLATES.rglob("*.html"):
        assert set(BLOCK.findall(file.read_text("utf-8"))) <= frame, file.name


def test_tokens_are_those_of_the_style_sheet():
    sheet = (CSS / "tokens.css").read_text("utf-8")
    there = set(re.findall(r"^\s+--([\w-]+):", sheet, re.MULTILINE))
    told = set(NAME.findall(section("### Tokens").partition("\n\n")[2]))
    assert told == there


def test_every_token_that_is_used_is_there():
    there = set(
        re.findall(r"(--[\w-]+):", "".join(f.read_text("utf-8") for f in CSS.rglob("*.css")))
    )
    for file in CSS.rglob("*.css"):
        used = set(re.findall(r"var\((--[\w-]+)", file.read_text("utf-8")))
        assert used <= there, f"{file.name}: {used - there}"


def test_classes_are_those_of_the_components():
    told = set(NAME.findall(section("### Classes")))
    assert told == {file.stem for file in (CSS / "components").glob("*.css")}


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")
