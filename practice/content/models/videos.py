"""Addresses of videos on YouTube and Vimeo, and of the players that show them on a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

YOUTUBE = ("youtube.com", "youtube-nocookie.com")
YOUTUBE_PATH = re.compile(r"/(?:embed|live|shorts|v)/(?P<id>[\w-]{11})/?", re.ASCII)
YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
VIMEO_PATH = re.compile(
    r"/(?:(?:channels|groups|showcase|album|ondemand)/[\w-]+/)?(?:video/|videos/)?"
    r"(?P<id>\d{5,12})(?:/(?P<key>[0-9a-f]{6,20}))?/?",
    re.ASCII,
)
"""The key is a part of the addresses of unlisted videos."""
VIMEO_KEY = re.compile(r"[0-9a-f]{6,20}")
TIME = re.compile(r"(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,3})m)?(?:(?P<s>\d{1,5})s?)?")
LENGTH = re.compile(r"(?:(?P<h>\d{1,2}):(?=\d\d:))?(?P<m>\d{1,3}):(?P<s>[0-5]\d)")


@dataclass(frozen=True)
class Player:
    """How a video is shown on a page."""

    provider: str
    """The name of the company that shows it."""
    origin: str
    """The scheme and host of the player."""
    address: str
    """The address of the player, which asks it not to track."""


def player_of(url: str) -> Player | None:
    """Return the player for the address of a video; None for any other address.

    Sources: https://developers.google.com/youtube/player_parameters and
    https://help.vimeo.com/hc/en-us/articles/12426260232977 (`dnt`).
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme != "https":
        return None
    host, query = host.removeprefix("www.").removeprefix("m."), parse_qs(parts.query)
    if host == "youtu.be" or host in YOUTUBE:
        return _youtube(host, parts.path, query)
    if host in ("vimeo.com", "player.vimeo.com"):
        return _vimeo(parts.path, query, parts.fragment)
    return None


def _youtube(host: str, path: str, query: dict[str, list[str]]) -> Player | None:
    if host == "youtu.be":
        id = path.strip("/")
    elif path == "/watch":
        id = _first(query, "v")
    else:
        match = YOUTUBE_PATH.fullmatch(path)
        id = match["id"] if match else ""
    if not YOUTUBE_ID.fullmatch(id):
        return None
    start = _seconds(_first(query, "t") or _first(query, "start"))
    origin = "https://www.youtube-nocookie.com"
    address = f"{origin}/embed/{id}?autoplay=1&rel=0" + (f"&start={start}" if start else "")
    return Player("YouTube", origin, address)


def _vimeo(path: str, query: dict[str, list[str]], fragment: str) -> Player | None:
    match = VIMEO_PATH.fullmatch(path)
    key = (match["key"] if match else None) or _first(query, "h")
    if not match or (key and not VIMEO_KEY.fullmatch(key)):
        return None
    origin = "https://player.vimeo.com"
    address = f"{origin}/video/{match['id']}?dnt=1&autoplay=1" + (f"&h={key}" if key else "")
    start = _seconds(fragment.removeprefix("t="))
    return Player("Vimeo", origin, address + (f"#t={start}s" if start else ""))


def _first(query: dict[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]


def _seconds(time: str) -> int:
    """Return the seconds of a time in an address, such as `90`, `90s` or `1m30s`."""
    match = TIME.fullmatch(time)
    if not match:
        return 0
    return int(match["h"] or 0) * 3600 + int(match["m"] or 0) * 60 + int(match["s"] or 0)


def _video_address(value: str) -> str:
    if player_of(value) is None:
        message = "`{given}` is not the address of a video on YouTube or Vimeo"
        raise PydanticCustomError("video_address", message, {"given": value})
    return value


def _video_length(value: str) -> str:
    if not LENGTH.fullmatch(value):
        raise PydanticCustomError("video_length", "`{given}` is not a length", {"given": value})
    return value


def parts_of(length: str) -> list[tuple[int, str]]:
    """Return the hours, minutes and seconds of a length, without those that are 0."""
    match = LENGTH.fullmatch(length)
    found = [(int(match[unit] or 0), unit) for unit in "hms"] if match else []
    return [(number, unit) for number, unit in found if number]


VideoAddress = Annotated[str, AfterValidator(_video_address)]
VideoLength = Annotated[str, AfterValidator(_video_length)]
