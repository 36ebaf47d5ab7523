"""The preview's server: what it answers, to whom, and what it never gives out.

The cases of other development servers that these tests take up: Vite CVE-2025-30208 (a query that
led past the check of a path), webpack-dev-server CVE-2025-30359 and CVE-2025-30360 (other sites'
pages reading code), esbuild GHSA-67mh-4wv8-2f99 (any origin could read every answer).

Not tested here: what a page shows (`test_preview_live.py`), the bar (`test_preview_browser.py`).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import CONTENT, ROOT
from previews import HANG, SITE, ask, eventually, raw, served

from practice.preview import start
from practice.preview.guard import LOOPBACK, Guard
from practice.problems import UsageError

SECRET = "not for everybody"


def secretly(folder):
    """Put secrets in and beside a copy of the kitchen sink, and something to be found."""
    content = Path(shutil.copytree(CONTENT["kitchen-sink"], folder / "content"))
    (folder / "secret.txt").write_text(SECRET, "utf-8")
    (content / ".env").write_text(SECRET, "utf-8")
    (content / "files").mkdir(exist_ok=True)
    (content / "files" / ".hidden.pdf").write_text(SECRET, "utf-8")
    (content / "files" / "link.pdf").symlink_to(folder / "secret.txt")
    (content / "files" / "leaflet.pdf").write_bytes(b"%PDF-1.4 leaflet")
    return content


@pytest.fixture(scope="module")
def preview(tmp_path_factory):
    """A preview of the kitchen sink that nobody edits."""
    with served(secretly(tmp_path_factory.mktemp("preview")), ROOT / "theme") as found:
        yield found


@pytest.fixture
def desk(tmp_path, theme):
    """A preview for one test alone, which edits its files."""
    with served(secretly(tmp_path), theme) as found:
        yield found


# --- What it answers ---


def test_a_page_and_a_file_are_answered(preview):
    page = ask(preview, "/blog/a-plain-post/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"A plain post" in page.body
    assert b'<script src="/-/bar.js"' in page.body
    leaflet = ask(preview, "/files/leaflet.pdf")
    assert (leaflet.status, leaflet.headers["content-type"]) == (200, "application/pdf")
    assert leaflet.body == b"%PDF-1.4 leaflet"
    assert ask(preview, "/feed.xml").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/blog/a-plain-post/",
        "/feed.xml",
        "/nothing/",
        "/-/bar.js",
        "/-/nothing",
        "/-/open",
        "/-/state?page=/",
        "/-/state?page=x",
    ],
)
def test_head_equals_get(preview, path):
    get, head = ask(preview, path), ask(preview, path, "HEAD")
    assert head.body == b""
    assert head.status == get.status
    get.headers.pop("date"), head.headers.pop("date")
    assert head.headers == get.headers


def test_what_is_not_there_is_not_found_and_looks_like_the_site(preview):
    answer = ask(preview, "/nothing/here/")
    assert answer.status == 404
    assert (preview.content / "pages" / "not-found.md").read_text("utf-8").split("title: ")[
        1
    ].split("\n")[0].encode() in answer.body


def test_an_address_without_its_slash_leads_to_the_page(preview):
    answer = ask(preview, "/blog/a-plain-post")
    assert (answer.status, answer.headers["location"]) == (307, "/blog/a-plain-post/")


def test_a_page_with_a_video_and_a_form_has_the_headers_of_the_live_site(preview):
    answer = ask(preview, "/kitchen-sink/")
    policy = answer.headers["content-security-policy"]
    assert "frame-src https://player.vimeo.com" in policy
    assert "form-action 'self' https://forms.example.com:8443;" in policy
    assert answer.headers["cross-origin-embedder-policy"] == "unsafe-none"
    assert "https://player.vimeo.com" in answer.headers["permissions-policy"]
    plain = ask(preview, "/blog/a-plain-post/").headers
    assert "frame-src" not in plain["content-security-policy"]
    assert "form-action 'self';" in plain["content-security-policy"]
    assert plain["cross-origin-embedder-policy"] == "require-corp"


def test_an_edit_on_disk_is_served_and_told(desk):
    post = desk.content / "posts" / "a-plain-post.md"
    with socket.create_connection(("127.0.0.1", desk.port), timeout=HANG) as listener:
        host = f"127.0.0.1:{desk.port}".encode()
        listener.sendall(b"GET /-/events HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        told = b""
        while b"data: hello" not in told:
            told += listener.recv(4096)
        post.write_text(post.read_text("utf-8") + "\nSomething new.\n", "utf-8")
        eventually(lambda: b"Something new." in ask(desk, "/blog/a-plain-post/").body)
        while b"data: changed" not in told:
            told += listener.recv(4096)


def test_deleted_and_renamed_files_are_gone_at_once(desk):
    post = desk.content / "posts" / "a-plain-post.md"
    post.rename(post.with_name("another-name.md"))
    eventually(lambda: ask(desk, "/blog/a-plain-post/").status == 404)
    assert ask(desk, "/blog/another-name/").status == 200
    post.with_name("another-name.md").unlink()
    eventually(lambda: ask(desk, "/blog/another-name/").status == 404)


def test_a_bad_save_keeps_the_last_good_page_and_says_why(desk):
    post = desk.content / "posts" / "a-plain-post.md"
    good = post.read_text("utf-8")
    before = ask(desk, "/blog/a-plain-post/").body
    post.write_text(good.replace("date: 2025-06-01", "date: June"), "utf-8")
    state = eventually(lambda: problems_of(desk, "/blog/a-plain-post/"))
    assert ask(desk, "/blog/a-plain-post/").body == before
    assert state["old"]
    [problem] = [p for p in state["problems"] if p["here"]]
    assert problem["code"] == "date"
    assert problem["place"].endswith("posts/a-plain-post.md:3")
    assert problem["hint"]
    post.write_text(good, "utf-8")
    eventually(lambda: not problems_of(desk, "/blog/a-plain-post/"))


def test_an_edit_that_cannot_be_followed_is_told_and_the_preview_goes_on(desk, monkeypatch):
    def fails(_):
        raise OSError("the disk is gone")

    monkeypatch.setattr(desk.mount.live, "read", fails)
    post = desk.content / "posts" / "a-plain-post.md"
    post.write_text(post.read_text("utf-8") + "\nMore.\n", "utf-8")
    codes = eventually(
        lambda: [
            p["message"]
            for p in json.loads(ask(desk, "/-/state?page=/").body)["problems"]
            if p["code"] == "program-fault"
        ]
    )
    assert len(codes) == 1
    assert "OSError: the disk is gone" in codes[0]
    monkeypatch.undo()
    post.write_text(post.read_text("utf-8") + "\nAnd more.\n", "utf-8")
    eventually(lambda: b"And more." in ask(desk, "/blog/a-plain-post/").body)


def problems_of(preview, path):
    state = json.loads(ask(preview, f"/-/state?page={path}").body)
    return state if any(p["severity"] == "error" and p["here"] for p in state["problems"]) else None


def test_a_new_file_with_a_mistake_has_a_page_that_names_it(desk):
    (desk.content / "posts" / "wrong.md").write_text("---\ntitle: <b>x\n---\n\nx\n", "utf-8")
    answer = eventually(lambda: (a := ask(desk, "/blog/wrong/")).status != 404 and a)
    assert answer.status == 500
    assert b"posts/wrong.md:1" in answer.body
    assert b"<b>x" not in answer.body


def test_drafts_and_future_posts_are_shown_and_marked(desk):
    post = desk.content / "posts" / "a-plain-post.md"
    text = post.read_text("utf-8")
    post.write_text(text.replace("\n---\n", "\nstatus: draft\n---\n", 1), "utf-8")
    later = text.replace("2025-06-01", "2031-01-01")
    post.with_name("later.md").write_text(later, "utf-8")
    eventually(lambda: ask(desk, "/blog/later/").status == 200)
    for path, status in (("/blog/a-plain-post/", "draft"), ("/blog/later/", "future")):
        assert ask(desk, path).status == 200
        assert json.loads(ask(desk, f"/-/state?page={path}").body)["page"]["status"] == status
    assert b"/blog/later/" not in ask(desk, "/blog/").body + ask(desk, "/feed.xml").body


def test_a_site_below_a_path_is_shown_there(content, theme):
    with served(content, theme, SITE + "/clinic") as preview:
        assert ask(preview, "/").headers["location"] == "/clinic/"
        assert ask(preview, "/clinic/").status == 200
        assert ask(preview, "/blog/").status == 404


# --- To whom ---


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""]
)
def test_another_name_for_this_machine_is_refused(preview, host):
    """DNS rebinding: the attacker's name leads here, and the browser says so."""
    name = host.replace("8000", str(preview.port))
    answer = ask(preview, "/blog/a-plain-post/", Host=name)
    assert answer.status == 421
    assert b"plain" not in answer.body


