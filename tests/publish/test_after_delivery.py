"""What fails when a release is live already: it is said so, and the rest is done all the same."""

from __future__ import annotations

import errno

import publishing
import pytest

from practice.publish import publish as module
from practice.publish.history import History
from practice.publish.publish import ProblemsLive
from practice.publish.release import STATE


@pytest.fixture
def project(tmp_path):
    return publishing.Project(tmp_path / "one").to(to="folder", path="../www", host="nginx")


def full(*_args, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


def problem_of(call):
    """The one problem of a release that is live."""
    with pytest.raises(ProblemsLive) as error:
        call()
    assert error.value.outcome.done
    [problem] = error.value.problems
    return problem


def live_of(project) -> str:
    return (project.folder / "../www" / STATE).read_text("utf-8")


def test_a_release_that_cannot_be_recorded_is_live(project, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(History, "add", full)
        problem = problem_of(project.publish)
    assert (problem.code, problem.path) == ("live-unfinished", ".releases")
    assert problem.message == "the release could not be recorded: No space left on device"
    assert problem.hint.endswith("then publish again")
    assert "New settings for your web server" in "\n".join(project.said)  # it went on
    assert History(project.folder).entries == []
    assert project.publish().plan.nothing
    [entry] = History(project.folder).entries
    assert entry.id in live_of(project)


def test_server_settings_that_cannot_be_written_are_said(project):
    place = project.folder / ".releases" / "server"
    place.parent.mkdir()
    place.write_text("in the way", "utf-8")
    problem = problem_of(project.publish)
    assert problem.message.startswith("the settings for the web server could not be written: ")
    assert len(History(project.folder).entries) == 1
    place.unlink()
    assert project.publish().plan.nothing
    assert (place / "nginx-server.conf").is_file()


def test_a_fault_of_the_program_is_no_failed_publish(project, monkeypatch):
    monkeypatch.setattr(module, "write_bill", lambda *_: 1 // 0)
    assert problem_of(project.publish).code == "program-fault"
    assert len(History(project.folder).entries) == 1


def test_going_back_that_cannot_be_recorded_is_live(project, monkeypatch):
    first = project.publish().plan.new
    project.post("newer")
    project.publish()
    with monkeypatch.context() as patch:
        patch.setattr(History, "add", full)
        problem = problem_of(project.rollback)
    assert problem.hint.endswith(f"rollback --to {first.id}`")
    assert first.id in live_of(project)
    project.rollback(first.id)
    assert [line.back for line in History(project.folder).entries] == [False, False, True]


def test_links_at_the_names_of_our_files_are_not_followed(project, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    project.publish()
    folder = project.folder / ".releases"
    names = ("server/nginx-server.conf", "sbom.cdx.json", "history.json", ".history.json.part")
    for number, name in enumerate(names, 1):
        text = (folder / name).read_bytes() if (folder / name).exists() else b""
        (folder / name).unlink(missing_ok=True)
        victim.write_bytes(text)  # what is there can be read, so that nothing else stops it
        (folder / name).symlink_to(victim)
        lines = [f"/old-{old}/: /team/\n" for old in range(number)]
        project.write("redirects.yaml", "".join(lines))
        project.publish(yes=True)
        assert victim.read_bytes() == text, name


def test_each_settings_file_has_server_settings_of_its_own(project):
    project.post("a-page")
    project.publish()
    ours = project.folder / ".releases" / "server" / "nginx-server.conf"
    before = ours.read_text("utf-8")
    trial = project.folder / "trialconf.py"
    text = project.settings.read_text("utf-8").replace("../www", "../trial")
    trial.write_text(text.replace("clinic.practice-site.org", "trial.practice-site.org"), "utf-8")
    project.write("redirects.yaml", "/old/: /team/\n")
    module.publish(module.Options(), project.talk(), trial)
    assert ours.read_text("utf-8") == before
    other = project.folder / ".releases" / "server-trialconf" / "nginx-server.conf"
    texts = [file.read_text("utf-8") for file in other.parent.iterdir()]
    assert "/old/" in "".join(texts)
