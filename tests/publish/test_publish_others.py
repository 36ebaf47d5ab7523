"""Files that were not published from here stay, and what is published can be read by everyone."""

from __future__ import annotations

import os
import shutil
import stat

import paramiko
import publishing
import pytest
import servers
from publishing import deliver, small_site, tree_of
from targets import git, place_of

from practice.problems import ProblemsFound, UsageError
from practice.publish import release
from practice.publish.messages import plan_in_words
from practice.publish.settings import load
from practice.publish.targets import choose, github, remote, sftp_rights

KINDS = ["symlink", "rename", "ready", "s3", "sftp", "openssh", "webdav", "github"]
FOLDERS = ["symlink", "rename", "ready"]
REMOTES = ["s3", "sftp", "webdav"]
THEIRS = {
    "CNAME": "www.practice-site.org",
    "google1234.html": "google-site-verification: google1234.html",
    ".well-known/acme-challenge/token": "token",
    ".htaccess": "Require all granted",
    "posts/an old letter.txt": "dear",
}


def put(place, files: dict[str, str]) -> None:
    """Put files at a target as somebody else does, who uses no command of ours."""
    folder = place.settings.parent / "theirs"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    target = choose.of(load(place.settings))
    if isinstance(target, remote.Remote):  # its server would not see at once what lies on the disk
        target._run("copy", str(folder), target.root)
    elif isinstance(target, github.Branch):
        git(folder, "init", "-q", "-b", "gh-pages")
        for name, value in {"user.name": "B", "user.email": "b@practice-site.org"}.items():
            git(folder, "config", name, value)
        git(folder, "remote", "add", "origin", str(place.served))
        git(folder, "fetch", "-q", "origin", "gh-pages")
        git(folder, "reset", "-q", "--mixed", "origin/gh-pages")
        git(folder, "add", "--ignore-removal", ".")
        git(folder, "commit", "-q", "-m", "Theirs")
        git(folder, "push", "-q", "origin", "gh-pages")
    else:
        shutil.copytree(folder, place.served, dirs_exist_ok=True)


