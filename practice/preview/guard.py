"""Access control of the preview: only its own pages may use it.

The preview shows drafts, so other sites that are open in the same browser must not read it. The
rules cover attacks that were found in other development servers:

- DNS rebinding, where a name of the attacker resolves to this computer: the `Host` header must be
  one of ours.
- Requests from pages of other sites, with or without an `Origin` header (esbuild
  GHSA-67mh-4wv8-2f99, webpack-dev-server CVE-2025-30359 and CVE-2025-30360): `Origin` must be
  ours, and `Sec-Fetch-Site` must agree, except for a click on a link.
- Other computers: without `--host`, ``start.listen`` listens on this computer only.
- Addresses that become file paths (Vite CVE-2025-30208): none do; see ``server``.

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
    """Middleware that refuses requests from pages of other sites.

    ``names`` are the host names of the preview; ``port`` is where it listens.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...], port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in names}
        if port == 80:
            self.hosts |= set(names)
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
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
        """Return the status code to refuse a request with, or 0 to accept it."""
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
