"""Gives other plugins access to the site: Pelican's objects first, then every finished page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from blinker import ANY, Signal
from pelican import Pelican
from pelican.contents import Article, Content, Page
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
from practice.rendering.templates import pelican_name
from practice.site.view import view_of

KEPT = ("title", "summary", "url", "save_as", "status", "slug", "template")
"""Attributes that templates take from the document: a plugin's change to them would be lost."""
REPLACING = (
    (signals.get_writer, "brings a writer of its own, but this one writes the site"),
    (signals.feed_generated, "changes feeds, but the feed is not made by Pelican"),
    (signals.feed_written, "changes feeds, but the feed is not made by Pelican"),
)
"""Signals that have no effect here, and what a plugin that connects to them does."""


def refuse_replacements(pelican: Pelican) -> None:
    """Raise ``ProblemsFound`` for plugins that replace parts of this one or have no effect."""
    settings = pelican.settings
    found = [
        refused(name, USELESS[name], settings) for name in others_of(settings) if name in USELESS
    ]
    found += [
        refused(name_for(receiver.__module__, settings), what, settings)
        for signal, what in REPLACING
        for receiver in _of_others(signal)
    ]
    if found:
        raise ProblemsFound(found)


def refuse_readers(readers: Readers) -> None:
    """Raise ``ProblemsFound`` for a plugin that has a reader of its own."""
    for ending, reader in readers.reader_classes.items():
        module = reader.__module__
        if not module.startswith(("pelican.readers", "practice.")):
            name = name_for(module, readers.settings)
            what = f"reads `.{ending}` files in its own way, but this one reads the content"
            raise ProblemsFound([refused(name, what, readers.settings)])


def refuse_template(generator: Generator, name: str) -> str:
    """Raise ``ProblemsFound`` for a plugin that needs a template of Pelican's own themes."""
    plugin = name_for(type(generator).__module__, generator.settings)
    what = (
        f"makes pages from the template `{name}` of a Pelican theme, which this theme does not have"
    )
    raise ProblemsFound([refused(plugin, what, generator.settings)])


def metadata(document: Document, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata that Pelican expects of a document, and more for other plugins."""
    renderer: Renderer = settings["PRACTICE"]
    found = {
        "title": document.title,
        "slug": f"{document.kind}-{document.slug}".replace("/", "-"),
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
    writers = [renderer.site.clinic.name]
    if is_of(document, Post):
        topics = (renderer.site.topics[topic].name for topic in document.meta.topics)
        found["tags"] = [Tag(topic, settings) for topic in topics]
        writers = [writer.full_name for writer in renderer.site.authors_of(document)]
    found["authors"] = [Author(writer, settings) for writer in writers]
    return found | {"category": Category(settings["DEFAULT_CATEGORY"], settings)}


def give_text(content: Content) -> None:
    """Make the text of a document available on Pelican's object; it is rendered on first access."""
    document = getattr(content, "document", None)
    if document and others_of(content.settings):
        renderer: Renderer = content.settings["PRACTICE"]
        content._get_content = partial(_text, renderer, document)  # noqa: SLF001  # Pelican's hook


def _text(renderer: Renderer, document: Document) -> str:
    return str(renderer.body(document))


def take_objects(generators: Iterable[Generator]) -> None:
    """Give Pelican's objects to templates, including the attributes that plugins have added.

    Raises ``ProblemsFound`` if a plugin has changed an attribute that templates do not read there.
    """
    generators = list(generators)
    settings, context = generators[0].settings, generators[0].context
    renderer: Renderer = settings["PRACTICE"]
    if not others_of(settings):
        renderer.pelican = _on_request(generators[0], renderer)
        return
    contents = [c for c in context["generated_content"].values() if hasattr(c, "document")]
    renderer.pelican = {content.document.source: content for content in contents}.__getitem__
    found = [*_changed(contents, settings), *_left_out(generators, renderer, settings)]
    if found:
        raise ProblemsFound(found[:1])


def _on_request(generator: Generator, renderer: Renderer) -> Callable[[str], Content]:
    """Return a function that reads a document as Pelican would; few templates ask for its object.

    Reading all of them would take a tenth of the time of a build after an edit.
    """

    @cache
    def read(source: str) -> Content:
        is_article = pelican_name(renderer.site.valid_by_source[source]) == "article"
        return generator.readers.read_file(
            base_path=generator.path,
            path=source,
            content_class=Article if is_article else Page,
            context=generator.context,
        )

    return read


def _changed(contents: Iterable[Content], settings: dict[str, Any]) -> Iterator[Problem]:
    for content in contents:
        where = content.document.display_path
        expected = metadata(content.document, settings)
        names = [name for name in KEPT if getattr(content, name) != expected[name]]
        names += ["text"] if content._content else []  # noqa: SLF001  # `content` would make it
        for name in names:
            yield refused(
                _one_of(settings),
                f"changes the {name} of `{where}`, which would not be shown",
                settings,
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
                settings,
            )


def _one_of(settings: dict[str, Any]) -> str:
    return "` or `".join(others_of(settings))


def send_pages(generator: Generator, made: MadeFiles) -> None:
    """Notify other plugins of every page, as Pelican does after writing it.

    All files of the site are in Pelican's output folder then. Raises ``ProblemsFound`` if a plugin
    changes a page; the page is restored.
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
    """Yield the path of each page, and the template variables that Pelican would use for it."""
    for document in renderer.site.documents:
        names = {pelican_name(document): renderer.pelican(document.source)}
        yield save_as(document.path), names
    for entry in renderer.site.generated:
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
        raise ProblemsFound([refused(name, what, settings)])


def _of_others(signal: Signal) -> list[Callable[..., Any]]:
    receivers: Iterable[Callable[..., Any]] = signal.receivers_for(ANY)
    return [r for r in receivers if not r.__module__.startswith("practice.")]
