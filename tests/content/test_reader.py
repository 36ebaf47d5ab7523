"""The reader: bytes to text, front matter to fields with their lines, files to documents.

Not tested here: callouts (`test_body.py`), what is wrong between files (`test_checks.py`), and
the corpus of bad input (`test_bad.py`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest
from conftest import CONTENT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from practice.content import front_matter
from practice.content.document import WORDS_A_MINUTE, InvalidDocument, slug_of
from practice.content.models import KINDS, Clinic, Page, Post, Source, Therapist, Topic, Treatment
from practice.content.reader import read_document, read_model, read_models, read_text
from practice.content.validation import validate

HERE = Path(__file__).parents[1]
POST = """\
---
title: Sore
date: 2026-05-04
author: sarah
summary: It passes.
---

Words.
"""


def read(tmp_path, text, model=Post, name="x.md"):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    folder = model.FOLDER
    return read_document(model, file, f"{folder}/{name}", f"content/{folder}/{name}")


def lines_of(problems):
    return [f"{problem.line}: {problem.code}" for problem in sorted(problems)]


def test_one_bad_document_names_every_mistake_at_once(tmp_path):
    _, problems = read(tmp_path, (HERE / "fixtures/bad-document.md").read_text("utf-8"))
    printed = "".join(f"{problem}\n" for problem in sorted(problems))
    assert printed == (HERE / "fixtures/bad-document.txt").read_text("utf-8")


def test_a_good_post(tmp_path):
    document, problems = read(tmp_path, POST)
    assert problems == []
    assert document.meta.date == dt.date(2026, 5, 4)
    assert (document.kind, document.path, document.title) == ("post", "/blog/x/", "Sore")
    assert document.line_of("author") == 4
    assert document.body.parts == ("<p>Words.</p>",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "\ufeff"),
        ("\n", "\r\n"),
        ("\n", "\r"),
    ],
    ids=["byte order mark", "Windows line ends", "old Mac line ends"],
)
def test_habits_of_editors_are_accepted(tmp_path, before, after):
    text = after + POST if not before else POST.replace(before, after)
    plain, _ = read(tmp_path, POST)
    document, problems = read(tmp_path, text)
    assert problems == []
    assert (document.meta, document.body) == (plain.meta, plain.body)


def test_letters_are_composed(tmp_path):
    document, _ = read(tmp_path, POST.replace("Sore", "Se\u0301ance"))
    assert document.title == "S\u00e9ance"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (POST.replace("Sore", "Caf\u00e9").encode("latin-1"), ["2: file-encoding"]),
        (POST.encode("utf-16"), ["1: file-encoding"]),
        (POST.replace("Words", "Wor\x00ds").encode(), ["8: character"]),
        (POST.replace("Sore", "So\u202ere").encode(), ["2: character"]),
        (b"", ["1: file-empty"]),
        (b"Words only.\n", ["1: front-matter-missing"]),
        (b"---\ntitle: x\n", ["1: front-matter-open"]),
    ],
    ids=["latin-1", "utf-16", "nul", "bidi override", "empty", "no front matter", "never closed"],
)
def test_bytes_that_are_no_text(tmp_path, raw, expected):
    document, problems = read(tmp_path, raw)
    assert document is None
    assert lines_of(problems) == expected


def test_a_file_that_is_not_there_is_named(tmp_path):
    _, problems = read_text(tmp_path / "none.md", "content/posts/none.md")
    assert lines_of(problems) == ["1: file-unreadable"]


@pytest.mark.parametrize(
    "yaml", ["a: &x 1\nb: *x\n", "a: !!python/object:os.system x\n", "<<: {a: 1}\nb: &y 2\n"]
)
def test_yaml_has_no_hidden_powers(yaml):
    data, problems = front_matter.parse("x", yaml)
    assert {problem.code for problem in problems} == {"yaml"}
    assert not {"a", "b"} & set(data.values)


def test_every_mistake_in_yaml_is_named_and_the_other_fields_are_read():
    text = 'a: "x\nb y\nc:\n- d\ne: [f\ng: h: i\nj: k\n'
    data, problems = front_matter.parse("x", text)
    assert lines_of(problems) == ["1: yaml", "2: yaml", "5: yaml", "6: yaml"]
    assert data.values == {"c": ["d"], "j": "k"}
    assert data.line_of(("j",)) == 7
    assert data.unread


def test_what_may_stand_where_nothing_can_be_read_is_not_said_to_be_missing(tmp_path):
    raw = b"---\ntitle: X\ndate 2026-01-01\nauthor: [a\nsumary: x\n---\n\nText.\n"
    document, problems = read(tmp_path, raw)
    assert isinstance(document, InvalidDocument)
    assert lines_of(problems) == ["3: yaml", "4: yaml", "5: field-unknown"]


@pytest.mark.parametrize(
    ("yaml", "line", "message"),
    [
        ('a: "Pain\nb: c\n', 1, "a quotation mark that is opened here is never closed"),
        ('a: b\nc: "Pain\nd: "e"\n', 2, "a quotation mark that is opened here is never closed"),
        ("a: ['b, c\n", 1, "a quotation mark that is opened here is never closed"),
        ("a: [b, c\nd: e\n", 1, "a bracket that is opened here is never closed"),
        ("a: [b: c: d]\n", 1, "the text between `[` and `]` cannot be read"),
        ("a: [b]]\n", 1, "`]` closes something that was not opened"),
        ("a: b\nauthor ana\nc: d\n", 2, "a colon and a space are missing"),
        ("author:ana\nc: d\n", 1, "a colon and a space are missing"),
        ("a:\n  b: c\n  d e\n", 3, "a colon and a space are missing"),
        ("a: b\n c: d\n", 2, "this line is indented more than the one above"),
        ("a:\n  - b: c\n     d: e\n", 3, "this line is indented more than the one above"),
        (" a: b\nc: d\n", 1, "this line is indented more than those below"),
        ("a:\n   b: c\n  d: e\n", 3, "this line is not indented like those above"),
        ("a: b: c\n", 1, "the value contains a colon followed by a space"),
        ('a: "b" c\n', 1, "there are words after the closing quotation mark"),
        ('a: "b\\c"\n', 1, "a backslash has a special meaning inside double quotes"),
        ("a: @b\n", 1, "a value that starts with `@` has a special meaning in YAML"),
        ("a: **b**\n", 1, "a value that starts with `*` has a special meaning in YAML"),
        ("a: > 5 days\n", 1, "a value that starts with `>` has a special meaning in YAML"),
        ("a:\n\tb: c\n", 2, "there is a tab where only spaces are allowed"),
        ("a: - b\n", 1, "a list item is not possible here"),
        ("a: b\n...\nc: d\n", 2, "the line `...` ends the fields"),
        ("a: [b] c\n", 1, "the fields cannot be read from here on"),
    ],
)
def test_yaml_is_explained_where_the_mistake_was_made(yaml, line, message):
    _, problems = front_matter.parse("x", yaml)
    assert [(problem.line, problem.message) for problem in problems] == [(line, message)]
    assert problems[0].hint


def test_no_words_of_the_parser_reach_an_editor():
    theirs = re.compile("expected|found|scalar|token|stream|parsing|mapping|sequence|while")
    for signs in itertools.product("\"'[]{}-:, \t\n#&*!|>%@?a", repeat=3):
        text = f"a: b\nc: {''.join(signs)}\nd: e\n"
        _, problems = front_matter.parse("x", text)
        assert len(problems) < 3, text
        assert not any(theirs.search(problem.message + problem.hint) for problem in problems), text
        assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("----\ntitle: x\n---\n", "1: front-matter-missing"),
        ("---\ntitle: x\n----\n\nWords.\n", "3: front-matter-open"),
        ("---\ntitle: x\n —\n\nWords.\n", "3: front-matter-open"),
    ],
)
def test_a_line_that_is_nearly_a_fence_is_named(tmp_path, text, expected):
    _, problems = read(tmp_path, text)
    assert lines_of(problems) == [expected]


def test_plain_values_stay_as_written():
    yaml = "a: no\nb: 08:30\nc: 2026-01-05\nd: 1_000\ne: ~\nf:\ng: ''\nh: [on, 0x10]\n"
    data, problems = front_matter.parse("x", yaml)
    assert problems == []
    assert data.values == {
        "a": "no",
        "b": "08:30",
        "c": "2026-01-05",
        "d": "1_000",
        "e": "~",
        "f": None,
        "g": "",
        "h": ["on", "0x10"],
    }


def test_every_value_knows_its_line():
    yaml = "hours:\n  - days: [monday,\n      tuesday]\n    opens: 08:00\nname: x\n"
    data, _ = front_matter.parse("x", yaml, first_line=10)
    assert data.line_of(("hours", 0, "opens")) == 13
    assert data.line_of(("hours", 0, "days", 1)) == 12
    assert data.line_of(("hours", 0, "closes")) == 11
    assert data.line_of(("nothing",)) == 10


def test_a_hostile_nesting_is_refused():
    _, problems = front_matter.parse("x", "a: " + "[" * 5000)
    assert [problem.code for problem in problems] == ["yaml"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("dry-needling.md", "dry-needling"),
        ("What is it.md", "what-is-it"),
        ("Caf\u00e9 & Th\u00e9.md", "cafe-the"),
        ("Cafe\u0301.md", "cafe"),
        ("100%.md", "100"),
    ],
)
def test_a_file_name_becomes_an_address(name, slug):
    assert slug_of(f"posts/{name}") == slug


def test_reading_time_counts_callouts(tmp_path):
    box = "/// key-point\n\n" + "word " * (3 * WORDS_A_MINUTE) + "\n///\n"
    document, _ = read(tmp_path, POST + "\n" + box)
    assert document.minutes == 3


def test_a_treatment_takes_its_parts_from_the_text(tmp_path):
    text = (HERE / "fixtures/treatment.md").read_text("utf-8")
    document, problems = read(tmp_path, text, Treatment)
    assert problems == []
    meta = document.meta
    assert [effect.name for effect in meta.side_effects] == ["Soreness", "Fainting"]
    assert [card.level for card in meta.get_help] == ["non-urgent", "urgent"]
    assert [question.question for question in meta.faq] == ["Does it hurt?"]
    assert meta.what_happens == "<p>You lie down.</p>"
    assert "Extra" not in meta.what_happens + meta.who_for + meta.prepare + meta.aftercare


def test_a_treatment_without_its_parts_names_each(tmp_path):
    text = "---\nname: X\nsummary: Words.\n---\n\n## What happens\n\nWords.\n"
    _, problems = read(tmp_path, text, Treatment)
    assert sorted(problem.message for problem in problems) == [
        "`ask_first` is missing",
        "`faq` is missing",
        "`get_help` is missing",
        "`side_effects` is missing",
        "the section `## Afterwards` is missing",
        "the section `## How to prepare` is missing",
        "the section `## Who it helps` is missing",
    ]


def test_what_the_text_says_is_not_written_in_the_front_matter(tmp_path):
    text = (HERE / "fixtures/treatment.md").read_text("utf-8")
    _, problems = read(tmp_path, text.replace("summary:", "faq: none\nsummary:"), Treatment)
    assert lines_of(problems) == ["3: field-unknown"]


def test_therapist_and_page(tmp_path):
    text = (
        "---\nname: Ana Ruiz\nrole: Physical therapist\nsummary: Words.\nlanguages: Spanish\n"
        "credentials:\n  - abbreviation: PT\n    stands_for: Physical therapist\n"
        "    kind: license\n---\n"
    )
    document, problems = read(tmp_path, text, Therapist)
    assert problems == []
    assert document.meta.full_name == "Ana Ruiz, PT"
    assert document.meta.languages == ("Spanish",)
    page, problems = read(tmp_path, "---\ntitle: Home\nsummary: Words.\n---\n", Page, "home.md")
    assert (problems, page.path) == ([], "/")


def test_hints_show_the_form_that_is_needed(tmp_path):
    text = "---\nname: Ana\nrole: PT\nsummary: Words.\nlanguages: en\ncredentials: PT, MPT\n---\n"
    _, problems = read(tmp_path, text, Therapist)
    assert [problem.hint for problem in problems] == [
        (
            "write below it, indented, each on its own line: "
            "`- abbreviation: …`, `stands_for: …`, `kind: …`"
        )
    ]
    _, problems = read(tmp_path, POST.replace("author:", "topics: neck, back pain\nauthor:"))
    assert [problem.hint for problem in problems] == ["write a list: `[neck, back-pain]`"]
    file = tmp_path / "sources.yaml"
    file.write_text(
        "a:\n  title: A\n  authors: B\n  year: 2014\n  published_in: C\n  what: D\n"
        "  read: abstract\n  doi: https://doi.org/10.1000/x\n",
        "utf-8",
    )
    _, problems = read_models(Source, file, "content/sources.yaml")
    assert [(p.line, p.hint.split(",")[1]) for p in problems] == [(8, " written from `10.` on")]


def test_a_section_under_another_name_is_named_on_its_line(tmp_path):
    text = (HERE / "fixtures/treatment.md").read_text("utf-8")
    text = text.replace("## Afterwards", "## Aftercare").replace("What happens", "What hapens")
    _, problems = read(tmp_path, text, Treatment)
    lines = text.split("\n")
    assert [(lines[p.line - 1], p.hint) for p in problems] == [
        ("## What hapens", "if `## What hapens` is meant to be it, write `## What happens`"),
        ("## Aftercare", "if `## Aftercare` is meant to be it, write `## Afterwards`"),
    ]


def test_yaml_files_name_the_line_of_the_entry(tmp_path):
    file = tmp_path / "topics.yaml"
    file.write_text("pain:\n  name: Pain\n  summary: Words.\nBad Id:\n  name: x\nempty:\n", "utf-8")
    topics, problems = read_models(Topic, file, "content/topics.yaml")
    assert list(topics) == ["pain"]
    assert lines_of(problems) == ["4: field-missing", "4: id", "6: yaml"]


def test_clinic_mistakes_are_found_in_depth(tmp_path):
    good = (HERE / "kitchen-sink/clinic.yaml").read_text("utf-8")
    file = tmp_path / "clinic.yaml"
    file.write_text(good, "utf-8")
    clinic, problems = read_model(Clinic, file, "content/clinic.yaml")
    assert problems == []
    assert clinic is not None
    file.write_text(good.replace("opens:", "open:", 1), "utf-8")
    _, problems = read_model(Clinic, file, "content/clinic.yaml")
    line = good[: good.index("opens:")].count("\n") + 1
    assert [(p.line, p.code) for p in problems] == [(line, "field-unknown")]


def test_every_folder_has_a_kind():
    assert set(KINDS) == {"pages", "treatments", "team", "posts", "events"}


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("summary How: three", 'a colon is missing after `summary`: write `summary: "…"`'),
        ("topics:\n- pain\n  - neck", "align every `-` of the list in the same column"),
        ("auther: x", "did you mean `author`?"),
    ],
)
def test_a_slip_is_answered_by_what_was_meant(tmp_path, field, hint):
    raw = f"---\ntitle: X\ndate: 2026-01-01\n{field}\n---\n\nText.\n"
    _, problems = read(tmp_path, raw)
    assert hint in [problem.hint for problem in problems]
    assert not [
        p
        for p in problems
        if p.code == "field-missing" and "`summary`" in p.message and ("summary" in field)
    ]


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"phone": "+1 555 555 012"}, "has 9 digits after the +1 instead of 10", "country code"),
        (
            {"hours": [{"days": ["monday tuesday"], "opens": "08:00", "closes": "09:00"}]},
            "`days: monday tuesday` is not possible",
            "write a comma between them: `monday, tuesday`",
        ),
    ],
)
def test_a_slip_in_the_clinics_file_is_answered_by_what_was_meant(values, message, hint):
    _, problems = validate(Clinic, values, "clinic.yaml", lambda _: 1)
    assert any(message in p.message and hint in p.hint for p in problems)


LINES = st.sampled_from(
    [
        "name: Words, and more", "name: >-", "name:", "other: [a, two words, c.d]", "- item",
        "words", "empty: []", "- name: 12", "number: -122.5", 'quoted: "a: b # c"', "# a comment",
        "", " ",
        "ends with a colon:", "it’s: 08:00", "text with a # sign", "$5: x", "-", "- >-", "name: -",
        "2026-05-01", "name: a  b", "- - a", "name: [a", '"a": b', "true: no", "[a, b]", "+1 555",
    ]
)  # fmt: skip
INDENTS = st.sampled_from(["", "", "  ", "  ", "    ", "      ", " "])


@settings(max_examples=500)
@given(st.lists(st.tuples(INDENTS, LINES), max_size=8))
@example([("", "name: >-"), ("  ", "# a comment"), ("", "# a comment"), ("  ", "words")])
@example([("", "name: >-"), ("", ""), ("    ", "words"), ("  ", "words"), ("", "")])
def test_both_parsers_of_yaml_read_the_same(lines):
    text = "\n".join(f"{indent}{line}" for indent, line in lines)
    found = front_matter.parse("x.md", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(front_matter, "_quick", lambda _text: None)
        expected = front_matter.parse("x.md", text)
    assert found == expected


@pytest.mark.parametrize("practice", CONTENT.values(), ids=CONTENT)
def test_the_lists_of_a_practice_are_read_by_the_fast_parser(practice):
    """They are read anew by each build, unlike texts."""
    texts = [file.read_text("utf-8") for file in practice.glob("*.yaml")]
    assert [text for text in texts if not front_matter.EVERYDAY.fullmatch(f"{text}\n")] == []
