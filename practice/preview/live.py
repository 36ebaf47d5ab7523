"""Keeps a practice in memory: an edit re-reads one file, and a request renders one page.

A page is what a new build would write; `tests/preview/test_preview_live.py` tests this with random
edits. If a build would refuse a file, the page keeps its last valid text.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from practice import checks
from practice.checks import guarded, links, references
from practice.content.cached_reader import Reader
from practice.content.document import Document, address_of, slug_of
from practice.content.folder import (
    JUNK,
    YAML_FILES,
    Content,
    read_clinic,
    read_content,
    read_files,
    read_lists,
)
from practice.content.models import KINDS
from practice.paths import save_as
from practice.problems import Problem, ProblemsFound, errors
from practice.rendering import templates
from practice.rendering.jobs import Job, jobs, page_of
from practice.rendering.renderer import Renderer
from practice.site.site import Site, assemble, narrow, stand_in
from practice.support.environment import today

LEADS_SOMEWHERE = (references.ids, references.pictures, references.callouts, links.targets)
"""Checks without which a page could not be shown, nor any list that it stands in."""


@dataclass(frozen=True)
class PreviewPage:
    """What is shown at an address."""

    content: bytes
    origin: str
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    """Why the page does not show the current files: it shows the last valid version."""


class LivePreview:
    """A practice, its theme, and every page of it on request.

    ``content`` and ``theme`` are folders, ``address`` is where the site will be published, ``kept``
    a folder for the cache, or None. ``overrides`` are folders whose templates win over the theme's.
    """

    def __init__(
        self,
        content: Path,
        theme: Path,
        address: str,
        kept: Path | None = None,
        overrides: Sequence[Path] = (),
    ) -> None:
        self.theme = theme
        self.overrides = tuple(overrides)
        self.address = address
        self.read_all = Reader(kept)
        self.content = Content(content)
        self.unfit: dict[str, list[Problem]] = {}
        """Why a readable document cannot be shown, by its path below the content folder."""
        self.waiting: dict[str, Document] = {}
        """Those documents; they are shown as soon as other files contain what they refer to."""
        self.theme_problems: list[Problem] = []
        self.pages: Pages | None = None
        """The site as it is shown; None as long as there is no clinic."""
        self.sound: Pages | None = None
        """The last site in which a check of everything found no error."""
        self.rendered: dict[str, PreviewPage] = {}
        self.edited: set[str] = set()
        """Files that have changed, and were not checked by themselves since."""
        self.content = read_content(content, self.read_all)
        self._renew({})

    # --- Changes ---

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders whose files make the site."""
        return (self.content.folder, self.theme, *self.overrides)

    def changed(self, paths: Iterable[Path]) -> None:
        """Update the site for files that may have changed."""
        names, theme = set(), False
        for path in paths:
            if path.is_relative_to(self.content.folder):
                names.add(path.relative_to(self.content.folder).as_posix())
            theme = theme or any(map(path.is_relative_to, (self.theme, *self.overrides)))
        self.rendered = {}
        self.edited |= names
        before = dict(self.content.documents)
        again = self._read_again(names)
        if again or theme:
            self._renew(before, theme=theme)

    def _read_again(self, names: set[str]) -> bool:
        """Read changed files; return whether the site has to be assembled again."""
        content, again = self.content, False
        unknown: set[str] = set()
        for name in sorted(names):
            file = content.folder / name
            if name == "clinic.yaml":
                read_clinic(content)
            elif name in {"sources.yaml", "topics.yaml"}:
                read_lists(content)
            elif name in content.documents and file.is_file():
                again = not self._read_one(name) or again
                continue
            elif name not in YAML_FILES:
                unknown.add(name)
                continue
            again = True
        if any(self._matters(name) for name in unknown):
            read_files(content, self.read_all)
            again = True
        return again

    def _matters(self, name: str) -> bool:
        """Return whether a change of an unknown file means that the whole folder has to be read."""
        here = (self.content.folder / name).exists()
        known = name in self.content.documents or name in self.content.static
        junk = any(JUNK.fullmatch(part) for part in name.split("/"))
        return known or (here and not junk)

    def _read_one(self, source: str) -> bool:
        """Read one document again; return whether other pages are unaffected."""
        content = self.content
        old = content.documents[source]
        new, content.problems[source] = self.read_all.one(content.folder, source)
        content.invalid.pop(source, None)
        if not isinstance(new, Document):
            content.invalid[source] = new
            self.unfit.pop(source, None)
            self.waiting.pop(source, None)
            return True
        if new is old:
            return True
        content.documents[source] = new
        if self.pages is None or old is None or old.listing_digest != new.listing_digest:
            return False
        if source in self.waiting or any(_unfit(self.pages.site, [new])):
            return False
        old.take_text_of(new)
        content.documents[source] = old
        return True

    def _renew(self, before: dict[str, Document | None], *, theme: bool = False) -> None:
        """Assemble the site; documents that cannot be shown keep their previous version."""
        documents = self.content.documents
        for source in self.waiting.keys() & documents.keys():
            if documents[source] is before.get(source):
                documents[source] = self.waiting[source]
        self.unfit, self.waiting = {}, {}
        site = assemble(self.content, today())
        if site is None:
            return
        new = [d for source, d in documents.items() if d and before.get(source) is not d]
        for problem, document in _unfit(site, new):
            self.unfit.setdefault(document.source, []).append(problem)
            self.waiting[document.source] = document
        for source in self.waiting:
            documents[source] = before.get(source)
        if self.waiting:
            site = assemble(self.content, today()) or site
        self._take(site, theme=theme)

    def _take(self, site: Site, *, theme: bool) -> None:
        if self.pages is None or theme:
            try:
                renderer = Renderer(site, self.theme, self.address, self.overrides)
            except ProblemsFound as error:
                self.theme_problems = error.problems
            else:
                self.pages, self.theme_problems = Pages(renderer), []
                return
        if self.pages is not None:
            self.pages = Pages(self.pages.renderer.for_site(site))

    # --- Pages ---

    def show(self, path: str) -> PreviewPage | None:
        """Return the page or file at an address of the site (``/blog/x/``), or None."""
        if path not in self.rendered:
            page = self._show(path)
            if page is None:
                return None
            self.rendered[path] = page
        return self.rendered[path]

    def _show(self, path: str) -> PreviewPage | None:
        job = self.pages.job(path) if self.pages else None
        if job is None:
            return None
        document = self.document(path)
        why = self.why_old(document)
        try:
            return PreviewPage(_bytes(job.run(self.theme)), job.origin, document, why)
        except ProblemsFound as error:
            problems = (*why, *error.problems)
        return PreviewPage(self._last_good(path), job.origin, document, problems)

    def _last_good(self, path: str) -> bytes:
        job = self.sound.job(path) if self.sound else None
        try:
            return _bytes(job.run(self.theme)) if job else b""
        except ProblemsFound:  # what is wrong is said already
            return b""

    def document(self, path: str) -> Document | None:
        """Return the document at an address, published or not."""
        return self.pages.documents.get(path) if self.pages else None

    def why_old(self, document: Document | None) -> tuple[Problem, ...]:
        """Return the problems that prevent the current text of a document from being shown."""
        if document is None:
            return ()
        problems = self.content.problems.get(document.source, [])
        return (*errors(problems), *self.unfit.get(document.source, ()))

    def source_of(self, path: str) -> str | None:
        """Return the unreadable file that the address belongs to, or None."""
        for source, document in self.content.documents.items():
            kind = KINDS[source.partition("/")[0]]
            if document is None and address_of(kind, slug_of(source)) == path:
                return source
        return None

    # --- Problems ---

    def problems(self) -> list[Problem]:
        """Return the problems of single files and of the theme; ``checks.run`` finds the others."""
        found = [p for wrong in self.content.problems.values() for p in wrong]
        unfit = [p for wrong in self.unfit.values() for p in wrong]
        if self.pages:
            known = self.pages.renderer.templates
            found += templates.problems_of(known, self.overrides, self.pages.site)
        return sorted({*found, *unfit, *self.theme_problems})

    @property
    def as_written(self) -> Site | None:
        """The site with the current version of every file, as a build would check it."""
        content = copy.copy(self.content)
        no_clinic = content.clinic is None or content.problems["clinic.yaml"]
        if self.pages and not (no_clinic or content.invalid or self.waiting):
            return self.pages.site
        if no_clinic:
            content.clinic = stand_in(content)
        content.documents = {
            source: None if source in content.invalid else self.waiting.get(source, document)
            for source, document in content.documents.items()
        }
        return assemble(content, today())

    def checked(self, pages: Pages, found: list[Problem]) -> None:
        """Remember the site if a complete check found no errors."""
        if not errors([*found, *self.problems()]):
            self.sound = pages


