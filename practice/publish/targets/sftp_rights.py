"""Rights on a server with SFTP: patients can read what was uploaded, whatever the server's umask.

rclone uploads the files, but cannot set their mode, so the server's umask decides it. This module
sets the modes afterwards, over a connection of its own, where the umask keeps others from reading.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import paramiko

from practice.problems import UsageError
from practice.publish.settings import Sftp

FILE, FOLDER = 0o644, 0o755
"""The modes of files and folders that a web server can read."""
CONNECT = 20
"""Seconds in which a server has to accept a connection."""


class Unchecked(Exception):
    """The rights could not be checked; the message says why."""


def make_readable(
    target: Sftp, folder: Path, password: str | None, paths: Iterable[str], *, root: bool
) -> bool:
    """Let everybody read files that were just uploaded; return whether that was needed.

    ``folder`` is that of the settings, ``paths`` are below ``target.path``. Only folders that hold
    one of them are changed, and the folder of the site itself only with ``root``, that is, if it
    may be new. One file tells for all, because they have the same umask. Raises ``Unchecked``, and
    ``UsageError`` if the server refuses to change a mode.
    """
    try:
        with _connected(target, folder, password) as client, client.open_sftp() as server:
            channel = server.get_channel()
            if channel:
                channel.settimeout(target.time_limit)
            return _make_readable(server, PurePosixPath(target.path), sorted(paths), root=root)
    except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
        raise Unchecked(str(error) or type(error).__name__) from error


def _connected(target: Sftp, folder: Path, password: str | None) -> paramiko.SSHClient:
    client = paramiko.SSHClient()  # it refuses a server whose key is not known
    client.load_host_keys(str(folder / target.known_hosts))
    key = (folder / target.key_file.expanduser()).resolve() if target.key_file else None
    client.connect(
        target.server,
        target.port,
        target.user,
        password=password,
        key_filename=str(key) if key and not password else None,
        allow_agent=not (password or key),
        look_for_keys=False,
        timeout=CONNECT,
        banner_timeout=CONNECT,
        auth_timeout=CONNECT,
    )
    return client


def _make_readable(
    server: paramiko.SFTPClient, site: PurePosixPath, paths: list[str], *, root: bool
) -> bool:
    folders = {folder for path in paths for folder in PurePosixPath(path).parents}
    if not root:
        folders.discard(PurePosixPath())
    places = [site / folder for folder in sorted(folders)]
    closed = [place for place in places if not _allows(server, place, 0o005)]
    readable = all(_allows(server, site / path, 0o004) for path in paths[:1])
    changes = [(place, FOLDER) for place in closed]
    if not readable:
        changes += [(site / path, FILE) for path in paths]
    for place, mode in changes:
        try:
            server.chmod(str(place), mode)
        except OSError as error:
            raise UsageError(
                f"{place}: the web server cannot read what was uploaded, and the server does not "
                f"let its rights be changed ({error}): ask your host for a umask of 022"
            ) from error
    return bool(changes)


def _allows(server: paramiko.SFTPClient, place: PurePosixPath, bits: int) -> bool:
    """Return whether everybody has these rights; a server that tells no mode is trusted."""
    mode = server.stat(str(place)).st_mode
    return mode is None or stat.S_IMODE(mode) & bits == bits
