"""What is left of the sample practice stops publishing, also without `sample: true`."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from conftest import CONTENT

from practice.publish import sample
from practice.site.assemble import load

DAY = dt.date(2026, 11, 1)
REVIEWED = "reviewed: 2026-10-01\nnext_review: 2027-10-01\nreviewed_by: "


@pytest.fixture
def content(tmp_path):
    """The sample practice, in which every `sample: true` is deleted."""
    folder = Path(shutil.copytree(CONTENT["sample"], tmp_path / "content"))
    for file in [*folder.glob("*/*.md"), folder / "clinic.yaml"]:
        change(file, r"^sample: true\n", "")
    return folder


def change(file: Path, before: str, after: str) -> None:
    text, count = re.subn(before, after, file.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert count, file
    file.write_text(text, "utf-8")


def found(content: Path) -> dict[str, list[str]]:
    """The messages by the path of the file."""
    site, problems = load(content, DAY, drafts=True)
    assert site, problems
    left: dict[str, list[str]] = {}
    for problem in sample.left(site):
        assert problem.code == "sample-left"
        left.setdefault(problem.path.partition("content/")[2], []).append(problem.message)
    return left


def test_the_list_is_that_of_the_sample():
    site, _ = load(CONTENT["sample"], DAY, drafts=True)
    assert sample.LIST.read_text("utf-8") == sample.listed(site), "run `uv run inv docs`"


def test_everything_of_the_sample_is_named(content):
    left = found(content)
    assert {*left} >= {
        "team/daniel-okafor.md",
        "team/marisol-vega.md",
        "treatments/dry-needling.md",
        "posts/what-is-dry-needling.md",
        "pages/privacy-practices.md",
        "images/treatment-room.png",
    }
    assert left["clinic.yaml"] == [
        "the name is that of the sample practice",
        "the phone number is that of the sample practice",
        "the email address is that of the sample practice",
        "the tagline is that of the sample practice",
        "the summary is that of the sample practice",
        "the address of the map is that of the sample practice",
        "the address for booking is that of the sample practice",
        "what it says about parking is that of the sample practice",
        "what it says about access is that of the sample practice",
        "the list of fees is that of the sample practice",
        "the street is that of the sample practice",
        "there is no insurance plan `Example Health PPO`: it is one of the sample practice",
        "there is no insurance plan `Sample Mutual`: it is one of the sample practice",
    ]


def test_what_is_left_in_the_clinic_file_is_named_at_its_line(content):
    lines = (content / "clinic.yaml").read_text("utf-8").splitlines()
    site, _ = load(content, DAY, drafts=True)
    named = [lines[p.line - 1].strip() for p in sample.left(site) if p.path.endswith("clinic.yaml")]
    starts = ["name", "phone", "email", "tagline", "summary", "map_url", "booking_url", "parking"]
    starts += ["access", "fees", "street", "- Example Health PPO", "- Sample Mutual"]
    assert [line.startswith(start) for line, start in zip(named, starts, strict=True)] == [
        True
    ] * 13


def test_plans_that_exist_may_stay(content):
    change(content / "clinic.yaml", r"    - Example Health PPO\n    - Sample Mutual\n", "")
    assert not any("insurance plan" in message for message in found(content)["clinic.yaml"])


def test_line_breaks_make_no_other_text(content):
    file = content / "treatments" / "dry-needling.md"
    start, matter, body = file.read_text("utf-8").split("---\n", maxsplit=2)
    wrapped = body.replace("\n\n", "\n\n\n")
    file.write_bytes(f"{start}---\n{matter}---\n{wrapped}".replace("\n", "\r\n").encode())
    assert "treatments/dry-needling.md" in found(content)


@pytest.mark.parametrize("name", ["treatments/dry-needling.md", "posts/your-first-visit.md"])
def test_a_few_other_words_make_no_other_text(content, name):
    file = content / name
    file.write_text(file.read_text("utf-8") + "\nWe have changed this text here.\n", "utf-8")
    [message] = found(content)[name]
    assert re.match(r"9\d% of this text is that of the sample practice", message)


def test_a_text_of_ones_own_may_go_live(content):
    file = content / "treatments" / "dry-needling.md"
    change(file, r"\bpain\b", "ache")
    file.write_text(file.read_text("utf-8") + "\nWe say it in our own words.\n" * 40, "utf-8")
    assert "treatments/dry-needling.md" not in found(content)


def test_a_text_that_calls_itself_a_sample_stays_one(content):
    """Also if it was edited, and a therapist of the practice has reviewed it."""
    file = content / "pages" / "privacy-practices.md"
    file.write_text(file.read_text("utf-8") + "\nWe say it in our own words.\n" * 400, "utf-8")
    site, _ = load(content, DAY, drafts=True)
    [problem] = [found for found in sample.left(site) if found.path.endswith(file.name)]
    assert problem.message.lower() == "the text says of itself: “sample text”"
    assert "Sample text" in file.read_text("utf-8").split("\n")[problem.line - 1]
    change(file, r"[Ss]ample text[^\n]*\n[^\n]*", "Our notice.")
    assert found(content)["pages/privacy-practices.md"] == [
        "the text says of itself: “This page is a sample”"
    ]


def test_a_person_is_known_by_the_name_whatever_the_credentials(content):
    change(content / "team" / "marisol-vega.md", "abbreviation: DPT", "abbreviation: MPT")
    assert found(content)["team/marisol-vega.md"] == [
        "Marisol Vega is a person of the sample practice"
    ]


def test_a_therapist_who_is_a_real_person_may_be_in_the_team():
    assert not {*sample.REAL} & {*sample.known()["people"]}


@pytest.mark.parametrize(("reviewer", "may_stay"), [("ana-ruiz", True), ("daniel-okafor", False)])
def test_a_text_may_stay_that_a_therapist_of_the_practice_has_reviewed(content, reviewer, may_stay):
    ana = (
        (content / "team" / "daniel-okafor.md")
        .read_text("utf-8")
        .replace("Daniel Okafor", "Ana Ruiz")
    )
    (content / "team" / "ana-ruiz.md").write_text(ana, "utf-8")
    change(content / "treatments" / "dry-needling.md", r"\A---\n", f"---\n{REVIEWED}{reviewer}\n")
    assert ("treatments/dry-needling.md" not in found(content)) is may_stay


def test_what_is_marked_as_a_sample_is_named_by_that_check_alone(content):
    change(content / "treatments" / "dry-needling.md", r"\A---\n", "---\nsample: true\n")
    change(content / "clinic.yaml", r"\A", "sample: true\n")
    assert not {"treatments/dry-needling.md", "clinic.yaml"} & found(content).keys()
