"""Links: replaces ``{filename}/posts/x.md`` by the address of that post."""

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
    """Return the content file that the path of a link names, without URL escapes."""
    return unicodedata.normalize("NFC", unquote(html.unescape(target)))


def resolve(text: str, address_of: Callable[[str], str], base: str) -> str:
    """Replace the file links of some HTML by addresses.

    ``address_of`` returns the address, from the site's root, of a file below the content folder.
    ``base`` is the path under which the site is hosted (empty at a domain's root). Links have been
    checked before; an unknown one raises ``KeyError``.
    """

    def address(match: re.Match[str]) -> str:
        path = quote(address_of(target_path(match["path"])))
        return f'{match["attribute"]}="{base}{path}{match["rest"]}"'

    return PLACEHOLDER.sub(address, text)
