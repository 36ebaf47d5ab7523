"""Cloudflare Pages: `_headers` and `_redirects`."""

from __future__ import annotations

from collections.abc import Iterable

from practice.hosting.headers import (
    CACHING,
    POLICY,
    SEARCH,
    SEARCH_POLICY,
    SECURITY,
    blocks,
    policy,
)
from practice.site.redirects import Redirect
from practice.site.web_addresses import encoded_path, spellings


def headers(base: str) -> str:
    """Return `_headers` of Cloudflare Pages, where `!` removes a header of a wider rule."""
    search = {"! Content-Security-Policy": "", "Content-Security-Policy": policy(SEARCH_POLICY)}
    return blocks(
        {"/*": {"Content-Security-Policy": policy(POLICY), **SECURITY}}
        | {f"{encoded_path(base + folder)}*": search for folder in SEARCH}
        | {
            f"{encoded_path(base + folder)}*": {"Cache-Control": value}
            for folder, value in CACHING.items()
        }
    )


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Return `_redirects` of Cloudflare Pages, which has no rule for removed pages."""
    return "".join(
        f"{source} {r.location(base)} 301\n"
        for r in moved
        if r.target is not None
        for source in spellings(base + r.source)
    )
