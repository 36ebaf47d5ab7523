"""The web server of the preview.

Addresses are looked up in the site, never on the disk, so there is no path traversal, no
directory listing and no hidden file. Everything runs in one thread except the checks, which
take longest: edited files are checked in a second thread, the whole site in a process.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import html
import mimetypes
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp
from watchfiles import awatch

from practice import checks
from practice.paths import below, display_path_of
from practice.preview import bar
from practice.preview.guard import Guard
from practice.preview.live import LivePreview, PreviewPage, check_some
from practice.problems import Problem
from practice.support import faults, platform, processes
from practice.support.programs import resolve_command, split_command

HERE = Path(__file__).parent
KITCHEN_SINK = "/kitchen-sink"
NOT_FOUND = "/404.html"
QUIET = 1.0
"""Seconds without an edit before the whole site is checked."""
BEAT = 15.0
"""Seconds between keep-alive messages to an open page, so that a closed page is noticed."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".avif": "image/avif",
    ".webp": "image/webp",
}


@dataclass
class Mount:
    """A site within the preview; ``base`` is the start of its addresses."""

    live: LivePreview
    base: str
    found: list[Problem] = field(default_factory=list)
    """The problems found by the last check of the whole site."""
    checking: asyncio.Task[None] | None = None


class Preview:
    """The preview application: its sites, the open pages, and the events between them."""

    def __init__(self, mounts: Iterable[Mount], editor: str = "") -> None:
        self.mounts = sorted(mounts, key=lambda mount: -len(mount.base))
        self.editor = editor
        self.listeners: set[asyncio.Event] = set()
        self.watching: asyncio.Task[None] | None = None

    def app(self, names: tuple[str, ...], port: int) -> ASGIApp:
        """Return the ASGI application with its access control."""
        routes = [
            Route("/-/events", self.events),
            Route("/-/state", self.state),
            Route("/-/open", self.open, methods=["POST"]),
            Route("/-/{name:str}", self.own_file),
            Route("/{path:path}", self.page),
        ]
        return Guard(Starlette(routes=routes, lifespan=self._lifespan), names, port)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.watching = asyncio.create_task(self._watch())
        await asyncio.sleep(0)  # the watcher is running, so no edit is missed
        for mount in self.mounts:
            self._check_later(mount)
        yield
        tasks = [self.watching, *(mount.checking for mount in self.mounts)]
        for task in filter(None, tasks):
            task.cancel()
        for listener in self.listeners:
            listener.set()

    # --- Edits ---

    async def _watch(self) -> None:
        folders = {f for mount in self.mounts for f in mount.live.folders if f.is_dir()}
        changes = awatch(
            *folders, watch_filter=None, debounce=50, step=5, ignore_permission_denied=True
        )
        async for found in changes:
            self.changed({Path(name) for _, name in found})

    def changed(self, paths: set[Path]) -> None:
        """Update the sites for files that may have changed, and notify every open page."""
        for mount in self.mounts:
            live = mount.live
            mine = {
                folder / name
                for folder in live.folders
                for path in paths
                if (name := below(folder, path) or below(folder.resolve(), path))
            }
            if not mine:
                continue
            try:
                live.changed(mine)
            except Exception as error:  # noqa: BLE001  # the preview goes on, and says so
                path = display_path_of(min(mine))
                mount.found = [faults.problem_of(error, faults.file_of(error) or path)]
            else:
                self._check_later(mount)
        self._tell()

    def _tell(self) -> None:
        for listener in self.listeners:
            listener.set()

    def _check_later(self, mount: Mount) -> None:
        if mount.checking:
            mount.checking.cancel()
        mount.checking = asyncio.create_task(self._check(mount))

    async def _check(self, mount: Mount) -> None:
        """Check edited files at once, and the whole site when the edits pause."""
        live = mount.live
        edited, pages, site = set(live.edited), live.pages, live.as_written
        if site is None:
            return
        if edited:
            some = await asyncio.to_thread(check_some, site, edited)
            others = [problem for problem in mount.found if problem.path not in some]
            mount.found = [*others, *(problem for found in some.values() for problem in found)]
            live.edited -= edited  # a newer edit would have cancelled this check
            self._tell()
        await asyncio.sleep(QUIET)
        child = processes.Child(functools.partial(checks.run, site, kept=live.read_all.folder))
        try:
            found = await asyncio.to_thread(child.result)
        except processes.WorkerRaised as error:
            found = [faults.problem_of(error, display_path_of(live.content.folder))]
        except processes.WorkerFailed as error:
            hint = "save any file to try it again"
            found = [Problem("preview", 1, "check-failed", str(error), hint, "warning")]
        except asyncio.CancelledError:
            child.give_up()
            raise
        else:
            if pages:
                live.checked(pages, found)
        mount.found = found
        self._tell()

    # --- Pages ---

    def find(self, path: str) -> tuple[Mount, str] | None:
        """Return the site that an address belongs to, and the address within it."""
        for mount in self.mounts:
            if path.startswith(f"{mount.base}/"):
                return mount, path.removeprefix(mount.base)
        return None

    async def page(self, request: Request) -> Response:
        """Respond with the page or file at an address."""
        path = request.url.path
        place = self.find(path)
        if place is None:
            return self._away(path)
        mount, inside = place
        page = mount.live.show(inside)
        if page is None:
            return self._missing(mount, inside)
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
        return Response(bar.with_bar(content, text), status, bar.headers_of(inside), TYPES[".html"])

    def _missing(self, mount: Mount, inside: str) -> Response:
        source = mount.live.source_of(inside)
        if source:
            return self._html(mount, inside, invalid_page(mount.live, source))
        if mount.live.show(f"{inside}/"):
            return RedirectResponse(f"{mount.base}{inside}/", 307)
        page = mount.live.show(NOT_FOUND)
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
        return FileResponse(
            HERE / name, headers=bar.headers_of("/-/"), media_type=TYPES[Path(name).suffix]
        )

    async def state(self, request: Request) -> Response:
        """Respond with the bar's data for the page at ``?page=``."""
        path = request.query_params.get("page", "/")
        place = self.find(path)
        if place is None:
            return JSONResponse({"error": "no such page"}, 404, headers=bar.headers_of("/-/"))
        mount, inside = place
        live = mount.live
        page = live.show(inside)
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
            "page": bar.facts(live, page),
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

    async def events(self, _request: Request) -> Response:
        """Notify a page whenever it may have changed (server-sent events)."""
        return StreamingResponse(
            self._events(), media_type="text/event-stream", headers=bar.headers_of("/-/")
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
        place = (await request.body()).decode("utf-8", "replace")
        path, _, line = place.rpartition(":")
        file = self.known_files().get(path)
        if file is None or not line.isdecimal():
            return PlainTextResponse("The preview knows no such file.\n", 404)
        try:
            open_file(file, int(line), self.editor)
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
    parts = [part.format(file=file, line=line) for part in split_command(editor)]
    opened = platform.start_detached(resolve_command(parts))
    threading.Thread(target=opened.wait, daemon=True).start()
