"""What the plugin does at each of Pelican's signals."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import Generator
from pelican.readers import BaseReader, Readers

from practice import checks
from practice.content.cached_reader import Reader
from practice.content.document import Document
from practice.paths import save_as
from practice.plugin.collections import CollectionsGenerator
from practice.plugin.writer import DeferredWriter
from practice.problems import ProblemsFound, errors
from practice.rendering.renderer import Renderer
from practice.rendering.site_files import FEED, FEED_LENGTH, post_time
from practice.site.site import Site, load, today
from practice.support.cache_folder import cache_folder

SETTINGS: dict[str, Any] = {
    "ARTICLE_PATHS": ["posts"],
    "PAGE_PATHS": ["pages", "treatments", "team"],
    "STATIC_PATHS": [],  # filled with the very files that may be published
    "THEME_STATIC_PATHS": [],  # practice.assets writes them under lasting names
    "DIRECT_TEMPLATES": [],
    "AUTHOR_SAVE_AS": "",
    "CATEGORY_SAVE_AS": "",
    "TAG_SAVE_AS": "",
    "FEED_ALL_ATOM": FEED,
    "CATEGORY_FEED_ATOM": None,
    "AUTHOR_FEED_ATOM": None,
    "AUTHOR_FEED_RSS": None,
    "TRANSLATION_FEED_ATOM": None,
    "FEED_MAX_ITEMS": FEED_LENGTH,
    "RELATIVE_URLS": False,
    "WITH_FUTURE_DATES": True,  # the site itself leaves out what is to come
    "CACHE_CONTENT": False,  # Pelican's cache goes stale: docs/design.md
    "LOAD_CONTENT_CACHE": False,
    "TYPOGRIFY": False,
    "DELETE_OUTPUT_DIRECTORY": False,
    "FORMATTED_FIELDS": [],
    "IGNORE_FILES": [".*"],  # Pelican's own pattern misses hidden files
}
"""Pelican settings that are part of how the plugin works, and no practice's choice."""


def prepare(pelican: Pelican) -> None:
    """Load and check the site, unless the build has done so, and settle Pelican's settings."""
    settings = pelican.settings
    settings.update(SETTINGS)
    if "PRACTICE" not in settings:
        settings["PRACTICE"] = renderer_of(settings)
    ours: Site = settings["PRACTICE"].site
    settings["SITENAME"] = ours.clinic.name
    settings["STATIC_PATHS"] = sorted(
        path for path in ours.static if not path.startswith("images/")
    )


def renderer_of(settings: dict[str, Any]) -> Renderer:
    """Load, check and make ready what Pelican is pointed at; raise every error there is."""
    content = Path(settings["PATH"])
    kept = cache_folder(content)
    loaded, problems = load(content, today(), read_all=Reader(kept))
    if loaded:
        problems = [*problems, *checks.run(loaded, kept=kept)]
    if loaded is None or errors(problems):
        raise ProblemsFound(problems)
    renderer = Renderer(loaded, Path(settings["THEME"]), settings["SITEURL"])
    renderer.warnings = tuple(problems)
    return renderer


def set_readers(readers: Readers) -> None:
    """Leave Pelican our reader for Markdown and its own for files that are only copied."""
    readers.reader_classes = {"md": PracticeReader, "static": BaseReader}


class PracticeReader(BaseReader):  # type: ignore[misc]  # Pelican ships no types
    """Hands Pelican the documents that the site has read already."""

    enabled = True
    file_extensions: tuple[str, ...] = ()

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return a document's metadata; its text stays with the document."""
        ours: Site = self.settings["PRACTICE"].site
        source = os.path.relpath(source_path, self.settings["PATH"])
        document = ours.document(source)
        if document is None and source not in self._left_out:
            raise LookupError(f"`{source}` was not read")
        return "", {"status": "skip"} if document is None else metadata(document, self.settings)

    @cached_property
    def _left_out(self) -> frozenset[str]:
        return frozenset(left.source for left in self.settings["PRACTICE"].site.left_out)


def metadata(document: Document, settings: dict[str, Any]) -> dict[str, Any]:
    """A document in Pelican's terms."""
    found = {
        "title": document.title,
        "slug": f"{document.kind}-{document.slug}",
        "summary": document.meta.summary,
        "url": document.path.lstrip("/"),
        "save_as": save_as(document.path),
        "template": settings["PRACTICE"].template_of(document),
        "document": document,
        "status": "published",
    }
    if document.kind == "post":
        found["date"] = post_time(document.meta.date)
    return found


def leave_templates_to_us(generator: Generator) -> None:
    """Ask Pelican for no template: the renderer picks each, and a missing one stops the build."""
    generator.get_template = lambda name: name


def our_generators(_pelican: Pelican) -> type[Generator]:
    """The generator of pages made from many files."""
    return CollectionsGenerator


def our_writer(_pelican: Pelican) -> type[DeferredWriter]:
    """The writer that notes first."""
    return DeferredWriter


def write_all(pelican: Pelican) -> None:
    """Render and write everything that was noted."""
    pelican.settings["PRACTICE_WRITER"].write_all()
