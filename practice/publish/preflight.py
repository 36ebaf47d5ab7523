"""Preflight checks: what must not be published. Each is a generator of `Problem`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from practice.paths import display_path_of
from practice.problems import Problem
from practice.publish import commits
from practice.publish.messages import names
from practice.publish.release import LiveState, Others, Release
from practice.publish.settings import GitHubPages, PublishSettings
from practice.site import redirects
from practice.site.site import Site
from practice.site.web_addresses import HOST, as_text

SHRINKS = 0.10
"""The share of pages that one publish may remove without asking."""
NOTICE_WORDS = 30
"""The fewest words of a real legal notice."""
PLAIN_ADDRESS = re.compile(r"(?:[a-z]+://)?[^/?#@\s\\]*(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
"""A host, and a path in characters without a meaning in any server's settings."""
SAMPLE_HOST = re.compile(r"(.*\.)?(example\.(com|org|net)|example|test|invalid|localhost)")
"""Host names reserved for examples (RFC 2606 and 6761)."""


def reviews(site: Site) -> Iterator[Problem]:
    """No clinical text is overdue for review."""
    for document in site.documents:
        due = document.meta.review.due
        if due and due < site.build_date:
            yield Problem(
                document.display_path,
                document.line_of("next_review"),
                "review-overdue",
                f"the review was due on {due}",
                "have a clinician read it, then set `reviewed` and `next_review`",
            )


def samples(site: Site) -> Iterator[Problem]:
    """No text is a sample, and the practice itself is not a sample."""
    hint = "replace it, or have it approved and delete `sample: true` (trial: `--allow-sample`)"
    if site.clinic.sample:
        path = f"{display_path_of(site.content)}/clinic.yaml"
        yield Problem(path, 1, "sample", "the practice is a sample", hint)
    for document in site.documents:
        if document.meta.sample:
            line = document.line_of("sample")
            yield Problem(document.display_path, line, "sample", "this is a sample text", hint)


def notices(site: Site) -> Iterator[Problem]:
    """The legal notices exist, have a text, are in force, and are in a menu.

    The notice of privacy practices must be posted prominently: 45 CFR 164.520(c)(3)(i).
    """
    path = f"{display_path_of(site.content)}/clinic.yaml"
    for name, notice in site.clinic.notices.by_name.items():
        if notice is None:
            continue
        page = next((p for p in site.pages if p.slug == notice.page), None)
        if page is None:
            message = f"the notice `{name}` is missing"
            yield Problem(path, 1, "notice-missing", message, f"write `pages/{notice.page}.md`")
            continue
        if page.words < NOTICE_WORDS:
            message = f"the notice `{name}` has only {page.words} words"
            yield Problem(page.display_path, 1, "notice-empty", message, "write the notice")
        if notice.effective > site.build_date:
            message = f"the notice `{name}` takes effect on {notice.effective}"
            hint = "publish the notice that is in force now"
            yield Problem(path, 1, "notice-future", message, hint)
        if page.meta.menu == "none":
            message = f"no menu links to the notice `{name}`"
            hint = "write `menu: footer`"
            yield Problem(page.display_path, page.line_of("menu"), "notice-hidden", message, hint)


def address(settings: PublishSettings, *, allow_sample: bool) -> Iterator[Problem]:
    """`SITEURL` is a real address with https."""
    parts = urlsplit(settings.address)
    line = settings.line_of("SITEURL")
    if parts.scheme != "https" or not parts.hostname:
        message = f"the address `{settings.address}` does not start with https://"
        hint = "correct `SITEURL`; every web host offers free certificates"
        yield Problem(settings.file.name, line, "address-https", message, hint)
    elif SAMPLE_HOST.fullmatch(parts.hostname) and not allow_sample:
        message = f"`{settings.address}` is an example, not your address"
        hint = "set `SITEURL`; for a trial use `--allow-sample`"
        yield Problem(settings.file.name, line, "address-sample", message, hint)


def domain(settings: PublishSettings) -> Iterator[Problem]:
    """The domain of GitHub Pages is a bare host name, and that of `SITEURL`."""
    if not isinstance(settings.target, GitHubPages) or settings.target.domain is None:
        return
    message = wrong_domain(settings.target.domain, settings.address)
    if message:
        host = urlsplit(settings.address).hostname or ""
        hint = f'write `"domain": "{host}"`, or correct `SITEURL`'
        line = settings.line_of("domain", "PUBLISH")
        yield Problem(settings.file.name, line, "domain", message, hint)


def wrong_domain(named: str, address: str) -> str:
    """Return why a domain is not that of an address; an empty string if it is."""
    host = urlsplit(address).hostname or ""
    if not HOST.fullmatch(named):
        return f"`{named}` is not a domain: it has no `https://`, no `/` and no spaces"
    if named.lower() != host:
        return f"the domain `{named}` is not the one of `SITEURL`, `{host}`"
    return ""


