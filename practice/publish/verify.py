"""Verification: request every file of the live site and compare it with the release."""

from __future__ import annotations

import hashlib
import html
import re
import socket
import ssl
import string
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from functools import cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from urllib.parse import quote, urljoin, urlsplit

from practice.hosting import headers
from practice.paths import command_of
from practice.problems import Problem, ProblemsFound
from practice.publish.release import Release, address_of, served

AT_ONCE = 8
TIMEOUT = 20.0
"""Seconds to wait for a connection, and for each part of a response."""
TOO_LONG = 60.0
"""Seconds that one response may take in all."""
LARGEST_PAGE = 10_000_000
"""Bytes that are read of a page of which only the redirect is of interest."""
PATIENCE = (0, 2, 5, 10)
"""Seconds to wait before each try, because caches take a moment to expire."""
TRIES = 2
"""How often a site is asked that does not answer at all."""
HOPS = 5
WEB = ("http", "https")
REDIRECTS = (301, 302, 303, 307, 308)
MOVED = re.compile(r'<meta(?=[^>]*http-equiv="?refresh)[^>]*?url=(?P<target>[^">\s]+)')
GO_BACK = f"publish again or go back with `{command_of('rollback')}`"


@dataclass(frozen=True)
class Answer:
    """The response of a server."""

    status: int
    headers: Message
    body: bytes


