"""nginx: settings for its `http` block and for the `server` block of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

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
    varying,
)
from practice.site.outside import Outside
from practice.site.redirects import Redirect


def quoted(text: str) -> str:
    """Return a text as one parameter of a directive, whatever it contains.

    A `$` still begins a variable in parameters that may have some; nginx cannot escape it. The
    location of a redirect never contains one.
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def http_settings(base: str, pages: Mapping[str, Outside]) -> str:
    """What nginx needs once, in its `http` block.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    search = [(folder, policy(SEARCH_POLICY)) for folder in SEARCH]
    maps = [
        ("Content-Security-Policy", "practice_policy", policy(POLICY), search),
        ("Cache-Control", "practice_caching", SOON, list(CACHING.items())),
        *((name, _variable(name), SECURITY[name], []) for name in sorted(varying(pages))),
    ]
    text = ""
    for header, variable, default, cases in maps:
        text += f"map $uri ${variable} {{\n  default {quoted(default)};\n"
        for address, outside in sorted(pages.items()):
            if value := differing(address, outside).get(header):
                page = f"~^{re.escape(base + address)}(?:index\\.html)?$"
                text += f"  {quoted(page)} {quoted(value)};\n"
        for folder, value in cases:
            text += f"  {quoted('~^' + re.escape(base + folder))} {quoted(value)};\n"
        text += "}\n"
    return text


def _variable(header: str) -> str:
    return f"practice_{header.lower().replace('-', '_')}"


def server_settings(base: str, moved: Iterable[Redirect], pages: Mapping[str, Outside]) -> str:
    """What nginx needs in the `server` block of the site, beside its name and certificate."""
    security = SECURITY | {name: f"${_variable(name)}" for name in varying(pages)}
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
        *(f"add_header {name} {quoted(value)} always;" for name, value in security.items()),
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
