"""GitHub Pages: a branch of a git repository."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from practice.problems import UsageError
from practice.publish.release import STATE, LiveState, Plan
from practice.publish.settings import (
    GitHubPages,
)
from practice.publish.targets.folder import fill_folder, parse_state
from practice.publish.targets.target import Step
from practice.support.programs import find_program


class Branch:
    """A branch of a git repository that GitHub Pages serves; a push changes it in one step."""

    def __init__(self, folder: Path, target: GitHubPages) -> None:
        self.folder = folder
        self.target = target
        self.name = f"{target.repository}, branch {target.branch}"

    def live(self) -> LiveState:
        """Return the state of the remote branch."""
        remote, branch = self.target.repository, self.target.branch
        listed = self._git("ls-remote", "--exit-code", remote, f"refs/heads/{branch}", fine=(0, 2))
        if listed.returncode:
            return LiveState()
        self._git(
            "fetch", "--quiet", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
        )
        found = self._git("show", f"refs/remotes/{remote}/{branch}:{STATE}", fine=(0, 128))
        return parse_state(found.stdout, STATE) if found.returncode == 0 else LiveState()

    def foreign(self) -> int:
        """Return the number of files in a branch that was not published from here."""
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
            whole = fill_folder(Path(folder, "site"), plan, tree, Path(folder, "none"))
            for path in plan.retired:
                file = whole / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self._blob(path))
            step("Pushing the branch")
            done = subprocess.run(
                [
                    *(find_program("ghp-import"), "--no-jekyll", "--push"),
                    *("--remote", self.target.repository, "--branch", self.target.branch),
                    *("--message", f"Release {plan.new.id}", str(whole)),
                ],
                cwd=self.folder,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        if done.returncode:
            raise UsageError(f"the branch could not be pushed: {done.stderr.strip()}")

    def _blob(self, path: str) -> bytes:
        ref = f"refs/remotes/{self.target.repository}/{self.target.branch}"
        return subprocess.run(
            [find_program("git"), "show", f"{ref}:{path}"],
            cwd=self.folder,
            capture_output=True,
            check=True,
        ).stdout

    def _git(
        self, *arguments: str, fine: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [find_program("git"), *arguments],
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode not in fine:
            raise UsageError(f"git {arguments[0]}: {done.stderr.strip()}")
        return done
