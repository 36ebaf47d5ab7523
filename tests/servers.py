"""Real servers for the tests of publishing: nginx, sshd, git, and those of rclone; faulty lines.

A server that is not installed skips its test, or fails it when `CI=true` (see `tools.py`).
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import pytest
import tools

PATIENCE = 120
"""Seconds after which a server that does not answer fails the test."""


def rclone() -> str:
    return str(Path(sys.executable).with_name("rclone"))


PORTS = range(20_000, 32_000)
"""Ports below those that systems give to outgoing connections, so that none of these takes one
between our look and the start of the server."""


def free_port() -> int:
    """A port on which nothing listens; a random one, because other test processes choose too."""
    chance = random.SystemRandom()
    while True:
        port = chance.choice(PORTS)
        with socket.socket() as server, contextlib.suppress(OSError):
            server.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running(command, port: int, log: Path, **options):
    """Run a server for as long as the block runs, which begins once its port answers."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, **options)
        try:
            end = time.monotonic() + PATIENCE
            while True:
                assert server.poll() is None, log.read_text()
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert time.monotonic() < end, log.read_text()
                    time.sleep(0.05)
            yield port
        finally:
            server.terminate()
            server.wait(PATIENCE)


@contextlib.contextmanager
def s3(folder: Path, log: Path):
    """An S3 store whose buckets are the folders in `folder`; the value is its endpoint."""
    port = free_port()
    command = [rclone(), "serve", "s3", "--auth-key", f"{KEY},{SECRET}"]
    command += ["--addr", f"127.0.0.1:{port}", "--config", "/dev/null", str(folder)]
    with running(command, port, log):
        yield f"http://127.0.0.1:{port}"


KEY, SECRET = "practice-key-id", "practice-secret-key"


def known_hosts(port: int, file: Path) -> None:
    """Write the public keys of the SSH server at a port into a file."""
    command = [tools.required("ssh-keyscan"), "-p", str(port), "127.0.0.1"]
    keys = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert keys
    file.write_text(keys)


@contextlib.contextmanager
def rclone_sftp(folder: Path, log: Path, password: str):
    """An SFTP server over a folder, with the user `practice`; the value is its port."""
    port = free_port()
    command = [rclone(), "serve", "sftp", "--user", "practice", "--pass", password]
    command += ["--addr", f"127.0.0.1:{port}", "--config", "/dev/null", str(folder)]
    with running(command, port, log):
        yield port


@contextlib.contextmanager
def webdav(folder: Path, log: Path):
    """A WebDAV server over a folder; the value is its address."""
    port = free_port()
    command = [rclone(), "serve", "webdav", "--config", "/dev/null"]
    command += ["--addr", f"127.0.0.1:{port}", str(folder)]
    with running(command, port, log):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def git_daemon(folder: Path, log: Path):
    """A Git server for the repositories in a folder, which may be pushed to; its port."""
    port = free_port()
    program = tools.required("git")
    found = subprocess.run([program, "--exec-path"], capture_output=True, text=True, check=True)
    command = [str(Path(found.stdout.strip(), "git-daemon")), "--export-all", "--reuseaddr"]
    command += ["--enable=receive-pack", f"--base-path={folder}", "--listen=127.0.0.1"]
    with running([*command, f"--port={port}", str(folder)], port, log):
        yield port


