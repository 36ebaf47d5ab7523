"""The documentation: it is complete, its examples work, and everything that it names exists.

Not tested here: the examples of `docs/checks.md` (`test_checks.py`) and of `docs/publishing.md`
(`test_publish.py`).
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import subprocess
import sysconfig
from collections import Counter
from pathlib import Path

import jinja2.defaults
import pytest
import yaml

from practice.authoring import field_tables
from practice.checks.settings import CheckSettings
from practice.content.body_parser import parse
from practice.content.models import CALLOUTS, KINDS, Callout, Model, Post
from practice.content.reader import read_document
from practice.publish.settings import TARGETS
from practice.rendering.renderer import Renderer
from practice.site.assemble import load

ROOT = Path(__file__).parents[2]
WRITING = ROOT / "docs" / "writing.md"
EXAMPLE = re.compile(r"^```markdown\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = ROOT / "docs" / "commands.md"
PAGES = sorted(
    page
    for folder in (".", "docs", "benchmarks", ".github")
    for page in ROOT.glob(f"{folder}/*.md")
)
"""The Markdown files that are about the project; those in `content/` and `tests/` are input."""
FENCED = re.compile(r"^(`{3,}).*?^\1$", re.DOTALL | re.MULTILINE)


def name_of(file):
    return file.relative_to(ROOT).as_posix()


def examples():
    for number, match in enumerate(EXAMPLE.finditer(WRITING.read_text("utf-8")), start=1):
        yield pytest.param(match[1], id=f"example {number}: {match[1].splitlines()[0]}")


def test_tables_are_made_from_the_models():
    text = WRITING.read_text("utf-8")
    assert field_tables.refresh(text) == text, "run `uv run inv docs`"


def test_every_model_that_an_editor_fills_has_its_table():
    shown = {match["model"] for match in field_tables.MARK.finditer(WRITING.read_text("utf-8"))}
    inner = {"Question", "SideEffectList", "Callout", "Entry", "Illustrated", "SideEffects"}
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


def test_every_field_has_a_help_text():
    for model in _all_models(Model):
        for name, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{name}"
            assert isinstance(info.json_schema_extra, dict), f"{model.__name__}.{name}"


def test_callouts_are_listed_by_their_names():
    assert {model.NAME for model in Callout.__subclasses__()} == set(CALLOUTS)


# --- Everything that the documentation names exists --------------------------------------------


def text_of(page):
    """A page's text. Released entries of the changelog are left out: they may name what is gone."""
    text = page.read_text("utf-8")
    return "\n## ".join(text.split("\n## ")[:2]) if page.name == "CHANGELOG.md" else text


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCED.sub("", text))


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    found, before = set(), Counter()
    for heading in re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{slug}-{before[slug]}" if before[slug] else slug)
        before[slug] += 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_documents_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(page))):
        path, _, fragment = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = page.parent / path if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        if fragment:
            assert fragment in anchors(target), f"{name_of(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_exist(page):
    named = re.findall(
        r"`((?:practice|tests|theme|docs|benchmarks|\.github)/[^`\s:]*)", text_of(page)
    )
    if page.name == "theming.md":
        text = text_of(page)
        named += [f"theme/{path}" for path in re.findall(r"`((?:templates|static)/[^`\s]*)`", text)]
    for path in named:
        pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
        assert any(ROOT.glob(pattern)), f"{name_of(page)} names `{path}`"


def tasks():
    """The options of every command in `tasks.py`, with their defaults: `{"--to": ""}`."""
    found = {}
    for node in ast.parse((ROOT / "tasks.py").read_text("utf-8")).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if not any(getattr(d, "func", d).id == "task" for d in node.decorator_list):
            continue
        names = [argument.arg.replace("_", "-") for argument in node.args.args[1:]]
        given = [ast.literal_eval(default) for default in node.args.defaults]
        defaults = [None] * (len(names) - len(given)) + given
        found[node.name.replace("_", "-")] = {
            f"--no-{name}" if default is True else f"--{name}": default
            for name, default in zip(names, defaults, strict=True)
        }
    return found


