"""Text on consoles whose code page does not have every character of our messages."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

PLAIN = {
    "…": "...",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "×": "x",
    "✓": "ok",
    "→": "->",
    "·": "-",
    "\xa0": " ",
}
"""ASCII replacements for the other characters in our messages."""


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    """An error handler of ``codecs``: a plain character where one is known, else its escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    failed = error.object[error.start : error.end]
    plain = (
        PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in failed
    )
    return "".join(plain), error.end


codecs.register_error("plain-letters", _in_plain_letters)


def accept_every_character(*streams: TextIO) -> None:
    """Make standard streams replace characters that they cannot encode instead of failing.

    Streams that are not the interpreter's own, such as those that capture output, stay as they are.
    """
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain-letters")
