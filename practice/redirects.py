"""Redirects: addresses that the practice has given up, and where they lead now.

They are said in `content/redirects.yaml` (``/old/: /new/``, or ``/old/: gone``) and in the
`aliases` of a document. Every host gets them in its own format; hosts that have none serve a
page that leads on by itself.
"""

from __future__ import annotations

import difflib
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from practice.paths import save_as, shown_path
from practice.problems import Problem
from practice.reader import read_data
from practice.site import Site

FILE = "redirects.yaml"
GONE = "gone"
ADDRESS = re.compile(r"/(?:[A-Za-z0-9_~+@,=-][A-Za-z0-9._~+@,=-]*/?)*")
"""An address of the site, in signs that mean nothing else in any host's format."""


@dataclass(frozen=True, order=True)
class Redirect:
    """An address given up; ``target`` is None where nothing takes its place."""

    source: str
    target: str | None
    shown: str
    line: int

    @property
    def fallback(self) -> str | None:
        """The output file of the page that leads on, where a page can stand at the address."""
        page = self.source.endswith(("/", ".html", ".htm"))
        return save_as(self.source) if page and self.target else None


def load(site: Site) -> tuple[list[Redirect], list[Problem]]:
    """Every redirect of a site, by address, and what is wrong with the file itself."""
    file = site.content / FILE
    shown = shown_path(file)
    found: list[Redirect] = []
    problems: list[Problem] = []
    if file.is_file():
        data, problems = read_data(file, shown)
        for source, target in data.values.items():
            line = data.lines[(source,)]
            if not isinstance(target, str):
                hint = f"write `{source}: /new/address/`, or `{source}: gone`"
                message = f"`{source}` does not say where it leads"
                problems.append(Problem(shown, line, "redirect-target", message, hint))
                continue
            found.append(
                Redirect(_with_slash(source), None if target == GONE else target, shown, line)
            )
    for document in site.documents:
        for index, alias in enumerate(document.meta.aliases):
            line = document.line_of("aliases", index)
            found.append(Redirect(_with_slash(alias), document.path, document.shown, line))
    return sorted(found), problems


def of(site: Site) -> list[Redirect]:
    """The redirects of a site that has been checked."""
    return load(site)[0]


def check(site: Site) -> Iterator[Problem]:
    """Redirects that cannot work: no address, taken, twice, to nowhere, one to the next."""
    found, problems = load(site)
    yield from problems
    addresses = addresses_of(site)
    first: dict[str, Redirect] = {}
    for redirect in found:
        yield from _wrong(redirect, addresses, {other.source for other in found})
        earlier = first.setdefault(redirect.source, redirect)
        if earlier is not redirect:
            message = f"`{redirect.source}` is redirected by {earlier.shown}:{earlier.line} too"
            hint = "keep one of the two"
            yield Problem(redirect.shown, redirect.line, "redirect-twice", message, hint)


def addresses_of(site: Site) -> set[str]:
    """Every address at which a site answers, from the site's root."""
    found = set(site.addresses.values()) | {entry.path for entry in site.lists}
    return found | {"/feed.xml", "/sitemap.xml", "/robots.txt"}


def _wrong(redirect: Redirect, addresses: set[str], sources: set[str]) -> Iterator[Problem]:
    def problem(code: str, message: str, hint: str) -> Problem:
        return Problem(redirect.shown, redirect.line, code, message, hint)

    if not ADDRESS.fullmatch(redirect.source):
        message = f"`{redirect.source}` is not an address of the site"
        hint = "begin with `/`, then letters, digits and hyphens; leave out `?` and what follows"
        yield problem("redirect-address", message, hint)
    elif redirect.source in addresses:
        message = f"`{redirect.source}` is a page of the site"
        yield problem("redirect-taken", message, "delete the redirect, or rename the page")
    target = redirect.target
    if target is None:
        return
    path = target.partition("#")[0]
    if path.startswith("/"):
        if path not in addresses and _with_slash(path) in sources:
            message = f"`{target}` is redirected itself"
            yield problem("redirect-chain", message, "write the address at the end of the chain")
        elif path not in addresses:
            message = f"`{target}` leads nowhere"
            yield problem("redirect-dead", message, _nearest(path, addresses))
    elif not re.fullmatch(r"https://[A-Za-z0-9.-]+(/[\w./~%+@,=#-]*)?", target, re.ASCII):
        message = f"`{target}` is not an address"
        hint = "write an address of the site (`/team/`), one with https://, or `gone`"
        yield problem("redirect-target", message, hint)