class Unreachable(Exception):
    """A site gives no response at all, so it is of no use to ask for its other files."""

    def __init__(self, reason: str, remedy: str, *, lasts: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.lasts = lasts
        """Whether trying again cannot help."""


class _AsAnswered(urllib.request.HTTPErrorProcessor):
    """Returns every response as it is: no redirect is followed, and no status is an error."""

    def http_response(
        self,
        request: urllib.request.Request,  # noqa: ARG002  # the name that urllib gives it
        response: HTTPResponse,
    ) -> HTTPResponse:
        return response

    https_response = http_response


def get(url: str, most: int = LARGEST_PAGE) -> Answer:
    """Request an address without following redirects, and read ``most`` bytes of the response.

    The status is 0 if the response is cut off. Raises ``Unreachable`` if there is none.
    """
    if urlsplit(url).scheme not in WEB:
        raise _unreachable(ValueError(url))
    try:
        request = urllib.request.Request(  # noqa: S310  # the scheme is checked above
            url, headers={"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        )
        opener = _opener(ssl.get_default_verify_paths())
        response = opener.open(request, timeout=TIMEOUT)
    except (OSError, HTTPException, ValueError) as error:
        raise _unreachable(error) from error
    with response:
        try:
            body = _read(response, most)
        except (ConnectionError, HTTPException):
            return Answer(0, Message(), b"")
        except OSError as error:
            raise _unreachable(error) from error
        return Answer(response.status, response.headers, body)


@cache
def _opener(_trusted: ssl.DefaultVerifyPaths) -> urllib.request.OpenerDirector:
    """Return what opens addresses, made once: loading the certificates takes 0.1 seconds."""
    secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    return urllib.request.build_opener(_AsAnswered(), secure)


def _read(response: HTTPResponse, most: int) -> bytes:
    body, end = b"", time.monotonic() + TOO_LONG
    while len(body) < most and (part := response.read1(most - len(body))):
        body += part
        if time.monotonic() > end:
            raise TimeoutError
    if len(body) < min(int(response.headers.get("Content-Length", 0)), most):
        raise IncompleteRead(body)
    return body


def _unreachable(error: Exception) -> Unreachable:
    """Say why there is no response, and what to do."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case ssl.SSLCertVerificationError():
            why = reason.verify_message.rstrip(".")
            remedy = "renew the certificate, and check that it is for this name"
            return Unreachable(f"its certificate is not trusted ({why})", remedy, lasts=True)
        case ssl.SSLError():
            remedy = "check the server's settings for HTTPS"
            return Unreachable(f"no secure connection is possible ({reason.reason})", remedy)
        case socket.gaierror():
            remedy = "check `SITEURL`, the domain's DNS, and your connection to the internet"
            return Unreachable("its name was not found", remedy)
        case ConnectionRefusedError():
            return Unreachable("its server accepts no connections", "start the web server")
        case TimeoutError():
            remedy = "check the web server and its firewall, and your connection to the internet"
            return Unreachable("its server does not answer in time", remedy)
        case ValueError():
            return Unreachable(f"it cannot be requested ({reason})", "check `SITEURL`", lasts=True)
        case _:
            remedy = "check the web server, and your connection to the internet"
            return Unreachable(f"the connection failed ({reason or type(reason).__name__})", remedy)


def files(
    address: str, release: Release, headers_of: Callable[[str], Mapping[str, str]] | None = None
) -> list[Problem]:
    """Return a problem for each file of a release that the site does not serve byte for byte.

    ``headers_of`` returns the headers of an address, for hosts that send ours.
    Raises ``ProblemsFound`` with one problem if the site does not answer, or answers with nothing
    of the release.
    """

    def wrong(path: str) -> str:
        where = address_of(path)
        answer = get(address + quote(where), release.files[path].size + 1)
        if answer.status != 200 and not (answer.status == 404 and where == headers.NOT_FOUND):
            return _status(answer)
        if hashlib.sha256(answer.body).hexdigest() != release.files[path].sha256:
            return "answers with different content"
        if headers_of:
            for name, value in headers_of(where).items():
                said = answer.headers.get(name)
                if said != value:
                    return f"answers with `{name}: {said}`, not `{value}`"
        return ""

    asked = sorted(served(release.files))
    first = asked[:: max(1, len(asked) // AT_ONCE)][:AT_ONCE]
    found = _repeated(first, wrong, address)
    if len(found) == len(first) > 1:
        path, message = next(iter(found.items()))
        raise _whole_site(
            address,
            f"none of the {len(first)} files that were asked for first is the published one: "
            f"`{address_of(path)}` {message}",
            "check that the domain leads to this server, that the server serves the folder that "
            "was published, and the host's settings",
        )
    found |= _repeated([path for path in asked if path not in first], wrong, address)
    return [_problem(address, path, found[path], "verify-file") for path in sorted(found)]


def addresses(address: str, kept: Iterable[str], gone: Iterable[str]) -> list[Problem]:
    """Return a problem for each address of the previous release that is now dead."""

    def wrong(where: str) -> str:
        url = address + quote(where)
        for _ in range(HOPS):
            answer = get(url)
            target = _target(answer)
            if target is None:
                return "" if answer.status == 200 else _status(answer)
            try:
                url = urljoin(url, quote(target, safe=string.punctuation))
                scheme, host, *_ = urlsplit(url)
            except ValueError:
                return f"redirects to `{target}`, which is not an address"
            if host != urlsplit(address).netloc:
                return ""  # it redirects to another site, which we do not request
            if scheme not in WEB:
                return f"redirects to `{target}`, which is not a page"
        return "redirects in a loop"

    asked = sorted(set(kept) - set(gone))
    found = _repeated(asked, wrong, address)
    return [_problem(address, where, found[where], "verify-address") for where in sorted(found)]


def _repeated(asked: Sequence[str], wrong: Callable[[str], str], address: str) -> dict[str, str]:
    """Return what is wrong with each of the files or addresses after several tries.

    Raises ``ProblemsFound`` with one problem if the site does not answer.
    """
    found: dict[str, str] = {}
    silent = 0
    for pause in PATIENCE:
        time.sleep(pause)
        try:
            found = _once(asked, wrong)
        except Unreachable as why:
            silent += 1
            if why.lasts or silent == TRIES or pause == PATIENCE[-1]:
                message = f"the live site cannot be checked: {why.reason}"
                raise _whole_site(address, message, why.remedy) from why
            continue
        asked = list(found)
        if not asked:
            break
    return found


def _once(asked: Sequence[str], wrong: Callable[[str], str]) -> dict[str, str]:
    """Ask for each one; the first ``Unreachable`` ends that."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        answers = zip(asked, pool.map(wrong, asked), strict=True)
        return {path: message for path, message in answers if message}
    finally:
        pool.shutdown(cancel_futures=True)


def _target(answer: Answer) -> str | None:
    """Return where a response or a page redirects to, if it does."""
    if answer.status in REDIRECTS:
        return answer.headers["Location"]
    moved = MOVED.search(answer.body.decode("utf-8", "replace")) if answer.status == 200 else None
    return html.unescape(moved["target"]) if moved else None


def _status(answer: Answer) -> str:
    return f"answers {answer.status}" if answer.status else "is cut off in the middle"


def _whole_site(address: str, message: str, remedy: str) -> ProblemsFound:
    hint = f"{remedy}; then check again with `{command_of('publish --verify')}`"
    return ProblemsFound([Problem(f"{address}/", 1, "verify-site", message, hint)])


def _problem(address: str, path: str, message: str, code: str) -> Problem:
    where = path if path.startswith("/") else address_of(path)
    return Problem(address + where, 1, code, message, f"check the host's settings, then {GO_BACK}")