def plan_for(place, tree):
    """The plan for a tree, and the files of others at the target."""
    target = choose.of(load(place.settings))
    made = release.plan(target.live(), release.of_folder(tree))
    return made, target.others(made)


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_others_stay_and_are_named(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        deliver(place.settings, small_site(tmp_path / "tree", 1, lose=True))
        put(place, THEIRS)
        for number in (2, 3, 1):
            tree = small_site(tmp_path / "tree", number, lose=True)
            made, others = plan_for(place, tree)
            assert others.replaced == ()
            named = {"CNAME", "google1234.html", ".well-known/", ".htaccess"}
            assert named <= set(others.stay)
            # A remote is listed only at its top level.
            assert set(others.stay) <= named | {"posts/an old letter.txt"}
            assert "left as they are: `.htaccess`, `.well-known/`, " in plan_in_words(
                made, "here", others
            )
            deliver(place.settings, tree)
            files = place.files()
            assert {path: files[path].decode() for path in THEIRS} == THEIRS
            assert tree_of(tree).items() <= files.items()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_others_that_would_be_replaced_is_named(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        put(place, {"CNAME": "theirs", "files/map.pdf": "theirs"})
        tree = small_site(tmp_path / "tree", 2)
        for path in ("CNAME", "files/map.pdf"):
            (tree / path).parent.mkdir(exist_ok=True)
            (tree / path).write_text("ours")
        made, others = plan_for(place, tree)
        assert others.replaced == ("CNAME", "files/map.pdf")
        assert "replaced: `CNAME`, `files/map.pdf`" in plan_in_words(made, "here", others)
        deliver(place.settings, tree)
        assert place.files()["CNAME"] == b"ours"
        assert plan_for(place, small_site(tmp_path / "tree", 3))[1] == release.Others()


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_file_in_the_place_of_a_folder_is_named(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        put(place, {"team": "a file", "fees.html/a": "in a folder"})
        tree = small_site(tmp_path / "tree", 1)
        (tree / "team").mkdir()
        (tree / "team" / "index.html").write_text("a page")
        (tree / "fees.html").write_text("a page")
        assert plan_for(place, tree)[1].replaced == ("fees.html/a", "team")
        deliver(place.settings, tree)
        assert (place.served / "team" / "index.html").read_text() == "a page"
        assert (place.served / "fees.html").read_text() == "a page"


@pytest.mark.parametrize("kind", FOLDERS)
def test_links_empty_folders_and_rights_of_others_stay(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        (tmp_path / "uploads").mkdir()
        (place.served / "uploads").symlink_to(tmp_path / "uploads")
        (place.served / "empty").mkdir()
        (place.served / "private").mkdir()
        (place.served / "private" / "list.txt").write_text("a list")
        (place.served / "private" / "list.txt").chmod(0o600)
        (place.served / "private").chmod(0o710)
        deliver(place.settings, small_site(tmp_path / "tree", 2))
        assert (place.served / "uploads").readlink() == tmp_path / "uploads"
        assert (place.served / "empty").is_dir()
        assert stat.S_IMODE((place.served / "private" / "list.txt").stat().st_mode) == 0o600
        assert stat.S_IMODE((place.served / "private").stat().st_mode) == 0o710


@pytest.mark.parametrize("kind", REMOTES)
def test_the_first_publish_among_files_of_others_is_known(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        put(place, {"theirs/letter.txt": "dear", "index.html": "their page"})
        made, others = plan_for(place, small_site(tmp_path / "tree", 1))
        assert made.live.unpublished
        assert others == release.Others(("theirs/",), ("index.html",))


def test_publishing_asks_before_it_replaces_a_file_of_others(tmp_path):
    project = publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")
    project.publish()
    (tmp_path / "www" / "CNAME").write_text("www.practice-site.org")
    (tmp_path / "www" / ".htaccess").write_text("theirs")
    project.post("one-more")
    project.publish()
    assert any("left as they are: `.htaccess`, `CNAME`" in text for text in project.said)
    project.to(to="folder", path="www", host="apache")
    with pytest.raises(ProblemsFound, match=r"target-foreign .* replaced: `\.htaccess`"):
        project.publish()
    assert (tmp_path / "www" / ".htaccess").read_text() == "theirs"
    assert project.publish(yes=True).done
    assert (tmp_path / "www" / ".htaccess").read_text() != "theirs"
    project.rollback()
    assert (tmp_path / "www" / "CNAME").read_text() == "www.practice-site.org"


def test_a_link_to_a_folder_of_others_is_left_alone(tmp_path, monkeypatch):
    with place_of("symlink", tmp_path, monkeypatch) as place:
        (tmp_path / "theirs").mkdir()
        (tmp_path / "theirs" / "index.html").write_text("dear")
        place.served.symlink_to("theirs")
        with pytest.raises(UsageError, match="move it away"):
            place.live()


# --- Rights ---


def modes(folder) -> dict[str, str]:
    """Everything at or below a folder that not everyone can read, with its mode."""
    return {
        str(path): oct(mode)
        for path in (folder, *folder.parents, *folder.rglob("*"))
        if (mode := stat.S_IMODE(path.stat().st_mode)) != (0o755 if path.is_dir() else 0o644)
        and path.is_relative_to(folder.parent)
    }


@pytest.fixture
def private_umask():
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("private_umask")
@pytest.mark.parametrize("kind", ["symlink", "rename"])
def test_everyone_can_read_the_site_whatever_the_umask_and_the_way_back(kind, tmp_path):
    project = publishing.Project(tmp_path)
    project.to(to="folder", path="srv/web/www", by=kind, host="nginx")
    tmp_path.joinpath("srv").mkdir()
    tmp_path.joinpath("srv").chmod(0o711)
    www = tmp_path / "srv" / "web" / "www"
    for name in ("one", "two"):
        project.post(name)
        project.publish()
        assert modes(www.resolve()) == {}
    project.rollback()
    assert modes(www.resolve()) == {}
    assert modes(www.parent) == {str(www.parent.parent): "0o711"}  # it was there before
    with servers.nginx(tmp_path / "nginx", www) as address:
        answer = publishing.Readers(address)
        assert answer._get("/blog/one/")
        assert answer.bad == []


@pytest.mark.usefixtures("private_umask")
def test_everyone_can_read_a_folder_that_is_ready(tmp_path, monkeypatch):
    with place_of("ready", tmp_path, monkeypatch) as place:
        for number in (1, 2):
            deliver(place.settings, small_site(tmp_path / "tree", number))
            assert modes(place.served) == {str(tmp_path): "0o700"}


@pytest.mark.usefixtures("private_umask")
def test_everyone_can_read_what_rclone_writes_on_this_computer(tmp_path, monkeypatch):
    with place_of("webdav", tmp_path, monkeypatch) as place:
        place.change(to="rclone", remote=f"disk:{tmp_path}/disk")
        monkeypatch.setenv("RCLONE_CONFIG_DISK_TYPE", "local")
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        assert modes(tmp_path / "disk") == {str(tmp_path): "0o700"}


def test_everyone_can_read_what_a_server_with_sftp_would_keep_private(tmp_path, monkeypatch):
    with place_of("private openssh", tmp_path, monkeypatch) as place:
        place.served.chmod(0o700)
        for number in (1, 2, 3):
            deliver(place.settings, small_site(tmp_path / "tree", number, lose=True))
            closed = modes(place.served)
            del closed[str(place.served / release.STATE)]  # nobody asks for it
            assert {path for path in closed if path.startswith(str(place.served))} == set()


def test_a_server_that_lets_no_rights_be_changed_is_told(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(paramiko.SFTPClient, "chmod", refused)
    tree = small_site(tmp_path / "tree", 1)
    with place_of("private openssh", tmp_path, monkeypatch) as place:
        target = place.target()
        plan = release.plan(target.live(), release.of_folder(tree))
        with pytest.raises(UsageError, match="ask your host for a umask of 022"):
            target.deliver(plan, tree, lambda _: None)


def test_rights_that_cannot_be_checked_are_said(tmp_path, monkeypatch):
    def refused(*_):
        raise paramiko.SSHException("no such cipher")

    monkeypatch.setattr(sftp_rights, "_connected", refused)
    said = []
    with place_of("openssh", tmp_path, monkeypatch) as place:
        tree = small_site(tmp_path / "tree", 1)
        target = place.target()
        target.deliver(release.plan(target.live(), release.of_folder(tree)), tree, said.append)
        assert place.live().release == release.of_folder(tree)
    assert any(
        "Not checked whether everybody can read the files (no such cipher)" in s for s in said
    )
