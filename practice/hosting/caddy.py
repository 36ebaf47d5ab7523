"""Caddy: directives for the block of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from practice.hosting.headers import (
    CACHING,
    CSP,
    NOT_FOUND,
    POLICY,
    SEARCH,
    SEARCH_POLICY,
    SECURITY,
    SOON,
    of,
    policy,
    varying,
)
from practice.site.outside import Outside
from practice.site.redirects import Redirect


def quoted(text: str) -> str:
    """Return a text as one token of a Caddyfile.

    Quotes do not keep braces from being placeholders. So locations are percent-encoded, and paths
    are regular expressions in which each brace is escaped.
    """
    return '"' + text.replace('"', '\\"') + '"'


def site_settings(base: str, moved: Iterable[Redirect], pages: Mapping[str, Outside]) -> str:
    """Return the directives for the site's block, in addition to `root`.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    varies = sorted(varying(pages))
    lines = ["file_server {", "  precompressed br gzip", "}", "header {"]
    lines += [f"  {name} {quoted(value)}" for name, value in SECURITY.items() if name not in varies]
    lines += ["}"]
    own = "".join(f" {quoted(base + address)}" for address in sorted(pages))
    search = " ".join(quoted(f"{base}{folder}*") for folder in SEARCH)
    lines += ["@search {", f"  path {search}", *([f"  not path{own}"] if own else []), "}"]
    lines += [
        f"@pages not path {search}{own}",
        f"header @search Content-Security-Policy {quoted(policy(SEARCH_POLICY))}",
        f"header @pages Content-Security-Policy {quoted(policy(POLICY))}",
    ]
    if varies:
        lines.append(f"@usual not path{own}")
        lines += [f"header @usual {name} {quoted(SECURITY[name])}" for name in varies]
    for address, outside in sorted(pages.items()):
        headers = of(address, outside)
        lines += [f"header {quoted(base + address)} {{"]
        lines += [f"  {name} {quoted(headers[name])}" for name in (CSP, *varies)]
        lines += ["}"]
    kept = " ".join(quoted(f"{base}{folder}*") for folder in CACHING)
    lines += [f"@soon not path {kept}", f"header @soon Cache-Control {quoted(SOON)}"]
    lines += [
        f"header {quoted(f'{base}{folder}*')} Cache-Control {quoted(value)}"
        for folder, value in CACHING.items()
    ]
    lines += ["handle_errors {", f"  rewrite * {quoted(base + NOT_FOUND)}", "  file_server", "}"]
    return "".join(f"{line}\n" for line in lines) + redirects(moved, base)


def redirects(moved: Iterable[Redirect], base: str) -> str:
    """Return the redirect directives of a Caddy site."""
    text = ""
    for number, r in enumerate(moved, 1):
        name = f"@moved{number}"
        text += f"{name} path_regexp {quoted(f'^{re.escape(base + r.source)}$')}\n"
        answer = f"redir {name} {quoted(r.location(base))} 301" if r.target else f"error {name} 410"
        text += f"{answer}\n"
    return text
