"""What a build depends on besides its files: the interpreter, the packages, and the date."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import os
import sys
import zoneinfo
from contextlib import suppress
from pathlib import Path


@functools.cache
def environment_fingerprint() -> bytes:
    """Fingerprint of the interpreter, installed packages and our source.

    Part of every key whose value depends on how our code reads its input.
    """
    digest = hashlib.sha256(sys.version.encode())
    for place in sys.path:
        with suppress(OSError):
            names = sorted(found.name for found in Path(place or ".").glob("*.dist-info"))
            digest.update("\n".join(names).encode())
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


def now() -> dt.datetime:
    """Return the time in UTC: now, or `SOURCE_DATE_EPOCH`.

    Source of the variable: https://reproducible-builds.org/specs/
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC)
    return dt.datetime.now(tz=dt.UTC)


def today(zone: str) -> dt.date:
    """Return the build date in a time zone, such as `America/Los_Angeles`.

    The zone is that of the practice (`TIMEZONE`), not of the computer. Otherwise a server in UTC
    would publish tomorrow's post the evening before.
    """
    return now().astimezone(zoneinfo.ZoneInfo(zone)).date()
