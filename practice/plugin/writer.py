"""The writer for Pelican's generators; the jobs make the pages of documents instead."""

from __future__ import annotations

from typing import Any

from pelican.writers import Writer

from practice.rendering.site_files import FEED


class PipelineWriter(Writer):
    """Writes files for other plugins, and leaves the pages of documents to the jobs."""

    def write_file(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Write a file, unless it is the page of a document.

        Pelican asks with an empty name for the kinds of page that the settings turn off.
        """
        content = kwargs.get("article") or kwargs.get("page")
        if name and not hasattr(content, "document"):
            super().write_file(name, *args, **kwargs)

    def write_feed(
        self, elements: Any, context: Any, path: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Write a feed, unless it is the site's own."""
        return (
            None if path == FEED else super().write_feed(elements, context, path, *args, **kwargs)
        )
