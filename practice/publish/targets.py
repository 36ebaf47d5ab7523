"""Targets: the places a release can go to. Each says what is live there, and makes a plan true.

Every target is safe to be killed at any moment: a folder and a branch change in one step, a
remote says first which files it is about to touch, so that the next run writes them anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from practice import headers
from practice.build import Misuse
from practice.folders import MARKER, exchange
from practice.publish.release import STATE, Live, Plan, address_of, without_sibling
from practice.publish.settings import (
    S3,
    AnyTarget,
    Folder,
    GitHubPages,
    Rclone,
    Ready,
    Settings,
    Sftp,
)

KEPT = 3
"""How many releases stay beside a folder that is switched by a symbolic link."""
REMOTE = "practice"
"""The name under which rclone knows the target, in its environment only."""
NOT_THERE = 3
"""What rclone ends with where a folder does not exist (https://rclone.org/docs/#exit-code)."""
PARTIAL = r"{{.*\.[0-9a-f]{8}\.partial}}"
"""What an upload that was killed leaves behind, as an rclone filter."""

Step = Callable[[str], None]


class Target(Protocol):
    """A place that a site is published to."""

    name: str

    def live(self) -> Live:
        """What is there now."""
        ...

    def foreign(self) -> int:
        """How many things are there that no publish has put there, if none has ever run."""
        ...

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Make a plan true; ``tree`` is a folder that holds the new release."""
        ...


def of(settings: Settings) -> Target:
    """The target that the settings name."""
    target: AnyTarget = settings.target
    match target:
        case Folder(by="symlink"):
            return LinkedFolder(settings.folder / target.path)
        case Folder() | Ready():
            return SwappedFolder(settings.folder / target.path)
        case GitHubPages():
            return Branch(settings.folder, target)
        case _:
            return Remote(settings.folder, target)


class LinkedFolder:
    """A symbolic link that leads from one finished folder to the next."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.normpath(path))  # the link itself stays a link
        self.releases = self.path.parent / f".{self.path.name}.releases"
        self.name = str(self.path)

    def live(self) -> Live:
        """What the link leads to."""
        if self.path.exists() and not self.path.is_symlink():
            raise Misuse(
                f"`{self.path}` is a folder, and publishing would put a link in its place: move "
                'it away, or say `"by": "rename"`'
            )
        return _read(self.path)

    def foreign(self) -> int:
        """Nothing: a link is put where nothing is."""
        return 0

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Fill a new folder, then move the link."""
        step("Copying the files")
        self.releases.mkdir(parents=True, exist_ok=True)
        numbers = [int(folder.name.split("-")[0]) for folder in self._finished()]
        new = self.releases / f"{max(numbers, default=0) + 1:06d}-{plan.new.id}"
        _fill(self.releases / f".{new.name}", plan, tree, self.path).rename(new)
        step("Switching over")
        link = self.path.with_name(f".{self.path.name}.link")
        link.unlink(missing_ok=True)
        link.symlink_to(new.relative_to(self.path.parent))
        link.replace(self.path)
        for old in sorted(self._finished())[:-KEPT]:
            shutil.rmtree(old)
        for left in self.releases.glob(".[0-9]*"):
            shutil.rmtree(left)

    def _finished(self) -> list[Path]:
        return list(self.releases.glob("[0-9]*-*"))


class SwappedFolder:
    """A folder that changes places with a finished one."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.name = str(self.path)

    def live(self) -> Live:
        """What the folder holds."""
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / STATE).is_file():
            raise Misuse(
                f"`{self.path}` holds files that no publish has put there, and would be replaced: "
                "move it away, or name another folder"
            )
        return _read(self.path)

    def foreign(self) -> int:
        """Nothing: other folders are refused."""
        return 0

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Fill a new folder beside the old one, then exchange the two."""
        step("Copying the files")
        new = _fill(self.path.with_name(f".{self.path.name}.new"), plan, tree, self.path)
        step("Switching over")
        if not self.path.exists():
            new.rename(self.path)
        elif exchange(new, self.path):
            shutil.rmtree(new)
        else:
            old = self.path.with_name(f".{self.path.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            self.path.rename(old)
            new.rename(self.path)
            shutil.rmtree(old)


def _read(folder: Path) -> Live:
    state = folder / STATE
    return _parsed(state.read_text(encoding="utf-8"), str(state)) if state.is_file() else Live()


def _parsed(text: str, where: str) -> Live:
    try:
        return Live.from_text(text)
    except (ValueError, KeyError, TypeError) as error:
        raise Misuse(
            f"`{where}` cannot be read, so what is live is not known: delete it there and publish "
            "everything again with `--yes`"
        ) from error


def _fill(new: Path, plan: Plan, tree: Path, old: Path) -> Path:
    """A folder with the new release, what is retired, and the state. What has not changed keeps
    its time, so that a browser's copy stays good."""
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(tree, new, ignore=_not_ours, copy_function=_copy)
    changed = set(plan.uploads)
    for path in {*plan.new.files, *plan.retired} - changed:
        source, target = old / path, new / path
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    (new / STATE).write_text(plan.after().text(), encoding="utf-8")
    return new


