"""Real servers for the tests of publishing: nginx, sshd, and those that rclone has built in.

A server that is not installed skips its test, or fails it when `CI=true` (see `tools.py`).
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

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
def sshd(folder: Path):
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
        "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n"
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
