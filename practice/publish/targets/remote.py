"""Remote targets that rclone reaches: SFTP, S3, and every other kind of rclone remote."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from practice.hosting import headers
from practice.problems import UsageError
from practice.publish.release import STATE, LiveState, Plan, address_of, without_sibling
from practice.publish.settings import (
    S3,
    AnyTarget,
    Rclone,
    Sftp,
)
from practice.publish.targets.folder import parse_state
from practice.publish.targets.target import Step
from practice.support.programs import find_program

REMOTE = "practice"
"""The name of the rclone remote, which exists only in rclone's environment."""
NOT_THERE = 3
"""Rclone's exit code for a folder that does not exist (https://rclone.org/docs/#exit-code)."""
PARTIAL = r"{{.*\.[0-9a-f]{8}\.partial}}"
"""An rclone filter for the partial files of an interrupted upload."""


class Remote:
    """An rclone remote. Secrets are passed through the environment only."""

    def __init__(self, folder: Path, target: AnyTarget) -> None:
        self.folder = folder
        self.environment = dict(os.environ)
        self.caching = isinstance(target, S3)
        """Whether each object stores its own Cache-Control header."""
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
            options["PASS"] = self._run("obscure", "-", text=password).stdout.strip()
        elif target.key_file:
            options["KEY_FILE"] = str((self.folder / target.key_file.expanduser()).resolve())
        else:
            options["KEY_USE_AGENT"] = "true"
        return options

    def live(self) -> LiveState:
        """Return the state of the remote."""
        text = self._run("cat", f"{self.root}/{STATE}", fine=(0, NOT_THERE)).stdout
        return parse_state(text, f"{self.name}/{STATE}") if text else LiveState()

    def foreign(self) -> int:
        """Return the number of top-level entries, if nothing was published here yet."""
        listed = self._run("lsf", self.root, "--max-depth", "1", fine=(0, NOT_THERE)).stdout
        names = listed.splitlines()
        return 0 if STATE in names else len(names)

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Record what will change, upload step by step, delete, then record what is live."""
        resumes = bool(plan.live.dirty)
        self._say(plan.during())
        if resumes:
            step("Continuing the publish that was interrupted")
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

    def _say(self, live: LiveState) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, STATE)
            file.write_text(live.text(), encoding="utf-8", newline="\n")
            self._run("copyto", str(file), f"{self.root}/{STATE}", "--no-check-dest")

    def _has_checksums(self) -> bool:
        """Return whether the remote reports checksums; WebDAV, for example, does not."""
        return bool(json.loads(self._run("backend", "features", self.root).stdout)["Hashes"])

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

    def _listed(self, command: str, paths: Iterable[str], *arguments: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "files.txt")
            file.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8", newline="\n")
            self._run(command, *arguments, "--files-from-raw", str(file))

    def _run(
        self, *arguments: str, text: str | None = None, fine: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        command = [find_program("rclone"), *arguments, "--log-level", "ERROR", "--transfers", "8"]
        done = subprocess.run(
            command,
            env=self.environment,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode not in fine:
            last = done.stderr.strip().split("\n")[-1]
            raise UsageError(f"rclone could not {arguments[0]} at {self.name}: {last}")
        return done


def _kind(paths: tuple[str, ...], plan: Plan, names: tuple[str, ...]) -> str:
    page = without_sibling(paths[0]).endswith(".html")
    if not page:
        return names[3] if paths == plan.steps[-1] and len(plan.steps) > 1 else names[0]
    return names[1] if paths[0] in plan.added else names[2]
