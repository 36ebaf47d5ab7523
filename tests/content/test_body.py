"""Bodies: text, callouts and every way in which one could fail in silence.

The cases stand in `fixtures/callouts.md`: a title, what an editor writes, what comes of it
(parts in order, then ids and links, then problems). `--refresh-goldens` writes the last part
anew; read the difference before you keep it.

Not tested here: how callouts look (`test_goldens.py`), links between files (`test_checks.py`).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from practice.content.body import CalloutPart
from practice.content.body_parser import parse

CASES = Path(__file__).parents[1] / "fixtures" / "callouts.md"
CASE = re.compile(
    r"^(?P<title>[^\n.][^\n]*)\n\.\n(?P<text>.*?)^\.\n(?P<expected>.*?)^\.\n",
    re.DOTALL | re.MULTILINE,
)


def cases():
    return [pytest.param(m, id=m["title"]) for m in CASE.finditer(CASES.read_text("utf-8"))]


def outcome(text):
    body, problems = parse("content/posts/x.md", "posts/x.md", text, 1)
    lines = []
    for part in body.parts:
        if isinstance(part, CalloutPart):
            lines.append(f"[{part.callout.NAME}, line {part.line}, heading level {part.level}]")
            values = part.callout.model_dump(mode="json", exclude_defaults=True)
            lines.append(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=99))
        else:
            lines.append(f"{part}\n")
    if body.ids:
        lines.append(f"ids: {', '.join(sorted(body.ids))}")
    lines.extend(f"link: {link.target}, line {link.line}" for link in body.links)
    lines.extend(str(problem) for problem in sorted(problems))
    return "\n".join(lines).strip() + "\n"


@pytest.mark.parametrize("case", cases())
def test_body(case):
    assert outcome(case["text"]) == case["expected"]


def test_every_case_is_read():
    dots = re.findall(r"^\.$", CASES.read_text("utf-8"), re.MULTILINE)
    assert len(dots) == 3 * len(cases())


def refresh():
    """Write what comes of every case into the fixture file."""
    text = CASES.read_text("utf-8")

    def anew(match):
        return f"{match['title']}\n.\n{match['text']}.\n{outcome(match['text'])}.\n"

    CASES.write_text(CASE.sub(anew, text), "utf-8")
