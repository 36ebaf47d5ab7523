"""Real servers for the tests of publishing: nginx, sshd, and what rclone serves.

Nothing here is a test. Debian's packages are installed where they are missing and we may;
otherwise the test is skipped, and fails where `CI` is set.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import debian
import pytest

PATIENCE = 20
"""Seconds for a server to answer."""


def program(name: str, package: str) -> str:
    """The path of a program of the system; installed where it is missing and we may."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(name, path=path)
    why = ""
    if not found:
        why = debian.install(package)
        found = shutil.which(name, path=path)
    if not found:
        message = f"there is no `{name}`: {why or f'`{package}` does not hold it'}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def rclone() -> str:
    return str(Path(sys.executable).with_name("rclone"))


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


@contextmanager
def running(command, port: int, log: Path, **options):
    """Run a server until it is no longer needed; it is up once its port answers."""
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


@contextmanager
def s3(folder: Path, log: Path):
    """A bucket store over a folder; the value is its endpoint."""
    port = free_port()
    command = [rclone(), "serve", "s3", "--auth-key", f"{KEY},{SECRET}"]
    command += ["--addr", f"127.0.0.1:{port}", "--config", "/dev/null", str(folder)]
    with running(command, port, log):
        yield f"http://127.0.0.1:{port}"


KEY, SECRET = "practice-key-id", "practice-secret-key"


def known_hosts(port: int, file: Path) -> None:
    """Write down the keys of a server."""
    command = [program("ssh-keyscan", "openssh-client"), "-p", str(port), "127.0.0.1"]
    keys = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert keys
    file.write_text(keys)


@contextmanager
def rclone_sftp(folder: Path, log: Path, password: str):
    """An SFTP server over a folder, with the user `practice`; the value is its port."""
    port = free_port()
    command = [rclone(), "serve", "sftp", "--user", "practice", "--pass", password]
    command += ["--addr", f"127.0.0.1:{port}", "--config", "/dev/null", str(folder)]
    with running(command, port, log):
        yield port


@contextmanager
def sshd(folder: Path):
    """Debian's OpenSSH with SFTP only and one key that may log in; the value is its port."""
    server = program("sshd", "openssh-server")
    keygen = program("ssh-keygen", "openssh-client")
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


@contextmanager
def nginx(folder: Path, root: Path, server: Path | None = None, http: Path | None = None):
    """Debian's nginx over a folder, with our generated settings; the value is its address.

    With ``server`` and ``http`` it speaks TLS under a certificate of its own, `folder/cert.pem`.
    """
    program_path = program("nginx", "nginx-light")
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
    with running([program_path, "-c", str(settings)], port, folder / "log"):
        yield f"{scheme}://127.0.0.1:{port}"


def certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1, signed by itself."""
    subprocess.run(
        [
            *(program("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-nodes"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
