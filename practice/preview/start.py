"""Starts the preview: its sites, its address, and its host names."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from practice.build.other_plugins import others_of
from practice.build.settings import load_settings, overrides_of
from practice.preview.connections import server_of
from practice.preview.edits import Mount
from practice.preview.guard import LOOPBACK
from practice.preview.live import LivePreview
from practice.preview.server import KITCHEN_SINK, Preview, editor_command
from practice.problems import UsageError
from practice.support.cache_folder import cache_folder
from practice.support.platform import reserve_address
from practice.support.store import RAW, Store

PORT = 8000
TRIED = 20
"""The number of ports to try if none was requested."""
SINK = Path("tests/kitchen-sink")
ADDRESS = re.compile(r"http://[\w.-]+:[0-9]{1,5}|http://\[[0-9a-f:.]+\]:[0-9]{1,5}")


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
    """Show the site in a browser until Ctrl+C.

    ``page`` is the address that the browser opens. Raises ``UsageError`` for a host that would
    show drafts to every network, a port that is in use, and an ``editor`` that is no command.
    """
    settings = load_settings(settings_file, content, None)
    try:
        editor_command(editor, settings_file, 1)
    except ValueError as error:
        raise UsageError(f"`--editor` cannot be used: {error}") from error
    names = names_of(host)
    sock = listen(host or LOOPBACK[0], port)
    port = sock.getsockname()[1]
    folder = Path(settings["PATH"])
    theme, overrides = Path(settings["THEME"]), overrides_of(settings)
    mounts = mounts_of(folder, theme, settings["SITEURL"], overrides, settings["TIMEZONE"])
    if host not in {"", *LOOPBACK}:
        say(f"Everyone who can reach {host} can see your drafts now.")
    address = f"http://{names[0]}:{port}"
    others = ", ".join(others_of(settings))
    if others:
        say(f"Other plugins do not run in the preview, so nothing of theirs is shown: {others}.")
    server = server_of(Preview(mounts, editor).app(names, port))
    _note(folder, address)
    target = address + urlsplit(settings["SITEURL"]).path.rstrip("/") + page
    say(f"The preview is at {target}, as long as this window is open. Press Ctrl+C to stop it.")
    if browser:
        threading.Timer(0.3, webbrowser.open, [target]).start()
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        _note(folder, "")
        sock.close()


def _note(content: Path, address: str) -> None:
    """Note where the preview of some content runs, for ``running``."""
    with Store(cache_folder(content), "preview", RAW) as store:
        store.put({_note_key(content): address.encode()})


def _note_key(content: Path) -> bytes:
    return hashlib.sha256(b"preview" + os.fsencode(content.resolve())).digest()


def mounts_of(
    content: Path, theme: Path, address: str, overrides: Sequence[Path] = (), zone: str = "UTC"
) -> list[Mount]:
    """Return the site, and the kitchen sink if this project has one."""
    address = address.rstrip("/")
    base = urlsplit(address).path
    kept = cache_folder(content)
    found = [Mount(LivePreview(content, theme, address, kept, overrides, zone=zone), base)]
    if SINK.is_dir() and SINK.resolve() != content.resolve():
        sink = LivePreview(SINK.resolve(), theme, address + KITCHEN_SINK, zone=zone)
        found.append(Mount(sink, base + KITCHEN_SINK))
    return found


def names_of(host: str) -> tuple[str, ...]:
    """Return the host names that the preview accepts when it listens on ``host``."""
    if host in {"", *LOOPBACK}:
        return LOOPBACK
    try:
        everywhere = ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        everywhere = False
    if everywhere or "*" in host:
        raise UsageError(
            f"`{host}` means every network of this computer: to show the preview to others, name "
            "one address of this computer, such as 192.168.1.20"
        )
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return (name.lower(), *LOOPBACK)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on ``port``, or for 0 on the first free port from ``PORT`` on."""
    tried = [port] if port else range(PORT, PORT + TRIED)
    for number in tried:
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                host.strip("[]"), number, type=socket.SOCK_STREAM
            )[0]
        except socket.gaierror as error:
            raise UsageError(f"there is no host `{host}`") from error
        sock = socket.socket(family, kind, protocol)
        reserve_address(sock)
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
    """Return the address of a running preview of this content, or None."""
    with Store(cache_folder(content), "preview", RAW) as store:
        key = _note_key(content)
        address = store.get([key]).get(key, b"").decode(errors="replace")
    if not ADDRESS.fullmatch(address):
        return None
    parts = urlsplit(address)
    try:
        socket.create_connection((str(parts.hostname), parts.port), timeout=0.5).close()
    except (OSError, ValueError, OverflowError):
        return None
    return address


def open_in(address: str, page: str, settings_file: Path, content: Path | None = None) -> None:
    """Open a page of a running preview in the browser."""
    settings = load_settings(settings_file, content, None)
    webbrowser.open(address + urlsplit(settings["SITEURL"]).path.rstrip("/") + page)
