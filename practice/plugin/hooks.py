"""The functions that the plugin connects to Pelican's signals."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator, StaticGenerator
from pelican.readers import BaseReader, Readers

from practice.build import setting_values
from practice.build.other_plugins import MadeFiles
from practice.build.setting_lines import USUAL, place_in
from practice.build.settings import use_our_theme
from practice.paths import display_path_of, folded
from practice.plugin import hand_over
from practice.plugin import settings as plugin_settings
from practice.plugin.command import PelicanCommand
from practice.plugin.outcome import ReportedRuns
from practice.plugin.writer import PipelineWriter
from practice.problems import Problem, ProblemsFound
from practice.rendering.jobs import jobs
from practice.rendering.renderer import Renderer
from practice.site.site import Site


def settle(pelican: Pelican) -> None:
    """Set Pelican's settings; for Pelican's own command, also replace its `run` method."""
    settings = pelican.settings
    hand_over.refuse_replacements(pelican)
    settings.update(plugin_settings.FIXED)
    use_our_theme(settings)
    if "PRACTICE" in settings:
        plugin_settings.use(settings["PRACTICE"], settings)
    else:
        if wrong := setting_values.problems_of_ours(settings, Path(USUAL)):
            raise ProblemsFound(wrong)
        pelican.delete_outputdir = False  # Pelican has already read the setting
        command = PelicanCommand(pelican)
        pelican.run = ReportedRuns(command.run, command.outcome).run


def set_readers(readers: Readers) -> None:
    """Set our reader for Markdown, and Pelican's for files that are only copied."""
    hand_over.refuse_readers(readers)
    readers.reader_classes = {"md": PracticeReader, "static": BaseReader}


class PracticeReader(BaseReader):
    """Gives Pelican the documents that the site has already read."""

    enabled = True
    file_extensions: tuple[str, ...] = ()

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return a document's metadata; templates take the text from the document."""
        ours: Site = self.settings["PRACTICE"].site
        source = Path(os.path.relpath(source_path, self.settings["PATH"])).as_posix()
        document = ours.document(source)
        if document is None and source not in ours.valid_by_source:
            raise LookupError(f"`{source}` was not read")
        return "", {"status": "skip"} if document is None else hand_over.metadata(
            document, self.settings
        )


def leave_templates_to_us(generator: Generator) -> None:
    """Keep Pelican from loading templates; the renderer does, and a missing one stops the build."""
    if isinstance(generator, ArticlesGenerator | PagesGenerator):
        generator.get_template = lambda name: name
    else:
        generator.get_template = partial(hand_over.refuse_template, generator)


def refuse_overwriting(generator: StaticGenerator) -> None:
    """Stop for a file that Pelican would copy over a file of the site (`EXTRA_PATH_METADATA`).

    Raises ``ProblemsFound`` then.
    """
    if not generator.staticfiles:
        return
    renderer: Renderer = generator.settings["PRACTICE"]
    taken = {folded(job.path): job for job in jobs(renderer.site, renderer)}
    copies = [(file, taken.get(folded(file.save_as))) for file in generator.staticfiles]
    problems = [
        Problem(
            *place_in(generator.settings, "EXTRA_PATH_METADATA"),
            "address-twice",
            f"`EXTRA_PATH_METADATA` puts `{display_path_of(Path(file.source_path))}` at "
            f"`{file.save_as}`, where another file goes: {job.origin}",
            "give it another path",
        )
        for file, job in copies
        if job
    ]
    if problems:
        raise ProblemsFound(problems)


def our_writer(_pelican: Pelican) -> type[PipelineWriter]:
    """Return our writer, which leaves pages of documents to the jobs."""
    return PipelineWriter


def make_site(generator: Generator, **_writer: object) -> None:
    """Make every file of the site, by the function that started the run."""
    made: MadeFiles = generator.settings["PRACTICE_WRITE"]()
    hand_over.send_pages(generator, made)
