"""Cloudflare Pages: `_headers` and `_redirects`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from practice.hosting.headers import (
    CACHING,
    POLICY,
    SEARCH,
    SEARCH_POLICY,
    SECURITY,
    blocks,
    differing,
    policy,
)
from practice.site.outside import Outside
from practice.site.redirects import Redirect
from practice.site.web_addresses import encoded_path, spellings


def headers(base: str, pages: Mapping[str, Outside]) -> str:
    """Return `_headers` of Cloudflare Pages, where `!` removes a header of a wider rule.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    search = {"! Content-Security-Policy": "", "Content-Security-Policy": policy(SEARCH_POLICY)}
    return blocks(
        {"/*": {"Content-Security-Policy": policy(POLICY), **SECURITY}}
        | {f"{encoded_path(base + folder)}*": search for folder in SEARCH}
        | {
            f"{encoded_path(base + folder)}*": {"Cache-Control": value}
            for folder, value in CACHING.items()
        }
        | {
            encoded_path(base + address): _instead(differing(address, outside))
            for address, outside in sorted(pages.items())
        }
    )


def _instead(headers: Mapping[str, str]) -> dict[str, str]:
    """Return lines that set headers in place of those of a wider rule."""
    return {f"! {name}": "" for name in headers} | dict(headers)


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Return `_redirects` of Cloudflare Pages, which has no rule for removed pages."""
    return "".join(
        f"{source} {r.location(base)} 301\n"
        for r in moved
        if r.target is not None
        for source in spellings(base + r.source)
    )
