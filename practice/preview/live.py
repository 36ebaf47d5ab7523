"""Keeps a practice in memory: an edit re-reads one file, and a request renders one page.

A page is what a new build would write; `tests/preview/test_preview_live.py` tests this with random
edits. If a build would refuse a file, the page keeps its last valid text.

An edit has two steps, so that a slow file delays nothing else: ``read`` may run in a child process,
and changes nothing; ``take`` is fast. ``show`` may be called from several threads.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from practice import checks
from practice.checks import guarded, links, references
from practice.content.cached_reader import Read, Reader
from practice.content.document import Document, ReadResult, address_of, slug_of
from practice.content.folder import (
    JUNK,
    LISTS,
    YAML_FILES,
    Content,
    read_clinic,
    read_content,
    read_files,
    read_lists,
)
from practice.content.models import KINDS
from practice.paths import below, display_path_of, files_below
from practice.preview.pages import Pages, PreviewPage, Shown, render
from practice.problems import Problem, ProblemsFound, errors
from practice.rendering.renderer import Renderer
from practice.site.assemble import assemble, narrow, stand_in
from practice.site.drafts import lenient
from practice.site.site import Site
from practice.support.environment import today

LEADS_SOMEWHERE = (references.ids, references.pictures, references.callouts, links.targets)
"""Checks without which a page could not be shown, nor any list that it stands in."""
ALL = "."
"""The name of the content folder itself: everything in it may have changed."""
THEME_ENDINGS = {".html", ".css", ".js", ".typ", ".toml"}


@dataclass(frozen=True)
class Edit:
    """Files that may have changed, as ``LivePreview.read`` has found them."""

    names: frozenset[str]
    """Their paths below the content folder."""
    theme: bool
    """Whether files of the theme are among them."""
    gone: bool
    """Whether the content folder does not exist."""
    lists: Content
    """What was read of `clinic.yaml` and the lists; ``problems`` names the files that were read."""
    documents: dict[str, Read]
    """The documents that were read, because their bytes have changed."""


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
        *,
        zone: str = "UTC",
    ) -> None:
        self.zone = zone
        """The time zone that decides the day."""
        self.theme = theme
        self.overrides = tuple(overrides)
        self.address = address
        self.read_all = Reader(kept)
        self.content = Content(content)
        self.unfit: dict[str, list[Problem]] = {}
        """Why a readable document cannot be shown, by its path below the content folder."""
        self.waiting: dict[str, Document] = {}
        """Those documents; they are shown as soon as other files contain what they refer to."""
        self.gone: tuple[Problem, ...] = ()
        """The problem that the content folder does not exist at the moment, if it does not."""
        self.theme_problems: list[Problem] = []
        self.pages: Pages | None = None
        """The site as it is shown; None as long as there is no clinic."""
        self.sound: Pages | None = None
        """The last site in which a check of everything found no error."""
        self.shown = Shown()
        self.last: dict[str, Document] = {}
        """The version of each document that was shown last, even if its file is gone by now."""
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
        """Update the site for files that may have changed; a folder stands for all files in it."""
        self.take(self.read(paths))

    def read(self, paths: Iterable[Path]) -> Edit:
        """Read files that may have changed. The preview goes on showing what it has shown."""
        folder = self.content.folder
        names, theme = set(), False
        for path in paths:
            name = below(folder, path)
            if name:
                names.add(name)
            theme = theme or any(below(f, path) for f in (self.theme, *self.overrides))
        lists = replace(self.content, documents={}, invalid={}, problems={})
        gone = not folder.is_dir()
        if gone:
            return Edit(frozenset(names), theme, gone, lists, {})
        if names & {"clinic.yaml", ALL}:
            read_clinic(lists)
        if names & {*LISTS, ALL}:
            read_lists(lists)
        documents = self.read_all.ahead(folder, sorted(_documents(folder, names)))
        return Edit(frozenset(names), theme, gone, lists, documents)

    def take(self, edit: Edit, outdated: Collection[Path] = ()) -> None:
        """Update the site for an edit; ``outdated`` are files that have changed since it was read.

        They are left to a later edit.
        """
        later = {below(self.content.folder, path) for path in outdated}
        names = {*edit.names, *edit.documents}.difference(later)
        self.edited |= names
        before = dict(self.content.documents)
        again = False
        self.gone = (_gone(self.content.folder),) if edit.gone else ()
        if self.gone:
            return  # what was rendered can still be shown, even though its pictures have gone
        if names:
            again = self._take_names(names, edit)
        if again or edit.theme:
            self._renew(before, theme=edit.theme)
        self.shown = self.shown.next()

    def _take_names(self, names: Collection[str], edit: Edit) -> bool:
        """Take over what was read; return whether the site has to be assembled again."""
        content = self.content
        again = self._take_lists(names, edit.lists)
        unknown: set[str] = set()
        self.read_all.take({name: read for name, read in edit.documents.items() if name in names})
        for name in sorted(names):
            if name in edit.documents and name in content.documents:
                _, result = edit.documents[name]
                again = not self._take_one(name, result) or again
            elif name in YAML_FILES:
                again = True
            elif name not in content.documents or not (content.folder / name).is_file():
                unknown.add(name)
        if any(self._matters(name) for name in unknown):
            read_files(content, self.read_all)
            for source, document in content.documents.items():
                if document is None:
                    content.documents[source] = self.last.get(source)
            again = True
        return again

    def _take_lists(self, names: Collection[str], lists: Content) -> bool:
        content = self.content
        read = {name for name in lists.problems if {name, ALL} & set(names)}
        if "clinic.yaml" in read:
            content.clinic, content.clinic_data = lists.clinic, lists.clinic_data
        if read & set(LISTS):
            content.sources, content.topics = lists.sources, lists.topics
            content.source_checks = lists.source_checks
            read |= set(LISTS)
        content.problems |= {name: lists.problems[name] for name in read}
        return bool(read)

    def _matters(self, name: str) -> bool:
        """Return whether a change of an unknown file means that the whole folder has to be read."""
        here = (self.content.folder / name).exists()
        files = (*self.content.documents, *self.content.static)
        known = any(file == name or file.startswith(f"{name}/") for file in files)
        return name == ALL or known or (here and not _is_junk(name))

    def is_settled(self, path: Path) -> bool:
        """Return whether a file can be read: one that was there is neither missing nor empty now.

        Many programs save a file by emptying or deleting it first. Then it is there again within a
        moment.
        """
        name = below(self.content.folder, path)
        if name is None:
            was_there = path.suffix in THEME_ENDINGS
        else:
            places = (self.content.documents, self.content.static, YAML_FILES, (ALL,))
            was_there = any(name in place for place in places)
        try:
            return not was_there or path.is_dir() or path.stat().st_size > 0
        except OSError:
            return False

    def _take_one(self, source: str, result: ReadResult) -> bool:
        """Take over one document; return whether other pages are unaffected."""
        content = self.content
        old = content.documents[source]
        new, content.problems[source] = result
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
        site = assemble(self.content, today(self.zone), zone=self.zone)
        if site is None:
            return
        new = [d for source, d in documents.items() if d and before.get(source) is not d]
        for problem, document in _unfit(site, new):
            self.unfit.setdefault(document.source, []).append(problem)
            self.waiting[document.source] = document
        for source in self.waiting:
            documents[source] = before.get(source) or self.last.get(source)
        if self.waiting:
            site = assemble(self.content, today(self.zone), zone=self.zone) or site
        self.last |= {source: document for source, document in documents.items() if document}
        self._take_site(site, theme=theme)
        self.shown = Shown(idle=[self.pages] if self.pages else [])

    def _take_site(self, site: Site, *, theme: bool) -> None:
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
        shown = self.shown
        if path not in shown.rendered:
            page = self._show(path, shown)
            if page is None:
                return None
            shown.rendered[path] = page
        return shown.rendered[path]

    def _show(self, path: str, shown: Shown) -> PreviewPage | None:
        if self.pages is None:
            return None
        document = self.document(path)
        why = self.why_old(document)
        with shown.lend(self.pages) as pages:
            job = pages.job(path)
            if job is None:
                return None
            content, found = render(job, self.theme)
            if not found:
                return PreviewPage(content, job.origin, document, why)
        slow = any(
            problem.code == "file-slow" for problem in found
        )  # the last good page may be, too
        good = b"" if slow else self._last_good(path)
        return PreviewPage(good, job.origin, document, (*why, *found))

    def _last_good(self, path: str) -> bytes:
        job = self.sound.copy().job(path) if self.sound else None
        content, found = render(job, self.theme) if job else (b"", [])
        return b"" if found else content

    def document(self, path: str) -> Document | None:
        """Return the document at an address, published or not."""
        return self.pages.documents.get(path) if self.pages else None

    def why_old(self, document: Document | None) -> tuple[Problem, ...]:
        """Return the problems that prevent the current text of a document from being shown."""
        if document is None:
            return self.gone
        problems = self.content.problems.get(document.source, [])
        return (*self.gone, *errors(problems), *self.unfit.get(document.source, ()))

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
        content = self.content
        texts = (*content.documents.values(), *content.invalid.values(), *self.waiting.values())
        found = [p for wrong in content.problems.values() for p in wrong]
        found += [p for wrong in self.unfit.values() for p in wrong]
        found = lenient(filter(None, texts), found)
        if self.pages:
            found += self.pages.renderer.problems()
        return sorted({*self.gone, *found, *self.theme_problems})

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
        return assemble(content, today(self.zone), zone=self.zone)

    def checked(self, pages: Pages, found: list[Problem]) -> None:
        """Remember the site if a complete check found no errors."""
        if not errors([*found, *self.problems()]):
            self.sound = pages


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
    for problem in checks.run(narrow(site, texts), static=False) if texts else ():
        if problem.path in found:
            found[problem.path].append(problem)
    return found


def _documents(folder: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield the documents among some files and folders."""
    for name in names:
        found = folder / name
        inside = files_below(found) if found.is_dir() else [ALL]
        for file in inside:
            source = (found / file).relative_to(folder).as_posix()
            is_document = source.partition("/")[0] in KINDS and source.endswith(".md")
            if is_document and (folder / source).is_file() and not _is_junk(source):
                yield source


def _is_junk(name: str) -> bool:
    return any(JUNK.fullmatch(part) for part in name.split("/"))


def _gone(folder: Path) -> Problem:
    message = "the content folder has gone; the preview shows what was in it"
    hint = "put the folder back, and the preview goes on; or stop the preview"
    return Problem(display_path_of(folder), 1, "content-gone", message, hint)
