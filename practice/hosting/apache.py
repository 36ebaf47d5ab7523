"""Apache: the site's `.htaccess`."""

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


def htaccess(base: str, moved: Iterable[Redirect]) -> str:
    """Return Apache's `.htaccess`; it needs the modules `headers` and `alias`."""
    search = "|".join(re.escape(base + folder) for folder in SEARCH)
    where = f'"expr=%{{REQUEST_URI}} =~ m#^(?:{search})#"'
    lines = [
        "Options -Indexes",
        "AddCharset utf-8 .html .css .js .svg .txt .xml",
        "AddType image/avif .avif",
        f"ErrorDocument 404 {base}{NOT_FOUND}",
        *(f'Header always set {name} "{value}"' for name, value in SECURITY.items()),
        f'Header always set Content-Security-Policy "{policy(POLICY)}"',
        f'Header always set Content-Security-Policy "{policy(SEARCH_POLICY)}" {where}',
        f'Header always set Cache-Control "{SOON}"',
        *(
            f'Header always set Cache-Control "{value}" '
            f'"expr=%{{REQUEST_URI}} =~ m#^{re.escape(base + folder)}#"'
            for folder, value in CACHING.items()
        ),
    ]
    return "".join(f"{line}\n" for line in lines) + redirects(moved, base)


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Return the redirect directives of `.htaccess`."""
    return "".join(
        f'RedirectMatch 301 "^{re.escape(base + r.source)}$" "{r.location(base)}"\n'
        if r.target
        else f'RedirectMatch 410 "^{re.escape(base + r.source)}$"\n'
        for r in moved
    )