def _nearest(path: str, addresses: set[str]) -> str:
    near = difflib.get_close_matches(path, sorted(addresses), n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else "write the address of a page that exists"


def _with_slash(address: str) -> str:
    """Pages end in `/`; files have a dot in their name."""
    last = address.rpartition("/")[2]
    return f"{address}/" if last and "." not in last else address


def page(redirect: Redirect, address: str, base: str) -> str:
    """A page that leads on by itself; ``address`` and ``base`` are the site's.

    It leads to another site by a link only: a page of ours takes nobody there unasked.
    """
    target = redirect.target or ""
    inside = target.startswith("/")
    link = html.escape(base + target if inside else target)
    head = (
        f'<link rel="canonical" href="{html.escape(address + target)}">\n'
        f'<meta http-equiv="refresh" content="0; url={link}">\n'
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>This page has moved</title>\n{head if inside else ''}"
        "</head>\n<body>\n<main>\n<h1>This page has moved</h1>\n"
        f'<p><a href="{link}">Go to the page</a></p>\n</main>\n</body>\n</html>\n'
    )


# --- Each host's format. Sources and targets hold no signs that need quoting in any of them. ---


def netlify(redirects: Iterable[Redirect], base: str) -> str:
    """`_redirects` of Netlify; `!` makes it win over the page that leads on."""
    lines = (
        f"{base}{r.source} {_target(r, base)} 301!"
        if r.target
        else f"{base}{r.source} {base}/404.html 404!"
        for r in redirects
    )
    return "".join(f"{line}\n" for line in lines)


def cloudflare(redirects: Iterable[Redirect], base: str) -> str:
    """`_redirects` of Cloudflare Pages, where what is gone is simply not there."""
    return "".join(
        f"{base}{r.source} {_target(r, base)} 301\n" for r in redirects if r.target is not None
    )


def nginx(redirects: Iterable[Redirect], base: str) -> str:
    """Locations for an nginx `server`."""
    return "".join(
        f"location = {base}{r.source} {{ "
        + (f"return 301 {_target(r, base)};" if r.target else "return 410;")
        + " }\n"
        for r in redirects
    )


def caddy(redirects: Iterable[Redirect], base: str) -> str:
    """Directives for a Caddy site."""
    return "".join(
        f"redir {base}{r.source} {_target(r, base)} 301\n"
        if r.target
        else f"error {base}{r.source} 410\n"
        for r in redirects
    )


def htaccess(redirects: Iterable[Redirect], base: str) -> str:
    """Directives for Apache's `.htaccess`."""
    return "".join(
        f'RedirectMatch 301 "^{re.escape(base + r.source)}$" "{_target(r, base)}"\n'
        if r.target
        else f'RedirectMatch 410 "^{re.escape(base + r.source)}$"\n'
        for r in redirects
    )


def cloudfront(redirects: Iterable[Redirect], base: str) -> str:
    """A CloudFront function (viewer request): redirects, and `index.html` for folders."""
    targets = {base + r.source: _target(r, base) if r.target else None for r in redirects}
    return (
        f"var moved = {json.dumps(targets, indent=1)};\n"
        "function handler(event) {\n"
        "  var request = event.request;\n"
        "  var uri = request.uri;\n"
        "  if (Object.prototype.hasOwnProperty.call(moved, uri)) {\n"
        "    if (moved[uri] === null) return { statusCode: 410, statusDescription: 'Gone' };\n"
        "    return { statusCode: 301, statusDescription: 'Moved Permanently',\n"
        "      headers: { location: { value: moved[uri] } } };\n"
        "  }\n"
        "  if (uri.endsWith('/')) request.uri = uri + 'index.html';\n"
        "  else if (uri.lastIndexOf('.') < uri.lastIndexOf('/')) {\n"
        "    return { statusCode: 301, statusDescription: 'Moved Permanently',\n"
        "      headers: { location: { value: uri + '/' } } };\n"
        "  }\n"
        "  return request;\n"
        "}\n"
    )


def _target(redirect: Redirect, base: str) -> str:
    target = redirect.target or ""
    return base + target if target.startswith("/") else target