def test_every_name_of_the_loopback_is_answered(preview):
    for name in LOOPBACK:
        assert ask(preview, "/", Host=f"{name}:{preview.port}").status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "https://127.0.0.1:{}"]
)
def test_another_origin_is_refused(preview, origin):
    answer = ask(preview, "/", Origin=origin.format(preview.port))
    assert answer.status == 403


def test_our_own_origin_is_answered_and_no_other_is_told_that_it_may_read(preview):
    answer = ask(preview, "/", Origin=f"http://127.0.0.1:{preview.port}")
    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("same-origin", "cors", "empty", 200),
        ("none", "navigate", "document", 200),
        ("cross-site", "navigate", "document", 200),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "no-cors", "script", 403),
        ("cross-site", "no-cors", "image", 403),
        ("cross-site", "cors", "empty", 403),
        ("same-site", "no-cors", "script", 403),
        ("same-site", "cors", "empty", 403),
    ],
)
def test_a_page_of_another_site_may_link_here_and_nothing_else(preview, site, mode, dest, status):
    sent = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest}
    assert ask(preview, "/-/bar.js", **sent).status == status


def test_it_can_only_be_looked_at(preview):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert ask(preview, "/", method).status == 405
    assert ask(preview, "/", "POST", Origin=f"http://127.0.0.1:{preview.port}").status == 405


