"""Publishing asks before it replaces a release that is newer, or made from other texts."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from pathlib import Path

import publishing
import pytest
import tools

from practice.problems import ProblemsFound, UsageError
from practice.publish import commits
from practice.publish.messages import history_in_words
from practice.publish.publish import releases
from practice.publish.release import STATE
from practice.publish.targets.remote import Remote


@pytest.fixture
def git(tmp_path):
    """Run git in a folder."""
    program = tools.required("git")

    def run(folder: Path, *arguments: str) -> str:
        name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        command = [program, *name, *arguments]
        done = subprocess.run(
            command, cwd=folder, check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout.strip()

    assert tmp_path.is_dir()
    return run


@pytest.fixture
def project(tmp_path, git):
    """A practice in a repository, whose site goes to a folder beside it."""
    folder = tmp_path / "one"
    made = publishing.Project(folder).to(to="folder", path="../www", host="nginx")
    (folder / ".gitignore").write_text(".releases\n", "utf-8")
    git(folder, "init", "--quiet")
    commit(git, made)
    return made


def commit(git, project) -> str:
    git(project.folder, "add", "--all")
    git(project.folder, "commit", "--quiet", "--allow-empty", "--message", "Texts")
    return git(project.folder, "rev-parse", "HEAD")


def copy_of(project, name: str, git) -> publishing.Project:
    """A second clone, as on another computer."""
    folder = project.folder.parent / name
    git(project.folder.parent, "clone", "--quiet", str(project.folder), str(folder))
    other = object.__new__(publishing.Project)
    other.__dict__ |= vars(project) | {"folder": folder, "content": folder / "content", "said": []}
    return other.to(to="folder", path="../www", host="nginx")


def refused(project, **options) -> list[str]:
    with pytest.raises(ProblemsFound) as error:
        project.publish(**options)
    [problem] = error.value.problems
    assert (problem.path, problem.code) == ("publishconf.py", "live-newer")
    assert problem.line > 1
    assert "--yes" in problem.hint
    return [problem.message, problem.hint]


def test_the_state_says_what_is_live(project, git):
    project.write("redirects.yaml", "/old page/: /team/\n/over/: gone\n")
    commit(git, project)
    project.publish()
    live = json.loads((project.folder / "../www" / STATE).read_text("utf-8"))
    assert live["release"]["commit"] == git(project.folder, "rev-parse", "HEAD")
    assert live["when"].startswith("2026-11-01T12:00:00")
    assert live["by"] == platform.node()
    assert live["redirects"] == {"/old%20page/": "/team/", "/over/": None}


def test_a_copy_that_is_behind_does_not_replace_newer_texts(project, git):
    behind = copy_of(project, "two", git)
    git(behind.folder, "fetch", "--quiet")
    project.post("newer")
    commit(git, project)
    project.publish()
    behind.post("older")
    behind.write("redirects.yaml", "/blog/newer/: gone\n")
    message, hint = refused(behind)
    assert "not published from this copy" in message
    assert "git pull" in hint
    git(behind.folder, "fetch", "--quiet")
    assert "newer texts than this copy has" in refused(behind)[0]
    commit(git, behind)
    assert "texts that this copy does not have" in refused(behind)[0]
    assert behind.publish(yes=True).done


def test_a_copy_that_is_ahead_publishes(project, git):
    project.publish()
    ahead = copy_of(project, "two", git)
    ahead.post("newer")
    commit(git, ahead)
    assert ahead.publish().done


def test_an_older_commit_of_the_same_copy_asks(project, git):
    first = git(project.folder, "rev-parse", "HEAD")
    project.post("newer")
    commit(git, project)
    project.publish()
    git(project.folder, "checkout", "--quiet", first)
    project.write("redirects.yaml", "/blog/newer/: gone\n")
    assert "newer texts than this copy has" in refused(project)[0]


def test_without_git_the_history_of_the_computer_decides(tmp_path):
    one = publishing.Project(tmp_path / "one").to(to="folder", path="../www", host="nginx")
    one.publish()
    one.post("newer")
    assert one.publish().done
    other = publishing.Project(tmp_path / "two").to(to="folder", path="../www", host="nginx")
    other.write("redirects.yaml", "/blog/newer/: gone\n")
    assert "not published from this copy" in refused(other)[0]
    assert other.publish(yes=True).done
    assert other.publish().plan.nothing


@pytest.mark.parametrize("commit", ["", "0" * 40, "no commit", "--help"])
def test_a_commit_that_git_does_not_know(project, commit):
    assert commits.relation(project.folder, commit) == "unknown"


def test_a_folder_without_git(tmp_path):
    shutil.rmtree(tmp_path / ".git", ignore_errors=True)
    assert commits.relation(tmp_path, "0" * 40) == "unknown"
    assert commits.commit_of(tmp_path) == ""


@pytest.mark.parametrize("by", ["symlink", "rename"])
def test_a_new_copy_can_list_and_bring_back_what_was_live(tmp_path, by):
    """What another copy has published is stored before it is replaced."""
    one = publishing.Project(tmp_path / "one").to(to="folder", path="../www", by=by)
    one.post("newer")
    one.publish()
    before = publishing.tree_of(tmp_path / "www")
    two = publishing.Project(tmp_path / "two").to(to="folder", path="../www", by=by)
    history, live = releases(two.settings)
    said = history_in_words(history, live)
    [entry] = history
    assert entry.only_at_target
    assert f"Live now: release {live.release.id}, published 2026-11-01T12:00:00+00:00 by" in said
    two.write("redirects.yaml", "/blog/newer/: gone\n")
    two.publish(yes=True)
    history, live = releases(two.settings)
    assert [line.id for line in history] == [history[0].id, live.release.id]
    two.rollback()
    after = publishing.tree_of(tmp_path / "www")
    assert {path: after[path] for path in before} == before


def test_what_cannot_be_stored_is_said(tmp_path):
    one = publishing.Project(tmp_path / "one").to(to="folder", path="../www")
    one.publish()
    page = tmp_path / "www" / "index.html"
    page.write_text(page.read_text("utf-8") + "<!-- changed by hand -->", "utf-8")
    two = publishing.Project(tmp_path / "two").to(to="folder", path="../www")
    two.post("newer")
    assert two.publish(yes=True).done
    assert any("no way back" in line and "have changed" in line for line in two.said)


def test_what_is_live_already_needs_no_yes(tmp_path):
    publishing.Project(tmp_path / "one").to(to="folder", path="../www").publish()
    two = publishing.Project(tmp_path / "two").to(to="folder", path="../www")
    assert two.publish().plan.nothing
    two.post("newer")
    assert two.publish().done


def test_in_a_terminal_a_yes_replaces_what_is_live(tmp_path):
    one = publishing.Project(tmp_path / "one").to(to="folder", path="../www")
    one.publish()
    two = publishing.Project(tmp_path / "two").to(to="folder", path="../www")
    two.post("newer")
    assert "not published from this copy" in refused(two)[0]
    assert two.publish(offer=True).done


def test_an_upload_of_another_copy_that_was_interrupted_asks(tmp_path, monkeypatch):
    monkeypatch.setenv("RCLONE_CONFIG_DISK_TYPE", "local")

    def copy(name: str) -> publishing.Project:
        made = publishing.Project(tmp_path / name)
        return made.to(to="rclone", remote=f"disk:{tmp_path / 'www'}", host="nginx")

    def cut(*_):
        raise UsageError("the connection was lost")

    one = copy("one")
    one.publish()
    two = copy("two")
    assert two.publish().plan.nothing
    one.post("newer")
    with monkeypatch.context() as patch:
        patch.setattr(platform, "node", lambda: "reception-pc")
        patch.setattr(Remote, "_change", cut)
        with pytest.raises(UsageError, match="connection was lost"):
            one.publish()
    two.post("older")
    with pytest.raises(ProblemsFound) as error:
        two.publish()
    [problem] = error.value.problems
    assert problem.code == "upload-unfinished"
    assert "`reception-pc` began to upload release" in problem.message
    assert "publish again from that computer" in problem.hint
    assert two.publish(dry_run=True, yes=True).plan.live.upload
    assert one.publish().done  # its own upload needs no question
    assert one.publish().plan.live.upload is None
