"""`inv new`: what it writes can be read, comes from the models, and never replaces anything.

Not tested here: the preview that it opens (`test_preview_server.py`).
"""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from conftest import ROOT, files_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice import checks
from practice.authoring.scaffold import KINDS, CannotWrite, make
from practice.content.models import Therapist, Treatment, fields_at
from practice.content.reader import read_document
from practice.preview.live import LivePreview
from practice.problems import ProblemsFound, errors
from practice.site.assemble import load
from practice.support.environment import today

GIVEN = {
    "post": {"title": "A new post", "author": "ann-li", "summary": "It is new."},
    "treatment": {"name": "Something new", "summary": "It is new."},
    "therapist": {
        "name": "Nia New",
        "role": "Physical therapist",
        "summary": "Nia is new.",
        "credentials": "PT = Physical therapist, DPT = Doctor of physical therapy / degree",
        "languages": "English, Spanish",
    },
    "staff": {
        "name": "Desk Person",
        "role": "Front desk",
        "summary": "Desk answers the phone.",
        "languages": "English",
    },
    "page": {"title": "A new page", "summary": "It is new."},
    "event": {"title": "A talk", "summary": "It is new.", "date": "2099-01-02"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_a_good_file(content, kind):
    made = make(kind, content, GIVEN[kind])
    site, problems = load(content, today("UTC"))
    assert errors(problems) == []
    shown = [p for p in checks.run(site) if p.path.endswith(made.file.name)]
    assert errors(shown) == []
    live = LivePreview(content, ROOT / "theme", "https://www.example.com")
    assert live.show(made.address).content


def test_what_is_not_given_is_asked_in_the_models_words(content):
    asked = []
    answers = {"Title": "Asked for", "Author": "ann-li", "Summary": "It was asked for."}

    def ask(question):
        asked.append(question)
        return answers[question.split(" (")[0]]

    made = make("post", content, {}, ask)
    assert [question.split(" (")[0] for question in asked] == ["Title", "Summary", "Author"]
    info = fields_at(KINDS["post"], "front matter")["author"]
    assert info.description in asked[2]
    assert "for example sarah-dominguez" in asked[2]
    assert made.file.name == "asked-for.md"
    assert made.address == "/blog/asked-for/"


def test_a_post_begins_as_a_draft_of_today(content):
    made = make("post", content, GIVEN["post"])
    document, _ = read_document(KINDS["post"], made.file, "posts/a-new-post.md", "x")
    assert (document.meta.status, document.meta.date) == ("draft", today("UTC"))


def test_others_begin_as_sample_text(content):
    for kind in ("treatment", "therapist"):
        made = make(kind, content, GIVEN[kind])
        document, _ = read_document(KINDS[kind], made.file, f"x/{made.file.name}", "x")
        assert document.meta.sample


def test_lists_and_credentials_are_read_back(content):
    made = make("therapist", content, GIVEN["therapist"])
    document, _ = read_document(Therapist, made.file, "team/nia-new.md", "x")
    assert document.meta.languages == ("English", "Spanish")
    assert document.meta.letters == "PT, DPT"
    assert document.meta.credentials[1].kind == "degree"


def test_a_treatment_begins_with_every_section(content):
    text = make("treatment", content, GIVEN["treatment"]).file.read_text("utf-8")
    for heading in Treatment.SECTIONS.values():
        assert f"\n## {heading}\n" in text


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("podcast", {}, "choose one of `uv run inv new post`"),
        ("post", {"title": "x"}, "`summary` is missing"),
        ("post", {"title": "x"}, "`author` is missing"),
        ("post", {"title": "x"}, "--field 'author=…'"),
        ("post", {}, "--title '…'"),
        ("post", GIVEN["post"] | {"auhtor": "x"}, "no field `auhtor`"),
    ],
)
def test_what_cannot_be_done_is_said(content, kind, given, words):
    before = files_of(content)
    with pytest.raises(CannotWrite, match=words):
        make(kind, content, given)
    assert files_of(content) == before


def test_a_value_that_cannot_be_is_a_problem_and_writes_nothing(content):
    before = files_of(content)
    with pytest.raises(ProblemsFound) as found:
        make("post", content, GIVEN["post"] | {"date": "tomorrow"})
    assert [problem.code for problem in found.value.problems] == ["date"]
    assert files_of(content) == before


