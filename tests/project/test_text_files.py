"""Text is read and written in the same bytes on every system: encoding and line ends are named.

Windows would otherwise write `\\r\\n` and use the code page of the country.
"""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest
from conftest import CONTENT, ROOT, files_of, settings_text

from practice.build.run import build

FILES = sorted(
    [
        *(ROOT / "practice").rglob("*.py"),
        *(ROOT / "benchmarks").rglob("*.py"),
        *ROOT.glob("*.py"),
    ]
)
READERS = {"read_text"}
WRITERS = {"write_text"}
OPENERS = {"open", "fdopen", "NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile"}
PROCESSES = {"run", "Popen", "check_output", "check_call", "call"}
NOT_FILES = {"Image", "Pdf", "webbrowser", "opener", "os"}
"""What else has a method `open`; `os.open` gives bytes."""


def name_of(call):
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def owner_of(call):
    owner = getattr(call.func, "value", None)
    return getattr(owner, "id", getattr(owner, "attr", ""))


def mode_of(call):
    """The mode of a call that opens a file: its argument, named or not, or the usual one."""
    temporary = name_of(call).endswith("TemporaryFile")
    method = isinstance(call.func, ast.Attribute) and name_of(call) == "open"
    place = 0 if temporary or method else 1
    named = next((k.value for k in call.keywords if k.arg == "mode"), None)
    node = named or (call.args[place] if len(call.args) > place else None)
    return node.value if isinstance(node, ast.Constant) else "w+b" if temporary else "r"


def unnamed(call):
    """What a call leaves to the system: `encoding`, `newline`, or nothing."""
    name, keywords = name_of(call), {keyword.arg for keyword in call.keywords}
    if name in READERS:
        return set() if call.args else {"encoding"} - keywords
    if name in WRITERS:
        return {"encoding", "newline"} - keywords
    if name in OPENERS and not (name == "open" and owner_of(call) in NOT_FILES):
        mode = mode_of(call)
        if "b" in mode:
            return set()
        return {"encoding", *({"newline"} if set(mode) & set("wax+") else ())} - keywords
    if name in PROCESSES and {"text", "universal_newlines"} & keywords:
        return {"encoding"} - keywords
    return set()


def test_the_rule_finds_what_it_is_for():
    for code, expected in {
        "p.read_text()": {"encoding"},
        "p.read_text('utf-8')": set(),
        "p.write_text(x, encoding='utf-8')": {"newline"},
        "p.write_text(x, encoding='utf-8', newline='\\n')": set(),
        "p.open()": {"encoding"},
        "p.open('a', encoding='utf-8')": {"newline"},
        "p.open('rb')": set(),
        "open(p, 'w')": {"encoding", "newline"},
        "open(p, mode='wb')": set(),
        "os.fdopen(fd, 'rb')": set(),
        "os.fdopen(fd, 'w')": {"encoding", "newline"},
        "tempfile.NamedTemporaryFile('w')": {"encoding", "newline"},
        "tempfile.TemporaryFile()": set(),
        "subprocess.run(c, text=True)": {"encoding"},
        "subprocess.run(c, encoding='utf-8')": set(),
        "webbrowser.open(a)": set(),
    }.items():
        assert unnamed(ast.parse(code).body[0].value) == expected, code


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_encoding_and_line_ends_are_named(file):
    calls = (n for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Call))
    found = [f"line {call.lineno}: {', '.join(unnamed(call))}" for call in calls if unnamed(call)]
    assert found == []


def test_content_saved_by_a_windows_editor_gives_the_same_bytes(tmp_path):
    """CRLF and a byte-order mark, in content and theme."""
    built = []
    for name in ("usual", "windows"):
        folder = tmp_path / name
        shutil.copytree(CONTENT["kitchen-sink"], folder / "content")
        shutil.copytree(ROOT / "theme", folder / "theme")
        settings = folder / "pelicanconf.py"
        settings.write_text(
            settings_text(PATH=str(folder / "content"), THEME=str(folder / "theme")), "utf-8"
        )
        for file in folder.rglob("*") if name == "windows" else ():
            if file.suffix in {".md", ".yaml", ".html", ".css", ".js", ".py", ".typ", ".toml"}:
                text = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                file.write_bytes(b"\xef\xbb\xbf" + text.removeprefix(b"\xef\xbb\xbf"))
        build(output=folder / "output", settings_file=settings)
        built.append(files_of(folder / "output"))
    assert built[0].keys() == built[1].keys()
    assert [path for path in built[0] if built[0][path] != built[1][path]] == []


def test_a_windows_checkout_keeps_every_byte():
    """Git is told for every file what its line ends are; names are such as Windows can have."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout
    names = listed.removesuffix("\0").split("\0")
    assert not [name for name in names if set(name) & set('<>:"|?*\\')]
    asked = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", "text", "eol"],
        cwd=ROOT,
        input=listed,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.split("\0")
    attributes = {(asked[n], asked[n + 1]): asked[n + 2] for n in range(0, len(asked) - 2, 3)}
    left = [
        name
        for name in names
        if attributes[name, "text"] != "unset" and attributes[name, "eol"] != "lf"
    ]
    assert left == []