# --- What it never gives out ---


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/content/.env",
        "/files/.hidden.pdf",
        "/files/link.pdf",
        "/../secret.txt",
        "/files/../../secret.txt",
        "/files/..%2f..%2fsecret.txt",
        "/files/%2e%2e/%2e%2e/secret.txt",
        "/files/..%5c..%5csecret.txt",
        "/files/leaflet.pdf/../../../secret.txt",
        "//secret.txt",
        "/%00",
        "/files/leaflet.pdf%00.html",
        "/%ff%fe",
        "/files/",
        "/files",
        "/assets/",
        "/images/",
        "/posts/a-plain-post.md",
        "/clinic.yaml",
        "/@fs/etc/passwd?raw??",
        "/@fs/etc/passwd?import&raw??",
        "/files/leaflet.pdf?raw??/../../secret.txt/",
        "/-/guard.py",
        "/-/../guard.py",
        "/-/%2e%2e/live.py",
        "/-/",
    ],
)
def test_nothing_but_the_site_is_given_out(preview, path):
    answer = ask(preview, path)
    leaflet = path.startswith("/files/leaflet.pdf?")
    assert answer.status == (200 if leaflet else 404), path
    assert SECRET.encode() not in answer.body
    assert b"root:" not in answer.body
    assert b"Index of" not in answer.body


def test_a_file_that_becomes_a_link_is_not_followed(desk, tmp_path):
    """Between the look at the folder and the request, a file is replaced by a link."""
    assert ask(desk, "/files/leaflet.pdf").status == 200
    leaflet = desk.content / "files" / "leaflet.pdf"
    desk.mount.live.take = lambda *_: None  # the desk does not hear of it in time
    leaflet.unlink()
    leaflet.symlink_to(tmp_path / "secret.txt")
    desk.mount.live.shown.rendered.clear()
    answer = ask(desk, "/files/leaflet.pdf")
    assert SECRET.encode() not in answer.body


