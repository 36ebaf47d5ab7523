"""Redirects: addresses that the practice no longer uses, and where they lead now.

They come from `content/redirects.yaml` (``/old/: /new/``, or ``/old/: gone``) and from the
`aliases` of documents. Every host gets them in its own format. For hosts without redirects,
the site contains a page that redirects.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from practice.content.reader import read_data
from practice.paths import display_path_of, save_as
from practice.problems import Problem
from practice.site.site import Site

FILE = "redirects.yaml"
GONE = "gone"
ADDRESS = re.compile(r"/(?:[A-Za-z0-9_~+@,=-][A-Za-z0-9._~+@,=-]*/?)*")
"""An address of the site, in characters that have no special meaning in any host's format."""


@dataclass(frozen=True, order=True)
class Redirect:
    """A former address; ``target`` is None where nothing replaces it."""

    source: str
    target: str | None
    display_path: str
    line: int

    @property
    def fallback(self) -> str | None:
        """The output file of the redirect page, or None where the address is not one of a page."""
        page = self.source.endswith(("/", ".html", ".htm"))
        return save_as(self.source) if page and self.target else None

    def location(self, base: str) -> str:
        """Return the address to send the browser to; ``base`` is the path of the site's address."""
        target = self.target or ""
        return base + target if target.startswith("/") else target


def load(site: Site) -> tuple[list[Redirect], list[Problem]]:
    """Return the redirects of a site, sorted by address, and the problems of `redirects.yaml`."""
    file = site.content / FILE
    display_path = display_path_of(file)
    found: list[Redirect] = []
    problems: list[Problem] = []
    if file.is_file():
        data, problems = read_data(file, display_path)
        for source, target in data.values.items():
            line = data.lines[(source,)]
            if not isinstance(target, str):
                hint = f"write `{source}: /new/address/`, or `{source}: gone`"
                message = f"`{source}` does not say where it leads to"
                problems.append(Problem(display_path, line, "redirect-target", message, hint))
                continue
            found.append(
                Redirect(
                    _with_slash(source), None if target == GONE else target, display_path, line
                )
            )
    for document in site.documents:
        for index, alias in enumerate(document.meta.aliases):
            line = document.line_of("aliases", index)
            found.append(Redirect(_with_slash(alias), document.path, document.display_path, line))
    return sorted(found), problems


def of(site: Site) -> list[Redirect]:
    """Return the redirects of a site that has already been checked."""
    return load(site)[0]


def check(site: Site) -> Iterator[Problem]:
    """Yield redirects that cannot work: invalid, in use, duplicate, dead or chained."""
    found, problems = load(site)
    yield from problems
    addresses = addresses_of(site)
    first: dict[str, Redirect] = {}
    for redirect in found:
        yield from _wrong(redirect, addresses, {other.source for other in found})
        earlier = first.setdefault(redirect.source, redirect)
        if earlier is not redirect:
            message = (
                f"`{redirect.source}` is also redirected by {earlier.display_path}:{earlier.line}"
            )
            hint = "keep only one of the two"
            yield Problem(redirect.display_path, redirect.line, "redirect-twice", message, hint)


def addresses_of(site: Site) -> set[str]:
    """Return every address of the site, without the base path."""
    found = set(site.addresses.values()) | {entry.path for entry in site.lists}
    return found | {"/feed.xml", "/sitemap.xml", "/robots.txt"}


def _wrong(redirect: Redirect, addresses: set[str], sources: set[str]) -> Iterator[Problem]:
    def problem(code: str, message: str, hint: str) -> Problem:
        return Problem(redirect.display_path, redirect.line, code, message, hint)

    if not ADDRESS.fullmatch(redirect.source):
        message = f"`{redirect.source}` is not an address of the site"
        hint = "start with `/`, then use letters, digits and hyphens; leave out any `?`"
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
            message = f"`{target}` is itself redirected"
            yield problem("redirect-chain", message, "write the address at the end of the chain")
        elif path not in addresses:
            message = f"`{target}` points to a page that does not exist"
            yield problem("redirect-dead", message, _nearest(path, addresses))
    elif not re.fullmatch(r"https://[A-Za-z0-9.-]+(/[\w./~%+@,=#-]*)?", target, re.ASCII):
        message = f"`{target}` is not an address"
        hint = "write an address of the site (`/team/`), one with https://, or `gone`"
        yield problem("redirect-target", message, hint)


def _nearest(path: str, addresses: set[str]) -> str:
    near = difflib.get_close_matches(path, sorted(addresses), n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else "write the address of a page that exists"


def _with_slash(address: str) -> str:
    """Add the `/` at the end of a page's address; the names of files have a dot."""
    last = address.rpartition("/")[2]
    return f"{address}/" if last and "." not in last else address
