"""Connections of the preview: half-sent requests, idle connections, absurd values.

Not tested here: who may use the preview (`test_preview_server.py`).
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from conftest import CONTENT, ROOT
from previews import HANG, ask, eventually, raw, served

from practice.preview import connections

OPEN_FILES = 256
"""The limit of macOS."""
LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({limit}, {limit}))
sys.argv = sys.argv[1:]
runpy.run_module("invoke", run_name="__main__")
"""


@pytest.fixture(scope="module")
def preview():
    with served(CONTENT["kitchen-sink"], ROOT / "theme") as found:
        yield found


def request(preview, line="GET / HTTP/1.1", *more):
    return "\r\n".join([line, f"Host: 127.0.0.1:{preview.port}", *more, "", ""]).encode()


def connected(preview, data=b""):
    sock = socket.create_connection(("127.0.0.1", preview.port), timeout=HANG)
    sock.sendall(data)
    return sock


def rest_of(sock):
    """Everything that comes until the other side ends the connection."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while data := sock.recv(65536):
            found += data
    return found


# --- Half-sent requests ---


@pytest.mark.parametrize(
    ("line", "more", "kept"),
    [
        ("GET / HTTP/1.1", (), 0),
        ("GET / HTTP/1.1", (), 1),
        ("GET / HTTP/1.1", (), 9),
        ("GET / HTTP/1.1", (), 16),
        ("GET / HTTP/1.1", ("X: y",), -2),
        ("GET /-/events HTTP/1.1", (), -2),
        ("GET / HTTP/1.1", ("Content-Length: 9",), None),
        ("POST /-/open HTTP/1.1", ("Content-Length: 9", "Origin: {}"), None),
        ("POST /-/open HTTP/1.1", ("Transfer-Encoding: chunked", "Origin: {}"), None),
        ("POST /-/open HTTP/1.1", ("Content-Length: 9", "Expect: 100-continue"), None),
    ],
)
def test_a_request_that_never_arrives_is_given_up(preview, monkeypatch, line, more, kept):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    ours = f"http://127.0.0.1:{preview.port}"
    data = request(preview, line, *(header.format(ours) for header in more))
    with connected(preview, data[:kept]) as sock:
        rest_of(sock)  # or this test would hang


def test_a_second_request_that_never_arrives_is_given_up(preview, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    with connected(preview, request(preview) + request(preview)[:-2]) as sock:
        assert rest_of(sock).startswith(b"HTTP/1.1 200")


def test_a_request_that_arrives_byte_by_byte_has_no_more_time(preview, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    with connected(preview) as sock:
        sock.settimeout(0.05)
        ended = False
        while not ended:
            try:
                sock.sendall(b"G")
                ended = sock.recv(1) == b""
            except TimeoutError:
                pass  # it is still open
            except ConnectionError:
                ended = True


def test_an_open_page_is_not_given_up(preview, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    with connected(preview, request(preview, "GET /-/events HTTP/1.1")) as page:
        told = b""
        while b"data: hello" not in told:
            told += page.recv(4096)
        page.settimeout(0.5)  # several times as long as a request may take
        with pytest.raises(TimeoutError):
            page.recv(4096)
        preview.preview._tell()
        page.settimeout(HANG)
        assert b"data: changed" in page.recv(4096)


# --- Many connections ---


def test_idle_connections_and_forgotten_pages_block_nobody(preview):
    waiting = request(preview, "GET / HTTP/1.1")[:-2]
    listening = request(preview, "GET /-/events HTTP/1.1")
    with contextlib.ExitStack() as open_ones:
        for number in range(300):
            data = (b"", waiting, listening)[number % 3]
            open_ones.enter_context(connected(preview, data))
        assert ask(preview, "/blog/a-plain-post/").status == 200  # while all of them are open


def test_the_connection_that_was_silent_longest_makes_room(preview, monkeypatch):
    monkeypatch.setattr(connections, "MOST", 3)
    page = connected(preview, request(preview, "GET /-/events HTTP/1.1"))
    assert page.recv(4096).startswith(b"HTTP/1.1 200")
    idle = [connected(preview) for _ in range(2)]
    idle[0].sendall(b"GET / HT")
    with page, idle[0], idle[1]:
        assert ask(preview, "/").status == 200
        assert rest_of(idle[1]) == b""  # it had said nothing at all
        with connected(preview), connected(preview):
            assert rest_of(idle[0]) == b""  # an open page is kept before it
            preview.preview._tell()
            told = b""
            while b"data: changed" not in told:
                told += page.recv(4096)
                assert told, "the open page was ended"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on open files")
def test_few_open_files_are_enough(content, settings_file):
    settings = settings_file(PATH=str(content))
    command = [
        sys.executable, "-c", LIMITED.format(limit=OPEN_FILES),
        "invoke", "preview", "--no-browser", "--settings", str(settings),
    ]  # fmt: skip
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    run = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    )
    try:
        port = int(run.stdout.readline().split("http://127.0.0.1:")[1].split("/")[0])
        preview = SimpleNamespace(port=port)
        eventually(lambda: ask(preview, "/").status == 200)
        with contextlib.ExitStack() as open_ones:
            for _ in range(2 * OPEN_FILES):
                open_ones.enter_context(connected(preview))
            assert ask(preview, "/blog/").status == 200
    finally:
        run.terminate()
        rest, _ = run.communicate(timeout=HANG)
    assert "Too many open files" not in rest
    assert "Traceback" not in rest


# --- Absurd values ---

DIGITS = "9" * 5000
ABSURD = [
    "Range: bytes=" + DIGITS + "-",
    "Range: bytes=" + "0-," * 3000,
    "Range: bytes=-" + DIGITS,
    "If-Modified-Since: " + DIGITS,
    "If-None-Match: " + "*" * 5000,
    "Content-Length: " + DIGITS,
    "Content-Length: 1e3",
    "Content-Type: multipart/form-data",
    "Transfer-Encoding: gzip, chunked",
    "Accept-Encoding: " + "gzip;q=" + DIGITS,
    "Accept-Language: " + "a" * 9000,
    "Cookie: " + "a=b;" * 3000,
    "Connection: upgrade",
    "Upgrade: websocket",
    "Upgrade: h2c",
    "Expect: " + DIGITS,
    "Last-Event-ID: " + DIGITS,
    "Sec-Fetch-Mode: \x7f",
    "Sec-Fetch-Site: ",
    "Origin: http://[::1",
    "Forwarded: for=" + DIGITS,
    "X-Forwarded-For: " + DIGITS,
    "Host: second",
]
TARGETS = ["/", "/-/bar.js", "/-/state?page=/", "/-/events", "/files/", "/feed.xml"]


@pytest.mark.parametrize("header", ABSURD, ids=lambda header: header[:30])
@pytest.mark.parametrize("target", TARGETS)
def test_an_absurd_header_is_no_fault_of_the_preview(preview, target, header):
    answer = raw(preview, request(preview, f"HEAD {target} HTTP/1.1", header), wait=HANG)
    assert answer[:9] == b"HTTP/1.1 "
    assert answer[9:12] < b"500"


@pytest.mark.parametrize(
    "value",
    [DIGITS, "-1", "/" * 9000, "/%00", "/%0d%0aX:y", "/%ed%a0%80", "/..", "/%2f%2fexample.com",
     "/blog/" + "a" * 9000, "/blog/a-plain-post/?page=/", "/\\", "/~", "/images/%ff", "/-/state"],
    ids=lambda value: value[:30],
)  # fmt: skip
def test_an_absurd_address_is_no_fault_of_the_preview(preview, value):
    for target in (value if value[0] == "/" else f"/{value}", f"/-/state?page={value}"):
        assert ask(preview, target).status in {200, 404}
        assert ask(preview, target, "HEAD").status in {200, 404}


def test_a_fault_of_the_preview_is_told_in_words(preview, monkeypatch):
    def fails(_):
        raise ValueError("too far")

    monkeypatch.setattr(preview.mount.live, "source_of", fails)
    answer = ask(preview, "/nothing/")
    assert answer.status == 500
    assert b"restart the preview" in answer.body
    assert b"ValueError: too far" in answer.body
