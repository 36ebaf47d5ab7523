"""Going back: from a new copy, after an interruption, with other settings, with damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import publishing
import pytest
from targets import place_of

from practice.problems import UsageError
from practice.publish.history import FOLDER
from practice.publish.messages import history_in_words
from practice.publish.publish import Options, releases, rollback
from practice.publish.release import STATE, LiveState, plan

SAYS_NOTHING = publishing.publishing.Console(
    lambda _: None, lambda _: None, lambda _: True, lambda _: False
)


def project(folder: Path, **target) -> publishing.Project:
    return publishing.Project(folder).to(
        **{"to": "folder", "path": "../www", "host": "nginx", **target}
    )


def two_releases(made: publishing.Project) -> tuple[str, str]:
    """Publish a post, then give it up; return the ids of both releases."""
    made.post("given-up")
    first = made.publish().plan.new.id
    (made.content / "posts" / "given-up.md").unlink()
    made.write("redirects.yaml", "/blog/given-up/: gone\n/old/: /team/\n")
    return first, made.publish().plan.new.id


def live(made: publishing.Project) -> str:
    return releases(made.settings)[1].release.id


def server_text(made: publishing.Project, name: str = "nginx-server.conf") -> str:
    return (made.folder / FOLDER / "server" / name).read_text("utf-8")


def test_a_new_copy_lists_and_brings_back_what_the_target_keeps(tmp_path):
    first, second = two_releases(project(tmp_path / "one"))
    new = project(tmp_path / "two")
    text = history_in_words(*releases(new.settings))
    assert {line[:2] for line in text.split("\n")} >= {"*+", " +"}
    assert first in text
    assert second in text
    new.rollback()
    assert live(new) == first
    assert "given-up" not in server_text(new)
    new.rollback(to=second)
    assert live(new) == second
    assert "given-up" in server_text(new)
    assert "/old/" in server_text(new)


@pytest.mark.parametrize(("kind", "steps"), [("symlink", 1), ("github", 2)])
def test_a_target_that_keeps_releases_gives_them_to_any_copy(kind, steps, tmp_path, monkeypatch):
    """A linked folder has room for three releases, and a rollback takes one of them."""
    with place_of(kind, tmp_path, monkeypatch) as place:
        sites = []
        for number in range(3):
            tree = publishing.small_site(tmp_path / "tree", number)
            publishing.deliver(place.settings, tree)
            sites.append(publishing.tree_of(tree))
        for expected in (sites[1], sites[0])[:steps]:
            assert rollback(Options(), SAYS_NOTHING, file=place.settings).done
            files = place.files()
            assert {path: files[path] for path in expected} == expected
        with pytest.raises(UsageError, match="no release from before"):
            rollback(Options(), SAYS_NOTHING, file=place.settings)


@pytest.mark.parametrize("kind", ["rename", "s3", "sftp"])
def test_a_target_that_keeps_one_release_says_where_others_may_be(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        publishing.deliver(place.settings, publishing.small_site(tmp_path / "tree", 1))
        before = place.files()
        [entry] = releases(place.settings)[0]
        assert entry.only_at_target
        with pytest.raises(UsageError, match="on the computer that has published it"):
            rollback(Options(), SAYS_NOTHING, file=place.settings)
        assert place.files() == before


def test_a_target_without_a_release(tmp_path):
    made = project(tmp_path / "one")
    assert releases(made.settings) == ([], LiveState())
    with pytest.raises(UsageError, match="nothing has been published"):
        made.rollback()


def test_what_another_copy_has_published_goes_back_with_its_redirects(tmp_path):
    one = project(tmp_path / "one", by="rename")
    one.post("same")
    one.write("redirects.yaml", "/was/: /team/\n")
    one.publish()
    two = project(tmp_path / "two", by="rename")
    two.post("same")
    two.write("redirects.yaml", "/was/: gone\n/other/: /team/\n")
    two.publish(yes=True)
    assert "/other/" in server_text(two)
    two.rollback()
    assert server_text(two) == server_text(one)
    assert any("reload nginx" in line for line in two.said)


def test_the_settings_are_made_anew_for_another_kind_of_server(tmp_path):
    made = project(tmp_path / "one")
    two_releases(made)
    made.to(to="folder", path="../www", host="caddy")
    made.rollback()
    assert "given-up" not in server_text(made, "Caddyfile.site")
    assert any("reload Caddy" in line for line in made.said)


def test_redirects_that_are_not_known_are_said(tmp_path):
    """As where an earlier version of the program has published."""
    two_releases(project(tmp_path / "one"))
    for state in (tmp_path / ".www.releases").glob(f"*/{STATE}"):
        data = json.loads(state.read_text("utf-8"))
        del data["redirects"], data["by"], data["back"]
        state.write_text(json.dumps(data), "utf-8")
    new = project(tmp_path / "two")
    new.rollback()
    assert any("redirects of release" in line and "not known" in line for line in new.said)


@pytest.mark.parametrize(
    "hostile",
    [
        {"/x/\n; location / { return 200; }": None},
        {"/x/": 'https://example.org/";}'},
        {"/../../x": "/team/"},
        {"x": 5},
    ],
    ids=str,
)
def test_a_state_that_others_have_changed_writes_no_settings(tmp_path, hostile):
    two_releases(project(tmp_path / "one"))
    for state in (tmp_path / ".www.releases").glob(f"*/{STATE}"):
        data = json.loads(state.read_text("utf-8")) | {"redirects": hostile}
        state.write_text(json.dumps(data), "utf-8")
    new = project(tmp_path / "two")
    new.rollback()
    assert not (new.folder / FOLDER / "server").exists()
    assert any("not known" in line for line in new.said)


def test_a_release_of_another_target_is_not_the_previous_one(tmp_path):
    made = project(tmp_path / "one")
    made.post("first")
    first = made.publish().plan.new.id
    made.to(to="folder", path="../trial", host="nginx")
    made.post("trial")
    made.publish()
    made.to(to="folder", path="../www", host="nginx")
    made.post("second")
    made.publish()
    made.rollback()
    assert live(made) == first


def test_after_an_interrupted_upload_the_last_complete_release_comes_back(tmp_path, monkeypatch):
    with place_of("s3", tmp_path, monkeypatch) as place:
        made = publishing.Project(tmp_path / "one").to(**place.publish)
        two_releases(made)
        complete = live(made)
        files = place.files()
        before = {path: files[path] for path in place.live().release.files}
        made.post("coming")
        target = place.target()
        new = publishing.release.of_folder(publishing.small_site(tmp_path / "tree", 1))
        target._say(plan(target.live(), new).during())
        (place.served / "index.html").write_text("half of it", "utf-8")
        made.rollback()
        assert live(made) == complete
        assert {path: place.files()[path] for path in before} == before


@pytest.mark.parametrize("damage", ["changed", "cut", "missing"])
@pytest.mark.parametrize("by", ["symlink", "rename"])
def test_damaged_files_never_go_live(tmp_path, damage, by):
    """The linked folder still has them; elsewhere the release cannot be brought back."""
    made = project(tmp_path / "one", by=by)
    first, second = two_releases(made)
    for file in (made.folder / FOLDER / "objects").rglob("*"):
        if file.is_file() and damage == "missing":
            file.unlink()
        elif file.is_file():
            file.write_bytes(file.read_bytes()[1:] + (b"x" if damage == "changed" else b""))
    if by == "symlink":
        made.rollback()
        assert live(made) == first
        assert publishing.release.of_folder(tmp_path / "www").files.items() >= (
            releases(made.settings)[1].release.files.items()
        )
    else:
        with pytest.raises(UsageError, match="damaged"):
            made.rollback()
        assert live(made) == second


@pytest.mark.parametrize("text", ["{", "[]", "5", '[{"id": 5}]', '{"a": 1}'])
def test_a_history_that_cannot_be_read_says_what_to_do(tmp_path, text):
    made = project(tmp_path / "one")
    made.publish()
    file = made.folder / FOLDER / "history.json"
    file.write_text(text, "utf-8")
    if text == "[]":  # an empty history
        assert [line.only_at_target for line in releases(made.settings)[0]] == [True]
    else:
        with pytest.raises(UsageError, match=r"history\.json.* rename it"):
            releases(made.settings)


def test_a_publish_that_ended_before_it_was_recorded_is_recorded_by_the_next(tmp_path):
    made = project(tmp_path / "one")
    made.publish()
    (made.folder / FOLDER / "history.json").unlink()
    assert made.publish().plan.nothing
    [entry] = releases(made.settings)[0]
    assert not entry.only_at_target


def test_a_rollback_keeps_the_list_of_packages(tmp_path):
    made = project(tmp_path / "one")
    two_releases(made)
    bill = made.folder / FOLDER / "sbom.cdx.json"
    bill.write_text("{}", "utf-8")
    made.rollback()
    assert bill.is_file()
