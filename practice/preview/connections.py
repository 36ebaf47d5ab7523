"""The connections of the preview: how many there may be, and how long a request may take to arrive.

uvicorn waits for ever for a request that was begun. Browsers, other programs of this computer and
computers that were put to sleep leave such connections behind, and each one takes an open file, of
which macOS allows a program 256.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 64
"""Connections that are kept open; a further one ends the one that has been silent longest."""
WAITING = 16
"""Connections that may wait to be accepted.

asyncio accepts as many in each of the three or four rounds that pass until one can be ended.
"""
REQUEST_SECONDS = 10.0
"""Seconds in which a request has to arrive."""


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return a server of the preview that prints nothing."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            loop="asyncio",
            lifespan="on",
            backlog=WAITING,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )


class Connection(H11Protocol):
    """A connection that is closed if its request does not arrive in time, or others need it."""

    arriving: asyncio.TimerHandle | None = None
    last_heard = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._heard()
        others = [
            other
            for other in self.connections
            if isinstance(other, Connection)
            and other is not self
            and not other.transport.is_closing()
        ]
        if len(others) >= MOST:
            min(others, key=lambda other: (other.is_answering, other.last_heard)).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Receive a part of a request."""
        super().data_received(data)
        self._heard()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection, even if a child process has inherited it."""
        super().connection_lost(exc)
        self._stop_waiting()
        with suppress(OSError):  # the browser has ended it already
            self.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    @property
    def is_answering(self) -> bool:
        """Whether a response has begun and not ended."""
        return self.conn.our_state in {h11.SEND_RESPONSE, h11.SEND_BODY}

    def _heard(self) -> None:
        self.last_heard = self.loop.time()
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:  # the request is complete
            self._stop_waiting()
        elif self.arriving is None:
            self.arriving = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self.arriving:
            self.arriving.cancel()
            self.arriving = None
