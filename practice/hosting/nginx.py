"""nginx: settings for its `http` block and for the `server` block of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable

from practice.hosting.headers import (
    CACHING,
    NOT_FOUND,
    POLICY,
    SEARCH,
    SEARCH_POLICY,
    SECURITY,
    SOON,
    policy,
)
from practice.site.redirects import Redirect


def quoted(text: str) -> str:
    """Return a text as one parameter of a directive, whatever it contains.

    A `$` still begins a variable in parameters that may have some; nginx cannot escape it. The
    location of a redirect never contains one.
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def http_settings(base: str) -> str:
    """What nginx needs once, in its `http` block."""
    search = [(folder, policy(SEARCH_POLICY)) for folder in SEARCH]
    maps = [
        ("practice_policy", policy(POLICY), search),
        ("practice_caching", SOON, list(CACHING.items())),
    ]
    text = ""
    for variable, default, cases in maps:
        text += f"map $uri ${variable} {{\n  default {quoted(default)};\n"
        for folder, value in cases:
            text += f"  {quoted('~^' + re.escape(base + folder))} {quoted(value)};\n"
        text += "}\n"
    return text


def server_settings(base: str, moved: Iterable[Redirect]) -> str:
    """What nginx needs in the `server` block of the site, beside its name and certificate."""
    lines = [
        "index index.html;",
        "charset utf-8;",
        "charset_types text/css text/plain application/javascript image/svg+xml;",
        "server_tokens off;",
        "absolute_redirect off;",
        "gzip_static on;",
        "gzip_vary on;",
        "# brotli_static on;  # where nginx has the module ngx_brotli",
        f"error_page 404 {quoted(base + NOT_FOUND)};",
        'add_header Content-Security-Policy "$practice_policy" always;',
        'add_header Cache-Control "$practice_caching" always;',
        *(f"add_header {name} {quoted(value)} always;" for name, value in SECURITY.items()),
        "location ~ \\.(?:gz|br)$ { internal; }",
    ]
    return "".join(f"{line}\n" for line in lines) + redirects(moved, base)


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Locations for an nginx `server`."""
    return "".join(
        f"location = {quoted(base + r.source)} {{ "
        + (f"return 301 {quoted(r.location(base))};" if r.target else "return 410;")
        + " }\n"
        for r in moved
    )
