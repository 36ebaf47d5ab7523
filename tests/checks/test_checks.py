"""The checks: each does what `docs/checks.md` says, by the examples that stand there.

Not tested here: every way of being wrong (`test_bad.py`), problems of the theme and the machine
(`test_build.py`, `test_system.py`), and what publishing asks (`test_publish.py`).
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import CONTENT

from practice import checks
from practice.checks import (
    WARNINGS,
    accessibility,
    built_html,
    legal,
    links,
    per_document,
    privacy,
    prose,
    reading,
    report,
)
from practice.checks import settings as check_settings
from practice.checks.settings import SETTABLE
from practice.content import reader
from practice.paths import files_below
from practice.problems import Problem, ProblemsFound
from practice.site.assemble import load
from practice.support import programs

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "bad" / "base"
PAGE = ROOT / "docs" / "checks.md"
DAY = dt.date(2026, 6, 1)
WITHOUT_EXAMPLES = ("Theme and machine", "Before publishing", "After publishing")
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
FRONT = {"title": "A post", "date": "2026-05-10", "author": "ana", "summary": "Words."}
FRONT |= {"reviewed": "2026-05-10"}
PDF = """%PDF-1.4
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Kids [3 0 R] /Count 1 >>
endobj
3 0 obj
<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>
endobj
trailer
<< /Root 1 0 R {} >>
%%EOF
"""


@dataclass
class Example:
    """A block of the page: what kind of thing it is, and what stands in it."""

    label: str
    kind: str
    body: str = ""


@dataclass
class Entry:
    """What the page says of a code."""

    code: str
    section: str
    text: str = ""
    examples: list[Example] = field(default_factory=list)


def entries():
    """Every entry of the page; what stands in its examples is no heading of it."""
    found, section, label, fence = {}, "", "", ""
    entry = Entry("", "")
    for line in PAGE.read_text("utf-8").splitlines():
        if fence and line == fence:
            fence = ""
        elif fence:
            entry.examples[-1].body += f"{line}\n"
        elif match := re.match(r"(`{3,})(.*)", line):
            fence = match[1]
            entry.examples.append(Example(label, match[2]))
        elif line.startswith("## "):
            section = line.removeprefix("## ")
        elif match := re.fullmatch(r"### `([a-z-]+)`", line):
            entry = found[match[1]] = Entry(match[1], section)
        elif line in ("Bad:", "Good:"):
            label = line
        else:
            entry.text += f"{line} "
    return found


def examples():
    for entry in entries().values():
        for example in entry.examples:
            yield pytest.param(entry.code, example, id=f"{entry.code} {example.label}")


def post(body, fields=FRONT):
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in fields.items()) + f"---\n\n{body}\n"


def lay(example, content):
    """Put an example into a practice that has no mistake."""
    if example.kind in KINDS:
        KINDS[example.kind](content, example.body)
        return
    kind, _, name = example.kind.partition(" ")
    if kind == "diff":
        change(content / name, example.body)
    elif name == "clinic.yaml":
        replace_fields(content / name, example.body)
    elif name == "topics.yaml":
        (content / name).write_text((content / name).read_text("utf-8") + example.body, "utf-8")
    else:
        (content / name).parent.mkdir(exist_ok=True)
        (content / name).write_text(example.body, "utf-8")


def lay_fields(content, body):
    keys = {line.partition(":")[0].lower() for line in body.splitlines()}
    fields = {key: value for key, value in FRONT.items() if key not in keys}
    text = post("Words.", fields).replace("---\n", f"---\n{body}", 1)
    (content / "posts" / "x.md").write_text(text, "utf-8")


def lay_bytes(content, body):
    raw = body.encode("ascii").decode("unicode_escape").encode("latin-1")
    (content / "posts" / "x.md").write_bytes(post("").encode() + raw)


def lay_pdf(content, body):
    (content / "files").mkdir()
    (content / "files" / "x.pdf").write_text(PDF.format(body), "utf-8")


def change(file, diff):
    lines = diff.splitlines()
    before, after = ("\n".join(t[1:] for t in lines if t.startswith(sign)) for sign in "-+")
    assert before in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(before, after, 1), "utf-8")


def replace_fields(file, body):
    kept = file.read_text("utf-8")
    for key in re.findall(r"^(\w+):", body, re.MULTILINE):
        kept = re.sub(rf"^{key}:.*\n(?: .*\n)*", "", kept, flags=re.MULTILINE)
    file.write_text(kept + body, "utf-8")


KINDS = {
    "markdown": lambda c, body: (c / "posts" / "x.md").write_text(post(body), "utf-8"),
    "markdown file": lambda c, body: (c / "posts" / "x.md").write_text(body, "utf-8"),
    "yaml fields": lay_fields,
    "text bytes": lay_bytes,
    "text pdf": lay_pdf,
    "text files": lambda c, body: [make(c / line) for line in body.splitlines()],
    "text without files": lambda c, body: [(c / line).unlink() for line in body.splitlines()],
}
"""How a kind of example is put into the practice; any other names the file that it is."""


def make(file):
    """A file with nothing wrong in it, of the kind that its ending says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".png":
        shutil.copy(BASE / "images" / "room.png", file)
    elif file.suffix == ".pdf":
        file.write_text(PDF.format(""), "utf-8")
    elif "pages" in file.parts:
        file.write_text("---\ntitle: A page\nsummary: Words.\n---\n", "utf-8")
    else:
        file.write_text(post("Words."), "utf-8")


