"""Hands the site over to other plugins: objects with all that they may ask for, then each page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from blinker import ANY, Signal
from pelican import Pelican
from pelican.contents import Content
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from pelican.plugins import signals
from pelican.readers import Readers
from pelican.urlwrappers import Author, Category, Tag

from practice.build.other_plugins import USELESS, MadeFiles, name_for, others_of, refused
from practice.content.document import Document, is_of
from practice.content.models import Post
from practice.paths import save_as
from practice.problems import Problem, ProblemsFound
from practice.rendering.renderer import Renderer
from practice.rendering.site_files import post_time
from practice.site.view import view_of

KEPT = ("title", "summary", "url", "save_as", "status", "slug", "template")
"""What templates take from our documents: another value on Pelican's object would be lost."""
REPLACING = (
    (signals.get_writer, "brings a writer of its own, but this one writes the site"),
    (signals.feed_generated, "changes feeds, but the feed is not made by Pelican"),
    (signals.feed_written, "changes feeds, but the feed is not made by Pelican"),
)
"""Signals at which another plugin could only be ignored, and what one does that listens there."""


def refuse_replacements(pelican: Pelican) -> None:
    """Stop for a plugin that takes the place of a part of ours, or is known to be of no use."""
    settings = pelican.settings
    found = [refused(name, USELESS[name]) for name in others_of(settings) if name in USELESS]
    found += [
        refused(name_for(receiver.__module__, settings), what)
        for signal, what in REPLACING
        for receiver in _of_others(signal)
    ]
    if found:
        raise ProblemsFound(found)


def refuse_readers(readers: Readers) -> None:
    """Stop for a plugin that reads files of the content in its own way."""
    for ending, reader in readers.reader_classes.items():
        module = reader.__module__
        if not module.startswith(("pelican.readers", "practice.")):
            name = name_for(module, readers.settings)
            what = f"reads `.{ending}` files in its own way, but this one reads the content"
            raise ProblemsFound([refused(name, what)])


def refuse_template(generator: Generator, name: str) -> str:
    """Stop for a plugin that makes pages from templates of Pelican's own themes."""
    plugin = name_for(type(generator).__module__, generator.settings)
    what = f"makes pages from the template `{name}` of a Pelican theme, which this theme has not"
    raise ProblemsFound([refused(plugin, what)])


def metadata(document: Document, settings: dict[str, Any]) -> dict[str, Any]:
    """A document in Pelican's terms, with more of them where other plugins may ask for it."""
    renderer: Renderer = settings["PRACTICE"]
    found = {
        "title": document.title,
        "slug": f"{document.kind}-{document.slug}",
        "summary": document.meta.summary,
        "url": document.path.lstrip("/"),
        "save_as": save_as(document.path),
        "template": renderer.template_of(document),
        "document": document,
        "status": "published",
    }
    if is_of(document, Post):
        found["date"] = post_time(document.meta.date)
    return found | _more(document, renderer, settings) if others_of(settings) else found


def _more(document: Document, renderer: Renderer, settings: dict[str, Any]) -> dict[str, Any]:
    view = view_of(renderer.site, renderer.address, document)
    found: dict[str, Any] = {}
    if view.modified:
        found["modified"] = post_time(view.modified)
    if view.noindex:
        found["status"] = "hidden"
    meta, writer = document.meta, renderer.site.clinic.name
    if isinstance(meta, Post):
        topics = (renderer.site.topics[topic].name for topic in meta.topics)
        found["tags"] = [Tag(topic, settings) for topic in topics]
        writer = renderer.site.therapist(meta.author).meta.full_name
    found["authors"] = [Author(writer, settings)]
    return found | {"category": Category(settings["DEFAULT_CATEGORY"], settings)}


def give_text(content: Content) -> None:
    """Let Pelican's object of a text give that text as HTML, made when a plugin asks for it."""
    document = getattr(content, "document", None)
    if document and others_of(content.settings):
        renderer: Renderer = content.settings["PRACTICE"]
        content._get_content = partial(_text, renderer, document)  # noqa: SLF001  # Pelican's hook


