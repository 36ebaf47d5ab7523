"""Starts the preview: what it shows, where it listens, who may ask."""

from __future__ import annotations

import ipaddress
import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from practice.build.other_plugins import others_of
from practice.build.settings import load_settings, overrides_of
from practice.preview.guard import LOOPBACK
from practice.preview.live import LivePreview
from practice.preview.server import KITCHEN_SINK, Mount, Preview
from practice.problems import UsageError
from practice.support.store import cache_folder

PORT = 8000
TRIED = 20
"""Ports that are tried, from the first on, where none was asked for."""
SINK = Path("tests/kitchen-sink")
NOTE = "preview-address"
"""The file in the cache that says where a running preview is found."""


def run(
    settings_file: Path,
    content: Path | None = None,
    *,
    host: str = "",
    port: int = 0,
    page: str = "/",
    browser: bool = True,
    editor: str = "",
    say: Callable[[str], None] = print,
) -> None:
    """Show the practice in a browser until Ctrl+C.

    ``page`` is the address that the browser opens. Raises ``build.Misuse`` for a host that would
    show drafts to others unasked, and for a port that is taken.
    """
    settings = load_settings(settings_file, content, None)
    names = names_of(host)
    sock = listen(host or LOOPBACK[0], port)
    port = sock.getsockname()[1]
    folder = Path(settings["PATH"])
    theme, overrides = Path(settings["THEME"]), overrides_of(settings)
    mounts = mounts_of(folder, theme, settings["SITEURL"], overrides)
    if host not in {"", *LOOPBACK}:
        say(f"Everybody who can reach {host} can see drafts now.")
    address = f"http://{names[0]}:{port}"
    others = ", ".join(others_of(settings))
    if others:
        say(f"Other plugins do not run in the preview, so nothing of theirs is shown: {others}.")
    app = Preview(mounts, editor).app(names, port)
    config = uvicorn.Config(
        app, log_level="critical", server_header=False, timeout_graceful_shutdown=1, lifespan="on"
    )
    note = cache_folder(folder) / NOTE
    note.write_text(address, encoding="utf-8")
    target = address + urlsplit(settings["SITEURL"]).path.rstrip("/") + page
    say(f"The preview is at {target}, as long as this window is open. Ctrl+C ends it.")
    if browser:
        threading.Timer(0.3, webbrowser.open, [target]).start()
    try:
        uvicorn.Server(config).run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        note.unlink(missing_ok=True)
        sock.close()


def mounts_of(
    content: Path, theme: Path, address: str, overrides: Sequence[Path] = ()
) -> list[Mount]:
    """The practice, and the kitchen sink below it where this project has one."""
    address = address.rstrip("/")
    base = urlsplit(address).path
    kept = cache_folder(content)
    found = [Mount(LivePreview(content, theme, address, kept, overrides), base)]
    if SINK.is_dir() and SINK.resolve() != content.resolve():
        sink = LivePreview(SINK.resolve(), theme, address + KITCHEN_SINK)
        found.append(Mount(sink, base + KITCHEN_SINK))
    return found


def names_of(host: str) -> tuple[str, ...]:
    """The names by which the preview may be asked, when it was told to listen on ``host``."""
    if host in {"", *LOOPBACK}:
        return LOOPBACK
    try:
        everywhere = ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        everywhere = False
    if everywhere or "*" in host:
        raise UsageError(
            f"`{host}` means every network this machine is in: name one address of this machine, "
            "such as 192.168.1.20, if others are to see the preview"
        )
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return (name.lower(), *LOOPBACK)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, on ``port`` or, for 0, on the first free one from ``PORT`` on."""
    tried = [port] if port else range(PORT, PORT + TRIED)
    for number in tried:
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                host.strip("[]"), number, type=socket.SOCK_STREAM
            )[0]
        except socket.gaierror as error:
            raise UsageError(f"there is no host `{host}`") from error
        sock = socket.socket(family, kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(place)
            sock.listen(128)
        except OSError as error:
            sock.close()
            reason = error.strerror
        else:
            return sock
    if port:
        raise UsageError(f"port {port} cannot be used ({reason}): name another with `--port`")
    raise UsageError(f"no port from {PORT} to {PORT + TRIED - 1} is free: name one with `--port`")


def running(content: Path) -> str | None:
    """The address of a preview of this content that is running now."""
    note = cache_folder(content) / NOTE
    try:
        address = note.read_text(encoding="utf-8")
        parts = urlsplit(address)
        socket.create_connection((str(parts.hostname), parts.port or 80), timeout=0.5).close()
    except (OSError, ValueError):
        return None
    return address


def open_in(address: str, page: str, settings_file: Path, content: Path | None = None) -> None:
    """Open a page of a running preview in the browser."""
    settings = load_settings(settings_file, content, None)
    webbrowser.open(address + urlsplit(settings["SITEURL"]).path.rstrip("/") + page)