TASKS = tasks()
INV = re.compile(r"(?:uv run |`)inv (?P<command>[a-z][a-z-]*)(?P<rest>[^`\n]*)")
MESSAGES = [
    ROOT / "tasks.py",
    *ROOT.glob("practice/**/*.py"),
    *ROOT.glob("benchmarks/*.py"),
    *ROOT.glob(".github/**/*.yml"),
]
"""Files that name commands, too."""


@pytest.mark.parametrize("page", [*PAGES, *MESSAGES], ids=name_of)
def test_commands_that_are_named_exist(page):
    for match in INV.finditer(text_of(page)):
        assert match["command"] in TASKS, f"{name_of(page)} names `inv {match['command']}`"
        rest = re.sub(r'"[^"]*"', "", match["rest"])  # the value of an option
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest))
        unknown = options - TASKS[match["command"]].keys()
        assert unknown == set(), f"{name_of(page)}: {match[0]}"


@pytest.mark.parametrize("form", sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")), ids=name_of)
def test_issue_forms_are_what_github_reads(form):
    """https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema"""
    data = yaml.safe_load(form.read_text("utf-8"))
    if form.name == "config.yml":
        assert data.keys() <= {"blank_issues_enabled", "contact_links"}
        return
    assert data.keys() <= {"name", "description", "labels", "body", "title", "assignees"}
    assert data["name"]
    assert data["description"]
    fields = [part for part in data["body"] if part["type"] != "markdown"]
    assert fields
    assert {part["type"] for part in fields} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in fields)
    ids = [part["id"] for part in fields]
    assert len(ids) == len(set(ids))


# --- Nothing is missing from the documentation -------------------------------------------------


def rows_below(page, heading):
    """The cells of every table row below a heading, up to the next heading of its level."""
    level = heading.split()[0]
    after = page.read_text("utf-8").split(f"\n{heading}\n", 1)[1]
    section = re.split(rf"^#{{1,{len(level)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names_in(rows):
    """Every name that stands as code in the first cells of rows."""
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_document_is_in_the_index():
    text = (ROOT / "docs/index.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.md)", text))
    assert linked == {page.name for page in ROOT.glob("docs/*.md")} - {"index.md"}


def test_every_command_is_in_the_readme():
    rows = rows_below(ROOT / "README.md", "## Everyday commands")
    assert {name.split()[3] for name in names_in(rows)} == TASKS.keys()


