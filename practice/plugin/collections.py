"""Hands Pelican what no single file stands for."""

from __future__ import annotations

from pelican.generators import Generator

from practice.plugin.writer import DeferredWriter
from practice.rendering.jobs import others


class CollectionsGenerator(Generator):
    """Notes the pages and files that are made from the whole site."""

    def generate_output(self, writer: DeferredWriter) -> None:
        """Hand every such file to the writer."""
        for job in others(self.settings["PRACTICE"]):
            writer.add(job)