def problems_of(content, *, publishing=False):
    site, found = load(content, DAY)
    if site:
        found = [*found, *checks.run(site, publishing=publishing)]
    return ProblemsFound(found).problems


@pytest.fixture
def content(tmp_path):
    return Path(shutil.copytree(BASE, tmp_path / "content"))


@pytest.mark.parametrize(("code", "example"), list(examples()))
def test_examples_do_what_the_page_says(code, example, content):
    lay(example, content)
    found = {problem.code for problem in problems_of(content)}
    assert found == ({code} if example.label == "Bad:" else set())


def test_every_check_that_an_editor_can_meet_has_a_bad_and_a_good_example():
    met = [entry for entry in entries().values() if entry.section not in WITHOUT_EXAMPLES]
    assert len(met) > 80
    assert [
        entry.code
        for entry in met
        if [example.label for example in entry.examples] != ["Bad:", "Good:"]
    ] == []


def codes_in_the_source():
    """The codes that stand in calls that make problems, and in what the rules of lines yield."""
    found = set()
    for file in (ROOT / "practice").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
                if name == "Problem":
                    values = node.args[2:3]
                elif name == "Refused":
                    values = node.args[:1]
                elif name.lower().endswith("problem") or name == "_at":
                    values = [v for v in node.args if _is_code(v)][:1]
                else:
                    continue
                found.update(value.value for value in values if _is_code(value))
            elif isinstance(getattr(node, "value", None), ast.Tuple) and isinstance(
                node, ast.Yield
            ):
                values = node.value.elts[1:2] if len(node.value.elts) == 4 else []
                found.update(value.value for value in values if _is_code(value))
    return found


def _is_code(node):
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(CODE.fullmatch(node.value))
    )


def codes_in_the_corpus():
    found = set()
    for file in (ROOT / "tests" / "bad").glob("*/expected.txt"):
        found.update(re.findall(r":\d+: ([a-z-]+)", file.read_text("utf-8")))
    return found


def test_every_code_is_documented():
    assert sorted((codes_in_the_source() | codes_in_the_corpus()) - set(entries())) == []


def test_every_documented_code_can_be_met():
    met = {entry.code for entry in entries().values() if entry.examples} | codes_in_the_source()
    assert sorted(set(entries()) - met) == []


def test_the_page_says_how_severe_each_is_and_what_can_be_set():
    for code, entry in entries().items():
        severity = (
            "Warning"
            if code in WARNINGS | {"brackets", "leaflets-off", "override-unused"}
            else "Error"
        )
        settable = ", can be set" if code in SETTABLE else ""
        assert entry.text.strip().startswith(f"*{severity}{settable}.* "), code
    assert WARNINGS <= SETTABLE
    assert set(entries()) >= SETTABLE


