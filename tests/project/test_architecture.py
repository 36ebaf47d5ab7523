"""The structure of `practice/`: who may import whom, what a module and a class may be called.

`docs/design.md` explains the layers. Not tested here: what other packages import.
"""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "practice").rglob("*.py"))

LAYERS = [
    {"__main__"},
    {"editing", "fleet"},
    {"preview", "publish", "wordpress"},
    {"plugin", "authoring"},
    {"build"},
    {"checks"},
    {"rendering", "hosting", "evidence"},
    {"site"},
    {"content"},
    {"support"},
    {"problems", "paths"},
]
"""Packages from top to bottom. Each may import those in the rows below its own, and itself."""
TOP_LEVEL = {"__init__", "__main__", "problems", "paths"}
"""The modules that are in no package: `__init__` is the plugin's entry point for Pelican,
`__main__` the command of an installed package."""
LINES = 430
"""What a file may have. A longer one needs a reason in `LONG`."""
LONG: dict[str, str] = {
    "practice.site.structured_data": "one method for each kind of schema.org node",
}
ONLY = {
    # package: the modules that may import it
    "pelican": ["practice.plugin*", "practice.build.*"],
    "markdown": ["practice.content.markdown", "practice.content.commonmark",
                 "practice.content.typography", "practice.plugin.callouts"],
    "pyromark": ["practice.content.commonmark"],
    "jinja2": ["practice.rendering.blame", "practice.rendering.compiled",
               "practice.rendering.renderer", "practice.rendering.templates"],
    "yaml": ["practice.content.front_matter", "practice.content.yaml_errors"],
    "PIL": ["practice.rendering.pixels", "practice.checks.pdf_content"],
    "lightningcss": ["practice.rendering.assets"],
    "pikepdf": ["practice.checks.pdf_content", "practice.rendering.typesetting"],
    "segno": ["practice.rendering.leaflets"],
    "typst": ["practice.rendering.typesetting"],
    "babel": ["practice.site.formatting"],
    "filelock": ["practice.support.output_folder"],
    "distributed": ["practice.fleet.run"],
    "rich": ["practice.fleet.summary"],
    "multiprocessing": [],
    "tasks": [],
    "tests": [],
    "pelicanconf": [],
    "publishconf": [],
}  # fmt: skip


def module_of(file: Path) -> str:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_of(file): file for file in FILES}


def imports_of(file: Path) -> set[str]:
    """Every module that a file imports, also inside of functions: `practice.paths`, `pelican.log`.

    What is imported for type checkers alone counts too: a reader has to know it all the same.
    """
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}:{node.lineno}: write imports out in full"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = inner & MODULES.keys()
            found |= ours or {node.module}
    return found


@functools.cache
def imports() -> dict[str, set[str]]:
    """What each module imports; read when the first test asks, not in every process of a run."""
    return {module: imports_of(file) for module, file in MODULES.items()}


def layer_of(module: str) -> int | None:
    """The row of a module's package; None for `practice` itself."""
    package = module.split(".")[1] if "." in module else ""
    return next((number for number, row in enumerate(LAYERS) if package in row), None)


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_package_is_in_a_layer():
    known = {name for row in LAYERS for name in row}
    assert {package_of(module) for module in MODULES} - {""} <= known


@pytest.mark.parametrize("module", [m for m in MODULES if m != "practice"])
def test_a_module_imports_its_own_package_and_those_below(module):
    wrong = [
        imported
        for imported in imports()[module] & MODULES.keys()
        if imported == "practice"
        or (package_of(imported) != package_of(module) and layer_of(imported) <= layer_of(module))
    ]
    assert wrong == []


@pytest.mark.parametrize(("package", "allowed"), ONLY.items())
def test_a_library_is_known_to_few_modules(package, allowed):
    importers = {
        module
        for module, found in imports().items()
        if any(imported == package or imported.startswith(f"{package}.") for imported in found)
    }
    wrong = {m for m in importers if not any(fnmatchcase(m, pattern) for pattern in allowed)}
    assert wrong == set()


def test_every_exception_is_about_a_module_that_exists():
    patterns = {pattern for allowed in ONLY.values() for pattern in allowed} | LONG.keys()
    assert [p for p in patterns if not any(fnmatchcase(m, p) for m in MODULES)] == []


def test_no_module_imports_itself_through_others():
    done: set[str] = set()

    def reach(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module not in done:
            for imported in imports()[module] & MODULES.keys():
                reach(imported, (*way, module))
            done.add(module)

    for module in MODULES:
        reach(module, ())


def test_few_modules_are_in_no_package():
    assert {file.stem for file in FILES if file.parent.name == "practice"} == TOP_LEVEL


@pytest.mark.parametrize("module", MODULES)
def test_a_file_is_short_enough_to_read(module):
    lines = MODULES[module].read_text("utf-8").count("\n")
    assert lines <= LINES or module in LONG


def test_a_public_class_has_a_name_of_its_own():
    places = defaultdict(set)
    for module, file in MODULES.items():
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(module)
    assert {name: sorted(found) for name, found in places.items() if len(found) > 1} == {}


def test_no_private_name_is_imported_from_another_module():
    wrong = [
        f"{module}: {alias.name}"
        for module, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("practice")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert wrong == []


def untyped_metadata(code: str) -> list[int]:
    """The lines on which a document's metadata is read by a field's name, or declared as `Any`."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "vars"}:
            owner = node.args[0] if node.args else None
            name = getattr(owner, "attr", getattr(owner, "id", None))
            found += [node.lineno] * (name == "meta")
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            is_any = "Any" in ast.unparse(node.annotation).replace(".", " ").split()
            found += [node.lineno] * (name.rpartition(".")[2] == "meta" and is_any)
    return found


def test_metadata_is_typed():
    wrong = {module: untyped_metadata(file.read_text("utf-8")) for module, file in MODULES.items()}
    assert {module: lines for module, lines in wrong.items() if lines} == {}


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("getattr(document.meta, 'image', None)", [1]),
        ("x = 1\ngetattr(meta, name)", [2]),
        ("vars(post.meta)['date']", [1]),
        ("class A:\n    meta: Any", [2]),
        ("def f(meta: typing.Any): pass", [1]),
        ("self.meta: Any = None", [1]),
        ("def f(meta: Entry): return document.meta.image", []),
        ("getattr(site, 'meta')", []),
    ],
)
def test_untyped_metadata_is_found(code, lines):
    assert untyped_metadata(code) == lines


@pytest.mark.parametrize("module", ["practice.content.models", "practice.problems"])
def test_models_can_be_used_without_pelican(module):
    code = f"import sys, {module}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    loaded = set(run.stdout.split())
    assert module in loaded
    assert not loaded & {"pelican", "markdown", "jinja2", "practice.plugin", "practice.build"}
