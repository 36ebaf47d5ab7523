"""Redirects: addresses that the practice no longer uses, and where they lead now.

They come from `content/redirects.yaml` (``/old/: /new/``, or ``/old/: gone``) and from the
`aliases` of documents. Every host gets them in its own format. For hosts without redirects,
the site contains a page that redirects.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from practice.content.document import Document
from practice.content.folder import BAD_NAME
from practice.content.reader import read_data
from practice.paths import display_path_of, save_as
from practice.problems import Problem
from practice.site.site import Site
from practice.site.web_addresses import (
    CONTROL,
    NOT_IN_URL,
    STRAY_PERCENT,
    NotAnAddress,
    encoded,
    encoded_path,
    path_of,
    url_of,
)

FILE = "redirects.yaml"
GONE = "gone"
REST = re.compile("[?#]")
"""What begins the rest of an address, behind its path."""
LONGEST_NAME = 255
"""Bytes of a file's name that every system can store."""
OTHER_FILES = ("sitemap.xml", "robots.txt", "CNAME", "_headers", "_redirects")
"""Files of the site that neither the content nor a template names."""
MADE_OF_DATA = ("questions", "side-effects", "sources")
"""Pages on which templates make sections of what the whole site says."""


@dataclass(frozen=True)
class Redirect:
    """A former address; ``target`` is None where nothing replaces it."""

    source: str
    """A path from the site's root, not encoded (``path_of``)."""
    target: str | None
    """A path from the site's root, or an address of another site; percent-encoded."""
    display_path: str
    line: int

    @property
    def fallback(self) -> str | None:
        """The output file of the redirect page.

        It is None where nothing replaces the address, where it is not the address of a page, and
        where not every system can store a file under this name.
        """
        page = self.source.endswith(("/", ".html", ".htm"))
        return save_as(self.source) if page and self.target and _is_portable(self.source) else None

    def location(self, base: str) -> str:
        """Return the address to send the browser to; ``base`` is the path of the site's address."""
        target = self.target or ""
        return encoded(base + target if target.startswith("/") else target)


def load(site: Site) -> tuple[list[Redirect], list[Problem]]:
    """Return the redirects of a site, sorted by address, and the problems of single ones."""
    found: list[Redirect] = []
    lines, problems = _lines(site)
    published = {unicodedata.normalize("NFC", path): path for path in site.addresses.values()}
    for source, target, display_path, line in lines:
        code, value = "redirect-address", source
        try:
            path = _with_slash(path_of(source))
            code, value = "redirect-target", target or ""
            found.append(Redirect(path, _target(target, published), display_path, line))
        except NotAnAddress as error:
            message = f"`{_visible(value)}` {error.wrong}"
            problems.append(Problem(display_path, line, code, message, error.hint))
    return sorted(found, key=lambda one: (one.source, one.display_path, one.line)), problems


def _lines(site: Site) -> tuple[list[tuple[str, str | None, str, int]], list[Problem]]:
    """Return every redirect as written, with its place: address, target, file and line.

    The target is None where nothing replaces the address.
    """
    file = site.content / FILE
    display_path = display_path_of(file)
    found: list[tuple[str, str | None, str, int]] = []
    problems: list[Problem] = []
    if file.is_file():
        data, problems = read_data(file, display_path)
        for source, target in data.values.items():
            line = data.lines[(source,)]
            if isinstance(target, str):
                found.append((source, None if target == GONE else target, display_path, line))
            else:
                address = _visible(source)
                hint = f"write `{address}: /new/address/`, or `{address}: gone`"
                message = f"`{address}` does not say where it leads to"
                problems.append(Problem(display_path, line, "redirect-target", message, hint))
    for document in site.documents:
        for index, alias in enumerate(document.meta.aliases):
            line = document.line_of("aliases", index)
            found.append((alias, encoded_path(document.path), document.display_path, line))
    return found, problems


def _target(written: str | None, published: Mapping[str, str]) -> str | None:
    """Return a target, percent-encoded; raises ``NotAnAddress``.

    ``published`` are addresses as the site has them, by what ``path_of`` makes of them.
    """
    if written is None:
        return None
    if not written.startswith("/"):
        return url_of(written)
    start = REST.split(written, maxsplit=1)[0]
    rest = written.removeprefix(start)
    path = path_of(start)
    if NOT_IN_URL.search(rest) or STRAY_PERCENT.search(rest):
        hint = "correct what stands behind `?` or `#`, or leave it out"
        raise NotAnAddress("contains a character that an address cannot have", hint)
    return encoded_path(published.get(path, path)) + encoded(rest)


def of(site: Site) -> list[Redirect]:
    """Return the redirects of a site that has already been checked."""
    return load(site)[0]


def as_data(redirects: Iterable[Redirect]) -> dict[str, str | None]:
    """Return redirects as JSON data: percent-encoded targets by percent-encoded address."""
    return {encoded_path(one.source): one.target for one in redirects}