def test_a_name_that_nobody_has_is_a_problem_and_writes_nothing(content):
    before = files_of(content)
    given = GIVEN["post"] | {"author": "nobody", "topics": "nothing", "treatments": "taping"}
    with pytest.raises(ProblemsFound) as found:
        make("post", content, given)
    codes = [problem.code for problem in found.value.problems]
    assert codes == ["therapist-unknown", "topic-unknown"]
    assert files_of(content) == before


def test_on_a_terminal_only_what_was_wrong_is_asked_again(content):
    answers = iter(["", "A post", "It is new.", "nobody", "ann-li"])
    asked = []

    def ask(question):
        asked.append(question)
        return next(answers)

    made = make("post", content, {}, ask)
    assert [question.splitlines()[-1].split(" (")[0] for question in asked] == [
        "Title",
        "Title",
        "Summary",
        "Author",
        "Author",
    ]
    assert asked[-1].startswith("there is no therapist `nobody`: ")
    assert "author: ann-li\n" in made.file.read_text("utf-8")


def test_a_file_is_never_replaced(content):
    made = make("post", content, GIVEN["post"])
    made.file.write_text("mine", "utf-8")
    with pytest.raises(CannotWrite, match="already exists"):
        make("post", content, GIVEN["post"])
    assert made.file.read_text("utf-8") == "mine"


def test_no_title_leads_out_of_its_folder(content):
    made = make("post", content, GIVEN["post"] | {"title": "../../etc/passwd: a post"})
    assert made.file == content / "posts" / "etc-passwd-a-post.md"


@given(title=st.text(min_size=1, max_size=40))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
def test_any_title_is_read_back_or_refused(content, title):
    try:
        made = make("post", content, GIVEN["post"] | {"title": title})
    except (ProblemsFound, CannotWrite):
        return
    try:
        document, problems = read_document(KINDS["post"], made.file, "posts/x.md", "x")
        assert errors(problems) == []
        assert document.title == unicodedata.normalize("NFC", " ".join(title.split()))
        assert document.meta.author == ("ann-li",)
        assert document.meta.status == "draft"
    finally:
        made.file.unlink()


def test_the_command(content, settings_file):
    def run(*parts):
        command = [sys.executable, "-m", "invoke", "new", *parts, "--no-preview", "--settings"]
        return subprocess.run(
            [*command, str(settings_file(PATH=str(content)))],
            cwd=ROOT, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    fields = ["--field", "author=ann-li", "--field", "summary=It is: new."]
    made = run("post", "--title", "By command", *fields)
    assert made.returncode == 0, made.stderr
    assert "by-command.md" in made.stdout
    assert 'summary: "It is: new."' in (content / "posts" / "by-command.md").read_text("utf-8")
    again = run("post", "--title", "By command", *fields)
    assert (again.returncode, "already exists" in again.stderr) == (2, True)
    assert run("post").returncode == 2


@pytest.mark.parametrize("kind", ["page", "event"])
def test_pages_and_events_begin_as_drafts(content, kind):
    made = make(kind, content, GIVEN[kind])
    document, _ = read_document(KINDS[kind], made.file, f"x/{made.file.name}", "x")
    assert document.meta.status == "draft"


def test_staff_treats_nobody(content):
    made = make("staff", content, GIVEN["staff"])
    document, _ = read_document(Therapist, made.file, "team/x.md", "x")
    assert not document.meta.treats


def test_letters_are_asked_for_and_known_ones_spelled_out(content):
    asked = []

    def ask(question):
        asked.append(question)
        return "PT, XYZ" if question.startswith("Letters") else next(answers)

    answers = iter(["Example of letters", "certificate"])
    given = {name: v for name, v in GIVEN["therapist"].items() if name != "credentials"}
    made = make("therapist", content, given, ask)
    document, _ = read_document(Therapist, made.file, "team/x.md", "x")
    found = [(c.abbreviation, c.stands_for, c.kind) for c in document.meta.credentials]
    assert found[0] == ("PT", "Physical therapist", "license")
    assert found[1] == ("XYZ", "Example of letters", "certificate")
    with pytest.raises(CannotWrite, match="`XYZ` is not known"):
        make("therapist", content, given | {"name": "Other", "credentials": "XYZ"})