class Proxy:
    """A TCP proxy to a server on this machine, whose line can be cut, silent, slow or down."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.port = free_port()
        self.cut_after: int | None = None
        """Bytes from the client after which every connection is cut, and new ones, too."""
        self.silent = False
        """Whether nothing goes through any more, while connections stay open."""
        self.slow = 0.0
        """Seconds before each piece of data from the client."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    def down(self) -> None:
        """Close everything; then connections are refused."""
        self._close(self.listener)
        for connection in self.open:
            self._close(connection)

    def heal(self) -> None:
        """End every fault. What was cut or silent stays so for connections of before."""
        self.cut_after, self.silent, self.slow = None, False, 0.0

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server))
                self.open += [client, server]
                for source, target in ((client, server), (server, client)):
                    arguments = (source, target, source is client)
                    threading.Thread(target=self._pass, args=arguments, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                if self.silent:
                    continue
                if counted and self.slow:
                    time.sleep(self.slow)
                if counted and self.cut_after is not None:
                    data, self.cut_after = data[: self.cut_after], self.cut_after - len(data)
                    if self.cut_after <= 0:
                        self.cut_after = 0
                        target.sendall(data)
                        break
                target.sendall(data)
        self._close(source)
        self._close(target)

    @staticmethod
    def _close(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextlib.contextmanager
def small_disk(folder: Path, size: str = "1m"):
    """A disk of this size at a folder; only root can make one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a full disk, which needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def sshd(folder: Path, umask: str = "022"):
    """OpenSSH, restricted to SFTP, with one key that may log in; the value is its port."""
    server = tools.required("sshd")
    keygen = tools.required("ssh-keygen")
    folder.mkdir(parents=True)
    for name in ("host", "user"):
        key = folder / name
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (folder / "authorized").write_text((folder / "user.pub").read_text())
    port = free_port()
    settings = folder / "sshd_config"
    settings.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
        f"AuthorizedKeysFile {folder}/authorized\nPidFile none\nStrictModes no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n"
        "PermitRootLogin prohibit-password\n"
        f"Subsystem sftp internal-sftp\nForceCommand internal-sftp -u {umask}\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    command = [server, "-D", "-e", "-f", str(settings)]
    with running(command, port, folder / "log"):
        yield port


@contextlib.contextmanager
def nginx(folder: Path, root: Path, server: Path | None = None, http: Path | None = None):
    """nginx serving `root`; the value is its address.

    With the settings files that we generate for its `server` and `http` sections, it serves HTTPS
    with a certificate that it signs itself, `folder/cert.pem`.
    """
    program = tools.required("nginx")
    folder.mkdir(parents=True)
    port = free_port()
    tls = ""
    scheme = "http"
    if server:
        certificate(folder)
        tls = f" ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem"
        scheme = "https"
    settings = folder / "nginx.conf"
    settings.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + "events { worker_connections 256; }\n"
        "http {\ninclude /etc/nginx/mime.types; access_log off;\n"
        + "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + (f"include {http};\n" if http else "")
        + f"server {{ listen 127.0.0.1:{port}{tls}; root {root};\n"
        + (f"include {server};\n" if server else "index index.html;\n")
        + "}\n}\n"
    )
    with running([program, "-c", str(settings)], port, folder / "log"):
        yield f"{scheme}://127.0.0.1:{port}"


@contextlib.contextmanager
def caddy(folder: Path, root: Path, site: str):
    """Caddy serving `root` with the directives that we generate; the value is its address."""
    program, port = tools.required("caddy"), free_port()
    folder.mkdir(parents=True)
    settings = folder / "Caddyfile"
    (folder / "site").write_text(site, "utf-8")
    settings.write_text(
        f"{{\n  admin off\n  auto_https off\n}}\nhttp://127.0.0.1:{port} {{\n"
        f"  root * {root}\n  import {folder}/site\n}}\n"
    )
    command = [program, "run", "--config", str(settings), "--adapter", "caddyfile"]
    with running(command, port, folder / "log"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def apache(folder: Path, root: Path):
    """Apache serving `root`, where `.htaccess` may set everything; the value is its address.

    Its user must be able to read `root`, which is not so below the folders that pytest makes.
    """
    program, port = tools.required("apache2"), free_port()
    folder.mkdir(parents=True)
    modules = "authz_core", "mpm_event", "dir", "mime", "headers", "alias"
    load_modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in modules
    )
    settings = folder / "apache.conf"
    settings.write_text(
        f"ServerRoot {folder}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n{load_modules}"
        f"PidFile {folder}/pid\nDefaultRuntimeDir {folder}\nErrorLog {folder}/error\n"
        + ("User www-data\nGroup www-data\n" if os.geteuid() == 0 else "")
        + f"TypesConfig /etc/mime.types\nDocumentRoot {root}\nDirectoryIndex index.html\n"
        f"<Directory {root}>\n  AllowOverride All\n  Require all granted\n</Directory>\n"
    )
    command = [program, "-D", "FOREGROUND", "-f", str(settings)]
    with running(command, port, folder / "log"):
        yield f"http://127.0.0.1:{port}"


def certificate(folder: Path) -> None:
    """Make a self-signed certificate for 127.0.0.1."""
    subprocess.run(
        [
            *(tools.required("openssl"), "req", "-x509", "-newkey", "ec", "-nodes"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
