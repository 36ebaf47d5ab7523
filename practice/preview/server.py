"""The web server of the preview.

Addresses are looked up in the site, never on the disk, so there is no path traversal, no
directory listing and no hidden file. Each page is rendered in a thread of its own, so that a slow
one delays no other.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import mimetypes
import re
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from practice.paths import display_path_of
from practice.preview import bar
from practice.preview.edits import Edits, Mount
from practice.preview.guard import Guard
from practice.preview.live import LivePreview
from practice.preview.pages import PreviewPage, Shown
from practice.preview.threads import in_thread
from practice.problems import Problem
from practice.support import platform
from practice.support.programs import resolve_command, split_command

HERE = Path(__file__).parent
KITCHEN_SINK = "/kitchen-sink"
NOT_FOUND = "/404.html"
BEAT = 15.0
"""Seconds between keep-alive messages to an open page, so that a closed page is noticed."""
PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9][0-9]{0,6})", re.DOTALL)
"""A place as problems name it: ``content/posts/x.md:12``."""
LONGEST_PLACE = 10_000
"""Bytes that a place may have; a path has at most 4,096 on Linux."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".avif": "image/avif",
    ".webp": "image/webp",
}


class Preview:
    """The preview application: its sites, the open pages, and the events between them."""

    def __init__(self, mounts: Iterable[Mount], editor: str = "") -> None:
        self.mounts = sorted(mounts, key=lambda mount: -len(mount.base))
        self.editor = editor
        self.edits = Edits(self.mounts, self._tell)
        self.listeners: set[asyncio.Event] = set()
        self.watching: asyncio.Task[None] | None = None
        self.rendering: dict[tuple[str, str], tuple[Shown, asyncio.Task[PreviewPage | None]]] = {}
        """Pages that are being rendered, by site and address."""

    def app(self, names: tuple[str, ...], port: int) -> ASGIApp:
        """Return the ASGI application with its access control."""
        routes = [
            Route("/-/events", self.events),
            Route("/-/state", self.state),
            Route("/-/open", self.open, methods=["POST"]),
            Route("/-/{name:str}", self.own_file),
            Route("/{path:path}", self.page),
        ]
        inside = Starlette(
            routes=routes, lifespan=self._lifespan, exception_handlers={Exception: _failed}
        )
        return Guard(inside, names, port)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.watching = asyncio.create_task(self.edits.follow())
        await asyncio.sleep(0)  # the watcher is running, so no edit is missed
        yield
        self.watching.cancel()
        self._tell()

    def _tell(self) -> None:
        for listener in self.listeners:
            listener.set()

    # --- Pages ---

    def find(self, path: str) -> tuple[Mount, str] | None:
        """Return the site that an address belongs to, and the address within it."""
        for mount in self.mounts:
            if path.startswith(f"{mount.base}/"):
                return mount, path.removeprefix(mount.base)
        return None

    async def _show(self, mount: Mount, inside: str) -> PreviewPage | None:
        """Render a page in a thread, once for all who wait for it."""
        shown = mount.live.shown
        if inside in shown.rendered:
            return shown.rendered[inside]
        key = (mount.base, inside)
        under_way, task = self.rendering.get(key, (None, None))
        if task is None or under_way is not shown:  # or it began before the last edit
            task = asyncio.create_task(in_thread(mount.live.show, inside))
            self.rendering[key] = shown, task
        try:
            return await asyncio.shield(task)
        finally:
            if self.rendering.get(key) == (shown, task):
                del self.rendering[key]

    async def page(self, request: Request) -> Response:
        """Respond with the page or file at an address."""
        path = request.url.path
        place = self.find(path)
        if place is None:
            return self._away(path)
        mount, inside = place
        page = await self._show(mount, inside)
        if page is None:
            return await self._missing(mount, inside)
        name = inside + ("index.html" if inside.endswith("/") else "")
        kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
        if kind != TYPES[".html"]:
            if page.problems and not page.content:
                return PlainTextResponse("".join(f"{p}\n" for p in page.problems), 500)
            return Response(
                page.content, media_type=kind or "application/octet-stream",
                headers=bar.headers_of(inside),
            )  # fmt: skip
        return self._html(mount, inside, page)

    def _html(self, mount: Mount, inside: str, page: PreviewPage, status: int = 200) -> Response:
        content = page.content
        if not content:
            content, status = broken_page(page.problems).encode(), 500
        text = digest(mount.live, content)
        return Response(
            bar.with_bar(content, text), status, bar.headers_of(inside, page), TYPES[".html"]
        )

    async def _missing(self, mount: Mount, inside: str) -> Response:
        source = mount.live.source_of(inside)
        if source:
            return self._html(mount, inside, invalid_page(mount.live, source))
        if await self._show(mount, f"{inside}/"):
            return RedirectResponse(f"{mount.base}{inside}/", 307)
        page = await self._show(mount, NOT_FOUND)
        if page is None or not page.content:
            return PlainTextResponse("There is nothing at this address.\n", 404)
        return Response(
            bar.with_bar(page.content, "missing"), 404, bar.headers_of(inside), TYPES[".html"]
        )

    def _away(self, path: str) -> Response:
        home = self.mounts[-1].base
        if path in {"/", home}:
            return RedirectResponse(f"{home}/", 307)
        return PlainTextResponse("There is nothing at this address.\n", 404)

    # --- The bar ---

    async def own_file(self, request: Request) -> Response:
        """Respond with the bar's script or style sheet."""
        name = request.path_params["name"]
        if name not in {"bar.js", "bar.css"}:
            return PlainTextResponse("There is nothing at this address.\n", 404)
        content = (HERE / name).read_bytes()
        return Response(content, 200, bar.headers_of("/-/"), TYPES[Path(name).suffix])

    async def state(self, request: Request) -> Response:
        """Respond with the bar's data for the page at ``?page=``."""
        path = request.query_params.get("page", "/")
        place = self.find(path)
        if place is None:
            return JSONResponse({"error": "no such page"}, 404, headers=bar.headers_of("/-/"))
        mount, inside = place
        live = mount.live
        page = await self._show(mount, inside)
        source = live.source_of(inside) if page is None else None
        if source:
            page = invalid_page(live, source)
        origin = page.origin if page else ""
        text = "missing"
        if page:
            content = page.content or broken_page(page.problems).encode()
            text = digest(live, content)
        problems = [*live.problems(), *mount.found, *(page.problems if page else ())]
        state = {
            "text": text,
            "css": live.pages.renderer.assets.css if live.pages else "",
            "page": await in_thread(bar.facts, live, page),
            "old": bool(page and page.problems),
            "problems": bar.problems_for_bar(problems, origin),
            "others": self._others(mount),
        }
        return JSONResponse(state, headers=bar.headers_of("/-/"))

    def _others(self, mount: Mount) -> list[dict[str, str]]:
        """Return pages that exist only in the preview, such as drafts."""
        found = []
        pages = mount.live.pages
        for document in pages.site.left_out if pages else ():
            status = bar.status_of(document, pages.site.build_date) if pages else ""
            path = mount.base + document.path
            found.append({"title": document.title, "path": path, "status": status})
        for other in self.mounts:
            if other is not mount:
                sink = other.base.endswith(KITCHEN_SINK)
                title = "Kitchen sink: every part of the theme" if sink else "The site"
                found.append({"title": title, "path": f"{other.base}/", "status": "preview"})
        return found

    async def events(self, request: Request) -> Response:
        """Notify a page whenever it may have changed (server-sent events)."""
        content = iter(()) if request.method == "HEAD" else self._events()
        return StreamingResponse(
            content, media_type="text/event-stream", headers=bar.headers_of("/-/")
        )

    async def _events(self) -> AsyncIterator[str]:
        news = asyncio.Event()
        self.listeners.add(news)
        try:
            yield "retry: 500\n\ndata: hello\n\n"
            while self.watching and not self.watching.done():
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), BEAT)
                yield "data: changed\n\n" if news.is_set() else ": still here\n\n"
                news.clear()
        finally:
            self.listeners.discard(news)

    async def open(self, request: Request) -> Response:
        """Open a content or theme file in the editor of this computer.

        The request body is a place as in problems, ``content/posts/x.md:12``. Only files that the
        preview reads can be opened.
        """
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LONGEST_PLACE:
                return PlainTextResponse("This is too long for the place of a file.\n", 413)
        place = PLACE.fullmatch(body.decode("utf-8", "replace"))
        if place is None:
            hint = "Name a file and a line of it, such as content/posts/x.md:12.\n"
            return PlainTextResponse(hint, 400)
        file = self.known_files().get(place["file"])
        if file is None:
            return PlainTextResponse("The preview knows no such file.\n", 404)
        try:
            open_file(file, int(place["line"]), self.editor)
        except (OSError, ValueError) as error:
            return PlainTextResponse(f"The file cannot be opened: {error}\n", 500)
        return PlainTextResponse("opened\n")

    def known_files(self) -> dict[str, Path]:
        """Return the files that the preview reads, by their display paths."""
        found: dict[str, Path] = {}
        for mount in self.mounts:
            folder = mount.live.content.folder
            names = [*mount.live.content.documents, *mount.live.content.problems]
            found |= {f"{display_path_of(folder)}/{name}": folder / name for name in names if name}
            pages = mount.live.pages
            files = [Path(file) for _, file in pages.renderer.templates.values()] if pages else []
            found |= {display_path_of(file): file for file in files}
        return found


