"""Targets of every kind, each with its own server, for the tests of publishing."""

from __future__ import annotations

import contextlib
import getpass
import subprocess
from pathlib import Path

import servers
from publishing import tree_of

from practice.publish import release
from practice.publish.settings import load
from practice.publish.targets import choose


class Place:
    """A target of one kind, and the folder in which what it serves can be looked at."""

    def __init__(self, folder: Path, settings: dict, served: Path) -> None:
        self.settings = folder / "publishconf.py"
        self.publish = settings
        self.served = served
        self.change()

    def change(self, **settings) -> None:
        """Write the settings file, with these settings of the target besides those before."""
        self.publish |= settings
        address = "https://clinic.practice-site.org"
        said = {"SITEURL": address, "TIMEZONE": "UTC", "PATH": str(self.settings.parent)}
        said["PUBLISH"] = self.publish
        self.settings.write_text("".join(f"{name} = {value!r}\n" for name, value in said.items()))

    def files(self) -> dict[str, bytes]:
        return tree_of(self.served)

    def target(self):
        return choose.of(load(self.settings))

    def live(self) -> release.LiveState:
        return self.target().live()


class BranchPlace(Place):
    """As a checkout of the branch shows it."""

    def files(self) -> dict[str, bytes]:
        listed = git(self.served, "ls-tree", "-r", "--name-only", "gh-pages").splitlines()
        return {
            path: git(self.served, "show", f"gh-pages:{path}").encode()
            for path in listed
            if path not in (release.STATE, ".nojekyll")
        }


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def place_of(kind: str, folder: Path, monkeypatch):
    """A target of a kind, with its server running."""
    served = folder / "served"
    monkeypatch.setenv("RCLONE_CONFIG", "/dev/null")
    match kind:
        case "symlink" | "rename":
            yield Place(folder, {"to": "folder", "path": str(served), "by": kind}, served)
        case "ready":
            said = {"to": "ready", "path": str(served), "host": "netlify"}
            yield Place(folder, said, served)
        case "s3":
            (served / "bucket").mkdir(parents=True)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", servers.KEY)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", servers.SECRET)
            with servers.s3(served, folder / "log") as endpoint:
                said = {"to": "s3", "bucket": "bucket", "provider": "Rclone", "endpoint": endpoint}
                yield Place(folder, said, served / "bucket")
        case "sftp":
            served.mkdir(exist_ok=True)
            monkeypatch.setenv("PUBLISH_PASSWORD", "open sesame")
            with servers.rclone_sftp(served, folder / "log", "open sesame") as port:
                servers.known_hosts(port, folder / "known_hosts")
                said = {"to": "sftp", "server": "127.0.0.1", "port": port}
                said |= {"user": "practice", "path": "/", "host": "nginx"}
                yield Place(folder, said, served)
        case "openssh" | "private openssh":
            served.mkdir(exist_ok=True)
            umask = "022" if kind == "openssh" else "077"
            with servers.sshd(folder / "sshd", umask) as port:
                servers.known_hosts(port, folder / "known_hosts")
                said = {"to": "sftp", "server": "127.0.0.1", "port": port, "path": str(served)}
                said |= {"user": _user(), "key_file": str(folder / "sshd" / "user")}
                yield Place(folder, said, served)
        case "webdav":
            served.mkdir(exist_ok=True)
            with servers.webdav(served, folder / "log") as address:
                monkeypatch.setenv("RCLONE_CONFIG_DAV_TYPE", "webdav")
                monkeypatch.setenv("RCLONE_CONFIG_DAV_URL", address)
                yield Place(folder, {"to": "rclone", "remote": "dav:"}, served)
        case "github":
            git(folder, "init", "-q", "--bare", "-b", "main", "served")
            git(folder, "init", "-q", "-b", "main", ".")
            for name, value in {"user.name": "A", "user.email": "a@practice-site.org"}.items():
                git(folder, "config", name, value)
            with servers.git_daemon(folder, folder / "log") as port:
                git(folder, "remote", "add", "origin", f"git://127.0.0.1:{port}/served")
                yield BranchPlace(folder, {"to": "github"}, served)


def _user() -> str:
    return getpass.getuser()