def test_the_settings_of_the_page_can_be_read(content):
    block = re.search(r"```yaml\n(severity:.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (content / "checks.yaml").write_text(block[1], "utf-8")
    found, problems = check_settings.read(content)
    assert problems == []
    assert set(found.model_fields_set) == set(check_settings.CheckSettings.model_fields)


@pytest.mark.parametrize("severity", ["off", "warning", "error"])
def test_a_practice_sets_how_severe_a_check_is(content, severity):
    (content / "checks.yaml").write_text(
        f"severity: {{claim: {severity}}}\nclaims: cure\n", "utf-8"
    )
    (content / "posts" / "x.md").write_text(post("We cure pain."), "utf-8")
    assert [p.severity for p in problems_of(content)] == ([] if severity == "off" else [severity])


def test_an_overdue_review_stops_publishing_whatever_is_set(content):
    (content / "checks.yaml").write_text("severity: {review-overdue: off}\n", "utf-8")
    fields = FRONT | {"next_review": "2026-05-20"}
    (content / "posts" / "x.md").write_text(post("Words.", fields), "utf-8")
    assert problems_of(content) == []
    found = problems_of(content, publishing=True)
    assert [(p.code, p.line, p.severity) for p in found] == [("review-overdue", 7, "error")]


def test_an_error_hides_the_warnings_of_its_line(content):
    (content / "posts" / "x.md").write_text(post("/// key-piont\n\nWords.\n///"), "utf-8")
    assert [problem.code for problem in problems_of(content)] == ["callout-unknown"]


def test_what_falls_due_within_sixty_days(content):
    (content / "clinic.yaml").write_text(
        (content / "clinic.yaml")
        .read_text("utf-8")
        .replace("checked: 2026-05-01", "checked: 2026-01-15"),
        "utf-8",
    )
    for name, day in {"soon": "2026-07-31", "later": "2026-08-01", "past": "2026-05-11"}.items():
        text = post("Words.", FRONT | {"next_review": day})
        (content / "posts" / f"{name}.md").write_text(text, "utf-8")
    site, _ = load(content, DAY)
    assert [
        (day.isoformat(), path.rpartition("/")[2]) for day, path, _ in legal.falls_due(site)
    ] == [
        ("2026-05-11", "past.md"),
        ("2026-07-17", "clinic.yaml"),
        ("2026-07-31", "soon.md"),
    ]


# --- Parts of checks ---------------------------------------------------------------------------


def test_sentences_keep_their_lines():
    lines = (
        "---\ntitle: x\n---\n\n"
        "Dr. Li saw J. Doe at 8 a.m. on\nMonday. It *went\nwell*! See [the\npage](x.md).\n"
    )
    (block,) = prose._blocks(lines.split("\n"))
    assert list(block.sentences()) == [
        (5, "Dr. Li saw J. Doe at 8 a.m. on Monday."),
        (6, "It went well!"),
        (7, "See the page."),
    ]


def test_grades_rise_with_longer_words(content):
    plain, hard = (
        "The cat sat on the mat. " * 30,
        "Comprehensive rehabilitation necessitates evaluation. " * 30,
    )
    for name, words in {"plain": plain, "hard": hard}.items():
        (content / "posts" / f"{name}.md").write_text(post(words), "utf-8")
    site, _ = load(content, DAY)
    found = per_document.every(site, check_settings.CheckSettings())
    grades = {d.slug: found[d.source].grade for d in site.posts}
    assert grades["first"] is None, "too short to say"
    assert grades["plain"] < 2
    assert grades["hard"] > 12
    assert list(reading.trend(site, {d.source: grades[d.slug] for d in site.posts})) == [2026]


@pytest.mark.parametrize(
    ("words", "foreign"),
    [
        ("Puede pedir un intérprete sin costo para usted.", True),
        ("Vous pouvez parler avec nous pour une aide qui est gratuite.", True),
        ("Sie können mit uns sprechen, und das ist kostenlos für Sie.", True),
        ("您可以免费获得语言协助服务。", True),
        ("Bạn có thể yêu cầu thông dịch viên miễn phí.", True),
        ("Please ask Mr. de la Cruz on La Brea Avenue.", False),
        ("The café serves crème brûlée.", False),
        ("Ask for help in Español or Tiếng Việt at the front desk.", False),
    ],
)
def test_other_languages_are_told_from_names(words, foreign):
    assert accessibility.is_foreign(words) == foreign


THIRD = "//cdn.example/x"


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="https:{THIRD}">',
        f"<img src={THIRD}>",
        f'<img src="a.png" srcset="a.png 1x, https:{THIRD} 2x">',
        f'<source srcset="https:{THIRD}">',
        f'<video poster="https:{THIRD}">',
        f'<object data="https:{THIRD}">',
        f'<embed src="https:{THIRD}">',
        f'<iframe src="https:{THIRD}">',
        f'<script src="https:{THIRD}"></script>',
        f'<link rel="stylesheet" href="https:{THIRD}">',
        f'<link rel="preconnect" href="https:{THIRD}">',
        f'<link rel="dns-prefetch" href="{THIRD}">',
        f'<link rel="preload" as="image" href="https:{THIRD}">',
        f'<link rel="icon" href="https:{THIRD}">',
        f'<link rel="manifest" href="https:{THIRD}">',
        f'<link rel="canonical preload" href="https:{THIRD}">',
        f'<meta http-equiv="refresh" content="0; url=https:{THIRD}">',
        f'<p style="background: url(https:{THIRD})">',
        f"<style>@import 'https:{THIRD}';</style>",
        f"<style>p {{ background: url( {THIRD} ) }}</style>",
        f'<a ping="https:{THIRD}" href="/">',
        f'<form action="https:{THIRD}">',
        f'<form class="search-form" action="https:{THIRD}">',
        f'<button formaction="https:{THIRD}">',
        f'<svg><use href="https:{THIRD}"></use></svg>',
        f'<svg><image xlink:href="https:{THIRD}"/></svg>',
        f'<body background="https:{THIRD}">',
        f'<input type="image" src="https:{THIRD}">',
        f'<audio src="wss:{THIRD}">',
    ],
)
def test_a_page_that_asks_another_site_is_found(html):
    assert [url.partition(":")[2] or url for _, url in privacy.in_page(html)] == [THIRD]


