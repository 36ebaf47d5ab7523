"""Who does literally what a message says is rid of the problem.

Each remedy below does to a case of `tests/bad` what the hint of its problem says. A code without a
remedy is in ``BY_PEOPLE``, with the reason why a program cannot do it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from test_bad import CORPUS, NAMES, lay

from practice.checks import report
from practice.problems import Problem

DAY = "1780315200"
"""2026-06-01, noon UTC."""
QUOTED = re.compile(r"`([^`]+)`")
BY_PEOPLE = {
    "what to write is for people to say": {
        "alt-missing", "caption-place", "claim", "faq-answer", "figure-source", "figure-group",
        "risk-relative", "card-long",
        "help-missing", "link-dead",
        "link-text", "notice-missing", "notice-page", "number-format",
        "page-missing", "patient-pictures",
        "reading-grade", "section-empty", "section-missing", "sentence-long", "testimonial",
        "text-limit", "text-missing", "dont-wording", "link-draft", "link-empty", "link-mail",
        "link-fragment", "link-reference", "link-broken", "callout-argument", "callout-empty",
        "callout-list", "callout-table", "callout-text", "callout-heading", "faq-heading",
        "faq-question", "brackets", "lang-missing", "help-twice", "field-missing", "field-empty",
        "table-rule", "address-cut", "callout-missing",
    },
    "it depends on what is right": {
        "address-twice", "callout-open", "callout-not-open", "callout-twice", "entry-twice",
        "field-value", "file-copy", "file-name", "front-matter-missing", "front-matter-open",
        "hours-twice", "insurance-old", "link-tel", "name-long", "phone-other", "raw-html",
        "location-twice", "page-above", "page-menu", "source-corrected", "source-doubted",
        "source-retracted",
        "review-date", "review-missing", "review-old", "review-overdue", "reviewer",
        "title-twice", "yaml",
        "address-reserved", "callout-option", "callout-option-place", "link-scheme", "table-cells",
    },
    "another program does it": {
        "file-encoding", "file-large", "file-link", "file-unexpected", "file-unreadable",
        "folder-unexpected", "pdf-active", "pdf-broken", "pdf-data", "picture-broken",
        "picture-drawing", "picture-large", "picture-moving", "picture-outside", "file-empty",
    },
}  # fmt: skip

Edit = Callable[[list[str], int, Problem], None]
"""Changes the lines of a file as the problem on one of them says; the number is its index."""


def meant(lines: list[str], index: int, problem: Problem) -> None:
    """Write what was meant in place of what the message quotes."""
    wrong = next(word for word in QUOTED.findall(problem.message) if word in lines[index])
    lines[index] = lines[index].replace(wrong, QUOTED.findall(problem.hint)[0], 1)


def below(lines: list[str], index: int, problem: Problem) -> None:
    """Write what was meant in the text of the callout."""
    wrong, right = QUOTED.findall(problem.message)[0], QUOTED.findall(problem.hint)[0]
    line = next(n for n in range(index, len(lines)) if wrong in lines[n])
    lines[line] = lines[line].replace(wrong, right, 1)


def known_field(lines: list[str], index: int, problem: Problem) -> None:
    """Write the field that was meant, or delete one that the text says."""
    (deleted if problem.hint.startswith("delete it") else meant)(lines, index, problem)


def whole_line(lines: list[str], index: int, problem: Problem) -> None:
    """Write the line that the hint quotes."""
    lines[index] = QUOTED.findall(problem.hint)[0]


def deleted(lines: list[str], index: int, _problem: Problem) -> None:
    """Delete the line."""
    del lines[index]


def typed_again(lines: list[str], index: int, _problem: Problem) -> None:
    """Type the line again, with nothing but letters and signs."""
    lines[index] = re.sub(r"&#?\w+;|\\[\w]+", "", lines[index].encode("ascii", "ignore").decode())
    lines[index] = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", lines[index])


def unused(lines: list[str], index: int, problem: Problem) -> None:
    """Write a backslash before the bracket, or delete the line."""
    (deleted if problem.hint.startswith("delete") else escaped)(lines, index, problem)


def escaped(lines: list[str], index: int, _problem: Problem) -> None:
    """Write a backslash before the bracket."""
    lines[index] = "\\" + lines[index]


def quoted(lines: list[str], index: int, _problem: Problem) -> None:
    """Put quotes around the value, which may go on on the lines below."""
    while (
        index + 1 < len(lines) and lines[index + 1].startswith("  ") and "///" not in lines[index]
    ):
        if lines[index].startswith("    "):
            break
        lines[index] += f" {lines.pop(index + 1).strip()}"
    lines[index] = re.sub(r"^(.*?(?:: |- ))(.*)", r'\1"\2"', lines[index])


def heading(lines: list[str], index: int, problem: Problem) -> None:
    """Write `##` before a heading, in place of what is there or below it."""
    if "below" in problem.message:
        del lines[index + 1]
    start = QUOTED.findall(problem.hint)[0].strip()
    lines[index] = re.sub(r"^(> ?)?#*[ ]*", rf"\1{start} ", lines[index])


def blank_line(lines: list[str], index: int, _problem: Problem) -> None:
    """Leave a blank line above."""
    lines.insert(index, "")


def counted(lines: list[str], index: int, problem: Problem) -> None:
    """Number the item as the page counts it."""
    wrong, right = QUOTED.findall(problem.message)
    lines[index] = lines[index].replace(wrong, right, 1)


def spaced(lines: list[str], index: int, _problem: Problem) -> None:
    """Begin every line of the list with a hyphen and a space."""
    for number, line in enumerate(lines[index:], index):
        if not line.strip():
            break
        if not line.startswith("///"):
            lines[number] = re.sub(r"^\s*(?:[-+*•·–—]|\d+[.)])[\s\xa0]*", "- ", line)


def closed(lines: list[str], index: int, _problem: Problem) -> None:
    """Close the code block with the characters that open it."""
    lines.append(lines[index][:3])


def at_the_margin(lines: list[str], _index: int, _problem: Problem) -> None:
    """Move a callout and its end to the left margin."""
    for number, line in enumerate(lines):
        if "///" in line:
            lines[number] = line[line.index("///") :]


def times(lines: list[str], index: int, _problem: Problem) -> None:
    """Write `×` between two figures."""
    lines[index] = re.sub(r"(?<=\d)\*+(?=\d)", "×", lines[index])


def now(lines: list[str], index: int, _problem: Problem) -> None:
    """Correct the date."""
    lines[index] = re.sub(r":.*", ": 2026-05-20", lines[index])


def called(lines: list[str], index: int, _problem: Problem) -> None:
    """Write 911 in the heading of the card."""
    lines[index] += " Call 911."


def plain_words(lines: list[str], index: int, _problem: Problem) -> None:
    """Remove the signs of another dialect."""
    lines[index] = re.sub(r"[^\w\s.,]", "", lines[index])


def listed(lines: list[str], index: int, problem: Problem) -> None:
    """Take one of the names in the list."""
    wrong = QUOTED.findall(problem.message)[0]
    lines[index] = lines[index].replace(wrong, QUOTED.findall(problem.hint)[0], 1)


REMEDIES: dict[str, Edit] = {
    "announcement-page": meant,
    "callout-first-line": whole_line,
    "callout-indented": at_the_margin,
    "callout-slashes": whole_line,
    "callout-unknown": meant,
    "character": typed_again,
    "check-unknown": meant,
    "code-open": closed,
    "date": now,
    "date-future": now,
    "field-twice": deleted,
    "field-unknown": known_field,
    "figure-one": below,
    "figure-whole": meant,
    "frequency-figure": deleted,
    "front-matter-close": blank_line,
    "heading-empty": deleted,
    "heading-level": heading,
    "help-number": called,
    "id": meant,
    "link-unclear": meant,
    "location-unknown": meant,
    "link-unused": unused,
    "list-number": counted,
    "list-space": spaced,
    "markup-unknown": plain_words,
    "picture-missing": listed,
    "redirect-dead": meant,
    "source-unknown": meant,
    "spelling": meant,
    "star-figures": times,
    "therapist-unknown": listed,
    "topic-unknown": listed,
    "treatment-unknown": listed,
    "yaml-comment": quoted,
}


def cases() -> dict[str, list[str]]:
    """The cases in which each code is expected."""
    found: dict[str, list[str]] = {}
    for name in NAMES:
        text = (CORPUS / name / "expected.txt").read_text("utf-8")
        for code in {line.split(": ")[1].split()[0] for line in text.splitlines() if ": " in line}:
            found.setdefault(code, []).append(name)
    return found


CASES = cases()


@pytest.fixture(autouse=True)
def one_day(monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("code", REMEDIES)
def test_what_a_message_says_helps(code, tmp_path):
    left = []
    for name in CASES[code]:
        root = tmp_path / name
        lay(name, root)
        problem = next(p for p in report.check(root / "content").problems if p.code == code)
        follow(problem)
        again = report.check(root / "content").problems
        place = (problem.path, problem.line, problem.message)
        if any((p.path, p.line, p.message) == place for p in again):
            left.append((name, str(problem)))
        shutil.rmtree(root)
    assert left == []


def follow(problem: Problem) -> None:
    """Change the file of a problem as its hint says."""
    file = Path(problem.path)
    if "file name" in problem.message:
        wrong, right = QUOTED.findall(problem.message)[0], QUOTED.findall(problem.hint)[0]
        file.rename(file.with_name(file.name.replace(wrong, right)))
        return
    lines = file.read_text("utf-8", errors="replace").split("\n")
    REMEDIES[problem.code](lines, problem.line - 1, problem)
    file.write_text("\n".join(lines), "utf-8")


def test_every_code_has_a_remedy_or_a_reason():
    by_people = set().union(*BY_PEOPLE.values())
    assert REMEDIES.keys() | by_people == CASES.keys()
    assert not REMEDIES.keys() & by_people
