"""Links: every link has a target that exists and is safe to follow."""

from __future__ import annotations

import difflib
import functools
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePosixPath
from typing import Protocol
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from practice.checks.prose import Text
from practice.content.body import INTERNAL, Link
from practice.content.document import Document, InvalidDocument
from practice.content.markdown import SAFE_SCHEMES, SCHEME_HINT
from practice.problems import Problem
from practice.rendering.links import target_path
from practice.site.site import Site

PHONE = re.compile(r"(?<![\w+])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?!\w)")
"""A phone number in North American notation."""
MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
DIGIT = re.compile(r"\d")
ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")
LOCAL = 7
"""Digits of a local phone number, without the area code."""
HOST = re.compile(r"www\.|(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)
"""The start of a web address that lacks its `https://`."""


class ProblemMaker(Protocol):
    """Makes a `Problem` at the current link."""

    def __call__(self, code: str, message: str, hint: str) -> Problem:
        """Make one; the arguments are fields of `Problem`."""


def targets(site: Site) -> Iterator[Problem]:
    """Check the target of every link in every text."""
    files = set(site.addresses)
    unpublished = site.unpublished
    texts = {normalize("NFC", text.source): text for text in site.texts}
    out = {source: text for source, text in texts.items() if source in unpublished}
    for document in site.texts:
        for link in document.body.links:
            yield from _target(site, files, out, document, link)


def phones(text: Text) -> Iterator[Problem]:
    """Every phone number is the clinic's or is listed in `checks.yaml`."""
    if not all(text.phones):  # there are mistakes in the clinic, so its number is not known
        return
    known = {_last_digits(number) for number in (*text.phones, *text.settings.phones)}
    links = ((link.line, link.target) for link in text.document.body.links)
    found = [(line, target) for line, target in links if target.startswith("tel:")]
    for number, line in enumerate(text.prose.lines, 1):
        if DIGIT.search(line):
            found.extend((number, match[0]) for match in PHONE.finditer(ADDRESS.sub("", line)))
    numbers = {(line, _last_digits(phone)): phone for line, phone in found}
    for (number, digits), phone in numbers.items():
        if len(digits) == LOCAL and digits not in known:
            message = f"`{phone.removeprefix('tel:')}` is not the clinic's phone number"
            hint = "correct it here or in clinic.yaml; list the numbers of others in checks.yaml"
            yield Problem(text.document.display_path, number, "phone-other", message, hint)


def _last_digits(phone: str) -> str:
    """Return the local digits, which are the same in every notation of a number."""
    return re.sub(r"\D", "", phone)[-LOCAL:]


def pictures(site: Site) -> Iterator[Problem]:
    """A picture in a text has a description (WCAG 2.2, 1.1.1)."""
    for document in site.texts:
        for link in document.body.links:
            if link.alt is not None and not link.alt.strip():
                message = "the picture has no description"
                hint = "write `![what it shows](…)`, or `![none](…)` if it is only a decoration"
                yield Problem(document.display_path, link.line, "alt-missing", message, hint)


def _target(
    site: Site,
    files: set[str],
    out: Mapping[str, Document | InvalidDocument],
    document: Document | InvalidDocument,
    link: Link,
) -> Iterator[Problem]:
    def problem(code: str, message: str, hint: str) -> Problem:
        return Problem(document.display_path, link.line, code, message, hint)

    match = INTERNAL.fullmatch(link.target)
    if not match:
        is_picture = link.alt is not None
        meant = functools.partial(_meant, site, document, link.target, is_picture=is_picture)
        yield from _outside(problem, link, meant)
        return
    path = target_path(match["path"]).lstrip("/")
    if path in out and document.source not in out:
        message = f"`{path}` is not published yet"
        yield problem("link-draft", message, "publish it first, or remove the link")
    elif path not in files and path not in out:
        if path in site.targets:
            return  # the file is there, and its own mistakes are named elsewhere
        names = {name: name for name in (*files, *(text.source for text in site.invalid))}
        groups = _groups(names, site.static, is_picture=link.alt is not None)
        yield problem("link-dead", f"the file `{path}` does not exist", _similar(path, *groups))
    elif fragment := match["rest"].partition("#")[2]:
        yield from _fragment(problem, site.document(path) or out.get(path), fragment)


def _outside(
    problem: ProblemMaker, link: Link, meant: Callable[[], str | None]
) -> Iterator[Problem]:
    try:
        parts = urlsplit(link.target)
    except ValueError:
        yield problem(
            "link-broken",
            f"`{link.target}` is not an address",
            "copy it from the address bar of a browser",
        )
        return
    if link.alt is not None:
        message = f"the picture `{link.target}` is not in your `images` folder"
        yield problem(
            "picture-outside", message, "put it into `images` and write `{static}/images/…`"
        )
    elif not link.target:
        yield problem(
            "link-empty",
            "the link has no address",
            "write the address between `(` and `)`",
        )
    elif parts.scheme and parts.scheme.lower() not in SAFE_SCHEMES:
        message = f"`{parts.scheme}:` links are not allowed"
        yield problem("link-scheme", message, SCHEME_HINT)
    elif not parts.scheme:
        message = f"`{link.target}` does not say where it leads to"
        yield problem("link-unclear", message, _clearer(link.target, meant))
    elif parts.scheme in ("https", "http") and not parts.netloc:
        yield problem("link-broken", f"`{link.target}` is not an address", "write https://…")
    elif parts.scheme == "tel" and not re.fullmatch(r"tel:\+\d{8,15}", link.target):
        message = f"`{link.target}` cannot be dialed"
        yield problem("link-tel", message, "write + and digits only, for example tel:+15555550123")
    elif parts.scheme == "mailto" and not MAIL.fullmatch(unquote(parts.path)):
        message = f"`{link.target}` is not an email address"
        yield problem("link-mail", message, "write mailto:name@example.com")


def _clearer(target: str, meant: Callable[[], str | None]) -> str:
    """Return what to write in place of a link that is neither a web address nor a file."""
    if HOST.match(target):
        return f"write `https://{target}`"
    if file := meant():
        return f"did you mean `{file}`?"
    return "write `{filename}/posts/name.md` for a page here, https://… for one elsewhere"


def _meant(
    site: Site, document: Document | InvalidDocument, target: str, *, is_picture: bool
) -> str | None:
    """Return the file link that a path or a site address most likely stands for."""
    path, hash, fragment = re.sub(r"^\{\w*\}", "", target).partition("#")
    folder = posixpath.dirname(document.source)
    wanted = posixpath.normpath(posixpath.join("/", folder, target_path(path))).lstrip("/")
    files = {file: file for file in site.addresses}
    files |= {site.addresses[file].strip("/"): file for file in files}
    near = _nearest(wanted, *_groups(files, site.static, is_picture=is_picture))
    if not near:
        return None
    kind = "static" if files[near] in site.static else "filename"
    return f"{{{kind}}}/{files[near]}{hash}{fragment}"


def _groups(
    files: Mapping[str, str], static: Collection[str], *, is_picture: bool
) -> list[list[str]]:
    """Return groups of file names, the likeliest first; pictures and texts never mix."""
    texts = [name for name, file in files.items() if file not in static]
    others = [name for name, file in files.items() if file in static]
    return [others] if is_picture else [texts, others]


def _fragment(
    problem: ProblemMaker, target: Document | InvalidDocument | None, fragment: str
) -> Iterator[Problem]:
    if target is None:
        yield problem(
            "link-fragment",
            f"a link to a file cannot end in `#{fragment}`",
            "delete the `#` and what follows",
        )
    elif fragment not in target.body.ids:
        message = f"`{target.source}` has no heading for `#{fragment}`"
        yield problem("link-fragment", message, _similar(fragment, target.body.ids))


def _similar(name: str, *known: Iterable[str]) -> str:
    for choice in sorted(chain(*known)):
        if choice.casefold() == name.casefold():
            return f"capital and small letters matter: write `{choice}`"
    near = _nearest(name, *known)
    return f"did you mean `{near}`?" if near else "correct the link, or remove it"


def _nearest(path: str, *known: Iterable[str]) -> str | None:
    """Return the path whose last part is most similar to that of ``path``.

    Only the last part counts: a shared folder does not make two pages alike. The first group with
    a match wins.
    """
    for paths in known:
        names: dict[str, list[str]] = {}
        for one in paths:
            names.setdefault(_name(one), []).append(one)
        for name in difflib.get_close_matches(_name(path), sorted(names), n=1, cutoff=0.6):
            return difflib.get_close_matches(path, sorted(names[name]), n=1, cutoff=0)[0]
    return None


def _name(path: str) -> str:
    """Return the last part of a path or an address, without its ending."""
    return PurePosixPath(path).stem.casefold()
