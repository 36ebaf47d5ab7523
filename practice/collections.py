"""Hands Pelican what no single file stands for."""

from __future__ import annotations

from typing import Any

from pelican.generators import Generator

from practice import files


class CollectionsGenerator(Generator):  # type: ignore[misc]  # Pelican ships no types
    """Notes the pages and files that are made from the whole site."""

    def generate_output(self, writer: Any) -> None:
        """Hand every such file to the writer."""
        for job in files.others(self.settings["PRACTICE"]):
            writer.add(job)
