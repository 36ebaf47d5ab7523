"""PDFs are published as they are: none may say who made it, run anything or carry other files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from practice.paths import display_path_of
from practice.problems import Problem
from practice.site.site import Site
from practice.support import platform, time_limit
from practice.support.environment import environment_fingerprint
from practice.support.store import Store, json_codec

LARGEST = 30_000_000
"""Bytes of a file."""

SECONDS = 7.0
"""Seconds that a file may take to check; a leaflet takes a few hundredths."""

Found = tuple[tuple[str, str, str], ...]
"""Code, message and hint of each problem of a file."""

NOT_A_PDF = (
    "pdf-broken",
    "this is no PDF that everyone can open",
    "export it as PDF anew, without a password",
)
TOO_MUCH = (
    "pdf-broken",
    "there is more in this PDF than can be checked",
    "print it to PDF, or split it into several files",
)
TOO_SLOW = (
    "pdf-broken",
    "it takes too long to check this PDF",
    TOO_MUCH[2],
)
PROPERTIES = "empty author and keywords in its properties, and export it as PDF anew"
PRINT = "print it to PDF, which leaves only what is seen"


def documents(site: Site, kept: Path | None = None) -> Iterator[Problem]:
    """Check every PDF of a site. ``kept`` is the folder of the cache; results are kept by content.

    Yields `pdf-data` for data about people, `pdf-active` for what runs or is carried along, and
    `pdf-broken` for a file that cannot be opened or holds more than can be checked.
    """
    paths = sorted(path for path in site.static if path.lower().endswith(".pdf"))
    if not paths:
        return
    with (
        Store(kept, "pdfs", json_codec(Found)) as store,
        ThreadPoolExecutor(platform.usable_processors()) as pool,
    ):
        looked = pool.map(lambda path: _found(site.file_of(path), store), paths)
        for path, found in zip(paths, looked, strict=True):
            for code, message, hint in found:
                yield Problem(f"{display_path_of(site.content)}/{path}", 1, code, message, hint)


def _found(file: Path, store: Store[Found]) -> Found:
    try:
        if file.stat().st_size > LARGEST:
            return (TOO_MUCH,)
        raw = file.read_bytes()
    except OSError as error:
        return (("file-unreadable", str(error.strerror), "check that the file may be read"),)
    key = hashlib.sha256(environment_fingerprint() + raw).digest()
    known: Found | None = store.get([key]).get(key)
    if known is not None:
        return known
    try:
        time_limit.call_in_process(time_limit.START_SECONDS, load)
        found = time_limit.call_in_process(SECONDS, look, raw)
    except time_limit.TooSlow:
        return (TOO_SLOW,)  # not cached, as below: a busy machine may be the cause
    except time_limit.ProcessEnded:
        return (TOO_MUCH,)
    store.put({key: found})
    return found


def load() -> None:
    """Load what ``look`` needs, so that its limit of time begins with the file."""
    from practice.checks import pdf_content  # noqa: F401, PLC0415  # see below


def look(raw: bytes) -> Found:
    """Return what is wrong with a PDF, given as bytes. There is no limit of time here."""
    # Loading pikepdf takes as long as building a small site, and most builds need it for no file.
    from practice.checks import pdf_content  # noqa: PLC0415  # see above

    if b"%PDF-" not in raw[:1024]:
        return (NOT_A_PDF,)
    try:
        content = pdf_content.read(raw)
    except (pdf_content.TooMuch, MemoryError):
        return (TOO_MUCH,)
    except pdf_content.NotAPdf:
        return (NOT_A_PDF,)
    found = []
    if content.names:
        who = ", ".join(list(content.names)[:3])
        found.append(("pdf-data", f"the file says who made it: {who}", PROPERTIES))
    elif content.traces:
        found.append(("pdf-data", next(iter(content.traces)), PRINT))
    if content.active:
        found.append(("pdf-active", f"the file {' and '.join(sorted(content.active))}", PRINT))
    return tuple(found)
