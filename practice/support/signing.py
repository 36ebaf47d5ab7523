"""Signatures for what the cache holds of code, made with a secret key of this user.

Plain data from the cache is checked when it is loaded, so it cannot do harm, whoever wrote it. Code
cannot be checked that way. It is used only if it was signed with a key that lies outside the
cache: a cache that came from elsewhere, or that somebody has changed, brings no code.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

from practice.support import platform
from practice.support.cache_folder import NAME, why_not_private
from practice.support.store import Codec

BYTES = 32
"""The length of a key and of a signature (SHA-256)."""
OTHERS = 0o077
"""The mode bits that let others read or write a file."""


def signing_key() -> bytes | None:
    """Return this user's key, which is made at its first use; None if it cannot be kept secret."""
    folder = Path(platformdirs.user_state_dir(NAME, appauthor=False))
    if why_not_private(folder):
        return None
    file = folder / "signing-key"
    with suppress(OSError):
        return _read(file) or _new(file)
    return None


def _read(file: Path) -> bytes | None:
    """Return the key in a file; None if it is missing, damaged, or others could read it."""
    try:
        with file.open("rb") as opened:
            found = os.fstat(opened.fileno())
            key = opened.read(BYTES + 1)
    except FileNotFoundError:
        return None
    private = platform.is_own(found) and not (platform.MODES_MATTER and found.st_mode & OTHERS)
    return key if private and stat.S_ISREG(found.st_mode) and len(key) == BYTES else None


def _new(file: Path) -> bytes:
    """Write a new key, which makes everything signed before it void."""
    key = secrets.token_bytes(BYTES)
    handle, name = tempfile.mkstemp(dir=file.parent)  # only this user may read it
    with os.fdopen(handle, "wb") as opened:
        opened.write(key)
    Path(name).replace(file)
    return key


def signed(key: bytes) -> Codec[bytes]:
    """Return a codec that loads only what was signed with the key."""

    def dump(value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256") + value

    def load(raw: bytes) -> bytes:
        signature, value = raw[:BYTES], raw[BYTES:]
        if not hmac.compare_digest(signature, hmac.digest(key, value, "sha256")):
            raise ValueError("the signature is wrong")
        return value

    return Codec(dump, load)
