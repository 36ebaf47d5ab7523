"""Checking the live site: what explains every failure is said once; what does not, file by file.

Not tested here: a whole publish with `--verify` (`test_publish.py`).
"""

from __future__ import annotations

import contextlib
import http.server
import threading

import pytest
import servers
from publishing import small_site

from practice.problems import ProblemsFound
from practice.publish import release, verify


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(verify, "PATIENCE", (0, 0))


@contextlib.contextmanager
def answering(respond):
    """A web server that lets a function answer each request; the value is its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            respond(self)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def send(handler, body: bytes, status: int = 200, location: str = "", length: int = 0) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(length or len(body)))
    if location:
        handler.send_header("Location", location)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def site(tmp_path):
    return small_site(tmp_path / "site", 1, posts=40)


def one_problem(address: str, folder) -> str:
    """Check a site that fails as a whole; return what is said of it."""
    with pytest.raises(ProblemsFound) as error:
        verify.files(address, release.of_folder(folder))
    [problem] = error.value.problems
    assert problem.code == "verify-site"
    assert problem.path == f"{address}/"
    return f"{problem.message}: {problem.hint}"


def test_a_certificate_that_is_not_trusted(tmp_path, site):
    for name in ("server", "http"):
        (tmp_path / name).touch()
    settings = tmp_path / "server", tmp_path / "http"
    with servers.nginx(tmp_path / "nginx", site, *settings) as address:
        said = one_problem(address, site)
    assert "certificate is not trusted (self-signed certificate)" in said
    assert "renew the certificate" in said


def test_a_server_that_is_down(site):
    said = one_problem(f"http://127.0.0.1:{servers.free_port()}", site)
    assert "accepts no connections: start the web server" in said


def test_a_name_that_does_not_exist(site):
    assert "its name was not found" in one_problem("https://no-such-host.invalid", site)


def test_a_server_that_is_silent(site, monkeypatch):
    monkeypatch.setattr(verify, "TIMEOUT", 0.5)
    over = threading.Event()
    with answering(lambda _: over.wait()) as address:
        said = one_problem(address, site)
        over.set()
    assert "does not answer in time" in said


def test_a_server_that_never_ends_an_answer(site, monkeypatch):
    monkeypatch.setattr(verify, "TOO_LONG", 0.5)
    over = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while not over.wait(0.05):
                handler.wfile.write(b".")

    with answering(drip) as address:
        said = one_problem(address, site)
        over.set()
    assert "does not answer in time" in said


@pytest.mark.parametrize("status", [200, 301, 404, 503])
def test_another_server_behind_the_name(site, status):
    asked = []

    def other(handler):
        asked.append(handler.path)
        send(handler, b"Parked", status, location="https://parking.invalid/")

    with answering(other) as address:
        said = one_problem(address, site)
    assert "none of the 8 files that were asked for first is the published one" in said
    assert "check that the domain leads to this server" in said
    assert len(set(asked)) == 8  # and not all of them


def test_one_file_that_is_cut_off_is_named_alone(site):
    def cut(handler):
        name = f"{handler.path}index.html" if handler.path.endswith("/") else handler.path
        body = (site / name.lstrip("/")).read_bytes()
        if handler.path == "/posts/7/":
            send(handler, body[:10], length=len(body))
            handler.close_connection = True
        else:
            send(handler, body)

    with answering(cut) as address:
        found = verify.files(address, release.of_folder(site))
    assert [(p.path, p.code, p.message) for p in found] == [
        (f"{address}/posts/7/", "verify-file", "is cut off in the middle")
    ]


def test_addresses_that_redirect():
    leads = {
        "/a page.pdf": "/b/",
        "/elsewhere/": "https://other.invalid/",
        "/loop/": "/loop/",
        "/mail/": "mailto:us@practice-site.org",
        "/broken/": "http://[::1",
        "/lost/": "/nowhere/",
    }

    def moved(handler):
        path = handler.path.replace("%20", " ")
        if path in leads:
            send(handler, b"", 301, location=leads[path])
        else:
            send(handler, b"", 200 if path == "/b/" else 404)

    with answering(moved) as address:
        found = verify.addresses(address, leads, ())
    assert [(p.path.removeprefix(address), p.message) for p in found] == [
        ("/broken/", "redirects to `http://[::1`, which is not an address"),
        ("/loop/", "redirects in a loop"),
        ("/lost/", "answers 404"),
    ]
