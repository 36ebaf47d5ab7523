"""Netlify: `_headers` and `_redirects`."""

from __future__ import annotations

from collections.abc import Iterable

from practice.hosting.headers import CACHING, SEARCH_POLICY, SECURITY, blocks, policy
from practice.site.redirects import Redirect


def headers(base: str) -> str:
    """`_headers` of Netlify, where rules that overlap add up: no header is said twice.

    So the one policy there is that of the search, and pages are cached as Netlify does it
    itself: kept, but asked about each time.
    """
    everywhere = {"Content-Security-Policy": policy(SEARCH_POLICY), **SECURITY}
    return blocks(
        {"/*": everywhere}
        | {f"{base}{folder}*": {"Cache-Control": value} for folder, value in CACHING.items()}
    )


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """`_redirects` of Netlify; `!` makes it win over the page that leads on."""
    lines = (
        f"{base}{r.source} {r.location(base)} 301!"
        if r.target
        else f"{base}{r.source} {base}/404.html 404!"
        for r in moved
    )
    return "".join(f"{line}\n" for line in lines)
