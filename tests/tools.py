"""Programs of the system that tests start: how they are found, and how to install them.

`uv run inv test` runs this file first. It installs what is missing where that is allowed, and
elsewhere prints how to get it. A test never installs anything: it calls `required`, which skips
the test when the program is missing, or fails it when `CI=true`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
"""Folders of servers, which are not on every user's PATH."""
INSTALL_SECONDS = 900
"""Time limit for one package: a slow mirror is no reason to stop, a dialog that waits is."""


@dataclass(frozen=True)
class Tool:
    """A program that tests start, or a file that comes with a package."""

    name: str
    found_as: tuple[str, ...]
    """Names of programs, or absolute paths; the first that exists is used."""
    apt: str
    """The package in Debian and Ubuntu; the following two are those of Homebrew and winget."""
    brew: str = ""
    winget: str = ""
    variable: str = ""
    """An environment variable that may name the program instead."""
    npm: str = ""
    """The package with its version, if npm installs the tool, on every system."""

    @property
    def package(self) -> str:
        """The package on this system; empty where the tests that need the tool do not run."""
        if self.npm:
            return self.npm
        return {"darwin": self.brew, "win32": self.winget}.get(sys.platform, self.apt)

    @property
    def install(self) -> tuple[str, ...]:
        """The words of the command that installs the package."""
        words = NPM if self.npm else INSTALL.get(sys.platform, ("install",))
        return (*words, self.package)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "chromium",
            (
                "chromium-headless-shell",  # the same engine without a window, and half the work
                "chromium",
                "chromium-browser",
                "google-chrome",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "C:/Program Files/Google/Chrome/Application/chrome.exe",
                "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
            ),
            apt="chromium-headless-shell",
            brew="google-chrome",
            winget="Google.Chrome",
            variable="CHROMIUM",
        ),
        Tool("apache2", ("apache2",), apt="apache2"),
        Tool("caddy", ("caddy",), apt="caddy", brew="caddy", winget="CaddyServer.Caddy"),
        Tool("git", ("git",), apt="git", brew="git", winget="Git.Git"),
        Tool("html-validate", ("html-validate",), apt="", npm="html-validate@10.17.0"),
        Tool("locales", ("/usr/share/i18n/locales/de_DE",), apt="locales"),
        Tool("nginx", ("nginx",), apt="nginx-light", brew="nginx"),
        Tool("node", ("node",), apt="nodejs", brew="node", winget="OpenJS.NodeJS"),
        Tool("npm", ("npm",), apt="npm", brew="node", winget="OpenJS.NodeJS"),
        Tool("openssl", ("openssl",), apt="openssl", brew="openssl"),
        Tool("ssh-keygen", ("ssh-keygen",), apt="openssh-client", brew="openssh"),
        Tool("ssh-keyscan", ("ssh-keyscan",), apt="openssh-client", brew="openssh"),
        Tool("sshd", ("sshd",), apt="openssh-server", brew="openssh"),
    )
}
INSTALL = {
    "linux": ("apt-get", "install", "--quiet", "--yes", "--no-install-recommends"),
    "darwin": ("brew", "install"),
    "win32": ("winget", "install", "--exact", "--id"),
}
"""How each system installs a package; the package's name is the last argument."""
NPM = ("npm", "install", "--global", "--no-audit", "--no-fund")
"""How npm installs a package."""


def in_ci() -> bool:
    """Whether this is a run of continuous integration, in which nothing may be skipped."""
    return os.environ.get("CI") == "true"


def find(name: str) -> str | None:
    """The path of a tool of `TOOLS`, or None if it is not installed."""
    tool = TOOLS[name]
    named = os.environ.get(tool.variable) if tool.variable else None
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    for candidate in [named] if named else tool.found_as:
        found = shutil.which(candidate, path=path)
        if not found and Path(candidate).is_absolute() and Path(candidate).is_file():
            found = candidate
        if found:
            return found
    return None


def required(name: str) -> str:
    """The path of a tool; without it the running test is skipped, or fails when `CI=true`."""
    found = find(name)
    if found:
        return found
    if not TOOLS[name].package:
        pytest.skip(f"NOT TESTED on {sys.platform}: what needs `{name}`")
    message = f"NOT TESTED, {how_to_get(TOOLS[name])}"
    if in_ci():
        pytest.fail(f"{message} (CI=true: nothing is skipped)")
    pytest.skip(message)


def how_to_get(tool: Tool) -> str:
    """One line that says that a tool is missing and how to install it."""
    command = " ".join(tool.install)
    other = f", or set {tool.variable} to the path of one" if tool.variable else ""
    return f"`{tool.name}` is missing: `{command}`{other}"


def missing() -> list[Tool]:
    """The tools that tests need on this system and that are not installed."""
    return [tool for tool in TOOLS.values() if tool.package and not find(tool.name)]


def installer() -> list[str] | None:
    """The words before a command that installs, or None where this run may not install.

    Installing is for root, and for CI, where `sudo` asks no password and Homebrew and winget need
    no rights. A developer's own machine is left alone.
    """
    manager = INSTALL.get(sys.platform, ("",))[0]
    if not shutil.which(manager):
        return None
    if sys.platform == "linux" and os.geteuid() != 0:
        return ["sudo", "--non-interactive"] if in_ci() and shutil.which("sudo") else None
    return [] if sys.platform == "linux" or in_ci() else None


def main() -> None:
    """Install what is missing, or print how to; a package that fails does not stop the others."""
    wanted = missing()
    if not wanted:
        print("Every program that the tests start is installed.")
        return
    before = installer()
    if before is None:
        print("The tests that need these programs will be skipped:")
        print("\n".join(how_to_get(tool) for tool in wanted), flush=True)
        return
    commands = list(dict.fromkeys(tool.install for tool in sorted(wanted, key=lambda t: t.npm)))
    packages = ", ".join(command[-1] for command in commands)
    print(f"Installing what the tests need: {packages}", flush=True)
    if sys.platform == "linux":
        _run([*before, "apt-get", "update", "--quiet"])
    for command in commands:
        _run([*before, *command])
    for tool in missing():
        print(f"Still missing: {how_to_get(tool)}", flush=True)


def _run(command: list[str]) -> None:
    """Run a command quietly; if it fails, print the end of what it said."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=environment,
            timeout=INSTALL_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as error:
        print(f"{' '.join(command)}: {error}", flush=True)
        return
    if done.returncode:
        print(
            f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout[-2000:]}", flush=True
        )


if __name__ == "__main__":
    main()
