"""Targets, each against the real thing: folders behind nginx, S3, SFTP of two makes, git.

Not tested here: the hosts themselves (GitHub, Netlify, Cloudflare, AWS), which need accounts.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time

import publishing
import pytest
import servers
from publishing import Readers, deliver, deliver_in_another_process, small_site, tree_of
from targets import place_of

from practice.problems import UsageError
from practice.publish import release
from practice.publish.settings import load
from practice.publish.targets import choose

KINDS = ["symlink", "rename", "ready", "s3", "sftp", "openssh", "webdav", "github"]


@pytest.fixture(params=KINDS)
def place(request, tmp_path, monkeypatch):
    with place_of(request.param, tmp_path, monkeypatch) as found:
        yield found


def test_release_after_release(place, tmp_path):
    trees = [small_site(tmp_path / f"tree{n}", n, lose=True) for n in (1, 2, 9)]
    for number, tree in enumerate(trees):
        deliver(place.settings, tree)
        live = place.live()
        assert live.release == release.of_folder(tree)
        assert not live.dirty
        copy = tmp_path / f"copy{number}"
        copy.mkdir()
        choose.of(load(place.settings)).fetch(live.release, copy)
        assert tree_of(copy) == tree_of(tree)
        files = place.files()
        assert {path: files.get(path) for path in tree_of(tree)} == tree_of(tree)
        extra = set(files) - set(tree_of(tree))
        assert extra == set(live.retired)
        before = set() if number == 0 else set(tree_of(trees[number - 1]))
        assert extra <= before  # nothing stays for longer than one release


@pytest.mark.parametrize("kind", ["symlink", "s3", "github"])
def test_the_same_release_again_changes_nothing(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        tree = small_site(tmp_path / "tree", 1)
        deliver(place.settings, tree)
        assert release.plan(place.live(), release.of_folder(tree)).nothing


@pytest.mark.parametrize("kind", ["symlink", "s3", "openssh"])
def test_killed_anywhere_the_next_run_ends_right(kind, tmp_path, monkeypatch, fault):
    chance = random.Random(kind)
    with place_of(kind, tmp_path, monkeypatch) as place:
        first = small_site(tmp_path / "tree", 1, posts=30)
        process = deliver_in_another_process(place.settings, first)
        started = time.monotonic()
        assert process.wait() == 0
        whole = time.monotonic() - started
        unfinished = half_done = number = 0
        while unfinished < publishing.KILLS:
            number += 1
            tree = small_site(tmp_path / "tree", number + 1, posts=30, lose=True)
            process = deliver_in_another_process(place.settings, tree)
            time.sleep(chance.uniform(0, 1.1) * whole)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            killed = process.wait() == -signal.SIGKILL
            unfinished += killed
            if killed:
                fault(kind)
            else:
                whole *= 0.8  # the machine has become faster, so the next kill comes earlier
            half_done += bool(place.live().dirty)
        print(f"{kind}: {unfinished} of {number} killed, {half_done} with files half done")
        last = small_site(tmp_path / "tree", 200, posts=30)
        deliver(place.settings, last)
        files, live, wanted = place.files(), place.live(), tree_of(last)
        assert {path: files.get(path) for path in wanted} == wanted
        assert live.release == release.of_folder(last)
        assert not live.dirty
        assert set(files) - set(wanted) <= set(live.retired)
        deliver(place.settings, small_site(tmp_path / "tree", 201, posts=30))
        assert set(place.live().retired) <= set(wanted)


@pytest.mark.parametrize(("kind", "count"), [("symlink", 100), ("rename", 50), ("openssh", 3)])
def test_readers_never_see_a_page_without_its_assets(kind, count, tmp_path, monkeypatch, figure):
    count = publishing.RELEASES or count
    tree = small_site(tmp_path / "tree", 1)
    with place_of(kind, tmp_path, monkeypatch) as place:
        deliver(place.settings, tree)
        with servers.nginx(tmp_path / "nginx", place.served) as address:
            readers = Readers(address)
            with readers.reading():
                for number in range(2, count + 1):
                    deliver(place.settings, small_site(tree, number))
                    readers.wait()
    figure(f"{count} releases ({kind}): {readers.reads} reads, of which {len(readers.bad)} bad")
    assert readers.reads > count
    assert readers.bad == []


@pytest.mark.parametrize("kind", ["symlink", "rename"])
def test_what_has_not_changed_keeps_its_time(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        tree = small_site(tmp_path / "tree", 1)
        (tree / "same.html").write_text("the same")
        deliver(place.settings, tree)
        os.utime(place.served / "same.html", (1, 1))
        os.utime(place.served / "index.html", (1, 1))
        tree = small_site(tmp_path / "tree", 2)
        (tree / "same.html").write_text("the same")
        deliver(place.settings, tree)
        assert (place.served / "same.html").stat().st_mtime == 1
        assert (place.served / "index.html").stat().st_mtime > 1


@pytest.mark.parametrize("kind", ["symlink", "rename"])
def test_a_folder_of_someone_else_is_left_alone(kind, tmp_path, monkeypatch):
    with place_of(kind, tmp_path, monkeypatch) as place:
        place.served.mkdir()
        (place.served / "letter.txt").write_text("dear")
        with pytest.raises(UsageError, match="away"):
            place.live()
        assert (place.served / "letter.txt").read_text() == "dear"


def test_each_object_says_how_long_it_may_be_kept(tmp_path, monkeypatch):
    with place_of("s3", tmp_path, monkeypatch) as place:
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        target = choose.of(load(place.settings))
        listed = target._run("lsjson", f"{target.root}/assets", "--metadata").text
        assert "max-age=31536000, immutable" in listed
        listed = target._run("lsjson", f"{target.root}", "--metadata").text
        assert "max-age=300" in listed


def test_a_server_with_another_key_is_refused(tmp_path, monkeypatch):
    with place_of("openssh", tmp_path, monkeypatch) as place:
        port = load(place.settings).target.port
        key = "AAAAC3NzaC1lZDI1NTE5AAAAIEeOfS8kG3Qp8xwV6kKdIuE0Ik6yiP7d0VQJtQm0Yc1f"
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} ssh-ed25519 {key}\n")
        with pytest.raises(UsageError, match="another key than the one in the file of known"):
            place.live()
        (tmp_path / "known_hosts").unlink()
        with pytest.raises(UsageError, match="ssh-keyscan"):
            place.live()


def test_a_remote_that_cannot_be_reached_is_not_an_empty_one(tmp_path, monkeypatch):
    with place_of("s3", tmp_path, monkeypatch) as place:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        with pytest.raises(UsageError, match="does not accept the user, the password or the key"):
            place.live()


def test_a_state_that_cannot_be_read_stops(tmp_path, monkeypatch):
    with place_of("rename", tmp_path, monkeypatch) as place:
        deliver(place.settings, small_site(tmp_path / "tree", 1))
        (place.served / release.STATE).write_text("{")
        with pytest.raises(UsageError, match="cannot be read"):
            place.live()
