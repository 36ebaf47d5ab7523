"""The deferred writer: Pelican says what to write, we note it, and write when all is known.

Pelican asks for its writer through the signal ``get_writer``. Noting first and rendering later
finds two pages that want one address before either is written, and lets every template mistake
be reported at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar

from pelican.writers import Writer
from pydantic import ConfigDict

from practice.checks import built_html
from practice.content.document import record_dependencies
from practice.problems import Problem, ProblemsFound
from practice.rendering.jobs import Job, feed_of, page_of
from practice.rendering.renderer import Renderer, template_problem
from practice.support import output_folder, processes
from practice.support.cache_folder import cache_folder
from practice.support.store import Codec, Store, json_codec


@dataclass(frozen=True)
class JobResult:
    """What became of a job."""

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex")

    digest: bytes = b""
    """The SHA-256 of what was written."""
    scanned: built_html.Scanned | None = None
    """What a page says of itself."""
    read: tuple[tuple[str, bytes], ...] = ()
    """The texts that it was made of: source and digest of each."""
    problems: tuple[Problem, ...] = ()


@cache
def _codec() -> Codec[JobResult]:
    return json_codec(JobResult)


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican ships no types
    """Notes every write of a Pelican run as a job, by output path."""

    def __init__(self, output_path: str, settings: dict[str, Any]) -> None:
        super().__init__(output_path, settings)
        self.renderer: Renderer = settings["PRACTICE"]
        settings["PRACTICE_WRITER"] = self  # for the last hook, which Pelican gives no writer
        self.jobs: dict[str, Job] = {}
        self.problems: list[Problem] = []
        self.folder = Path(settings.get("PRACTICE_FOLDER") or output_path)
        """Where to write; Pelican itself, and other plugins, write to ``output_path``."""
        self.last: Path | None = settings.get("PRACTICE_LAST")
        """Where the last build's files stand, for a build of ours."""
        self.scanned: dict[str, built_html.Scanned] = settings.setdefault("PRACTICE_SCANNED", {})
        """What was seen on each page, for the check of the output."""

    def add(self, job: Job) -> None:
        """Note a file; two files at one path are a problem that names both origins."""
        if job.path in self.jobs:
            self.problems.append(
                Problem(
                    job.origin,
                    1,
                    "address-twice",
                    f"the address `/{job.path.removesuffix('index.html')}` is taken by "
                    f"{self.jobs[job.path].origin} already",
                    "rename one of the two files",
                )
            )
            return
        self.jobs[job.path] = job

    def write_file(self, name: str, *_args: object, **kwargs: Any) -> None:
        """Note a page that Pelican would render; the renderer picks template and context.

        Pelican asks with an empty name for the kinds of page that the settings turn off.
        """
        if name:
            content = kwargs.get("article") or kwargs["page"]
            self.add(page_of(self.renderer, content.document))

    def write_feed(
        self, elements: Sequence[Any], _context: object, path: str, *_args: object
    ) -> None:
        """Note the feed (Atom, RFC 4287)."""
        if elements:
            self.add(feed_of(self.renderer, [post.document for post in elements], path))

    def write_all(self) -> None:
        """Write every job, rendered anew or as the last build has left it.

        A mistake in any of them is raised with all others.
        """
        if self.folder != Path(self.output_path):
            output_folder.keep_only(self.folder, set(self.jobs))
        jobs = self.jobs.items()
        keys = {path: self._key(path, job.own) for path, job in jobs if job.own is not None}
        kept_in = cache_folder(self.renderer.site.content) if self.last else None
        store = Store(kept_in, "pages", _codec())
        kept = store.get(keys.values())
        done: dict[str, JobResult] = {}
        for path, key in keys.items():
            written = self._taken_over(path, kept[key]) if key in kept else None
            if written:
                done[path] = written
        missing = [job for path, job in self.jobs.items() if path not in done]
        alone = len(missing) < processes.WORTH_A_FORK and not any(job.slow for job in missing)
        made = processes.map_in_processes(self._render, missing, 1 if alone else None)
        new = {job.path: written for job, written in zip(missing, made, strict=True)}
        done |= new
        problems = [*self.problems, *(p for written in done.values() for p in written.problems)]
        if problems:
            raise ProblemsFound(problems)
        store.put({key: new[path] for path, key in keys.items() if path in new})
        store.close()
        for path, written in done.items():
            if written.scanned:
                self.scanned[path] = written.scanned

    def _key(self, path: str, own: bytes) -> bytes:
        """What changes whenever the content of a page does, other texts aside."""
        return hashlib.sha256(self.renderer.key + own + path.encode()).digest()

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        site = self.renderer.site
        return {document.source: document.digest for document in (*site.left_out, *site.documents)}

    def _taken_over(self, path: str, kept: JobResult) -> JobResult | None:
        """Write what the last build wrote, if it is what would be rendered; None if it is not.

        What somebody has changed in the output since is not.
        """
        if any(self._digests.get(source) != digest for source, digest in kept.read):
            return None
        if hashlib.sha256(_content(f"{self.folder}/{path}")).digest() == kept.digest:
            return kept
        content = _content(f"{self.last}/{path}")
        if hashlib.sha256(content).digest() != kept.digest:
            return None
        return replace(kept, problems=self._write(path, content))

    def _render(self, job: Job) -> JobResult:
        try:
            with record_dependencies() as read:
                made = job.render()
        except ProblemsFound as error:
            return JobResult(problems=tuple(error.problems))
        except Exception as error:  # noqa: BLE001  # a template can raise anything
            theme = self.renderer.theme
            return JobResult(problems=(template_problem(error, job.origin, job.path, theme),))
        scanned = None
        if isinstance(made, str) and job.path.endswith(".html"):
            scanned = built_html.scan(job.path, made)
        content = made.encode() if isinstance(made, str) else made
        digest, texts = hashlib.sha256(content).digest(), tuple(read.items())
        return JobResult(digest, scanned, texts, self._write(job.path, content))

    def _write(self, path: str, content: bytes) -> tuple[Problem, ...]:
        file = self.folder / path
        try:
            if content and _content(str(file)) == content:
                return ()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)  # another name of the same file stays as it was
            file.write_bytes(content)
        except OSError as error:
            message = f"the site cannot be written: {error.strerror}"
            return (Problem("output", 1, "disk", message, "make room on the disk, and try again"),)
        return ()


def _content(file: str) -> bytes:
    """What a file holds; nothing where it cannot be read."""
    try:
        with open(file, "rb") as opened:  # noqa: PTH123  # a `Path` of each page takes longer
            return opened.read()
    except OSError:
        return b""
