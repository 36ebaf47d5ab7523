"""Verification: request every file of the live site and compare it with the release."""

from __future__ import annotations

import hashlib
import html
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from urllib.parse import quote, urljoin, urlsplit

from practice.hosting import headers
from practice.paths import command_of
from practice.problems import Problem
from practice.publish.release import Release, address_of, served

AT_ONCE = 8
TIMEOUT = 20.0
"""Seconds to wait for one response."""
PATIENCE = (0, 2, 5, 10)
"""Seconds to wait before each try, because caches take a moment to expire."""
HOPS = 5
MOVED = re.compile(r'<meta(?=[^>]*http-equiv="?refresh)[^>]*?url=(?P<target>[^">\s]+)')


@dataclass(frozen=True)
class Answer:
    """The response of a server."""

    status: int
    headers: Message
    body: bytes


class _Stay(urllib.request.HTTPRedirectHandler):
    """Returns a redirect instead of following it."""

    def redirect_request(self, *_args: object) -> None:
        return None


def get(url: str) -> Answer:
    """Request an address without following redirects; the status is 0 if there is no response."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(url)
    opener = urllib.request.build_opener(
        _Stay(), urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    request = urllib.request.Request(  # noqa: S310  # the scheme is checked above
        url, headers={"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
    )
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())
    except (OSError, urllib.error.URLError):
        return Answer(0, Message(), b"")


def files(address: str, release: Release, *, with_headers: bool) -> list[Problem]:
    """Return a problem for each file of a release that the site does not serve byte for byte.

    ``with_headers`` also compares the headers, for hosts that send ours.
    """

    def wrong(path: str) -> str:
        where = address_of(path)
        answer = get(address + quote(where))
        if answer.status != 200 and not (answer.status == 404 and where == headers.NOT_FOUND):
            return f"answers {answer.status or 'nothing'}"
        if hashlib.sha256(answer.body).hexdigest() != release.files[path].sha256:
            return "answers with different content"
        if with_headers:
            for name, value in headers.of(where).items():
                said = answer.headers.get(name)
                if said != value:
                    return f"answers with `{name}: {said}`, not `{value}`"
        return ""

    return list(_repeated(sorted(served(release.files)), wrong, "verify-file", address))


def addresses(address: str, kept: Iterable[str], gone: Iterable[str]) -> list[Problem]:
    """Return a problem for each address of the previous release that is now dead."""

    def wrong(where: str) -> str:
        url = address + quote(where)
        for _ in range(HOPS):
            answer = get(url)
            if answer.status in (301, 302, 307, 308):
                url = urljoin(url, answer.headers["Location"])
                if urlsplit(url).netloc != urlsplit(address).netloc:
                    return ""  # it redirects to another site, which we do not request
                continue
            moved = MOVED.search(answer.body.decode("utf-8", "replace"))
            if answer.status == 200 and moved:
                url = urljoin(url, html.unescape(moved["target"]))
                continue
            return "" if answer.status == 200 else f"answers {answer.status or 'nothing'}"
        return "redirects in a loop"

    asked = sorted(set(kept) - set(gone))
    return list(_repeated(asked, wrong, "verify-address", address))


def _repeated(
    asked: list[str], wrong: Callable[[str], str], code: str, address: str
) -> Iterator[Problem]:
    found: dict[str, str] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for pause in PATIENCE:
            time.sleep(pause)
            found = {
                path: message
                for path, message in zip(asked, pool.map(wrong, asked), strict=True)
                if message
            }
            asked = list(found)
            if not asked:
                return
    hint = (
        f"check the host's settings, then publish again or go back with `{command_of('rollback')}`"
    )
    for path, message in found.items():
        where = path if path.startswith("/") else address_of(path)
        yield Problem(address + where, 1, code, message, hint)
