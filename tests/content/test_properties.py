"""Properties: whatever is written, an editor gets problems with a line, never a traceback.

Not tested here: which problems (`test_bad.py`), and how long it takes (`test_limits.py`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from practice import checks
from practice.checks import prose
from practice.checks.privacy import in_page
from practice.content import characters, front_matter
from practice.content.body import CalloutPart
from practice.content.body_parser import parse
from practice.content.document import slug_of
from practice.content.markdown import SAFE_TAGS, TAG
from practice.content.models import KINDS, Clinic, Post
from practice.content.reader import decode, read_document, read_model, read_models
from practice.site.assemble import load

BASE = Path(__file__).parents[1] / "bad" / "base"
DAY = dt.date(2026, 6, 1)
SLOW = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

PIECES = [
    "---\n",
    "\n",
    "\n\n",
    "    ",
    "\t",
    " ",
    "# ",
    "## ",
    "### ",
    "- ",
    "1. ",
    "> ",
    "```\n",
    "~~~\n",
    "/// ",
    "///\n",
    "/// key-point\n",
    "/// do | x\n",
    "/// faq\n",
    "/// side-effect | x\n",
    "/// get-help | x\n",
    "/// compare | x\n",
    "/// testimonial | x\n",
    "/// in-language | es\n",
    "    level: urgent\n",
    "    how-common: common\n",
    "    figure: 8 in 100\n",
    "    sources: x\n",
    "| a | b |\n|---|---|\n| c | d |\n",
    "[x](",
    ")",
    "[x]({filename}first.md#y)",
    "![x](",
    "](",
    "[y]: z\n",
    "<b>",
    "</b>",
    "<script>",
    "<!--",
    "-->",
    "&lt;",
    "&#0;",
    "&#xD800;",
    "&#99999999;",
    "*",
    "**",
    "_",
    "`",
    "\\",
    "{",
    "}",
    "{static}",
    "title: ",
    "date: 2026-05-10\n",
    "author: ana\n",
    "summary: x\n",
    "a",
    "Words. ",
    "é",
    "e\u0301",
    "\u202e",
    "\0",
    "\ufeff",
    "\u2028",
    "👍",
    "٣",
    "\x02",
    "\x03",
    "911",
    "8%",
    "cure",
    "https://x.y/",
    "mailto:a@b.c",
    "tel:+15555550123",
    "javascript:alert(1)",
]
WRITING = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)
VALUE = st.recursive(
    st.text(max_size=20)
    | st.none()
    | st.sampled_from(["true", "2026-05-10", "ana", "08:00", "-1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def good(problems, text):
    """Problems have a line of the file, a code, and words."""
    last = text.count("\n") + 1
    for problem in problems:
        assert 1 <= problem.line <= last, problem
        assert problem.code
        assert problem.message
        str(problem).encode("utf-8")


@SLOW
@given(WRITING)
@example("/// faq\n### \n///\n")
@example("[](")
def test_any_text(text):
    body, problems = parse("x", "posts/x.md", text, 1)
    good(problems, text)
    for part in body.parts:
        if isinstance(part, CalloutPart):
            continue
        part.encode("utf-8")
        tags = {tag.strip("</> ").split()[0].rstrip("/") for tag in TAG.findall(part)}
        assert tags <= SAFE_TAGS
        assert list(in_page(part)) == [] or "<img" in part


@SLOW
@given(st.sampled_from(sorted(KINDS)), WRITING)
def test_any_file(tmp_path, folder, text):
    raw = text.encode("utf-8", "surrogatepass")
    file = tmp_path / "x.md"
    file.write_bytes(raw)
    document, problems = read_document(KINDS[folder], file, f"{folder}/x.md", "x")
    good(problems, text.replace("\r", "\n"))
    assert document or problems


@SLOW
@given(st.binary(max_size=300))
def test_any_bytes(raw):
    text, problems = decode(raw, "x")
    good(problems, raw.decode("latin-1").replace("\r", "\n"))
    text.encode("utf-8")


@SLOW
@given(
    st.binary(max_size=200) | WRITING.map(str.encode),
    st.sampled_from(["clinic", "topics", "sources"]),
)
def test_any_yaml_file(tmp_path, raw, name):
    file = tmp_path / f"{name}.yaml"
    file.write_bytes(raw)
    read = read_model if name == "clinic" else read_models
    _, problems = read(Clinic, file, "x")
    for problem in problems:
        assert problem.line >= 1
        str(problem).encode("utf-8")


@SLOW
@given(WRITING)
def test_any_front_matter(text):
    text = characters.without(text)  # refused before: some are line ends in YAML
    _, problems = front_matter.parse("x", text)
    good(problems, text)


def as_yaml(value):
    """A value in YAML's flow style, with every text in double quotes."""
    if value is None:
        return "~"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_yaml(k)}: {as_yaml(v)}" for k, v in value.items()) + "}"
    text = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value)
    return f'"{text}"'


@SLOW
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_value_in_any_field(tmp_path, folder, data):
    model = KINDS[folder]
    names = data.draw(st.lists(st.sampled_from(sorted(model.model_fields)), unique=True))
    fields = "".join(f"{name}: {as_yaml(data.draw(VALUE))}\n" for name in names)
    file = tmp_path / "x.md"
    text = f"---\n{fields}---\n\nWords.\n"
    file.write_text(text, "utf-8")
    _, problems = read_document(model, file, f"{folder}/x.md", "x")
    good(problems, text)


@SLOW
@given(st.data())
def test_any_value_in_any_field_of_the_clinic(tmp_path, data):
    names = data.draw(st.lists(st.sampled_from(sorted(Clinic.model_fields)), unique=True))
    text = "".join(f"{name}: {as_yaml(data.draw(VALUE))}\n" for name in names)
    file = tmp_path / "clinic.yaml"
    file.write_text(text, "utf-8")
    _, problems = read_model(Clinic, file, "x")
    good(problems, text)


FRONT = (
    "---\ntitle: x\ndate: 2026-05-10\nauthor: ana\nsummary: Words.\nreviewed: 2026-05-10\n---\n\n"
)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return Path(shutil.copytree(BASE, tmp_path_factory.mktemp("practice") / "content"))


@SLOW
@given(WRITING, st.sampled_from(["", "---\n"]))
def test_any_text_in_a_whole_practice(content, text, before):
    written = before or FRONT + text
    (content / "posts" / "x.md").write_bytes((written + text).encode("utf-8", "surrogatepass"))
    site, problems = load(content, DAY)
    assert site is not None
    for problem in [*problems, *checks.run(site)]:
        assert problem.line >= 1
        assert problem.hint
        str(problem).encode("utf-8")


@SLOW
@given(WRITING)
def test_any_prose(text):
    for block in prose._blocks(("---\n---\n" + text).split("\n")):
        for line, sentence in block.sentences():
            assert 3 <= line <= text.count("\n") + 3
            assert sentence


@SLOW
@given(st.text(min_size=1, max_size=40))
def test_any_file_name_becomes_an_address(name):
    found = slug_of(f"posts/{name.replace('/', '')}.md")
    assert found
    assert not set(found) & set("?#%/\\ .")


def test_a_good_post_stays_good(tmp_path):
    """So that the properties above are not held by refusing everything."""
    file = tmp_path / "x.md"
    file.write_text(FRONT + "Words.\n", "utf-8")
    document, problems = read_document(Post, file, "posts/x.md", "x")
    assert document
    assert problems == []