def _not_ours(_folder: str, names: list[str]) -> set[str]:
    return {STATE, MARKER} & set(names)


def _copy(source: str, target: str) -> None:
    shutil.copyfile(source, target)


class Remote:
    """A remote that rclone speaks to. Secrets reach it through the environment alone."""

    def __init__(self, folder: Path, target: AnyTarget) -> None:
        self.folder = folder
        self.environment = dict(os.environ)
        self.caching = isinstance(target, S3)
        """Whether an object keeps its own Cache-Control."""
        prefix = f"RCLONE_CONFIG_{REMOTE.upper()}_"
        match target:
            case Sftp():
                options = self._sftp(target)
                path, self.name = target.path, f"{target.user}@{target.server}:{target.path}"
            case S3():
                options = {
                    "TYPE": "s3",
                    "PROVIDER": target.provider,
                    "REGION": target.region,
                    "ENDPOINT": target.endpoint or "",
                    "ENV_AUTH": "true",
                    "NO_CHECK_BUCKET": "true",
                }
                path, self.name = target.bucket, f"s3://{target.bucket}"
            case Rclone():
                options = {}
                path = self.name = target.remote
            case _:
                raise TypeError(target)
        self.environment |= {prefix + key: value for key, value in options.items() if value}
        self.root = path if isinstance(target, Rclone) else f"{REMOTE}:{path}"

    def _sftp(self, target: Sftp) -> dict[str, str]:
        known_hosts = self.folder / target.known_hosts
        if not known_hosts.is_file():
            raise Misuse(
                f"there is no `{target.known_hosts}` with the server's key: write it with "
                f"`ssh-keyscan -p {target.port} {target.server} > {target.known_hosts}` and "
                "compare the key with the one your host names"
            )
        options = {
            "TYPE": "sftp",
            "HOST": target.server,
            "PORT": str(target.port),
            "USER": target.user,
            "KNOWN_HOSTS_FILE": str(known_hosts),
            "SHELL_TYPE": "none",  # web space often has none, and SSH guards what it carries
            "SET_MODTIME": "false",  # a file is as old as its upload
        }
        password = os.environ.get("PUBLISH_PASSWORD")
        if password:
            options["PASS"] = self._run("obscure", "-", text=password).stdout.strip()
        elif target.key_file:
            options["KEY_FILE"] = str((self.folder / target.key_file.expanduser()).resolve())
        else:
            options["KEY_USE_AGENT"] = "true"
        return options

    def live(self) -> Live:
        """What the remote says of itself."""
        text = self._run("cat", f"{self.root}/{STATE}", fine=(0, NOT_THERE)).stdout
        return _parsed(text, f"{self.name}/{STATE}") if text else Live()

    def foreign(self) -> int:
        """What lies at the top of the remote, if no publish has been here."""
        listed = self._run("lsf", self.root, "--max-depth", "1", fine=(0, NOT_THERE)).stdout
        names = listed.splitlines()
        return 0 if STATE in names else len(names)

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Say what will be touched, upload step by step, delete, say what is live."""
        resumes = bool(plan.live.dirty)
        self._say(plan.during())
        if resumes:
            step("Going on where the last publish was stopped")
            self._run("delete", self.root, "--include", PARTIAL)
        compare = ["--checksum"] if resumes and self._has_checksums() else ["--no-check-dest"]
        names = ("what pages load", "new pages", "changed pages", "feed and site map")
        for paths in plan.steps:
            step(f"Uploading {len(paths)} files ({_kind(paths, plan, names)})")
            for caching, group in self._by_caching(paths).items():
                with_caching = ["--header-upload", f"Cache-Control: {caching}"] if caching else []
                self._listed("copy", group, str(tree), self.root, *compare, *with_caching)
        if plan.deleted:
            step(f"Deleting {len(plan.deleted)} files")
            self._listed("delete", plan.deleted, self.root)
            self._remove_empty(plan)
        self._say(plan.after())

    def _say(self, live: Live) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, STATE)
            file.write_text(live.text(), encoding="utf-8")
            self._run("copyto", str(file), f"{self.root}/{STATE}", "--no-check-dest")

    def _has_checksums(self) -> bool:
        """Whether the remote can say what a file holds; WebDAV, for one, cannot."""
        return bool(json.loads(self._run("backend", "features", self.root).stdout)["Hashes"])

    def _by_caching(self, paths: Iterable[str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            address = address_of(without_sibling(path))
            groups[headers.caching_of(address) if self.caching else ""].append(path)
        return groups

    def _remove_empty(self, plan: Plan) -> None:
        """Remove the folders that nothing is left in; a server would answer 403 there."""
        left = {*plan.new.files, *plan.retired}
        used = {str(folder) for path in left for folder in Path(path).parents}
        empty = {str(f) for path in plan.deleted for f in Path(path).parents} - used
        for folder in sorted(empty, reverse=True):
            self._run("rmdir", f"{self.root}/{folder}", fine=(0, 1, NOT_THERE))

    def _listed(self, command: str, paths: Iterable[str], *arguments: str) -> None:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
            file.write("".join(f"{path}\n" for path in paths))
            file.flush()
            self._run(command, *arguments, "--files-from-raw", file.name)

    def _run(
        self, *arguments: str, text: str | None = None, fine: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        command = [_program("rclone"), *arguments, "--log-level", "ERROR", "--transfers", "8"]
        done = subprocess.run(  # noqa: S603  # a program of our own environment, no shell
            command, env=self.environment, input=text, capture_output=True, text=True, check=False
        )
        if done.returncode not in fine:
            last = done.stderr.strip().split("\n")[-1]
            raise Misuse(f"rclone could not {arguments[0]} at {self.name}: {last}")
        return done


def _kind(paths: tuple[str, ...], plan: Plan, names: tuple[str, ...]) -> str:
    page = without_sibling(paths[0]).endswith(".html")
    if not page:
        return names[3] if paths == plan.steps[-1] and len(plan.steps) > 1 else names[0]
    return names[1] if paths[0] in plan.added else names[2]


class Branch:
    """A branch of a git repository that GitHub Pages serves; a push changes it in one step."""

    def __init__(self, folder: Path, target: GitHubPages) -> None:
        self.folder = folder
        self.target = target
        self.name = f"{target.repository}, branch {target.branch}"

    def live(self) -> Live:
        """What the branch of the remote holds."""
        remote, branch = self.target.repository, self.target.branch
        listed = self._git("ls-remote", "--exit-code", remote, f"refs/heads/{branch}", fine=(0, 2))
        if listed.returncode:
            return Live()
        self._git(
            "fetch", "--quiet", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
        )
        shown = self._git("show", f"refs/remotes/{remote}/{branch}:{STATE}", fine=(0, 128))
        return _parsed(shown.stdout, STATE) if shown.returncode == 0 else Live()

    def foreign(self) -> int:
        """What a branch holds that no publish has made."""
        remote, branch = self.target.repository, self.target.branch
        ref = f"refs/remotes/{remote}/{branch}"
        if (
            self.live().release
            or self._git("rev-parse", "-q", "--verify", ref, fine=(0, 1)).returncode
        ):
            return 0
        return len(self._git("ls-tree", "--name-only", ref).stdout.split())

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Commit the release to the branch and push it."""
        with tempfile.TemporaryDirectory() as folder:
            whole = _fill(Path(folder, "site"), plan, tree, Path(folder, "none"))
            for path in plan.retired:
                file = whole / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self._blob(path))
            step("Pushing the branch")
            done = subprocess.run(  # noqa: S603  # a program of our own environment, no shell
                [
                    *(_program("ghp-import"), "--no-jekyll", "--push"),
                    *("--remote", self.target.repository, "--branch", self.target.branch),
                    *("--message", f"Release {plan.new.id}", str(whole)),
                ],
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise Misuse(f"the branch could not be pushed: {done.stderr.strip()}")

    def _blob(self, path: str) -> bytes:
        ref = f"refs/remotes/{self.target.repository}/{self.target.branch}"
        return subprocess.run(  # noqa: S603  # git, no shell
            [_program("git"), "show", f"{ref}:{path}"],
            cwd=self.folder,
            capture_output=True,
            check=True,
        ).stdout

    def _git(
        self, *arguments: str, fine: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603  # git, no shell
            [_program("git"), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in fine:
            raise Misuse(f"git {arguments[0]}: {done.stderr.strip()}")
        return done


def _program(name: str) -> str:
    """A program of this Python environment, or one that the system has."""
    here = shutil.which(name, path=str(Path(sys.executable).parent))
    found = here or shutil.which(name)
    if not found:
        raise Misuse(f"the program `{name}` is missing: run `uv sync`")
    return found
