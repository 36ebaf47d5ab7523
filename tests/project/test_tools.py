"""The programs that tests start: installed by the test command alone, and never missed silently."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tools

HERE = Path(__file__).parents[1]


@pytest.fixture
def commands(monkeypatch):
    """No tool is installed; gives the commands that would be run, and runs none."""
    seen = []
    monkeypatch.setattr(tools, "find", lambda _: None)
    monkeypatch.setattr(tools, "_run", seen.append)
    monkeypatch.setattr(tools.sys, "platform", "linux")
    return seen


def test_a_missing_tool_skips_its_test(commands, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"NOT TESTED.*apt-get install .* nginx-light"):
        tools.required("nginx")
    assert commands == []


def test_a_missing_tool_fails_its_test_in_ci(commands, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"CHROMIUM to the path"):
        tools.required("chromium")
    assert commands == []


@pytest.mark.parametrize(
    ("platform", "user", "ci", "before"),
    [
        ("linux", 0, "", []),
        ("linux", 1000, "", None),
        ("linux", 1000, "true", ["sudo", "--non-interactive"]),
        ("darwin", 1000, "", None),
        ("darwin", 1000, "true", []),
        ("win32", 1000, "", None),
        ("win32", 1000, "true", []),
    ],
)
def test_who_may_install(  # noqa: PLR0917  # fixtures and parameters
    commands, monkeypatch, platform, user, ci, before
):
    monkeypatch.setattr(tools.sys, "platform", platform)
    monkeypatch.setattr(tools.shutil, "which", lambda name, **_: f"/bin/{name}")
    monkeypatch.setattr(tools.os, "geteuid", lambda: user, raising=False)
    monkeypatch.setenv("CI", ci)
    assert tools.installer() == before
    tools.main()
    assert bool(commands) == (before is not None)
    for command in commands:
        assert command[: len(before)] == before
        assert command[len(before)] in (tools.INSTALL[platform][0], "npm")


def test_without_the_right_to_install_it_says_how(commands, monkeypatch, capsys):
    monkeypatch.setattr(tools, "installer", lambda: None)
    tools.main()
    said = capsys.readouterr().out
    for tool in tools.TOOLS.values():
        manager = "npm install" if tool.npm else "apt-get install"
        assert f"`{tool.name}` is missing: `{manager}" in said
    assert commands == []


def test_nothing_missing_installs_nothing(commands, monkeypatch, capsys):
    monkeypatch.setattr(tools, "find", lambda name: f"/bin/{name}")
    tools.main()
    assert commands == []
    assert "is installed" in capsys.readouterr().out


def test_a_package_that_cannot_be_installed_is_named(capsys):
    tools._run(["no-such-program", "install"])
    assert "no-such-program install: " in capsys.readouterr().out


def test_no_test_installs_anything():
    managers = {words[0] for words in tools.INSTALL.values()}
    for file in HERE.rglob("*.py"):
        if file.name not in ("tools.py", "test_tools.py"):
            assert not [name for name in managers if f'"{name}"' in file.read_text("utf-8")], file


def test_the_test_command_can_leave_the_setup_out():
    run = subprocess.run(
        [tools.sys.executable, HERE / "run.py", "--help"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "--no-setup" in run.stdout


def test_every_file_of_tests_is_run():
    """Pytest leaves out folders with some names, such as `build`, unless its settings differ."""
    collect = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "--quiet"]
    listed = subprocess.run(
        collect, cwd=HERE.parent, capture_output=True, encoding="utf-8", check=False
    )
    run = {line.rpartition(": ")[0] for line in listed.stdout.splitlines() if ": " in line}
    there = {f.relative_to(HERE.parent).as_posix() for f in HERE.rglob("test_*.py")}
    assert run == there, listed.stdout + listed.stderr
