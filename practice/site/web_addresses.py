"""Web addresses: the spelling in which we compare them, and the one in which browsers send them.

An address of the site can be written in two ways, `/New form.pdf` and `/New%20form.pdf`. We compare
the first, with accents composed (Unicode NFC). Servers and browsers exchange the second (RFC 3986).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote_to_bytes, urlsplit

from practice.paths import published_picture

CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
NOT_IN_URL = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}\ud800-\udfff]|\s")
"""Characters that an address cannot have unless they are percent-encoded."""
TO_ENCODE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9%/?#:@!&()*+,;=._~\[\]-]")
"""What is encoded in an address that may already be encoded in part. `$` and `'` need not be, but
have a meaning in settings of servers."""
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
HOST = re.compile(rf"(?:{LABEL}\.)+{LABEL}")
ENCODED_DELIMITER = re.compile(r"%(?:2F|3F|23)", re.IGNORECASE)


class NotAnAddress(Exception):
    """The text is not an address; carries what is wrong with it, and a hint for the editor."""

    def __init__(self, wrong: str, hint: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.hint = hint


def path_of(written: str) -> str:
    """Return the path of an address of the site: decoded, in NFC, from the site's root.

    Raises ``NotAnAddress`` for a text that no browser could request from the site.
    """
    if not written.startswith("/"):
        raise NotAnAddress("does not start with `/`", "start with `/`, as in `/old-page/`")
    for sign in "?#":
        if sign in written:
            hint = f"leave out `{sign}` and what follows; if it is part of a file's name, write "
            raise NotAnAddress(f"contains `{sign}`", f"{hint}`{quote(sign)}`")
    if STRAY_PERCENT.search(written):
        raise NotAnAddress("contains `%` without a code", "write `%25` for a percent sign")
    parts = written.split("/")[1:]
    if any("%2f" in part.lower() for part in parts):
        raise NotAnAddress("contains `%2F`", "write `/`")
    try:
        decoded = [unquote_to_bytes(part).decode() for part in parts]
    except UnicodeError:
        hint = "write the letters themselves, for example `é` instead of its code"
        raise NotAnAddress("contains a code that is not UTF-8", hint) from None
    path = "/" + "/".join(decoded)
    if CONTROL.search(path):
        raise NotAnAddress("contains a line break or another invisible character", "delete it")
    if "" in decoded[:-1] or any(part.startswith(".") for part in decoded):
        raise NotAnAddress(
            "has a part that is empty or starts with a dot", "write the address without that part"
        )
    return unicodedata.normalize("NFC", path)


def url_of(written: str) -> str:
    """Return an address of another site, percent-encoded.

    Raises ``NotAnAddress`` unless it is a complete address with ``https://``.
    """
    hint = "write an address of the site (`/team/`), one with https://, or `gone`"
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        raise NotAnAddress("is not an address", hint) from None
    if NOT_IN_URL.search(written) or STRAY_PERCENT.search(written):
        hint = "copy the address from the address bar of your browser"
        raise NotAnAddress("contains a character that an address cannot have", hint)
    host = (parts.hostname or "") + (f":{port}" if port is not None else "")
    is_host = HOST.fullmatch(parts.hostname or "") and parts.netloc.lower() == host
    if parts.scheme != "https" or not is_host:
        raise NotAnAddress("is not an address", hint)
    if not _is_kept(parts.path):
        hint = "redirect to a page of yours instead, and link to this address from there"
        raise NotAnAddress("contains a code with `%` that some hosts change", hint)
    return encoded(written)


def _is_kept(path: str) -> bool:
    """Whether a percent-encoded path stays the same when it is decoded and encoded again."""
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeError:
        return False
    return not (CONTROL.search(decoded) or ENCODED_DELIMITER.search(path))


def encoded(address: str) -> str:
    """Return an address with every character encoded that is not part of one (RFC 3986).

    Codes that it contains already are kept.
    """
    return TO_ENCODE.sub(lambda match: quote(match[0], safe=""), address)


def encoded_path(path: str) -> str:
    """Return a path that is not encoded as browsers send it; ``%`` becomes ``%25``."""
    return quote(path, safe="/~+@,=")


def picture_address(address: str, name: str) -> str:
    """Return the complete address of a picture by its name below `content/images/`.

    ``address`` is the site's address without a trailing slash.
    """
    return f"{address}/images/{encoded_path(published_picture(name))}"


def spellings(path: str) -> tuple[str, ...]:
    """Return the encoded spellings of a path that browsers send, which differ in signs such as `(`.

    For hosts that compare addresses as they are sent; `*` and `:` have a meaning in their files.
    """
    few = quote(path, safe="/~+@,=!$&'();[]|")
    return tuple(dict.fromkeys([encoded_path(path), few]))


def as_text(path: str) -> str:
    """Return a path as a text that ``path_of`` reads: decoded where that can be read and typed.

    The result has no character that means something in YAML or in our messages.
    """
    simple = all(character.isalnum() or character in "/ -_.,+@=~()'!&[];" for character in path)
    has_code = re.search(r"&[^/ ]*;", path)
    if simple and not has_code and unicodedata.is_normalized("NFC", path) and "  " not in path:
        return path
    return encoded_path(path)