def _text(renderer: Renderer, document: Document) -> str:
    return str(renderer.body(document))


def take_objects(generators: Iterable[Generator]) -> None:
    """Give templates Pelican's objects, with what plugins have put on them.

    Raises ``ProblemsFound`` where a plugin has changed what templates take from our documents.
    """
    generators = list(generators)
    settings, context = generators[0].settings, generators[0].context
    renderer: Renderer = settings["PRACTICE"]
    contents = [c for c in context["generated_content"].values() if hasattr(c, "document")]
    renderer.pelican = {content.document.source: content for content in contents}
    if others_of(settings):
        found = [*_changed(contents, settings), *_left_out(generators, renderer, settings)]
        if found:
            raise ProblemsFound(found[:1])


def _changed(contents: Iterable[Content], settings: dict[str, Any]) -> Iterator[Problem]:
    for content in contents:
        where = content.document.display_path
        expected = metadata(content.document, settings)
        names = [name for name in KEPT if getattr(content, name) != expected[name]]
        names += ["text"] if content._content else []  # noqa: SLF001  # `content` would make it
        for name in names:
            yield refused(
                _one_of(settings), f"changes the {name} of `{where}`, which would not be shown"
            )


def _left_out(
    generators: Iterable[Generator], renderer: Renderer, settings: dict[str, Any]
) -> Iterator[Problem]:
    there: set[str] = set()
    for generator in generators:
        lists: list[list[Content]] = []
        if isinstance(generator, ArticlesGenerator):
            lists = [generator.articles]
        elif isinstance(generator, PagesGenerator):
            lists = [generator.pages, generator.hidden_pages]
        there |= {c.document.source for found in lists for c in found if hasattr(c, "document")}
    for document in renderer.site.documents:
        if document.source not in there:
            yield refused(
                _one_of(settings),
                f"takes `{document.display_path}` out, which would still be shown",
            )


def _one_of(settings: dict[str, Any]) -> str:
    return "` or `".join(others_of(settings))


def send_pages(generator: Generator, made: MadeFiles) -> None:
    """Tell other plugins of each page, as Pelican does when it has written one.

    They find every file of the site in Pelican's output folder. Raises ``ProblemsFound`` for a
    plugin that changes a page, which is then as it was.
    """
    settings, context = generator.settings, generator.context
    output = Path(generator.output_path)
    if not others_of(settings):
        return
    for path in made.digests if made.folder != output else ():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made.folder / path, output / path)
    renderer: Renderer = settings["PRACTICE"]
    receivers = _of_others(signals.content_written)
    for path, names in _pages(renderer):
        local = context | {"output_file": path, "localsiteurl": settings["SITEURL"]} | names
        for receiver in receivers:
            _send(receiver, output / path, local, settings)


def _pages(renderer: Renderer) -> Iterator[tuple[str, dict[str, object]]]:
    """The path of each page, and Pelican's object that its template would get, by its name."""
    for document in renderer.site.documents:
        content = (renderer.pelican or {})[document.source]
        yield save_as(document.path), {"article" if document.kind == "post" else "page": content}
    for entry in renderer.site.lists:
        yield save_as(entry.path), {}


def _send(
    receiver: Callable[..., Any], file: Path, context: dict[str, Any], settings: dict[str, Any]
) -> None:
    before = file.read_bytes()
    receiver(str(file), context=context)
    if not file.is_file() or file.read_bytes() != before:
        file.write_bytes(before)
        name = name_for(receiver.__module__, settings)
        what = "changes pages after they are made and checked"
        raise ProblemsFound([refused(name, what)])


def _of_others(signal: Signal) -> list[Callable[..., Any]]:
    receivers: Iterable[Callable[..., Any]] = signal.receivers_for(ANY)
    return [r for r in receivers if not r.__module__.startswith("practice.")]
