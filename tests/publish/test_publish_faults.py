"""Every fault of a line or a server ends in a message, and the next publish ends right.

Not tested here: kills at any moment (`test_publish_targets.py`).
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys

import pytest
import servers
from publishing import deliver, small_site, tree_of
from targets import git, place_of

from practice.problems import UsageError
from practice.publish import release
from practice.support import files

DAV = "RCLONE_CONFIG_DAV_URL"
PORTS = {
    "s3": lambda place, port: place.change(endpoint=f"http://127.0.0.1:{port}"),
    "sftp": lambda place, port: place.change(port=port),
    "openssh": lambda place, port: place.change(port=port),
    "webdav": lambda _, port: os.environ.update({DAV: f"http://127.0.0.1:{port}"}),
    "github": lambda place, port: git(
        place.settings.parent, "remote", "set-url", "origin", f"git://127.0.0.1:{port}/served"
    ),
}
"""How the settings of each kind of target name another port."""
LIMIT = 3
"""Seconds without progress that these tests wait."""


def port_of(place) -> int:
    if place.publish["to"] == "github":
        address = git(place.settings.parent, "remote", "get-url", "origin")
    elif place.publish["to"] == "rclone":
        address = os.environ[DAV]
    else:
        address = place.publish.get("endpoint") or f"x:{place.publish['port']}/"
    return int(address.split(":")[-1].split("/")[0])


def proxied(place, kind: str) -> servers.Proxy:
    """A proxy before the target's server, which the settings name from now on."""
    proxy = servers.Proxy(port_of(place))
    PORTS[kind](place, proxy.port)
    hosts = place.settings.parent / "known_hosts"
    if hosts.exists():
        hosts.write_text(hosts.read_text().replace(f":{proxy.server} ", f":{proxy.port} "))
    return proxy


def is_whole(place, *trees: dict[str, bytes]) -> bool:
    """Whether each file at the target is a whole file of one of the releases."""
    known = {content for tree in trees for content in tree.values()}
    return set(place.files().values()) <= known


@pytest.mark.parametrize("kind", PORTS)
def test_a_line_that_is_cut_anywhere_is_told_and_the_next_publish_ends_right(
    kind, tmp_path, monkeypatch, fault
):
    chance = random.Random(kind)
    with place_of(kind, tmp_path, monkeypatch) as place, proxied(place, kind) as proxy:
        trees = [tree_of(small_site(tmp_path / "tree", 1))]
        deliver(place.settings, tmp_path / "tree")
        for number in (2, 3):
            trees.append(tree_of(small_site(tmp_path / "tree", number)))
            fault(kind)
            proxy.cut_after = chance.randrange(100, 3000)
            with pytest.raises(UsageError) as error:
                deliver(place.settings, tmp_path / "tree")
            assert "the connection was lost" in str(error.value)
            assert "publish again" in str(error.value)
            assert is_whole(place, *trees)
            proxy.heal()
        deliver(place.settings, tmp_path / "tree")
        assert trees[-1].items() <= place.files().items()
        assert place.live().release == release.of_folder(tmp_path / "tree")


