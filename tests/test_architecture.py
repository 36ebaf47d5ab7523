"""Who may import whom: the house rules of `docs/design.md`, as one table.

Not tested here: imports inside of functions that depend on what is installed, and what other
packages import.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "practice").rglob("*.py"))

RULES = [
    # (modules, what they must not import, why)
    ("practice.model", ["practice.*"], "the kinds of content stand on their own"),
    ("practice.problems", ["practice.*"], "everything may say that something is wrong"),
    ("practice.paths", ["practice.*"], "the lowest level"),
    ("practice.limits", ["practice.*"], "the lowest level"),
    (
        "practice.checks*",
        ["practice.build", "practice.hooks", "practice.writer", "practice.render"],
        "checks see a site before it is built, or files after",
    ),
    ("practice.checks*", ["markdown*", "pymdownx*", "jinja2*"], "checks get documents, not text"),
    ("practice.structured_data", ["practice.build", "practice.render"], "data, not markup"),
    (
        "practice.preview*",
        ["practice.hooks", "practice.writer", "practice.collections", "practice.publish*"],
        "the preview works through the build",
    ),
    (
        "practice.publish*",
        ["practice.hooks", "practice.writer", "practice.collections", "practice.preview*"],
        "publishing takes what the build has made",
    ),
    ("practice.*", ["tasks", "tests*", "pelicanconf", "publishconf"], "commands call us"),
    ("practice.*", ["pelican.themes*", "pelican.tools*"], "parts of Pelican that we replace"),
]
ONLY = {
    # package: the modules that may import it
    "pelican": ["practice", "practice.build", "practice.collections", "practice.hooks",
                "practice.writer"],
    "markdown": ["practice.body", "practice.callouts"],
    "pymdownx": ["practice.callouts"],
    "jinja2": ["practice.render", "practice.writer"],
    "yaml": ["practice.frontmatter", "practice.yaml_words"],
    "PIL": ["practice.images"],
    "babel": ["practice.wording"],
    "practice.build": ["practice.preview*", "practice.publish*", "practice.report"],
}  # fmt: skip


def module_of(file: Path) -> str:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_of(file): file for file in FILES}


def imports_of(file: Path) -> set[str]:
    """Every module that a file imports, also inside of functions: `practice.model`, `pelican.log`.

    What is imported for type checkers alone is left out: it is not there when the code runs.
    """
    found = set()
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}:{node.lineno}: write imports out in full"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = inner & MODULES.keys()
            found |= ours or {node.module}
    return found


IMPORTS = {module: imports_of(file) for module, file in MODULES.items()}


@pytest.mark.parametrize(("modules", "forbidden", "why"), RULES)
def test_no_module_imports_what_it_must_not(modules, forbidden, why):
    wrong = [
        f"{module} imports {imported}: {why}"
        for module, found in IMPORTS.items()
        if fnmatchcase(module, modules)
        for imported in sorted(found)
        if any(fnmatchcase(imported, pattern) for pattern in forbidden)
    ]
    assert wrong == []


@pytest.mark.parametrize(("package", "allowed"), ONLY.items())
def test_a_package_is_known_to_few(package, allowed):
    importers = {
        module
        for module, found in IMPORTS.items()
        if any(imported == package or imported.startswith(f"{package}.") for imported in found)
    }
    wrong = {m for m in importers if not any(fnmatchcase(m, pattern) for pattern in allowed)}
    assert wrong == set()


def test_every_rule_is_about_a_module_that_exists():
    patterns = {pattern for pattern, _, _ in RULES}
    patterns |= {pattern for allowed in ONLY.values() for pattern in allowed}
    assert [p for p in patterns if not any(fnmatchcase(m, p) for m in MODULES)] == []


def test_no_module_imports_itself_through_others():
    def reach(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        for imported in IMPORTS[module] & MODULES.keys():
            if imported != "practice" and module != "practice":
                reach(imported, (*way, module))

    for module in MODULES:
        reach(module, ())


@pytest.mark.parametrize("module", ["practice.model", "practice.problems"])
def test_models_can_be_used_without_pelican(module):
    code = f"import sys, {module}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    loaded = set(run.stdout.split())
    assert module in loaded
    assert not loaded & {"pelican", "markdown", "jinja2", "practice.hooks", "practice.build"}
