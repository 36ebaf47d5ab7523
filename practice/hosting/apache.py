"""Apache: the site's `.htaccess`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from practice.hosting.headers import (
    CACHING,
    NOT_FOUND,
    POLICY,
    SEARCH,
    SEARCH_POLICY,
    SECURITY,
    SOON,
    differing,
    policy,
)
from practice.site.outside import Outside
from practice.site.redirects import Redirect

QUERY = re.compile("[?#]")
CODES = re.compile(r"(?:%(?!2[3F]|3F|[01]|7F)[0-9A-F]{2})+", re.IGNORECASE)
"""Codes of characters that Apache encodes as they were."""


def quoted(text: str) -> str:
    """Return a text as one argument of a directive.

    A line break would end the directive and `${` begin a variable, and nothing escapes the two. So
    neither may be in ``text``: paths are written with ``pattern``, locations with ``substitution``.
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pattern(path: str) -> str:
    """Return a regular expression (PCRE) for the path, in letters, digits and codes of bytes."""
    return re.sub(rb"[^\w/-]", lambda match: b"\\x%02x" % ord(match[0]), path.encode()).decode()


def substitution(location: str) -> str:
    """Return a percent-encoded location as `RedirectMatch` expects it, which encodes the path.

    Codes that would not come back as they were (of `/`, `?`, `#` and control characters) are kept.
    """
    path = QUERY.split(location, maxsplit=1)[0]
    rest = location.removeprefix(path)
    decoded = CODES.sub(lambda match: unquote(match[0]), path)
    return re.sub(r"[\\${]", r"\\\g<0>", decoded) + rest


def htaccess(base: str, moved: Iterable[Redirect], pages: Mapping[str, Outside]) -> str:
    """Return Apache's `.htaccess`; it needs the modules `headers` and `alias`.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    search = [pattern(base + folder) for folder in SEARCH]
    caching = [(pattern(base + folder), value) for folder, value in CACHING.items()]
    lines = [
        "Options -Indexes",
        "AddCharset utf-8 .html .css .js .svg .txt .xml",
        "AddType image/avif .avif",
        f"ErrorDocument 404 {quoted(base + NOT_FOUND)}",
        *(_header(name, value) for name, value in SECURITY.items()),
        _header("Content-Security-Policy", policy(POLICY)),
        _header("Content-Security-Policy", policy(SEARCH_POLICY), "|".join(search)),
        _header("Cache-Control", SOON),
        *(_header("Cache-Control", value, where) for where, value in caching),
        *(
            _header(name, value, f"{pattern(base + address)}(?:index\\.html)?$")
            for address, outside in sorted(pages.items())
            for name, value in differing(address, outside).items()
        ),
    ]
    return "".join(f"{line}\n" for line in lines) + redirects(moved, base)


def _header(name: str, value: str, where: str = "") -> str:
    """Return a directive that sets a header, for all files or those whose path starts so."""
    condition = f" {quoted(f'expr=%{{REQUEST_URI}} =~ m#^(?:{where})#')}" if where else ""
    return f"Header always set {name} {quoted(value.replace('%', '%%'))}{condition}"


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Return the redirect directives of `.htaccess`."""
    return "".join(
        f"RedirectMatch 301 {quoted(f'^{pattern(base + r.source)}$')} "
        f"{quoted(substitution(r.location(base)))}\n"
        if r.target
        else f"RedirectMatch 410 {quoted(f'^{pattern(base + r.source)}$')}\n"
        for r in moved
    )
