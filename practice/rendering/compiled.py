"""Compiled templates, each compiled only once while its text stays the same.

Compiling the templates of one page takes longer than rendering it.
"""

from __future__ import annotations

import hashlib
import marshal
from contextlib import suppress
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket

from practice.support.environment import environment_fingerprint
from practice.support.signing import signed, signing_key
from practice.support.store import Store

Known = dict[str, tuple[str, CodeType]]
"""By Jinja's key of a template: the checksum of its text, and its code."""


class CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates, in memory and in the cache.

    Only environments with filters of the same kinds can share them.
    """

    def __init__(self, known: Known, folder: Path | None = None) -> None:
        """``known`` are those in memory; ``folder`` is the cache folder, if there is one."""
        self.known = known
        key = signing_key() if folder else None
        self._store = Store(folder, "templates", signed(key)) if key else None

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template's code, if it was compiled before."""
        checksum, code = self.known.get(bucket.key, ("", None))
        if checksum != bucket.checksum:
            code = self._load(bucket)
        if code is not None:
            bucket.code = code
            self.known[bucket.key] = bucket.checksum, code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        code = bucket.code
        if code is None:
            return
        self.known[bucket.key] = bucket.checksum, code
        if self._store:
            key = _key(bucket)
            self._store.put({key: key + marshal.dumps(code)})

    def _load(self, bucket: Bucket) -> CodeType | None:
        key = _key(bucket)
        kept = self._store.get([key]) if self._store else {}
        value = kept.get(key, b"")
        if not value.startswith(key):  # the signature of another template is no good
            return None
        with suppress(EOFError, ValueError, TypeError):
            code = marshal.loads(value[len(key) :])  # noqa: S302  # the signature is ours
            return code if isinstance(code, CodeType) else None
        return None


def _key(bucket: Bucket) -> bytes:
    """Return the key of a template in the cache: a digest of what its code depends on."""
    parts = (environment_fingerprint(), bucket.key, bucket.checksum)
    return hashlib.sha256(repr(parts).encode()).digest()