def test_every_command_has_its_section():
    headings = re.findall(r"^## (.+)$", COMMANDS.read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(TASKS)


@pytest.mark.parametrize("command", TASKS)
def test_every_option_is_documented_with_its_default(command):
    options = {
        name.split()[0]: row
        for row in rows_below(COMMANDS, f"## {command}")
        for name in re.findall(r"`(--[^`]+)`", row[0])
    }
    assert options.keys() == TASKS[command].keys()
    for name, default in TASKS[command].items():
        if isinstance(default, str) and default:
            assert options[name][-1] == f"`{default}`", name


def read_by(file):
    """The environment variables that a Python file reads."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        name = None
        if isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            if re.fullmatch(r"(os\.)?(getenv|environ\.(get|pop|setdefault))", called):
                name = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            name = node.slice
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]).endswith("environ"):
            name = node.left
        if isinstance(name, ast.Constant):
            yield name.value


SOURCES = [
    ROOT / "tasks.py",
    *(
        file
        for folder in ("practice", "benchmarks", "tests")
        for file in ROOT.glob(f"{folder}/**/*.py")
    ),
]
OF_THE_SYSTEM = {"GOGC", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
"""Variables of the system, of Python and of Go, which mean here what they mean everywhere."""


def test_every_environment_variable_is_documented():
    documented = names_in(rows_below(ROOT / "docs/settings.md", "## Environment variables"))
    read = {name for file in SOURCES for name in read_by(file)}
    assert "PRACTICE_CACHE" in read
    assert read - documented - OF_THE_SYSTEM == set()
    code = "".join(file.read_text("utf-8") for file in SOURCES)
    assert [name for name in documented if name.rstrip("…") not in code] == []


@pytest.mark.parametrize("name", ["pelicanconf.py", "publishconf.py"])
def test_every_setting_of_a_settings_file_is_documented(name):
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    assigned = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id.isupper()}
    documented = names_in(rows_below(ROOT / "docs/settings.md", f"## `{name}`"))
    assert assigned <= documented


def test_every_setting_of_the_checks_is_documented():
    documented = names_in(rows_below(ROOT / "docs/checks.md", "## Settings"))
    assert documented == CheckSettings.model_fields.keys()


def test_every_setting_of_publishing_is_documented_with_its_default():
    documented, target = {}, ""
    for first, name, _, default in rows_below(
        ROOT / "docs/publishing.md", "## All settings of `PUBLISH`"
    )[1:]:
        target = first.strip("`") or target
        documented[target, name.strip("`")] = default.strip("`")
    for target, model in TARGETS.items():
        for name, info in model.model_fields.items():
            own = documented.pop((target, name), None)
            if own is None and ("all", name) in documented:
                assert str(info.default) in (documented["all", name], target), target
            elif info.is_required() and name != "to":
                assert own == "required", (target, name)
            elif info.default is not None and name != "to":
                assert own == str(info.default), (target, name)
    assert documented.keys() == {("all", "host"), ("all", "time_limit")}


def test_every_name_that_templates_can_use_is_documented():
    site, _ = load(ROOT / "tests/bad/base", dt.date(2026, 6, 1))
    env = Renderer(site, ROOT / "theme", "https://www.example.com").env
    text = (ROOT / "docs/theming.md").read_text("utf-8")
    ours = {*env.filters, *env.globals}
    ours -= {*jinja2.defaults.DEFAULT_FILTERS, *jinja2.defaults.DEFAULT_NAMESPACE}
    assert "long_date" in ours
    assert [name for name in sorted(ours) if not re.search(rf"`{name}[`(.]", text)] == []


# --- The words --------------------------------------------------------------------------------


def test_the_example_of_a_report_is_real(tmp_path):
    text = WRITING.read_text("utf-8")
    file = tmp_path / "x.md"
    file.write_text(EXAMPLE.search(text)[1].replace("summary:", "sumary:"), "utf-8")
    _, problems = read_document(Post, file, "posts/x.md", "content/posts/sore-after-needling.md")
    [shown] = re.findall(
        r"^<!-- report -->\n\n```text\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE
    )
    assert [str(problem) for problem in problems] == [shown]


TYPOS = """
[default]
locale = "en-us"
extend-ignore-re = ['(?ms)^(`{3,}).*?^`{3,}$', '`[^`\\n]*`', '\\]\\([^)\\n]*\\)']
[default.extend-words]
axe = "axe"
"""


def test_documents_are_spelled_as_in_the_united_states(tmp_path):
    config = tmp_path / "typos.toml"
    config.write_text(TYPOS, "utf-8")
    program = Path(sysconfig.get_path("scripts"), "typos")
    command = [program, "--isolated", "--format", "json", "--config", config, *PAGES]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [f"{t['path']}:{t['line_num']}: {t['typo']}" for t in found] == []
    assert run.returncode == 0, run.stderr


def test_every_invariant_has_its_guard():
    guards = re.findall(
        r"`(test_\w+\.py)::(test_\w+)`", (ROOT / "docs/design.md").read_text("utf-8")
    )
    assert guards
    for file, test in guards:
        [found] = (ROOT / "tests").rglob(file)
        assert f"def {test}(" in found.read_text("utf-8"), f"{file}::{test}"