class Pages:
    """Every file of a site, found by its address."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.site = renderer.site

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents by address, drafts too."""
        return {document.path: document for document in self.site.valid}

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        return {job.path: job for job in jobs(self.site, self.renderer)}

    def job(self, path: str) -> Job | None:
        """Return the job of the file at an address, or None."""
        document = self.documents.get(path)  # drafts have no jobs of their own
        return page_of(document, self.renderer) if document else self._jobs.get(save_as(path))


def _unfit(site: Site, documents: list[Document]) -> Iterator[tuple[Problem, Document]]:
    """Yield the problems that prevent documents from being shown, each with its document.

    A fault in a check that names no document is left to the check of the whole site.
    """
    if not documents:
        return
    by_path = {document.display_path: document for document in documents}
    for check in LEADS_SOMEWHERE:
        for problem in guarded.findings(partial(check, narrow(site, documents))):
            if problem.path in by_path:
                yield problem, by_path[problem.path]


def check_some(site: Site, sources: Collection[str]) -> dict[str, list[Problem]]:
    """Return the problems of some documents, by the path that messages name."""
    for name, value in vars(Site).items():
        if isinstance(value, cached_property):
            getattr(site, name)  # made of all documents now, and the narrow site has it
    texts = [text for text in site.texts if text.source in sources]
    found: dict[str, list[Problem]] = {text.display_path: [] for text in texts}
    for problem in checks.run(narrow(site, texts), pdfs=False) if texts else ():
        if problem.path in found:
            found[problem.path].append(problem)
    return found


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