def test_opening_a_file_is_for_our_own_pages_and_known_files(content, theme, tmp_path):
    done = tmp_path / "opened"
    script = tmp_path / "editor.sh"
    script.write_text(f'#!/bin/sh\necho "$@" >> {done}\n', "utf-8")
    script.chmod(0o755)
    with served(content, theme, editor=f"{script} {{file}} {{line}}") as preview:
        ours = f"http://127.0.0.1:{preview.port}"
        place = json.loads(ask(preview, "/-/state?page=/blog/a-plain-post/").body)["page"]["origin"]
        assert ask(preview, "/-/open", "POST", f"{place}:3".encode()).status == 403
        for wrong in ("/etc/passwd:1", f"{place}/../x.md:1", f"{place};ls:1", "\ud800:1", "\0:1"):
            sent = wrong.encode("utf-8", "surrogatepass")
            assert ask(preview, "/-/open", "POST", sent, Origin=ours).status == 404
        for line in ("x", "", "0", "-1", "1.5", "9" * 5000, "٣", "1\n"):
            answer = ask(preview, "/-/open", "POST", f"{place}:{line}".encode(), Origin=ours)
            assert (answer.status, answer.body[:6]) == (400, b"Name a"), line
        for wrong in (b"", b":1", b"\xff" * 9):
            assert ask(preview, "/-/open", "POST", wrong, Origin=ours).status == 400
        assert ask(preview, "/-/open", "POST", b"x" * 1_000_000, Origin=ours).status == 413
        assert not done.exists()
        assert ask(preview, "/-/open", "POST", f"{place}:3".encode(), Origin=ours).status == 200
        eventually(lambda: done.exists() and done.read_text("utf-8"))
        assert done.read_text("utf-8") == f"{content}/posts/a-plain-post.md 3\n"
        assert ask(preview, "/-/open", Origin=ours).status == 404


# --- Bad company ---


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"HELLO\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"POST /-/open HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /-/open HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        bytes(range(256)) * 40,
    ],
)
def test_malformed_requests_never_end_it(preview, data):
    answer = raw(preview, data, wait=1)
    assert not answer.startswith(b"HTTP/1.1 2")
    assert b"Traceback" not in answer
    assert ask(preview, "/").status == 200


@pytest.mark.parametrize(
    "query", ["", "?page=", "?page=%00", "?page=../../etc", "?page=/&page=/x", "?%ff"]
)
def test_any_question_about_a_page_gets_an_answer(preview, query):
    answer = ask(preview, f"/-/state{query}")
    assert answer.status in {200, 404}
    json.loads(answer.body)


def test_a_web_socket_is_refused():
    sent = []

    async def send(message):
        sent.append(message)

    async def inside(*_):
        raise AssertionError("it was let through")

    scope = {"type": "websocket", "headers": []}
    asyncio.run(Guard(inside, LOOPBACK, 8000)(scope, None, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


# --- Where it listens ---


def test_it_listens_on_this_machine_alone(preview):
    addresses = {
        info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    }
    for address in addresses - {"127.0.0.1"}:
        if not address.startswith("127."):
            with pytest.raises(OSError):  # noqa: PT011  # refused or unreachable, by system
                socket.create_connection((address, preview.port), timeout=1)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "*"])  # they are refused
def test_every_network_at_once_is_refused(host):
    with pytest.raises(UsageError, match="every network"):
        start.names_of(host)


def test_a_host_asked_for_by_name_is_one_of_the_names():
    assert start.names_of("192.168.1.20") == ("192.168.1.20", *LOOPBACK)
    assert start.names_of("Desk.local") == ("desk.local", *LOOPBACK)
    assert start.names_of("fe80::1") == ("[fe80::1]", *LOOPBACK)
    assert start.names_of("") == start.names_of("localhost") == LOOPBACK


def test_a_port_that_is_taken():
    with start.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)):
            start.listen("127.0.0.1", port)
        with start.listen("127.0.0.1", 0) as other:
            assert other.getsockname()[1] != port


def test_the_command_starts_and_ends(content, settings_file):
    """As an editor starts it: the address is printed, and Ctrl+C ends it without a traceback."""
    settings = settings_file(PATH=str(content))
    command = [
        sys.executable,
        "-m",
        "invoke",
        "preview",
        "--no-browser",
        "--settings",
        str(settings),
    ]
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    run = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=env
    )
    try:
        line = run.stdout.readline()
        assert "http://127.0.0.1:" in line
        address = line.split("http://")[1].split("/")[0]
        port = int(address.split(":")[1])
        eventually(lambda: ask(SimpleNamespace(port=port), "/").status == 200)
        assert start.running(content) == f"http://{address}"
        assert ask(SimpleNamespace(port=port), "/kitchen-sink/").status == 200
    finally:
        run.send_signal(signal.SIGINT)
        rest, _ = run.communicate(timeout=HANG)
    assert "Traceback" not in rest
    assert start.running(content) is None
