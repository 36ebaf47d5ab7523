"""GitHub Pages: a branch of a git repository."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from practice.problems import UsageError
from practice.publish.release import STATE, LiveState, Others, Plan, Release
from practice.publish.settings import GitHubPages
from practice.publish.targets.failures import failure, no_progress
from practice.publish.targets.folder import parse_state
from practice.publish.targets.target import Step, complete, not_ours, others_of
from practice.support import supervised
from practice.support.programs import find_program

ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
"""Git asks nothing, and its messages are the English ones that `failures` knows."""
COMMITS = 10
"""The number of releases that are looked for in the history of the branch."""
NO_SUCH_PATH = 128
"""Git's exit code for a path that a commit does not have."""


class Branch:
    """A branch of a git repository that GitHub Pages serves; a push changes it in one step.

    The commit is made of what git stores; the working tree and the local branches do not change.
    """

    def __init__(self, folder: Path, target: GitHubPages) -> None:
        self.folder = folder
        self.target = target
        self.name = f"{target.repository}, branch {target.branch}"

    @cached_property
    def tip(self) -> str:
        """The live commit, fetched; empty if there is no such branch."""
        remote, branch = self.target.repository, f"refs/heads/{self.target.branch}"
        if not self._git("ls-remote", remote, branch).text.strip():
            return ""
        copy = f"refs/practice/{self.target.branch}"
        self._git("fetch", "--progress", "--no-tags", remote, f"+{branch}:{copy}")
        return self._git("rev-parse", copy).text.strip()

    def live(self) -> LiveState:
        """Return the state of the remote branch."""
        if not self.tip:
            return LiveState()
        return self._state(self.tip)

    def _state(self, commit: str) -> LiveState:
        found = self._git("show", f"{commit}:{STATE}", fine=(0, NO_SUCH_PATH))
        return parse_state(found.text, STATE) if found.returncode == 0 else LiveState()

    def others(self, plan: Plan) -> Others:
        """Return the files of others in the branch."""
        return others_of(self._paths(), plan)

    def kept(self) -> list[LiveState]:
        """Return the last releases in the history of the branch."""
        return complete(state for _, state in self._history())

    def fetch(self, release: Release, folder: Path) -> None:
        """Copy the files of one of these releases into an empty folder."""
        commit = self.tip
        for found, state in self._history():
            if state.release and state.release.files == release.files:
                commit = found
        for path in release.files:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._git("show", f"{commit}:{path}").stdout)

    def _history(self) -> list[tuple[str, LiveState]]:
        """Return the last commits that published a release, oldest first, with their states."""
        if not self.tip:
            return []
        changes = ("--first-parent", f"--max-count={COMMITS}", "--diff-filter=AM", "--format=%H")
        commits = self._git("log", *changes, self.tip, "--", STATE).text.split()
        found = []
        for commit in reversed(commits):
            with suppress(UsageError):  # without a readable state, it cannot be gone back to
                found.append((commit, self._state(commit)))
        return found

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Commit the release to the branch and push it."""
        step("Making the commit")
        with tempfile.TemporaryDirectory() as place:
            commit = self._commit(plan, tree, Path(place))
        step("Pushing the branch")

        def pushing(line: str) -> bool:
            if share := re.search(r"\d+%", line):
                step(f"Pushing the branch ({share[0]})")
            return True

        branch = f"refs/heads/{self.target.branch}"
        arguments = ("push", "--progress", self.target.repository, f"{commit}:{branch}")
        self._git(*arguments, is_progress=pushing)

    def _commit(self, plan: Plan, tree: Path, place: Path) -> str:
        """Make the commit that follows the live one, and return it."""
        state, listed = place / STATE, place / "listed"
        state.write_text(plan.after().text(), encoding="utf-8", newline="\n")
        files = {**{path: tree / path for path in plan.new.files}, STATE: state}
        listed.write_text(
            "".join(f"{file.resolve()}\n" for file in files.values()),
            encoding="utf-8",
            newline="\n",
        )
        blobs = self._git("hash-object", "-w", "--no-filters", "--stdin-paths", input_file=listed)
        added = dict(zip(files, blobs.text.split(), strict=True))
        stay = {*not_ours(self._paths(), plan)[0], *plan.retired}
        nothing = "0" * len(added[STATE])
        entries = [f"0 {nothing}\t{path}" for path in self._paths() if path not in stay]
        entries += [f"100644 {blob}\t{path}" for path, blob in added.items()]
        listed.write_bytes("".join(f"{entry}\0" for entry in entries).encode("utf-8", ESCAPED))
        index = {"GIT_INDEX_FILE": str(place / "index")}
        self._git("read-tree", self.tip or "--empty", environment=index)
        self._git("update-index", "-z", "--index-info", environment=index, input_file=listed)
        made = self._git("write-tree", environment=index).text.strip()
        parent = ("-p", self.tip) if self.tip else ()
        return self._git("commit-tree", made, *parent, "-m", f"Release {plan.new.id}").text.strip()

    def _paths(self) -> list[str]:
        if not self.tip:
            return []
        listed = self._git("ls-tree", "-r", "-z", "--name-only", self.tip).stdout
        return [path.decode("utf-8", ESCAPED) for path in listed.split(b"\0") if path]

    def _git(
        self,
        *arguments: str,
        fine: tuple[int, ...] = (0,),
        environment: Mapping[str, str] | None = None,
        input_file: Path | None = None,
        is_progress: Callable[[str], bool] = bool,
    ) -> supervised.Finished:
        limit = self.target.time_limit
        try:
            done = supervised.run(
                [find_program("git"), *arguments],
                limit=limit,
                cwd=self.folder,
                environment={**os.environ, **ENVIRONMENT, **(environment or {})},
                input_file=input_file,
                is_progress=is_progress,
            )
        except supervised.NoProgress as error:
            raise no_progress(self.name, "git", limit, error.stderr) from error
        if done.returncode not in fine:
            raise failure(self.name, "git", done.stderr)
        return done


ESCAPED = "surrogateescape"
"""How names that are not UTF-8 are kept: as the bytes that they are."""
