"""Who may ask: only a page of the preview itself, on this machine.

A preview shows drafts, so no other site that is open in the same browser may read it. The cases
are those in which other development servers were found wanting:

- a name of the attacker's that leads to this machine (DNS rebinding): the `Host` header has to be
  one of ours;
- a request from another site's page, with or without an `Origin` header (esbuild
  GHSA-67mh-4wv8-2f99, webpack-dev-server CVE-2025-30359 and CVE-2025-30360): `Origin` has to be
  ours, and a browser's `Sec-Fetch-Site` has to say so too, but for a click on a link;
- an address that is turned into a path of the disk (Vite CVE-2025-30208): none is; see ``server``.

Sources: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
METHODS = ("GET", "HEAD", "POST")


class Guard:
    """Lets through what comes from the preview's own pages, or from nobody's.

    ``names`` are the host names by which the preview may be asked, ``port`` is where it listens.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...], port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in names}
        if port == 80:
            self.hosts |= set(names)
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the preview, or refuse."""
        if scope["type"] == "http":
            status = self.refusal(scope["method"], Headers(scope=scope))
            if status:
                response = PlainTextResponse(REASONS[status], status)
                await response(scope, receive, send)
                return
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)

    def refusal(self, method: str, headers: Mapping[str, str]) -> int:
        """The status with which a request is refused, or 0."""
        if headers.get("host", "").lower() not in self.hosts:
            return 421
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in self.origins:
            return 403
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            click = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
            if method == "POST" or click != ("navigate", "document"):
                return 403
        if method not in METHODS:
            return 405
        return 403 if method == "POST" and origin is None else 0


REASONS = {
    403: "The preview answers its own pages only.\n",
    405: "The preview is read-only.\n",
    421: "The preview does not answer to this name. Use the address that it printed.\n",
}
