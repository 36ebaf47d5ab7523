"""Rendering: the theme's templates, what they may use, and a page's HTML."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import traceback
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from practice.content.body import CalloutPart
from practice.content.dependencies import Dependencies, note, record_dependencies
from practice.content.document import Document
from practice.content.models import FREQUENCY_MEANING, Faq, SideEffectList, SideEffects
from practice.paths import display_path_of
from practice.problems import Problem
from practice.rendering import assets, links, templates
from practice.rendering.images import Pictures
from practice.rendering.templates import (
    ENDING,
    CompiledTemplates,
    PelicanObject,
    TemplateEnvironment,
)
from practice.site import formatting, structured_data
from practice.site.lists import AuthorList, TopicList, Year
from practice.site.recorded import digest_of, is_answered, key_of, recorded
from practice.site.site import Site
from practice.site.view import View, current_of, view_of, view_of_list
from practice.support.store import environment_fingerprint


class Renderer:
    """Turns the documents and lists of a site into pages.

    ``address`` is where the site is published (``https://www.example.com``, no slash at its
    end); links within the site begin at the root of that address. ``overrides`` are folders whose
    templates win over the theme's. Raises ``ProblemsFound``, ``OSError`` or ``UnicodeDecodeError``
    for a theme that cannot be read.
    """

    def __init__(
        self, site: Site, theme: Path, address: str, overrides: Sequence[Path] = ()
    ) -> None:
        self.theme = theme
        self.overrides = tuple(overrides)
        self.address = address.rstrip("/")
        self.base = urlsplit(self.address).path
        self.assets = assets.collect(theme, self.base)
        self.templates = templates.collect(theme, overrides)
        self.compiled = CompiledTemplates()
        self.take(site)

    def for_site(self, site: Site) -> Renderer:
        """A renderer of another site with the same theme, as it was when it was read."""
        other = copy.copy(self)
        other.take(site)
        return other

    def take(self, site: Site) -> None:
        """Render this site from now on."""
        for name in ("key", "listings", "_by_source"):
            vars(self).pop(name, None)
        self.site = site
        self.recorded = recorded(site)
        """The site for everything that makes a page: readings of it are dependencies."""
        self.pelican: Mapping[str, object] | None = None
        """Pelican's objects by the sources of their documents; None where Pelican does not run."""
        self.pictures = Pictures(site, self.base)
        self.warnings: tuple[Problem, ...] = ()
        self._forget()

    def _forget(self) -> None:
        self._once: dict[Hashable, tuple[Markup, Dependencies]] = {}
        self.env = self._environment()

    # --- What pages depend on ---

    @cached_property
    def key(self) -> bytes:
        """A digest of what every page depends on: theme, overrides, clinic, day, pictures, code.

        What a page reads of documents is recorded instead, while it is rendered.
        """
        parts = (
            self._theme_key,
            self.address,
            display_path_of(self.site.content),
            key_of(self.site),
            self.assets.names,
            self.pictures.digests,
        )
        return hashlib.sha256(repr(parts).encode()).digest()

    @cached_property
    def _theme_key(self) -> bytes:
        # A filter of something that stands in the template itself is worked out while compiling.
        parts = (environment_fingerprint(), self.base, sorted(self.templates.items()))
        return hashlib.sha256(repr(parts).encode()).digest()

    def is_current(self, read: Mapping[str, bytes]) -> bool:
        """Whether everything that was recorded would be read the same now."""
        return all(
            is_answered(self.recorded, name, digest)
            if name.startswith("[")
            else self._text_digest(name) == digest
            for name, digest in read.items()
        )

    @cached_property
    def listings(self) -> bytes:
        """A digest of what lists show of every document; while it stays, so does every list."""
        return digest_of(self.site.texts)

    def _text_digest(self, source: str) -> bytes | None:
        document = self._by_source.get(source)
        return document.digest if document else None

    @cached_property
    def _by_source(self) -> dict[str, Document]:
        site = self.site
        return {document.source: document for document in (*site.left_out, *site.documents)}

    def recall(self, folder: Path) -> None:
        """Use templates as an earlier build has compiled them; ``folder`` is that of the cache."""
        self.compiled.load(folder, self._theme_key)

    def remember(self, folder: Path) -> None:
        """Keep the templates that were compiled here for later builds."""
        self.compiled.keep(folder, self._theme_key)

    # --- Templates ---

    def _environment(self) -> TemplateEnvironment:
        names = {
            "site": self.recorded,
            "assets": self.assets,
            "picture": self.pictures.html,
            "shared": self.shared,
        }
        return TemplateEnvironment(
            self.templates, self.compiled, filters=self._filters(), globals=names
        )

    def _filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "url": lambda path: self.base + path,
            "html": jinja2.pass_context(lambda _, text: self.html(text)),  # anew for every site
            "long_date": formatting.long_date,
            "iso": dt.date.isoformat,
            "clock": formatting.clock,
            "phone": formatting.phone,
            "tel": formatting.tel,
            "sentence": formatting.sentence,
            "frequency_meaning": FREQUENCY_MEANING.__getitem__,
        }

    def html(self, text: str) -> Markup:
        """HTML that our own Markdown made, its pictures in every size, its links resolved."""
        text = self.pictures.fill(text)
        return Markup(links.resolve(text, self.recorded.target, self.base))  # noqa: S704  # ours

    def template_of(self, document: Document) -> str:
        """The template that shows a document; a page may have one of its own by its name."""
        own = f"pages/{document.slug}"
        if document.kind == "page" and own + ENDING in self.templates:
            return own
        return document.kind

    # --- Pages ---

    def page(self, document: Document) -> str:
        """A document as a page."""
        self._renew_modules()
        content = PelicanObject((self.pelican or {}).get(document.source))
        return self._render(
            self.template_of(document),
            view_of(self.recorded, self.address, document),
            document,
            doc=document,
            body=self.body(document),
            **{"article" if document.kind == "post" else "page": content},
        )

    def list_page(self, entry: Year | TopicList | AuthorList) -> str:
        """A list of posts as a page."""
        self._renew_modules()
        view = view_of_list(self.recorded, self.address, entry)
        name = {"year": "year", "topic": "topic_list", "by-therapist": "author_list"}[view.kind]
        return self._render(view.kind, view, None, **{name: entry})

    def _render(self, template: str, view: View, document: Document | None, **context: Any) -> str:
        json_ld = structured_data.json_ld(self.recorded, self.address, view, document)
        context |= {"view": view, "json_ld": json_ld}
        page = self.env.get_template(template + ENDING).render(context)
        note(self.env.module_dependencies)
        return page

    def _renew_modules(self) -> None:
        """Import templates anew when a text has changed that they have read while imported."""
        if not self.is_current(self.env.module_dependencies):
            self._forget()

    def body(self, document: Document) -> Markup:
        """A document's text with its callouts shown."""
        return Markup("").join(
            self._callout(part) if isinstance(part, CalloutPart) else self.html(part) + "\n"
            for part in document.body.parts
        )

    def shared(self, template: str, path: str) -> Markup:
        """A part that many pages have alike, rendered once: ``shared("partials/…", view.path)``.

        It gets the site and ``current``, the page of the menu that this one is or lies below, and
        nothing else of the page.
        """
        current = current_of(self.recorded, path)
        return self._at_once(
            (template, current),
            lambda: Markup(  # noqa: S704
                self.env.get_template(template).render(current=current)
            ),  # of our own templates
        )

    def _at_once(self, key: Hashable, render: Callable[[], Markup]) -> Markup:
        """A part of pages that is made again only when something that it has read has changed."""
        made, read = self._once.get(key, (None, {}))
        if made is None or not self.is_current(read):
            with record_dependencies() as read:
                made = render()
            self._once[key] = made, read
        note(read)
        return made

    def _callout(self, placed: CalloutPart) -> Markup:
        callout, level = placed.callout, placed.level
        if isinstance(callout, SideEffects | Faq) and callout.treatment:
            name, treatment = callout.NAME, self.recorded.treatment(callout.treatment)
            return self._at_once(
                (name, treatment.slug, level), lambda: self._of_treatment(name, treatment, level)
            )
        if isinstance(callout, SideEffectList):
            return self._show("side-effects", callout.items, level, self.recorded)
        if isinstance(callout, Faq):
            return self._show("faq", callout.questions, level, self.recorded)
        return self._show(callout.NAME, callout, level)

    def _of_treatment(self, name: str, treatment: Document, level: int) -> Markup:
        """What a treatment's page says, in a text that names the treatment."""
        if name == SideEffects.NAME:
            return self._show(name, treatment.meta.side_effects, level, self.recorded, treatment)
        # On a page of its own questions, the ids of another's could meet the page's.
        prefix = f"{treatment.slug}-"
        return self._show(name, treatment.meta.faq, level, self.recorded, treatment, prefix)

    def _show(self, name: str, *arguments: Any) -> Markup:
        template = self.env.get_template(f"callouts/{name}{ENDING}")
        return Markup(template.module.show(*arguments))  # type: ignore[attr-defined]  # noqa: S704


def template_problem(error: Exception, origin: str, path: str, theme: Path) -> Problem:
    """What a template did wrong, at its own line, when ``origin`` was written to ``path``."""
    if isinstance(error, jinja2.TemplateNotFound):
        hint = f"it is needed for `{origin}`; every template of the theme has to exist"
        where = f"{display_path_of(theme / 'templates')}/{error.name}"
        return Problem(where, 1, "template-missing", "no such template", hint)
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = display_path_of(Path(error.filename or str(error.name)))
        return Problem(
            where, error.lineno, "template-syntax", str(error.message), "correct the template"
        )
    where, line = origin, 1
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith(ENDING):
            where, line = display_path_of(Path(frame.filename)), frame.lineno or 1
    message = f"{type(error).__name__}: {error}"
    return Problem(where, line, "template-error", message, f"found while writing `{path}`")
