"""Other sites that a page uses once a reader asks for it: players of videos, forms.

A page's content security policy names these sites, and no other page's does.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from practice.content.document import Document
from practice.content.models import Form, Video
from practice.site.site import Site

PLAYER = re.compile(r'<a\b[^>]*\sdata-player="([^"]*)"')
FORM = re.compile(r'<form\b[^>]*\saction="(https://[^"]*)"')


@dataclass(frozen=True)
class Outside:
    """The origins (scheme and host) of other sites that a page uses, each once."""

    players: tuple[str, ...] = ()
    """They show a video in a frame."""
    forms: tuple[str, ...] = ()
    """They take what a reader sends."""

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.players or self.forms)


NOWHERE = Outside()


def of(document: Document) -> Outside:
    """Return the other sites that the page of a document uses."""
    body = document.body
    return _outside(
        (video.player.address for video in body.of_type(Video)),
        (form.action for form in body.of_type(Form)),
    )


def by_address(site: Site) -> dict[str, Outside]:
    """Return what the published pages deal with, by address; pages without are left out."""
    return {document.path: found for document in site.documents if (found := of(document))}


def in_page(text: str) -> Outside:
    """Return the other sites that a page of an earlier release uses, by its HTML."""
    return _outside(
        map(html.unescape, PLAYER.findall(text)), map(html.unescape, FORM.findall(text))
    )


def together(pages: Mapping[str, Outside]) -> Outside:
    """Return the other sites that any page uses, for hosts that send one set of headers."""
    return Outside(
        _once(origin for page in pages.values() for origin in page.players),
        _once(origin for page in pages.values() for origin in page.forms),
    )


def _outside(players: Iterable[str], forms: Iterable[str]) -> Outside:
    return Outside(_once(map(_origin, players)), _once(map(_origin, forms)))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _once(origins: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(origins)))
