"""Hands Pelican what no single file stands for."""

from __future__ import annotations

from typing import Any

from pelican.generators import Generator

from practice.rendering.jobs import others


class CollectionsGenerator(Generator):
    """Notes the pages and files that are made from the whole site."""

    def generate_output(self, writer: Any) -> None:
        """Hand every such file to the writer."""
        for job in others(self.settings["PRACTICE"]):
            writer.add(job)
