"""Programs are found and started without a shell, on each system in its own way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from practice.preview import server
from practice.problems import UsageError
from practice.support import platform, programs
from practice.support.programs import find_program, resolve_command, split_command


@pytest.mark.parametrize("name", ["typos", "rclone"])
def test_programs_of_this_environment_come_first(name):
    found = Path(find_program(name))
    assert found.is_absolute()
    assert found.parent == Path(sys.executable).parent
    assert found.is_file()


def test_a_program_that_is_missing_is_named_with_a_remedy():
    with pytest.raises(UsageError, match="the program `no-such-program` is missing: install it"):
        find_program("no-such-program")


@pytest.mark.parametrize(
    ("line", "windows", "parts"),
    [
        ("code --goto {file}:{line}", False, ["code", "--goto", "{file}:{line}"]),
        ("code --goto {file}:{line}", True, ["code", "--goto", "{file}:{line}"]),
        (r"'/opt/my editor' x\ y", False, ["/opt/my editor", "x y"]),
        (
            r'"C:\Program Files\Notepad++\notepad++.exe" -n{line} {file}',
            True,
            [r"C:\Program Files\Notepad++\notepad++.exe", "-n{line}", "{file}"],
        ),
        (r"C:\tools\edit.exe {file}", True, [r"C:\tools\edit.exe", "{file}"]),
    ],
)
def test_a_command_is_read_as_the_system_writes_it(line, windows, parts):
    assert split_command(line, windows=windows) == parts


def test_a_batch_file_gets_no_argument_that_it_would_run(monkeypatch):
    monkeypatch.setattr(programs.shutil, "which", lambda _: r"C:\bin\code.CMD")
    assert resolve_command(["code", "--goto", r"C:\site\a.md:3"])[0] == r"C:\bin\code.CMD"
    for part in ("a&calc.md", "a|b", "%PATH%", 'a"b', "a^b"):
        with pytest.raises(
            ValueError, match=r"contains a character that `.*code.CMD` would misread"
        ):
            resolve_command(["code", part])


def test_an_editor_that_is_missing_is_named():
    with pytest.raises(FileNotFoundError, match="there is no program `no-such-editor`"):
        server.open_file(Path("x.md"), 1, "no-such-editor {file}")


def test_the_editor_gets_file_and_line(tmp_path, monkeypatch):
    started = []

    class Opened:
        def wait(self):
            return 0

    def start(command):
        started.append(command)
        return Opened()

    monkeypatch.setattr(platform, "start_detached", start)
    server.open_file(tmp_path / "x y.md", 12, f'"{sys.executable}" --goto {{file}}:{{line}}')
    [command] = started
    assert command == [sys.executable, "--goto", f"{tmp_path / 'x y.md'}:12"]