@pytest.mark.parametrize(
    "html",
    [
        f'<a href="https:{THIRD}">x</a>',
        f'<link rel="canonical" href="https:{THIRD}">',
        f'<link rel="alternate" type="application/atom+xml" href="https:{THIRD}">',
        f'<meta property="og:image" content="https:{THIRD}">',
        f'<blockquote cite="https:{THIRD}">',
        f'<p title="see https:{THIRD}">see https:{THIRD}</p>',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        '<img src="/images/a.png" srcset="/a.png 1x, /b.png 2x" alt="a // b">',
        "<style>p { background: url(/a.png) }</style>",
    ],
)
def test_naming_another_site_is_no_request(html):
    assert list(privacy.in_page(html)) == []


def test_style_sheets_and_scripts_are_looked_through(tmp_path):
    (tmp_path / "a.css").write_text(f'@import "https:{THIRD}";\np {{ color: red }}\n', "utf-8")
    (tmp_path / "a.js").write_text(f'// see https:{THIRD}\nfetch("https:{THIRD}");\n', "utf-8")
    (tmp_path / "index.html").write_text(f'<p>\n<img src="https:{THIRD}">\n', "utf-8")
    names = sorted(files_below(tmp_path))
    problems = built_html.run(lambda name: (tmp_path / name).read_text("utf-8"), "", names, {})
    found = {(problem.path, problem.line, problem.code) for problem in problems}
    assert found == {
        ("output/a.css", 1, "third-party"),
        ("output/a.js", 2, "third-party"),
        ("output/index.html", 2, "third-party"),
    }


# --- The command, and the practice that stands in this repository ------------------------------


