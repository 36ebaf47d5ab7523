"""Netlify: `_headers` and `_redirects`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from practice.hosting.headers import (
    CACHING,
    CSP,
    NOT_FOUND,
    SEARCH,
    blocks,
    policy_of,
    security_of,
)
from practice.site.outside import Outside, together
from practice.site.redirects import Redirect
from practice.site.web_addresses import encoded_path, spellings


def headers(base: str, pages: Mapping[str, Outside]) -> str:
    """`_headers` of Netlify, where rules that overlap add up: no header is said twice.

    So there is one policy, that of the search, and pages are cached as Netlify does it itself:
    kept, but asked about each time. ``pages`` maps the address of each page that uses other sites
    to those sites. If there are any, the policy allows what any of them needs, and each page
    contains its own.
    """
    outside = together(pages)
    everywhere = {CSP: policy_of(SEARCH[0], outside), **security_of(outside)}
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
