"""Remote targets that rclone reaches: SFTP, S3, and every other kind of rclone remote."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from practice.hosting import headers
from practice.problems import UsageError
from practice.publish.messages import human
from practice.publish.release import (
    SPARE_STATE,
    STATE,
    LiveState,
    Others,
    Plan,
    Release,
    address_of,
    without_sibling,
)
from practice.publish.settings import (
    S3,
    AnyTarget,
    Rclone,
    Sftp,
)
from practice.publish.targets import sftp_rights
from practice.publish.targets.failures import failure, no_progress
from practice.publish.targets.folder import parse_state
from practice.publish.targets.target import Step, complete, others_of
from practice.support import supervised
from practice.support.programs import find_program

REMOTE = "practice"
"""The name of the rclone remote, which exists only in rclone's environment."""
NOT_THERE = 3
"""Rclone's exit code for a folder that does not exist (https://rclone.org/docs/#exit-code)."""
OBSCURE = 60
"""Seconds for writing a password in rclone's way; it takes far less."""
CONNECT = 20
"""Seconds in which a server has to accept a connection."""
OPTIONS = (
    *("--log-level", "ERROR", "--use-json-log", "--stats", "1s", "--stats-log-level", "ERROR"),
    *("--transfers", "8", "--retries", "2", "--low-level-retries", "2"),
)
COUNTED = ("bytes", "checks", "deletes", "deletedDirs", "listed", "transfers")
"""The figures of rclone that grow while it makes progress."""
PARTIAL_NAME = re.compile(r"\.[0-9a-f]{8}\.partial$")
PARTIAL = r"{{.*\.[0-9a-f]{8}\.partial}}"
"""An rclone filter for the partial files of an interrupted upload."""


