"""Addresses of videos in their usual forms, and the players for them.

Not tested here: whether the players work.
"""

from __future__ import annotations

import pytest

from practice.content.models.videos import parts_of, player_of

YOUTUBE = "https://www.youtube-nocookie.com/embed/aBcDe-Gh_Jk?autoplay=1&rel=0"
VIMEO = "https://player.vimeo.com/video/123456789?dnt=1&autoplay=1"


@pytest.mark.parametrize(
    ("url", "player"),
    [
        ("https://www.youtube.com/watch?v=aBcDe-Gh_Jk", YOUTUBE),
        ("https://youtube.com/watch?app=desktop&v=aBcDe-Gh_Jk&list=PLx&index=2", YOUTUBE),
        ("https://m.youtube.com/watch?v=aBcDe-Gh_Jk", YOUTUBE),
        ("https://youtu.be/aBcDe-Gh_Jk?si=abc", YOUTUBE),
        ("https://youtu.be/aBcDe-Gh_Jk?t=90", f"{YOUTUBE}&start=90"),
        ("https://www.youtube.com/watch?v=aBcDe-Gh_Jk&t=1m30s", f"{YOUTUBE}&start=90"),
        ("https://www.youtube.com/shorts/aBcDe-Gh_Jk", YOUTUBE),
        ("https://www.youtube.com/live/aBcDe-Gh_Jk?feature=share", YOUTUBE),
        ("https://www.youtube.com/embed/aBcDe-Gh_Jk?start=5", f"{YOUTUBE}&start=5"),
        ("https://www.youtube-nocookie.com/embed/aBcDe-Gh_Jk", YOUTUBE),
        ("https://vimeo.com/123456789", VIMEO),
        ("https://www.vimeo.com/123456789/", VIMEO),
        ("https://vimeo.com/123456789/abcdef0123", f"{VIMEO}&h=abcdef0123"),
        ("https://player.vimeo.com/video/123456789?h=abcdef0123", f"{VIMEO}&h=abcdef0123"),
        ("https://vimeo.com/channels/staffpicks/123456789", VIMEO),
        ("https://vimeo.com/showcase/1234567/video/123456789", VIMEO),
        ("https://vimeo.com/123456789#t=1m5s", f"{VIMEO}#t=65s"),
    ],
)
def test_usual_addresses(url, player):
    found = player_of(url)
    assert found
    assert found.address == player
    assert player.startswith(f"{found.origin}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://youtu.be/aBcDe-Gh_Jk",
        "https://youtu.be/",
        "https://youtu.be/tooshort",
        "https://www.youtube.com/@clinic",
        "https://www.youtube.com/playlist?list=PLx",
        "https://www.youtube.com/watch?v=aBcDe-Gh_Jk%22%3E",
        "https://youtube.com.example.com/watch?v=aBcDe-Gh_Jk",
        "https://notyoutube.com/watch?v=aBcDe-Gh_Jk",
        "https://vimeo.com/clinic",
        "https://vimeo.com/123456789?h='",
        "https://example.com/123456789",
        "https://[youtube.com/watch",
        "youtu.be/aBcDe-Gh_Jk",
    ],
)
def test_other_addresses(url):
    assert player_of(url) is None


def test_lengths():
    assert parts_of("2:30") == [(2, "m"), (30, "s")]
    assert parts_of("1:02:00") == [(1, "h"), (2, "m")]
    assert parts_of("90:05") == [(90, "m"), (5, "s")]
