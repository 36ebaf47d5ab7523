"""Caddy: directives for the block of the site."""

from __future__ import annotations

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


def site_settings(base: str, moved: Iterable[Redirect]) -> str:
    """Return the directives for the site's block, in addition to `root`."""
    lines = ["file_server {", "  precompressed br gzip", "}", "header {"]
    lines += [f'  {name} "{value}"' for name, value in SECURITY.items()]
    lines += ["}"]
    search = " ".join(f"{base}{folder}*" for folder in SEARCH)
    lines += [
        f"@search path {search}",
        f"@pages not path {search}",
        f'header @search Content-Security-Policy "{policy(SEARCH_POLICY)}"',
        f'header @pages Content-Security-Policy "{policy(POLICY)}"',
    ]
    kept = " ".join(f"{base}{folder}*" for folder in CACHING)
    lines += [f"@soon not path {kept}", f'header @soon Cache-Control "{SOON}"']
    lines += [
        f'header {base}{folder}* Cache-Control "{value}"' for folder, value in CACHING.items()
    ]
    lines += ["handle_errors {", f"  rewrite * {base}{NOT_FOUND}", "  file_server", "}"]
    return "".join(f"{line}\n" for line in lines) + redirects(moved, base)


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Return the redirect directives of a Caddy site."""
    return "".join(
        f"redir {base}{r.source} {r.location(base)} 301\n"
        if r.target
        else f"error {base}{r.source} 410\n"
        for r in moved
    )
