"""The data of the editor's bar; `bar.js` shows it."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable

import brotli

from practice.checks import reading
from practice.checks.prose import prose
from practice.content.document import Document, is_draft
from practice.content.reader import read_text
from practice.hosting import headers
from practice.preview.live import LivePreview
from practice.preview.pages import PreviewPage
from practice.problems import Problem
from practice.site import outside

ASSET = re.compile(rb'(?:href|src)="([^"]*/assets/site\.[^"]*)"')
FOOT = b"</body>"


def text_of(live: LivePreview, content: bytes) -> bytes:
    """Return a page without its inlined style sheet, which the bar replaces without reloading."""
    pages = live.pages
    css = pages.renderer.assets.css if pages else ""
    return content.replace(css.encode(), b"", 1) if css else content


def with_bar(content: bytes, text: str) -> bytes:
    """Return a page with the bar added; ``text`` is the digest of the page's text."""
    script = f'<script src="/-/bar.js" data-text="{text}" defer></script>'.encode()
    head, foot, rest = content.rpartition(FOOT)
    return head + script + foot + rest if foot else content + script


def facts(live: LivePreview, page: PreviewPage | None) -> dict[str, object]:
    """Return the facts about a page: file, status, review, reading grade and weight."""
    if page is None:
        return {"status": "missing"}
    found: dict[str, object] = {"origin": page.origin, "status": "list"}
    document = page.document
    if document and live.pages:
        site = live.pages.site
        review = document.meta.review
        text, _ = read_text(site.content / document.source, document.display_path)
        grade = reading.grade_of(prose(text))
        found |= {
            "file": document.source,
            "line": 1,
            "status": status_of(document, site.build_date),
            "sample": document.meta.sample,
            "reviewed": _iso(review.on),
            "due": _iso(review.due),
            "overdue": bool(review.due and review.due < site.build_date),
            "words": document.words,
            "grade": None if grade is None else round(grade, 1),
        }
    return found | {"weight": weight_of(live, page.content)}


def status_of(document: Document, day: dt.date) -> str:
    """Return `published`, `draft`, or `future` for a post dated in the future."""
    if document.meta.is_public(day):
        return "published"
    return "draft" if is_draft(document) else "future"


def weight_of(live: LivePreview, content: bytes) -> int:
    """Return the compressed bytes of a first visit: HTML, style sheet and script."""
    if live.pages is None:
        return 0
    renderer = live.pages.renderer
    linked = {match.decode() for match in ASSET.findall(content)}
    files = [renderer.assets.files.get(name.removeprefix(f"{renderer.base}/")) for name in linked]
    return _compressed(content) + sum(_compressed(file) for file in files if file)


@functools.lru_cache(maxsize=256)
def _compressed(content: bytes) -> int:
    return len(brotli.compress(content, quality=5))


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def problems_for_bar(problems: Iterable[Problem], origin: str) -> list[dict[str, object]]:
    """Return problems for the bar: those of the page first, then errors, then warnings."""
    ordered = sorted(set(problems), key=lambda p: (p.path != origin, p.severity, p))
    return [
        {
            "place": f"{p.path}:{p.line}",
            "code": p.code,
            "message": p.message,
            "hint": p.hint,
            "severity": p.severity,
            "here": p.path == origin,
        }
        for p in ordered
    ]


def headers_of(address: str, page: PreviewPage | None = None) -> dict[str, str]:
    """Return the headers of a page: those of the live site, adjusted for the preview.

    The bar may connect to the preview, the browser caches nothing, and there is no HSTS, because
    the preview does not use HTTPS.
    """
    sites = outside.of(page.document) if page and page.document else outside.NOWHERE
    policy = headers.directives_of(address, sites) | {"connect-src": "'self'"}
    security = headers.security_of(sites)
    return {
        "Content-Security-Policy": headers.policy(policy),
        **{k: v for k, v in security.items() if k != "Strict-Transport-Security"},
        "Cache-Control": "no-store",
    }