def inv(*options):
    return subprocess.run(
        [sys.executable, "-m", "invoke", "check", *map(str, options)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_says_it_as_json(content):
    (content / "posts" / "x.md").write_text(post("Teh <b>word</b>"), "utf-8")
    run = inv("--content", content, "--format", "json")
    assert run.returncode == 1, run.stderr
    found = [problem for problem in json.loads(run.stdout) if problem["code"] == "raw-html"]
    assert found == [
        {
            "path": f"{content}/posts/x.md",
            "line": 9,
            "code": "raw-html",
            "message": "`<b>` is HTML",
            "hint": "delete it, or write Markdown or a callout: HTML is not allowed in a text",
            "severity": "error",
        }
    ]


def test_the_command_fails_on_errors_only(content):
    (content / "posts" / "x.md").write_text(post("Teh word."), "utf-8")
    run = inv("--content", content)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "x.md:9: spelling warning: `Teh`" in run.stdout
    assert inv("--content", content, "--format", "xml").returncode == 2


def test_annotations_are_escaped():
    problem = checks.Problem("a,b:c.md", 3, "code", "100% sure\nof it", "no\r", "warning")
    assert report.as_github(report.Checked((problem,))) == (
        "::warning file=a%2Cb%3Ac.md,line=3,title=code::100%25 sure%0Aof it%0Ano"
    )


@pytest.mark.parametrize("name", ["content", "tests/kitchen-sink"])
def test_the_practices_of_this_repository_have_no_errors(name):
    found = report.check(ROOT / name)
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == []


def test_lychee_finds_no_dead_link(sample):
    """A second opinion on links, the site's own address remapped: else it would check nothing."""
    lychee = Path(sys.executable).parent / "lychee"
    pages = [str(file) for file in sorted(sample.folder.rglob("*.html"))]
    options = ["--offline", "--include-fragments", "--no-progress", "--format", "json"]
    elsewhere = ["--exclude", "/map[a-z-]*$"]  # on the host of the examples, but no page of ours
    remap = ["--remap", f"https://www.example.com/ file://{sample.folder}/"]
    root = ["--root-dir", str(sample.folder), "--index-files", "index.html"]
    run = subprocess.run(
        [str(lychee), *options, *elsewhere, *remap, *root, *pages],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    report = json.loads(run.stdout)
    assert report["error_map"] == {}
    assert report["successful"] > 500
    assert run.returncode == 0, run.stderr


# --- Texts alone: found once ---


@pytest.fixture
def looked(monkeypatch):
    """The texts that were really looked at, one entry each time."""
    seen = []
    real = per_document._look

    def note(site, document, *rest):
        seen.append(document.source)
        return real(site, document, *rest)

    monkeypatch.setattr(per_document, "_look", note)
    return seen


def test_a_text_is_looked_at_once(content, tmp_path, looked):
    long = " ".join(["word"] * 30)
    (content / "posts" / "long.md").write_text(post(f"{long} mispelled."), "utf-8")
    site, _ = load(content, DAY)
    own = check_settings.CheckSettings()
    first = per_document.every(site, own, tmp_path / "kept")
    codes = [problem.code for problem in first["posts/long.md"].problems]
    assert codes == ["sentence-long", "spelling"]
    texts = len(site.documents) + len(site.left_out)
    assert len(looked) == texts
    looked.clear()
    assert (
        per_document.every(site, own, tmp_path / "kept") == first == per_document.every(site, own)
    )
    assert len(looked) == texts, "only without a folder is anything looked at again"


@pytest.mark.parametrize("change", ["settings", "phone", "text", "draft"])
def test_a_text_is_looked_at_again_when_something_about_it_changes(
    content, tmp_path, looked, change
):
    def every(own):
        site, _ = load(content, DAY)
        return per_document.every(site, own, tmp_path / "kept")

    file, clinic = content / "posts" / "first.md", content / "clinic.yaml"
    own = check_settings.CheckSettings()
    every(own)
    looked.clear()
    if change == "settings":
        own = check_settings.CheckSettings(sentence_words=5)
    elif change == "phone":
        clinic.write_text(
            re.sub(
                r"^phone: .*$",
                'phone: "+1 555 555 0199"',
                clinic.read_text("utf-8"),
                flags=re.MULTILINE,
            ),
            "utf-8",
        )
    elif change == "text":
        file.write_text(file.read_text("utf-8") + "\nOne more line.\n", "utf-8")
    else:
        text = file.read_text("utf-8")
        file.write_text(text.replace("\n---", "\nstatus: draft\n---", 1), "utf-8")
    every(own)
    assert "posts/first.md" in looked
    assert (len(looked) == 1) == (change in ("text", "draft"))


def test_a_text_that_changes_under_our_hands_is_left_to_the_next_reading(content, tmp_path):
    site, _ = load(content, DAY)
    (content / "posts" / "first.md").write_text("something else", "utf-8")
    found = per_document.every(site, check_settings.CheckSettings(), tmp_path / "kept")
    assert "posts/first.md" not in found
    assert "clinic.yaml" in found


def program(folder, text):
    """A spelling program of our own, as the one that is found where Python's programs stand."""
    file = folder / "typos"
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)
    return lambda _: str(folder)


def test_a_spelling_program_that_fails_is_named_and_nothing_is_kept(content, tmp_path, monkeypatch):
    (content / "posts" / "first.md").write_text(post("It is mispelled."), "utf-8")
    site, _ = load(content, DAY)
    own, kept = check_settings.CheckSettings(), tmp_path / "kept"
    with monkeypatch.context() as patch:
        patch.setattr(programs.sysconfig, "get_path", program(tmp_path, "exit 137"))
        [problem] = per_document.every(site, own, kept)[""].problems
        assert (problem.code, "exit code 137" in problem.message) == ("spelling", True)
        assert [p.severity for p in checks.run(site) if "137" in p.message] == ["warning"]
        patch.setattr(reading, "PATIENCE", 0.2)
        patch.setattr(programs.sysconfig, "get_path", program(tmp_path, "exec sleep 60"))
        [problem] = per_document.every(site, own, kept)[""].problems
        assert "longer than 0.2 seconds" in problem.message
    found = per_document.every(site, own, kept)
    assert "" not in found
    assert [p.code for p in found["posts/first.md"].problems] == ["spelling"]


def test_what_is_saved_while_words_are_checked_is_left_to_the_next_reading(
    content, tmp_path, monkeypatch
):
    file = content / "posts" / "first.md"
    file.write_text(post("It is mispelled."), "utf-8")
    site, _ = load(content, DAY)
    own, kept = check_settings.CheckSettings(), tmp_path / "kept"
    with monkeypatch.context() as patch:
        saved = f"echo >> {file}; echo >> {content / 'topics.yaml'}"
        patch.setattr(programs.sysconfig, "get_path", program(tmp_path, saved))
        found = per_document.every(site, own, kept)
        assert {"posts/first.md", "topics.yaml"} & found.keys() == set()
    for name in ("posts/first.md", "topics.yaml"):
        changed = content / name
        changed.write_bytes(changed.read_bytes()[:-1])
    found = per_document.every(site, own, kept)
    assert [p.code for p in found["posts/first.md"].problems] == ["spelling"]


def test_a_list_that_cannot_be_read_is_no_crash(content, monkeypatch):
    real = reader.read_bytes

    def unreadable(file, shown):
        if file.name == "topics.yaml":
            return b"", [Problem(shown, 1, "file-unreadable", "Permission denied")]
        return real(file, shown)

    monkeypatch.setattr(reader, "read_bytes", unreadable)
    monkeypatch.setattr(per_document, "read_bytes", unreadable)
    site, problems = load(content, DAY)
    assert "file-unreadable" in [problem.code for problem in problems]
    assert "topics.yaml" not in per_document.every(site, check_settings.CheckSettings())


def test_inv_check_looks_at_every_text_once(content, looked, monkeypatch):
    monkeypatch.setattr(report, "cache_folder", lambda _: None)
    report.check(content)
    assert len(looked) == len(set(looked))


@pytest.mark.parametrize(
    ("link", "hint"),
    [
        ("[x](/treatments/dry-needling/#x)", "`{filename}/treatments/dry-needling.md#x`"),
        ("[x](www.nih.gov/dry-needling)", "write `https://www.nih.gov/dry-needling`"),
        ("[x](example.com/contact)", "write `https://example.com/contact`"),
        ("[x](/returning-to-running/)", "`{filename}/posts/returning-to-running.md`"),
        ("[x]({filename}/pages/returning-to-running.md)", "`posts/returning-to-running.md`"),
        ("[x](manual-therapy.html)", "`{filename}/treatments/manual-therapy.md`"),
        ("[x]({filename}/treatments/dry-needeling.md)", "`treatments/dry-needling.md`"),
        ("[x]({filename}/treatments/nowhere.md)", "correct the link, or remove it"),
        ("![x]({static}/images/manual-therapy.jpg)", "`images/manual-therapy.svg`"),
        ("![x]({static}/images/nowhere.jpg)", "correct the link, or remove it"),
        ("![x]({static}/images/dry-needeling.png)", "`images/dry-needling.png`"),
    ],
)
def test_what_a_link_may_have_meant(tmp_path, link, hint):
    content = Path(shutil.copytree(CONTENT["sample"], tmp_path / "content"))
    with (content / "treatments" / "dry-needling.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{link}\n")
    site, _ = load(content, dt.date(2027, 1, 1))
    [problem] = [p for p in links.targets(site) if p.path.endswith("treatments/dry-needling.md")]
    assert hint in problem.hint


def test_imported_texts_wait_for_a_review_and_block_nothing(content):
    unreviewed = {name: value for name, value in FRONT.items() if name != "reviewed"}
    for day in range(1, 13):
        fields = unreviewed | {"title": f"Post {day}", "imported": f"2026-05-{day:02}"}
        (content / "posts" / f"imported-{day:02}.md").write_text(post("Words.", fields), "utf-8")
    checked = report.check(content)
    assert not checked.errors
    assert checked.imported.startswith("12 imported texts wait for a review: ")
    assert checked.imported.endswith("imported-10.md, and 2 more.")
    assert checked.imported in report.as_text(checked)
    fields = FRONT | {"imported": "2026-05-01", "reviewed": "2026-05-02"}
    for file in content.glob("posts/imported-*.md"):
        file.write_text(post("Words.", fields | {"title": file.stem}), "utf-8")
    assert report.check(content).imported == ""
