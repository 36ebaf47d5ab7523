"""The documents: tables are what the models say, examples are what the reader reads.

Not tested here: `docs/checks.md`, whose examples run in `test_checks.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from practice.authoring import field_tables
from practice.content.body_parser import parse
from practice.content.models import CALLOUTS, KINDS, Callout, Model, Post
from practice.content.reader import read_document

ROOT = Path(__file__).parents[2]
WRITING = ROOT / "docs" / "writing.md"
EXAMPLE = re.compile(r"^```markdown\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])


def examples():
    for number, match in enumerate(EXAMPLE.finditer(WRITING.read_text("utf-8")), start=1):
        yield pytest.param(match[1], id=f"example {number}: {match[1].splitlines()[0]}")


def test_tables_are_made_from_the_models():
    text = WRITING.read_text("utf-8")
    assert field_tables.refresh(text) == text, "run `uv run inv docs`"


def test_every_model_that_an_editor_fills_has_its_table():
    shown = {match["model"] for match in field_tables.MARK.finditer(WRITING.read_text("utf-8"))}
    inner = {"Question", "SideEffectList", "Callout", "Entry", "SideEffects"}
    known = {model.__name__ for model in _all_models(Model)} - inner
    assert shown == known


def _all_models(base):
    for model in base.__subclasses__():
        yield model
        yield from _all_models(model)


def test_every_callout_and_every_folder_is_explained():
    text = WRITING.read_text("utf-8")
    for name in CALLOUTS:
        assert re.search(rf"^/// {name}(?: \||$)", text, re.MULTILINE), f"`{name}` has no example"
    for folder in KINDS:
        assert f"content/{folder}/" in text


@pytest.mark.parametrize("example", list(examples()))
def test_examples_are_read_without_a_problem(example, tmp_path):
    if example.startswith("---"):
        file = tmp_path / "x.md"
        file.write_text(example, "utf-8")
        _, problems = read_document(Post, file, "posts/x.md", "content/posts/x.md")
    else:
        _, problems = parse("content/posts/x.md", "posts/x.md", example, 1)
    assert problems == []


def test_the_repository_layout_names_every_package():
    text = (ROOT / "README.md").read_text("utf-8")
    modules = [path.name for path in (ROOT / "practice").glob("*.py")]
    packages = [f"{path.parent.name}/" for path in (ROOT / "practice").glob("*/__init__.py")]
    missing = [name for name in sorted(modules + packages) if f"`{name}`" not in text]
    assert missing == []


def test_every_command_is_in_the_readme():
    tasks = (ROOT / "tasks.py").read_text("utf-8")
    text = (ROOT / "README.md").read_text("utf-8")
    for name in re.findall(r"^@task.*?^def (\w+)\(", tasks, re.DOTALL | re.MULTILINE):
        assert f"`uv run inv {name.replace('_', '-')}" in text, name


def test_every_field_has_a_help_text():
    for model in _all_models(Model):
        for name, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{name}"
            assert isinstance(info.json_schema_extra, dict), f"{model.__name__}.{name}"


def test_callouts_are_listed_by_their_names():
    assert {model.NAME for model in Callout.__subclasses__()} == set(CALLOUTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", _without_code(page)):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_documents_exist(page):
    text = (ROOT / "tasks.py").read_text("utf-8")
    tasks = {name.replace("_", "-") for name in re.findall(r"^def (\w+)\(", text, re.MULTILINE)}
    for command in re.findall(r"\binv ([a-z][a-z-]*)", page.read_text("utf-8")):
        assert command in tasks, f"{page.name} names `inv {command}`"


def _without_code(page):
    text = re.sub(r"^(`{3,}).*?^\1$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def test_every_invariant_has_its_guard():
    guards = re.findall(
        r"`(test_\w+\.py)::(test_\w+)`", (ROOT / "docs/design.md").read_text("utf-8")
    )
    assert guards
    for file, test in guards:
        [found] = (ROOT / "tests").rglob(file)
        assert f"def {test}(" in found.read_text("utf-8"), f"{file}::{test}"
