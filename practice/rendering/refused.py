"""Why a picture cannot be published, and the limits that decide it."""

from __future__ import annotations

from dataclasses import dataclass

WIDEST = 1600
"""The width in pixels of the largest size that is made."""
HIGHEST = 5000
"""The most pixels that this size may be high: encoding takes as long as there are pixels."""


@dataclass(frozen=True)
class Refused:
    """Why a picture cannot be published: the code, message and hint of a problem."""

    code: str
    message: str
    hint: str


SMALLER = "make it smaller: 1600 pixels wide is enough"
BROKEN = Refused(
    "picture-broken",
    "the picture cannot be read, or only a part of it",
    "copy it again from where it comes from, or save it anew as JPEG or PNG in a picture program",
)
MOVING = Refused(
    "picture-moving",
    "the picture moves, and the site would show only its first frame",
    "save one frame as PNG or JPEG; to show the movement, link to a video",
)
TOO_HIGH = Refused(
    "picture-large",
    "the picture is far higher than wide",
    f"cut it into several pictures: {HIGHEST} pixels high is the limit at a width of {WIDEST}",
)


def too_large(message: str) -> Refused:
    """Return the refusal of a picture for its size."""
    return Refused("picture-large", message, SMALLER)