def digest(live: LivePreview, content: bytes) -> str:
    """Return a short digest of a page's text."""
    return hashlib.sha256(bar.text_of(live, content)).hexdigest()[:16]


def invalid_page(live: LivePreview, source: str) -> PreviewPage:
    """Return the page for a file that has never been valid."""
    page = f"{display_path_of(live.content.folder)}/{source}"
    problems = (*live.content.problems.get(source, ()), *live.unfit.get(source, ()))
    return PreviewPage(b"", page, None, problems)


def broken_page(problems: Iterable[Problem]) -> str:
    """Return the page that lists the problems of a page that cannot be shown."""
    items = "".join(
        f"<li><p><code>{html.escape(f'{p.path}:{p.line}')}</code><br>"
        f"{html.escape(p.message)}</p><p>{html.escape(p.hint)}</p></li>"
        for p in problems
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<title>This page cannot be shown yet</title><link rel="stylesheet" href="/-/bar.css">'
        '</head><body class="broken"><main><h1>This page cannot be shown yet</h1>'
        f"<p>It appears as soon as this is corrected:</p><ul>{items}</ul></main></body></html>"
    )


def open_file(file: Path, line: int, editor: str) -> None:
    """Open a file with ``editor``, a command with `{file}` and `{line}`, or the system's default.

    Raises ``OSError`` or ``ValueError`` where that cannot be done.
    """
    if not editor:
        platform.open_with_default_program(file)
        return
    opened = platform.start_detached(resolve_command(editor_command(editor, file, line)))
    threading.Thread(target=opened.wait, daemon=True).start()


def editor_command(editor: str, file: Path, line: int) -> list[str]:
    """Return the command that opens a file. Raises ``ValueError`` if ``editor`` is malformed."""
    try:
        return [part.format(file=file, line=line) for part in split_command(editor)]
    except (AttributeError, LookupError) as error:
        raise ValueError("only `{file}` and `{line}` may stand in braces") from error


async def _failed(_request: Request, error: Exception) -> Response:
    """Respond to a request after an error in the preview itself."""
    reason = f"{type(error).__name__}: {error}"
    hint = "Load the page again. If that does not help, restart the preview."
    return PlainTextResponse(f"The preview could not answer this. {hint}\n({reason})\n", 500)
