"""Links: from ``{filename}/posts/x.md`` to the address where that post stands."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, unquote

PLACEHOLDER = re.compile(
    r'(?P<attribute>href|src)="\{(?:filename|static)\}/(?P<path>[^"#?]*)(?P<rest>[^"]*)"'
)


def target_path(target: str) -> str:
    """The content file that the path of a link names, spaces and signs undone."""
    return unicodedata.normalize("NFC", unquote(html.unescape(target)))


def resolve(text: str, address_of: Callable[[str], str], base: str) -> str:
    """Put addresses into the links of some HTML.

    ``address_of`` gives the address, from the site's root, of a file below the content folder;
    ``base`` is the path under which the site is hosted (empty at a domain's root). Every link
    has been checked before: an unknown one is a ``KeyError``.
    """

    def address(match: re.Match[str]) -> str:
        path = quote(address_of(target_path(match["path"])))
        return f'{match["attribute"]}="{base}{path}{match["rest"]}"'

    return PLACEHOLDER.sub(address, text)