@pytest.mark.parametrize("kind", PORTS)
def test_a_server_that_falls_silent_is_given_up(kind, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place, proxied(place, kind) as proxy:
        fault(kind)
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        place.change(time_limit=LIMIT)
        proxy.silent = True
        with pytest.raises(UsageError, match=r"does not answer|was lost"):
            place.live()
        proxy.heal()
        place.change(time_limit=60)
        deliver(place.settings, small_site(tmp_path / "tree", 2))
        assert place.live().release == release.of_folder(tmp_path / "tree")


@pytest.mark.parametrize("kind", PORTS)
def test_a_slow_server_is_waited_for(kind, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place, proxied(place, kind) as proxy:
        fault(kind)
        proxy.slow = 0.05
        deliver(place.settings, small_site(tmp_path / "tree", 1, posts=2))
        assert place.live().release == release.of_folder(tmp_path / "tree")


@pytest.mark.parametrize("kind", PORTS)
def test_a_server_that_is_down_is_told(kind, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place, proxied(place, kind) as proxy:
        fault(kind)
        proxy.down()
        with pytest.raises(UsageError, match="the server does not accept connections: check its"):
            place.live()


@pytest.mark.parametrize("kind", ["s3", "sftp", "github"])
def test_a_name_that_does_not_exist_is_told(kind, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place:
        fault(kind)
        match kind:
            case "s3":
                place.change(endpoint="http://no-such-server.invalid")
            case "sftp":
                place.change(server="no-such-server.invalid")
            case _:
                git(tmp_path, "remote", "set-url", "origin", "git://no-such-server.invalid/x")
        with pytest.raises(UsageError, match="the server's name was not found: check the name"):
            place.live()


@pytest.mark.parametrize(("kind", "reason"), [
    ("openssh", "the server does not accept the user, the password or the key"),
    ("sftp", "the server does not accept the user, the password or the key"),
    ("s3", "the server does not accept the user, the password or the key"),
])  # fmt: skip
def test_a_wrong_key_or_password_is_told(kind, reason, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place:
        fault(kind)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
        if kind == "openssh":
            other = tmp_path / "other"
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)]
            subprocess.run(command, check=True)
            place.change(key_file=str(other))
        else:
            monkeypatch.setenv("PUBLISH_PASSWORD", "close sesame")
        with pytest.raises(UsageError, match=reason):
            place.live()


def test_a_certificate_that_is_not_trusted_is_told(tmp_path, monkeypatch, fault):
    with place_of("s3", tmp_path, monkeypatch) as place:
        fault("s3")
        for name in ("conf", "own"):
            (tmp_path / name).touch()
        own = (tmp_path / "own", tmp_path / "conf")
        with servers.nginx(tmp_path / "nginx", tmp_path, *own) as address:
            place.change(endpoint=address)
            with pytest.raises(UsageError, match="the server's certificate is not trusted"):
                place.live()


def test_a_remote_that_rclone_does_not_know_is_told(tmp_path, monkeypatch, fault):
    with place_of("webdav", tmp_path, monkeypatch) as place:
        fault("webdav")
        place.change(remote="unknown:path")
        with pytest.raises(UsageError, match="rclone has no remote of this name"):
            place.live()


@pytest.mark.parametrize("kind", ["s3", "sftp", "openssh"])
def test_a_full_disk_of_a_server_is_told_and_the_next_publish_ends_right(
    kind, tmp_path, monkeypatch, fault
):
    below = "bucket" if kind == "s3" else ""
    with (
        servers.small_disk(tmp_path / "served"),
        place_of(kind, tmp_path, monkeypatch) as place,
    ):
        fault(kind)
        before = tree_of(small_site(tmp_path / "tree", 1))
        deliver(place.settings, tmp_path / "tree")
        small_site(tmp_path / "tree", 2)
        (tmp_path / "tree" / "large.pdf").write_bytes(random.Random(1).randbytes(2_000_000))
        with pytest.raises(UsageError, match=r"no space left|the server has failed"):
            deliver(place.settings, tmp_path / "tree")
        pages = {path: text for path, text in place.files().items() if path.endswith(".html")}
        assert pages == {path: text for path, text in before.items() if path.endswith(".html")}
        (tmp_path / "tree" / "large.pdf").unlink()
        deliver(place.settings, tmp_path / "tree")
        assert place.live().release == release.of_folder(tmp_path / "tree")
        assert not (tmp_path / "served" / below / "large.pdf").exists()


@pytest.mark.parametrize("kind", ["symlink", "rename", "ready"])
def test_a_full_disk_at_a_folder_is_told_and_what_is_live_stays(kind, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place:
        fault(kind)
        before = tree_of(small_site(tmp_path / "tree", 1))
        deliver(place.settings, tmp_path / "tree")
        small_site(tmp_path / "tree", 2)
        copied = []

        def full(source, target, copy=shutil.copyfile):
            copied.append(target)
            if len(copied) > 3:
                raise OSError(errno.ENOSPC, "No space left on device", str(target))
            copy(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(shutil, "copyfile", full)
            with pytest.raises(UsageError, match=r"No space left .*The live site has not changed"):
                deliver(place.settings, tmp_path / "tree")
        assert place.files() == before
        assert not copied[0].exists()  # it makes room
        deliver(place.settings, tmp_path / "tree")
        assert place.live().release == release.of_folder(tmp_path / "tree")


@pytest.mark.parametrize("kind", ["symlink", "rename", "ready"])
def test_a_folder_that_is_read_only_is_told(kind, tmp_path, monkeypatch, fault):
    with place_of(kind, tmp_path, monkeypatch) as place:
        fault(kind)
        before = tree_of(small_site(tmp_path / "tree", 1))
        deliver(place.settings, tmp_path / "tree")

        def refused(path, *_args, **_options):
            raise PermissionError(errno.EROFS, "Read-only file system", str(path))

        with monkeypatch.context() as patch:
            patch.setattr(type(tmp_path), "mkdir", refused)
            patch.setattr(files.os, "mkdir", refused)
            with pytest.raises(UsageError, match=r"Read-only file system.*has not changed"):
                deliver(place.settings, tmp_path / "tree")
        assert place.files() == before


# --- Pushes that are rejected ---


def hook(place, text: str) -> None:
    file = place.served / "hooks" / "pre-receive"
    file.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({text!r})\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("GH006: Protected branch update failed", "the branch is protected"),
        ("No large pictures, please", "the repository rejected the push"),
        ("fatal: write error: No space left on device", "there is no space left"),
    ],
)
def test_a_push_that_is_rejected_is_told(said, reason, tmp_path, monkeypatch, fault):
    with place_of("github", tmp_path, monkeypatch) as place:
        fault("github")
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        before = place.files()
        hook(place, said)
        small_site(tmp_path / "tree", 2)
        with pytest.raises(UsageError, match=reason) as error:
            deliver(place.settings, tmp_path / "tree")
        assert said in str(error.value)
        assert place.files() == before
        (place.served / "hooks" / "pre-receive").unlink()
        deliver(place.settings, tmp_path / "tree")
        assert place.live().release == release.of_folder(tmp_path / "tree")


def test_a_branch_that_somebody_else_has_changed_is_told(tmp_path, monkeypatch, fault):
    with place_of("github", tmp_path, monkeypatch) as place:
        fault("github")
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        target = place.target()
        plan = release.plan(target.live(), release.of_folder(small_site(tmp_path / "tree", 2)))
        deliver(place.settings, small_site(tmp_path / "other", 3))
        with pytest.raises(UsageError, match="somebody else has changed the branch"):
            target.deliver(plan, tmp_path / "tree", lambda _: None)
        assert place.live().release == release.of_folder(tmp_path / "other")


def test_a_folder_outside_of_git_is_told(tmp_path, monkeypatch, fault):
    with place_of("github", tmp_path, monkeypatch) as place:
        fault("github")
        shutil.rmtree(tmp_path / ".git")
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        with pytest.raises(UsageError, match=r"not in a Git repository|no such Git repository"):
            place.live()