def of_data(data: Mapping[str, str | None], addresses: Iterable[str]) -> list[Redirect]:
    """Return the redirects that ``as_data`` has stored, checked like those of the content.

    ``addresses`` are those of the site. Raises ``NotAnAddress`` for what no content could contain.
    """
    published = {unicodedata.normalize("NFC", address): address for address in addresses}
    return [
        Redirect(_with_slash(path_of(source)), _target(target, published), "", 0)
        for source, target in data.items()
    ]


def for_servers(redirects: Iterable[Redirect]) -> list[Redirect]:
    """Return redirects for each way in which accents of an address can be encoded (NFC and NFD).

    The names of files that were made on a Mac have the other one, and so have links to them.
    """
    return [
        replace(one, source=source)
        for one in redirects
        for source in dict.fromkeys([one.source, unicodedata.normalize("NFD", one.source)])
    ]


def check(site: Site) -> Iterator[Problem]:
    """Yield redirects that cannot work: invalid, in use, duplicate, dead or chained."""
    found, problems = load(site)
    yield from problems
    if not found:
        return
    addresses = addresses_of(site)
    sources = {redirect.source for redirect in found}
    taken = {save_as(address) for address in addresses}
    files = taken | set(OTHER_FILES) | {one.fallback for one in found if one.fallback}
    folders = {folder for path in files for folder in _folders_of(path)}
    first: dict[str, Redirect] = {}
    for redirect in found:
        file = save_as(redirect.source)
        in_the_way = redirect.fallback and (file in folders or files & _folders_of(file))
        if file in taken or in_the_way:
            message = f"`{redirect.source}` is a page or a file of the site"
            hint = "delete the redirect, or rename the page"
            yield _problem(redirect, "redirect-taken", message, hint)
        yield from _dead(redirect, addresses, sources)
        earlier = first.setdefault(file, redirect)
        if earlier is not redirect:
            message = (
                f"`{redirect.source}` is also redirected by {earlier.display_path}:{earlier.line}"
            )
            yield _problem(redirect, "redirect-twice", message, "keep only one of the two")


def _folders_of(path: str) -> set[str]:
    return {str(folder) for folder in PurePosixPath(path).parents}


def addresses_of(site: Site) -> dict[str, Document | None]:
    """Return every address of the site, without the base path, with the document of its page.

    Addresses are as ``path_of`` returns them.
    """
    found: dict[str, Document | None] = dict.fromkeys(site.addresses.values())
    found |= dict.fromkeys(entry.path for entry in site.generated)
    found |= dict.fromkeys(("/sitemap.xml", "/robots.txt", *["/feed.xml"] * bool(site.posts)))
    found |= {document.path: document for document in site.documents}
    return {unicodedata.normalize("NFC", path): document for path, document in found.items()}


def _dead(
    redirect: Redirect, addresses: dict[str, Document | None], sources: set[str]
) -> Iterator[Problem]:
    """Yield the problem of a target that is not on the site."""
    target = redirect.target
    if target is None or not target.startswith("/"):
        return
    path = path_of(REST.split(target, maxsplit=1)[0])
    shown = unquote(target)
    if path not in addresses and _with_slash(path) in sources:
        message = f"`{shown}` is itself redirected"
        hint = "write the address at the end of the chain"
        yield _problem(redirect, "redirect-chain", message, hint)
    elif path not in addresses:
        message = f"`{shown}` points to a page that does not exist"
        yield _problem(redirect, "redirect-dead", message, _nearest(path, addresses))
    elif not _has_section(addresses[path], unquote(target.partition("#")[2])):
        yield no_section(redirect)


def _has_section(page: Document | None, fragment: str) -> bool:
    """Whether a page may have a section; for those that templates make, built pages are checked."""
    if not fragment or fragment.startswith("page-"):
        return True
    if page is None:
        return False
    return fragment in page.body.ids or (page.kind == "page" and page.slug in MADE_OF_DATA)


def no_section(redirect: Redirect) -> Problem:
    """Return the problem of a redirect to a section that does not exist on the page."""
    message = f"`{unquote(redirect.target or '')}` points to a section that does not exist"
    hint = "correct what stands behind `#`, or leave it out"
    return _problem(redirect, "redirect-fragment", message, hint)


def _problem(redirect: Redirect, code: str, message: str, hint: str) -> Problem:
    return Problem(redirect.display_path, redirect.line, code, _visible(message), hint)


def _visible(text: str) -> str:
    """Return a text as messages can show it, in one line."""
    return CONTROL.sub("�", text)


def _nearest(path: str, addresses: Iterable[str]) -> str:
    near = difflib.get_close_matches(path, sorted(addresses), n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else "write the address of a page that exists"


def _with_slash(address: str) -> str:
    """Add the `/` at the end of a page's address; the names of files have a dot."""
    last = address.rpartition("/")[2]
    return f"{address}/" if last and "." not in last else address


def _is_portable(address: str) -> bool:
    """Whether Linux, macOS and Windows can store a file at this address."""
    parts = address.strip("/").split("/")
    return not any(
        BAD_NAME.search(part) or part != part.rstrip(". ") or len(part.encode()) > LONGEST_NAME
        for part in parts
    )
