"""Callouts in any Pelican blog: ``PRACTICE_MODE = "callouts"``.

Pelican and the blog's theme stay as they are. Callouts in Markdown are replaced by HTML before
Markdown reads the text; pages that show one get a link to the callouts' style sheet.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from feedgenerator import SyndicationFeed
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from pelican import Pelican
from pelican.generators import Generator
from pelican.readers import MarkdownReader, Readers

from practice.build.other_plugins import name_for, refused
from practice.content import callouts_in_text
from practice.content.reader import within_limits
from practice.paths import display_path_of, slug, theme_folder
from practice.plugin.outcome import ReportedRuns
from practice.problems import Problem, ProblemsFound, UsageError
from practice.rendering.callouts import CLASS, CalloutTemplates, follows_system, style_sheet

BEFORE_METADATA = 29
"""The priority of our preprocessor: after line ends are normalized (30), before metadata (27)."""
STYLE_SHEET = "css/practice-callouts.css"
"""The path of the style sheet below the theme's static files."""
HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
DRAWING = re.compile(r'<svg class="(?:icon|people)".*?</svg>', re.DOTALL)
NOT_WRITTEN = "No page was written."


class Blog:
    """The state that the hooks of one Pelican object share between runs."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.content = Path(settings["PATH"])
        self.theme = Path(settings["THEME"])
        overrides = [Path(folder) for folder in settings["THEME_TEMPLATES_OVERRIDES"]]
        self.templates = CalloutTemplates(theme_folder(), overrides)
        self.style = style_sheet(theme_folder(), follow_system=follows_system(self.theme))
        self.file: Path | None = None
        """The file that is being read."""
        self.problems: list[Problem] = []

    @property
    def style_address(self) -> str:
        """The path and version of the style sheet below the theme's static files."""
        return f"{STYLE_SHEET}?{hashlib.sha256(self.style.encode()).hexdigest()[:8]}"

    def convert(self, md: Markdown, lines: list[str]) -> list[str]:
        """Return the lines with callouts replaced by HTML; mistakes are added to ``problems``."""
        if not any("//" in line for line in lines):
            return lines
        file = self.file or self.content
        path = display_path_of(file)
        source = os.path.relpath(file, self.content).replace(os.sep, "/")
        found, problems = within_limits(
            path, "\n".join(lines), callouts_in_text.find, path, source, lines
        )
        spans, wrong = found or ([], [])
        self.problems += [*problems, *wrong]
        if self.problems:
            return lines
        result = list(lines)
        for span in reversed(spans):
            html = md.htmlStash.store(str(self.templates.html(span.part, f"{slug(file.stem)}-")))
            result[span.start : span.end] = ["", html, ""]
        return result


class CalloutsExtension(Extension):
    """A Python-Markdown extension that turns the callouts of a blog's texts into HTML."""

    def __init__(self, blog: Blog) -> None:
        super().__init__()
        self.blog = blog

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Markdown's name
        """Register the preprocessor."""
        md.preprocessors.register(_Callouts(md, self.blog), "practice-callouts", BEFORE_METADATA)


class _Callouts(Preprocessor):
    def __init__(self, md: Markdown, blog: Blog) -> None:
        super().__init__(md)
        self.blog = blog

    def run(self, lines: list[str]) -> list[str]:
        return self.blog.convert(self.md, lines)


class NotesItsFile(MarkdownReader):
    """Pelican's Markdown reader; it also notes the name of the file, for messages."""

    def read(self, source_path: str) -> tuple[str | None, dict[str, Any]]:
        """Read a file as the next class in the method resolution order does."""
        blog: Blog = self.settings["PRACTICE_CALLOUTS"]
        blog.file = Path(source_path)
        return super().read(source_path)


def begin(pelican: Pelican) -> None:
    """Add the extension to the settings, once for each Pelican object."""
    settings = pelican.settings
    markdown = settings["MARKDOWN"]
    _refuse_other_blocks(markdown)
    blog = settings["PRACTICE_CALLOUTS"] = Blog(settings)
    extensions = [e for e in markdown.get("extensions", ()) if not isinstance(e, CalloutsExtension)]
    settings["MARKDOWN"] = markdown | {"extensions": [*extensions, CalloutsExtension(blog)]}
    pelican.run = ReportedRuns(pelican.run, lambda: NOT_WRITTEN).run
    settings["CACHE_CONTENT"] = settings["LOAD_CONTENT_CACHE"] = False  # it would hide mistakes


def _refuse_other_blocks(markdown: dict[str, Any]) -> None:
    names = [*markdown.get("extensions", ()), *markdown.get("extension_configs", ())]
    others = sorted({n for n in names if isinstance(n, str) and n.startswith("pymdownx.blocks")})
    if others:
        raise UsageError(
            f"`MARKDOWN` in the settings names `{others[0]}`, which reads `///` too: take it out, "
            "or take `practice` out of `PLUGINS`"
        )


def note_files(readers: Readers) -> None:
    """Make every Markdown reader note its file, including readers of other plugins."""
    for ending, reader in list(readers.reader_classes.items()):
        if issubclass(reader, MarkdownReader) and not issubclass(reader, NotesItsFile):
            noting = type(reader.__name__, (NotesItsFile, reader), {})
            readers.reader_classes[ending] = noting


def stop_on_problems(generators: Iterable[Generator]) -> None:
    """Raise ``ProblemsFound`` for all callouts with mistakes, before any page is written."""
    generators = list(generators)
    blog: Blog = generators[0].settings["PRACTICE_CALLOUTS"]
    found, blog.problems = [*blog.problems, *_other_readers(generators)], []
    if found:
        raise ProblemsFound(found)


def _other_readers(generators: list[Generator]) -> Iterator[Problem]:
    """Yield a problem for a Markdown reader without Python-Markdown: it ignores callouts."""
    for generator in generators:
        reader = (
            generator.readers.reader_classes.get("md") if hasattr(generator, "readers") else None
        )
        if reader and not issubclass(reader, NotesItsFile):
            name = name_for(reader.__module__, generator.settings)
            yield refused(
                name, "reads Markdown in a way of its own, without callouts", generator.settings
            )
            return


def link_style_sheet(path: str, context: dict[str, Any]) -> None:
    """Link the style sheet in a page that contains a callout, unless the theme links it."""
    blog: Blog = context["PRACTICE_CALLOUTS"]
    file = Path(path)
    html = file.read_text(encoding="utf-8")
    if f'class="{CLASS}"' not in html or STYLE_SHEET in html:
        return
    address = f"{context['SITEURL']}/{context['THEME_STATIC_DIR']}/{blog.style_address}"
    link = f'<link rel="stylesheet" href="{escape(address)}">\n'
    end = HEAD_END.search(html)
    place = end.start() if end else 0
    file.write_text(html[:place] + link + html[place:], encoding="utf-8", newline="\n")


def without_drawings(_context: dict[str, object], feed: SyndicationFeed) -> None:
    """Remove drawings from a feed, because they have no size without the style sheet."""
    for item in feed.items:
        for part in ("content", "description"):
            if text := item.get(part):
                item[part] = DRAWING.sub("", text)


def publish_style_sheet(pelican: Pelican) -> None:
    """Write the style sheet into the theme's folder for static files."""
    settings = pelican.settings
    file = Path(settings["OUTPUT_PATH"], settings["THEME_STATIC_DIR"], STYLE_SHEET)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(settings["PRACTICE_CALLOUTS"].style, encoding="utf-8", newline="\n")
