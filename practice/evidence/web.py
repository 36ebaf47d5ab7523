"""Asks a public service over HTTPS, politely: with an address to write to, and not too fast."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from practice.evidence.notices import CannotAsk

SECONDS = 20.0
"""How long to wait for an answer."""
LARGEST_BYTES = 5_000_000
NOT_FOUND = 404


def get(service: str, address: str, contact: str) -> bytes | None:
    """Return what an address answers; None if it has no such entry.

    ``service`` is its name for messages, ``contact`` a mail address, or "". Waits afterwards if the
    service says how many questions it takes in what time (``x-rate-limit-*``). Raises ``CannotAsk``
    for every other answer.
    """
    mail = f" (mailto:{contact})" if contact else ""
    request = urllib.request.Request(  # noqa: S310  # the addresses are our own
        address, headers={"User-Agent": f"practice-site{mail}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310  # as above
            content: bytes = response.read(LARGEST_BYTES + 1)
            time.sleep(_pause(response.headers))
    except urllib.error.HTTPError as error:
        if error.code == NOT_FOUND:
            return None
        raise CannotAsk(f"{service} answers {error.code}: try again later") from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", None) or error
        raise CannotAsk(f"{service} does not answer: {why}") from error
    if len(content) > LARGEST_BYTES:
        raise CannotAsk(f"{service} answers with more than can be right")
    return content


def _pause(headers: Mapping[str, str]) -> float:
    """Return the seconds between two questions, from ``x-rate-limit-limit`` and ``-interval``."""
    try:
        limit = float(headers.get("x-rate-limit-limit", ""))
        interval = float(headers.get("x-rate-limit-interval", "").removesuffix("s"))
    except ValueError:
        return 0.0
    return min(interval / limit, 1.0) if limit > 0 else 0.0
