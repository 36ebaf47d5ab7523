"""Netlify: `_headers` and `_redirects`."""

from __future__ import annotations

from collections.abc import Iterable

from practice.hosting.headers import CACHING, NOT_FOUND, SEARCH_POLICY, SECURITY, blocks, policy
from practice.site.redirects import Redirect
from practice.site.web_addresses import encoded_path, spellings


def headers(base: str) -> str:
    """`_headers` of Netlify, where rules that overlap add up: no header is said twice.

    So the one policy there is that of the search, and pages are cached as Netlify does it
    itself: kept, but asked about each time.
    """
    everywhere = {"Content-Security-Policy": policy(SEARCH_POLICY), **SECURITY}
    return blocks(
        {"/*": everywhere}
        | {
            f"{encoded_path(base + folder)}*": {"Cache-Control": value}
            for folder, value in CACHING.items()
        }
    )


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """`_redirects` of Netlify; `!` makes it win over the page that leads on."""
    return "".join(
        f"{source} {r.location(base)} 301!\n"
        if r.target
        else f"{source} {encoded_path(base + NOT_FOUND)} 404!\n"
        for r in moved
        for source in spellings(base + r.source)
    )
