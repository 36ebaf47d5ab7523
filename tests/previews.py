"""A running preview for tests, and requests to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from types import SimpleNamespace

from practice.preview import start
from practice.preview.connections import server_of
from practice.preview.edits import Mount
from practice.preview.guard import LOOPBACK
from practice.preview.live import LivePreview
from practice.preview.server import Preview

SITE = "https://www.example.com"
HANG = 120
"""Seconds after which a test that hangs is given up."""


@contextlib.contextmanager
def served(content, theme, site=SITE, names=LOOPBACK, editor=""):
    sock = start.listen("127.0.0.1", 0)
    port = sock.getsockname()[1]
    mount = Mount(LivePreview(content, theme, site), site.removeprefix(SITE))
    app = Preview([mount], editor)
    server = server_of(app.app(names, port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield SimpleNamespace(port=port, content=content, theme=theme, preview=app, mount=mount)
    finally:
        server.should_exit = True
        thread.join(HANG)
        sock.close()
        assert not thread.is_alive()


def ask(preview, path, method="GET", body=None, **headers):
    """An answer: its status, headers and body. Names of headers are written with `_` for `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=HANG)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_host="Host" in sent)
    for name, value in sent.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    found = SimpleNamespace(
        status=answer.status, headers=dict(answer.getheaders()), body=answer.read()
    )
    connection.close()
    return found


def raw(preview, data, wait=5):
    """What comes back for bytes that are no proper request."""
    with socket.create_connection(("127.0.0.1", preview.port), timeout=wait) as sock:
        sock.sendall(data)
        with contextlib.suppress(TimeoutError):
            return sock.recv(65536)
    return b""


def eventually(found, seconds=HANG):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"it did not come true in {seconds} s")


def state_of(preview, path):
    """The data of the editor's bar for a page."""
    return json.loads(ask(preview, f"/-/state?page={path}").body)