class Remote:
    """An rclone remote. Secrets are passed through the environment only."""

    def __init__(self, folder: Path, target: AnyTarget) -> None:
        self.folder = folder
        self.target = target
        self.limit = target.time_limit
        self.environment = dict(os.environ)
        self.caching = isinstance(target, S3)
        """Whether each object stores its own Cache-Control header."""
        self.states = (SPARE_STATE, STATE) if isinstance(target, Rclone) else (STATE,)
        """The files that say what is live, in the order in which they are written.

        S3 and SFTP replace a file at once; another kind of remote, such as WebDAV, may not.
        """
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
            raise UsageError(
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
            "SHELL_TYPE": "none",  # many web hosts allow no shell; SSH itself protects the transfer
            "SET_MODTIME": "false",  # the modification time is the time of the upload
        }
        password = os.environ.get("PUBLISH_PASSWORD")
        if password:
            options["PASS"] = _obscured(password)
        elif target.key_file:
            options["KEY_FILE"] = str((self.folder / target.key_file.expanduser()).resolve())
        else:
            options["KEY_USE_AGENT"] = "true"
        return options

    def live(self) -> LiveState:
        """Return the state of the remote."""
        broken: UsageError | None = None
        for name in reversed(self.states):
            text = self._run("cat", f"{self.root}/{name}", fine=(0, NOT_THERE)).text
            if not text:  # there is no such file, or nothing of it has arrived
                continue
            try:
                return parse_state(text, f"{self.name}/{name}")
            except UsageError as error:
                broken = broken or error
        if broken:
            raise broken
        return LiveState()

    def others(self, plan: Plan) -> Others:
        """Return the files of others.

        Only the top level is listed, and the files that the plan adds are looked for: listing a
        whole server can take very long.
        """
        listed = self._run("lsf", self.root, "--max-depth", "1", fine=(0, NOT_THERE)).text
        names = [name for name in listed.splitlines() if not PARTIAL_NAME.search(name)]
        if names and not plan.live.unpublished:
            names += self._listed("lsf", plan.added, self.root, "--recursive").text.splitlines()
        return others_of(names, plan)

    def kept(self) -> list[LiveState]:
        """Return the live release: a remote has no other, and none after an interruption."""
        return complete([self.live()])

    def fetch(self, release: Release, folder: Path) -> None:
        """Copy the files of the live release into an empty folder."""
        self._listed("copy", release.files, self.root, str(folder))

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Record what will change, upload step by step, delete, then record what is live."""
        self._say(plan.during())
        try:
            self._change(plan, tree, step)
            self._say(plan.after())
        except UsageError as error:
            raise UsageError(
                f"{error}\nThe upload is not complete. Publish again to complete it; until then, "
                "the site has some pages of the old release and some of the new one."
            ) from error

    def _change(self, plan: Plan, tree: Path, step: Step) -> None:
        resumes = bool(plan.live.dirty)
        if resumes:
            step("Continuing the publish that was interrupted")
            self._run("delete", self.root, "--include", PARTIAL, fine=(0, NOT_THERE))
        compare = ["--checksum"] if resumes and self._has_checksums() else ["--no-check-dest"]
        names = ("what pages load", "new pages", "changed pages", "feed and site map")
        for paths in plan.steps:
            what = f"Uploading {len(paths)} files ({_kind(paths, plan, names)})"
            step(what)
            for caching, group in self._by_caching(paths).items():
                with_caching = ["--header-upload", f"Cache-Control: {caching}"] if caching else []
                arguments = (str(tree), self.root, *compare, *with_caching)
                self._listed("copy", group, *arguments, report=_Report(step, what))
            self._make_readable(paths, step, new=plan.live.unpublished)
        if plan.deleted:
            step(f"Deleting {len(plan.deleted)} files")
            self._listed("delete", plan.deleted, self.root)
            self._remove_empty(plan)

    def _make_readable(self, paths: tuple[str, ...], step: Step, *, new: bool) -> None:
        if not isinstance(self.target, Sftp):
            return
        password = os.environ.get("PUBLISH_PASSWORD")
        try:
            sftp_rights.make_readable(self.target, self.folder, password, paths, root=new)
        except sftp_rights.Unchecked as error:
            step(f"Not checked whether everybody can read the files ({error}); `--verify` does")

    def _say(self, live: LiveState) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, STATE)
            file.write_text(live.text(), encoding="utf-8", newline="\n")
            for name in self.states:
                self._run("copyto", str(file), f"{self.root}/{name}", "--no-check-dest")

    def _has_checksums(self) -> bool:
        """Return whether the remote reports checksums; WebDAV, for example, does not."""
        return bool(json.loads(self._run("backend", "features", self.root).text)["Hashes"])

    def _by_caching(self, paths: Iterable[str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            address = address_of(without_sibling(path))
            groups[headers.caching_of(address) if self.caching else ""].append(path)
        return groups

    def _remove_empty(self, plan: Plan) -> None:
        """Remove empty folders, for which a server would respond with 403."""
        left = {*plan.new.files, *plan.retired}
        used = {folder for path in left for folder in PurePosixPath(path).parents}
        empty = {f for path in plan.deleted for f in PurePosixPath(path).parents} - used
        for folder in sorted(empty, reverse=True):
            self._run("rmdir", f"{self.root}/{folder}", fine=(0, 1, NOT_THERE))

    def _listed(
        self, command: str, paths: Iterable[str], *arguments: str, report: _Report | None = None
    ) -> supervised.Finished:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "files.txt")
            file.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8", newline="\n")
            return self._run(command, *arguments, "--files-from-raw", str(file), report=report)

    def _run(
        self, *arguments: str, fine: tuple[int, ...] = (0,), report: _Report | None = None
    ) -> supervised.Finished:
        report = report or _Report()
        limits = ["--timeout", f"{self.limit}s", "--contimeout", f"{min(self.limit, CONNECT)}s"]
        command = [find_program("rclone"), *arguments, *OPTIONS, *limits]
        try:
            done = supervised.run(
                command, limit=self.limit, environment=self.environment, is_progress=report
            )
        except supervised.NoProgress as error:
            raise no_progress(self.name, "rclone", self.limit, report.errors) from error
        if done.returncode not in fine:
            raise failure(self.name, "rclone", report.errors)
        return done


class _Report:
    """What rclone writes on standard error: a line of JSON each second, and one for each error."""

    def __init__(self, step: Step | None = None, what: str = "") -> None:
        self.step = step
        self.what = what
        self.before: object = None
        self.messages: list[str] = []

    @property
    def errors(self) -> str:
        """The messages of the errors, one a line."""
        return "\n".join(self.messages)

    def __call__(self, line: str) -> bool:
        """Read a line; return whether it tells of progress."""
        try:
            said = json.loads(line)
            stats, message = said.get("stats"), str(said.get("msg", ""))
        except (ValueError, AttributeError):
            stats, message = None, line  # before rclone has read its options
        if stats is None:
            self.messages.append(message.strip())
            return False
        now = {name: stats.get(name) for name in COUNTED}
        moved, self.before = now != self.before, now
        if moved and self.step:
            done, whole = (human(stats[name]) for name in ("bytes", "totalBytes"))
            self.step(f"{self.what}: {done} of {whole}")
        return moved


def _obscured(password: str) -> str:
    """Return a password as rclone's settings want it; it is passed to no command line."""
    done = subprocess.run(
        [find_program("rclone"), "obscure", "-"],
        input=password,
        capture_output=True,
        encoding="utf-8",
        timeout=OBSCURE,
        check=True,
    )
    return done.stdout.strip()


def _kind(paths: tuple[str, ...], plan: Plan, names: tuple[str, ...]) -> str:
    page = without_sibling(paths[0]).endswith(".html")
    if not page:
        return names[3] if paths == plan.steps[-1] and len(plan.steps) > 1 else names[0]
    return names[1] if paths[0] in plan.added else names[2]