def wrong_address(written: str) -> str:
    """Return why a text cannot be the address of a site; an empty string if it can."""
    if not written.startswith("https://"):
        return f"`{written}` does not start with `https://`"
    try:
        host = urlsplit(written).hostname or ""
    except ValueError:
        host = ""
    if not HOST.fullmatch(host):
        return f"`{written}` has no host name such as `www.your-practice.com` behind `https://`"
    if not PLAIN_ADDRESS.fullmatch(written.rstrip("/")):
        return (
            f"`{written}` has something behind the host name that not every server takes, such as "
            "a space, an accent, `?` or `#`"
        )
    return ""


def order(settings: PublishSettings, live: LiveState, known: Collection[str]) -> Iterator[Problem]:
    """What is live is not newer than this copy, and not from another one. `--yes` confirms either.

    ``known`` are the ids of the releases that were published from here.
    """
    if live.release is None:
        return
    why = _why_newer(settings, live.release.commit, known=live.release.id in known)
    if why:
        yield Problem(
            settings.file.name,
            settings.line_of("PUBLISH"),
            "live-newer",
            f"{live.described()} is live: {why}",
            "get the newest texts first (`git pull`), or add `--yes` to replace what is live",
        )


def interrupted(settings: PublishSettings, live: LiveState, *, known: bool) -> Iterator[Problem]:
    """No other copy has begun to upload something newer. `--yes` confirms it.

    ``known`` is whether the release of that upload was made in this copy.
    """
    upload = live.upload
    why = _why_newer(settings, upload.commit, known=known) if upload else ""
    if upload and why:
        yield Problem(
            settings.file.name,
            settings.line_of("PUBLISH"),
            "upload-unfinished",
            f"`{upload.by}` began to upload release {upload.id} at {upload.when}, and it is not "
            f"complete: {why}",
            "wait if it is still running, or publish again from that computer; add `--yes` to "
            "publish from here instead",
        )


def _why_newer(settings: PublishSettings, commit: str, *, known: bool) -> str:
    """Return why a release may be newer than this copy, or an empty text."""
    how = commits.relation(settings.folder, commit)
    if how == "older":
        return "it is made from newer texts than this copy has"
    if how == "unrelated":
        return "it is made from texts that this copy does not have"
    if how == "unknown" and not known:
        return "it was not published from this copy, so it may be newer"
    return ""


def base_path(settings: PublishSettings) -> Iterator[Problem]:
    """`SITEURL` has nothing behind the host name but a path that is the same in every spelling."""
    if not PLAIN_ADDRESS.fullmatch(settings.address):
        message = f"`{settings.address}` is not the address of a site"
        hint = (
            "write `SITEURL` as `https://`, the host name and, if the site lies in a folder, its "
            "path in letters without accents, digits, `-`, `_`, `.` and `~`"
        )
        yield Problem(
            settings.file.name, settings.line_of("SITEURL"), "address-path", message, hint
        )


def size(site: Site, new: Release, live: Release | None) -> Iterator[Problem]:
    """The site is not empty and has not shrunk much. `--yes` confirms either."""
    hint = "if you mean this, add `--yes`"
    display_path = display_path_of(site.content)
    if not (site.treatments or site.posts):
        message = "the site has no treatments and no posts"
        yield Problem(display_path, 1, "site-empty", message, hint)
    if live and len(new.pages) < len(live.pages) * (1 - SHRINKS):
        lost = len(live.pages) - len(new.pages)
        message = f"{lost} of {len(live.pages)} pages would be removed"
        yield Problem(display_path, 1, "site-shrinks", message, hint)


def foreign(settings: PublishSettings, live: LiveState, others: Others) -> Iterator[Problem]:
    """Nothing is published over files of others, or for the first time among them.

    `--yes` confirms either.
    """
    hint = "if this is the right place, add `--yes`; "
    if others.replaced:
        message = (
            f"files that were not published from here would be replaced: {names(others.replaced)}"
        )
        hint_replaced = hint + "to keep such a file, first save a copy of it elsewhere"
        yield Problem(settings.file.name, 1, "target-foreign", message, hint_replaced)
    if live.unpublished and others.stay:
        message = f"the target has files that were not published from here: {names(others.stay)}"
        yield Problem(settings.file.name, 1, "target-foreign", message, hint + "they stay there")


def broken(site: Site, new: Release, live: Release | None) -> list[str]:
    """Return the addresses of the live site that would no longer work."""
    moved = {redirect.source for redirect in redirects.of(site)}
    gone = live.addresses - new.addresses if live else set()
    return sorted(address for address in gone if unicodedata.normalize("NFC", address) not in moved)


def invalid(site: Site, gone: Mapping[str, str | None]) -> Iterator[Problem]:
    """Every address of the live site still works.

    ``gone`` has the addresses that do not, each with the one that could replace it, or None.
    """
    file = f"{display_path_of(site.content)}/{redirects.FILE}"
    for address, other in gone.items():
        written = as_text(address)
        hint = f"add `{written}: gone` if nothing replaces it"
        if other:
            hint = f"add `{written}: {as_text(other)}`, which is much alike, or `{written}: gone`"
        message = f"`{written}` is live and would be removed"
        yield Problem(file, 1, "address-broken", message, hint)
