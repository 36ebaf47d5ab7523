"""What the plugin does at each of Pelican's signals."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import Generator
from pelican.readers import BaseReader, Readers

from practice.build import report
from practice.build.settings import use_our_theme
from practice.content.document import Document, is_of
from practice.content.models import Post
from practice.paths import save_as
from practice.plugin import settings as plugin_settings
from practice.plugin.command import PelicanCommand
from practice.plugin.outcome import ReportedRuns
from practice.plugin.writer import PipelineWriter
from practice.rendering.site_files import post_time
from practice.site.site import Site


def settle(pelican: Pelican) -> None:
    """Settle Pelican's settings; a run that no build of ours has started loads the site itself."""
    settings = pelican.settings
    settings.update(plugin_settings.FIXED)
    use_our_theme(settings)
    if "PRACTICE" in settings:
        plugin_settings.use(settings["PRACTICE"], settings)
    else:
        pelican.delete_outputdir = False  # Pelican has read that setting before
        pelican.run = ReportedRuns(PelicanCommand(pelican).run, report.AS_IT_WAS).run


def set_readers(readers: Readers) -> None:
    """Leave Pelican our reader for Markdown and its own for files that are only copied."""
    readers.reader_classes = {"md": PracticeReader, "static": BaseReader}


class PracticeReader(BaseReader):
    """Hands Pelican the documents that the site has read already."""

    enabled = True
    file_extensions: tuple[str, ...] = ()

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return a document's metadata; its text stays with the document."""
        ours: Site = self.settings["PRACTICE"].site
        source = Path(os.path.relpath(source_path, self.settings["PATH"])).as_posix()
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
    if is_of(document, Post):
        found["date"] = post_time(document.meta.date)
    return found


def leave_templates_to_us(generator: Generator) -> None:
    """Ask Pelican for no template: the renderer picks each, and a missing one stops the build."""
    generator.get_template = lambda name: name


def our_writer(_pelican: Pelican) -> type[PipelineWriter]:
    """The writer that leaves our own files to the jobs."""
    return PipelineWriter


def write(pelican: Pelican) -> None:
    """Make every file of the site, as the one who has started the run wants it."""
    pelican.settings["PRACTICE_WRITE"]()
