"""The renderer: turns documents and lists into pages with the theme's templates."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from practice.content.body import Body, CalloutPart
from practice.content.dependencies import Dependencies, note, record_dependencies
from practice.content.document import Document, is_of
from practice.content.markdown import clean
from practice.content.models import (
    FREQUENCY_MEANING,
    Event,
    Faq,
    Form,
    Question,
    SideEffects,
    Treatment,
    Video,
    Visit,
)
from practice.paths import display_path_of
from practice.problems import Problem
from practice.rendering import assets, fonts, leaflets, links, templates
from practice.rendering.compiled import CompiledTemplates, Known
from practice.rendering.fonts import NO_FONTS, UsableFonts
from practice.rendering.images import TEXT_COLUMN, Pictures
from practice.rendering.leaflets import LeafletMaker
from practice.rendering.templates import (
    ENDING,
    PelicanObject,
    TemplateEnvironment,
    pelican_name,
)
from practice.site import events, formatting, structured_data
from practice.site.counted import counted
from practice.site.leaflets import Leaflet, leaflets_about
from practice.site.locations import days_of
from practice.site.recorded import digest_of, is_answered, key_of, recorded
from practice.site.site import Generated, Site
from practice.site.view import View, current_of, view_of, view_of_generated
from practice.support.cache_folder import cache_folder
from practice.support.environment import environment_fingerprint

COMPILED: Known = {}
"""Templates of pages that this process has compiled or loaded, for any site and theme."""


def answer_of(document: Document) -> Question | None:
    """Return the question that stands with its answer at the top of a treatment's page."""
    return document.body.first_question if is_of(document, Treatment) else None


class Renderer:
    """Turns the documents and lists of a site into pages.

    ``address`` is the site's address (``https://www.example.com``, without a trailing slash);
    internal links start at its root. ``overrides`` are folders whose templates win over the
    theme's. Raises ``ProblemsFound`` for a theme that cannot be read.
    """

    def __init__(
        self, site: Site, theme: Path, address: str, overrides: Sequence[Path] = ()
    ) -> None:
        self.theme = theme
        self.overrides = tuple(overrides)
        self.address = address.rstrip("/")
        self.base = urlsplit(self.address).path
        self.templates = templates.collect(theme, overrides)
        self._look: tuple[str | None, UsableFonts] = (None, NO_FONTS)
        self._compiled = CompiledTemplates(COMPILED, cache_folder(site.content))
        self.take(site)

    def for_site(self, site: Site) -> Renderer:
        """Return a renderer of another site with the same theme, which is not read again."""
        other = copy.copy(self)
        other.take(site)
        return other

    def take(self, site: Site) -> None:
        """Render this site from now on."""
        for name in ("key", "listings"):
            vars(self).pop(name, None)
        self._collect_assets(site)
        self.site = site
        self.recorded = recorded(site)
        """The site for all code that makes a page; access to it is recorded as a dependency."""
        self.pelican: Callable[[str], object] = lambda _source: None
        """Pelican's object of a document, by its source; None where Pelican does not run."""
        self.pictures = Pictures(site, self.base)
        self.leaflets = LeafletMaker(
            self.recorded,
            self.address,
            self.templates,
            self.assets.colors,
            self.pictures,
            self.theme,
        )
        self.warnings: tuple[Problem, ...] = ()
        self._forget()

    def _collect_assets(self, site: Site) -> None:
        look = (site.clinic.brand_color, fonts.of(site))
        if "assets" not in vars(self) or look != self._look:
            self.assets = assets.collect(self.theme, self.base, *look)
            self._look = look

    def _forget(self) -> None:
        self._once: dict[Hashable, tuple[Markup, Dependencies]] = {}
        self.env = self._environment()

    # --- What pages depend on ---

    @cached_property
    def key(self) -> bytes:
        """A digest of what every page depends on: theme, overrides, clinic, date, pictures, code.

        What a page reads of documents is recorded during rendering instead.
        """
        parts = (
            self._theme_key,
            self.address,
            display_path_of(self.site.content),
            key_of(self.site),
            self.assets.names,
            self.pictures.digests,
            leaflets.are_made(),
        )
        return hashlib.sha256(repr(parts).encode()).digest()

    @cached_property
    def _theme_key(self) -> bytes:
        parts = (environment_fingerprint(), sorted(self.templates.items()))
        return hashlib.sha256(repr(parts).encode()).digest()

    def is_current(self, read: Mapping[str, bytes]) -> bool:
        """Return whether all recorded dependencies still have the same values."""
        return all(
            is_answered(self.recorded, name, digest)
            if name.startswith("[")
            else self._text_digest(name) == digest
            for name, digest in read.items()
        )

    @cached_property
    def listings(self) -> bytes:
        """A digest of what lists show of all documents; if it is unchanged, so is every list."""
        return digest_of(self.site.texts)

    def _text_digest(self, source: str) -> bytes | None:
        document = self.site.valid_by_source.get(source)
        return document.digest if document else None

    # --- Templates ---

    def _environment(self) -> TemplateEnvironment:
        names = {
            "site": self.recorded,
            "assets": self.assets,
            "picture": self.pictures.html,
            "picture_address": self.pictures.address,
            "small_picture": self.pictures.small,
            "shared": self.shared,
        }
        return TemplateEnvironment(
            self.templates, self._compiled, filters=self._filters(), globals=names
        )

    def _filters(self) -> dict[str, Callable[..., object]]:
        # Jinja compiles the value of a filter with a constant argument into the template, unless
        # the filter takes the context: so those that depend on the site do.
        return {
            "url": jinja2.pass_context(lambda _, path: self.base + path),
            "html": jinja2.pass_context(lambda _, *text: self.html(*text)),
            "long_date": formatting.long_date,
            "iso": dt.date.isoformat,
            "clock": formatting.clock,
            "phone": formatting.phone,
            "tel": formatting.tel,
            "sentence": formatting.sentence,
            "direction": formatting.direction,
            "numbers_in_order": formatting.numbers_in_order,
            "frequency_meaning": FREQUENCY_MEANING.__getitem__,
            "counted": counted,
            "work_days": days_of,
            "when": events.when,
            "calendar_path": events.calendar_path,
            "is_over": events.is_over,
            "leaflets": jinja2.pass_context(lambda _, about: self.leaflets_about(about)),
        }

    def html(self, text: str, sizes: str = TEXT_COLUMN) -> Markup:
        """Return our own Markdown's HTML with pictures in every size and links resolved.

        It is cleaned again, because the text may come from the cache. ``sizes`` is the display
        width of its pictures (`practice.rendering.images`).
        """
        text = self.pictures.fill(clean(text), sizes)
        resolved = links.resolve(text, self.recorded.target, self.base)
        return Markup(resolved)  # noqa: S704  # nh3 has cleaned it

    def template_of(self, document: Document) -> str:
        """Return the template of a document; a page can have its own, named after the page."""
        own = f"pages/{document.slug}"
        if document.kind == "page" and own + ENDING in self.templates:
            return own
        return document.kind

    # --- Pages ---

    def page(self, document: Document) -> str:
        """Return the page of a document."""
        self._renew_modules()
        content = PelicanObject(self.pelican, document.source)
        return self._render(
            self.template_of(document),
            view_of(self.recorded, self.address, document),
            document,
            doc=document,
            body=self.body(document),
            answer=answer_of(document),
            **{pelican_name(document): content},
        )

    def generated_page(self, entry: Generated) -> str:
        """Return the page of a list of posts, or of a location."""
        self._renew_modules()
        view = view_of_generated(self.recorded, self.address, entry)
        name = {"topic": "topic_list", "by-therapist": "author_list"}.get(view.kind, view.kind)
        return self._render(view.kind, view, None, **{name: entry})

    def calendar(self, event: Document[Event]) -> bytes:
        """Return the file of an event for calendars."""
        site = self.recorded
        place = events.place_text(event.meta, site.location_of(event), site.clinic.name)
        return events.calendar(event, place, self.address + event.path, site.zone)

    def leaflets_about(self, about: Document[Treatment] | Visit) -> tuple[Leaflet, ...]:
        """Return the leaflets of a treatment or of a visit; none if they cannot be made."""
        return leaflets_about(self.recorded, about) if leaflets.are_made() else ()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with templates, and warnings about what is left out."""
        yield from templates.problems_of(self.templates, self.overrides, self.site)
        yield from leaflets.problems_of(self.site)

    def _render(
        self, template: str, view: View, document: Document | None, **context: object
    ) -> str:
        size_of = self.pictures.size_of
        json_ld = structured_data.json_ld(self.recorded, self.address, view, document, size_of)
        context |= {"view": view, "json_ld": json_ld}
        page = self.env.get_template(template + ENDING).render(context)
        note(self.env.module_dependencies)
        return page

    def _renew_modules(self) -> None:
        """Import templates again if a text has changed that they read during their import."""
        if not self.is_current(self.env.module_dependencies):
            self._forget()

    def body(self, document: Document) -> Markup:
        """Return the text of a document, including its callouts, without what stands above it."""
        return self.parts(document.body, answer_of(document))

    def parts(self, body: Body, answer: Question | None = None) -> Markup:
        """Return the HTML of a body without the question that stands elsewhere on the page."""
        return Markup("").join(
            self._callout(part, answer) if isinstance(part, CalloutPart) else self.html(part) + "\n"
            for part in body.parts
        )

    def shared(self, template: str, path: str) -> Markup:
        """Return a part that many pages share, rendered once: ``shared("partials/…", view.path)``.

        The template gets the site and ``current``, the menu entry of the page, and nothing else.
        """
        current = current_of(self.recorded, path)
        return self._at_once(
            (template, current),
            lambda: Markup(  # noqa: S704  # a template escapes what it prints
                self.env.get_template(template).render(current=current)
            ),
        )

    def _at_once(self, key: Hashable, render: Callable[[], Markup]) -> Markup:
        """Return a part of pages that is rendered again only if one of its dependencies changed."""
        made, read = self._once.get(key, (None, {}))
        if made is None or not self.is_current(read):
            with record_dependencies() as read:
                made = render()
            self._once[key] = made, read
        note(read)
        return made

    def _callout(self, placed: CalloutPart, answer: Question | None) -> Markup:
        callout, level = placed.callout, placed.level
        if isinstance(callout, Faq) and answer and callout.questions[:1] == (answer,):
            return self.env.show(callout.NAME, callout.questions[1:], level, self.recorded)
        if isinstance(callout, SideEffects | Faq) and callout.treatment:
            name, treatment = callout.NAME, self.recorded.treatment(callout.treatment)
            return self._at_once(
                (name, treatment.slug, level), lambda: self._of_treatment(name, treatment, level)
            )
        if isinstance(callout, Video):
            return self.env.show(callout.NAME, callout, level, self.pictures.html)
        if isinstance(callout, Form):
            return self.env.show(callout.NAME, callout, level, self.recorded)
        return self.env.callout(placed, self.recorded)

    def _of_treatment(self, name: str, treatment: Document[Treatment], level: int) -> Markup:
        """Return what a treatment's page shows, for a text that names the treatment."""
        if name == SideEffects.NAME:
            return self.env.show(name, treatment.meta.side_effects, level, self.recorded, treatment)
        # The prefix keeps these ids apart from those of the page's own questions.
        prefix = f"{treatment.slug}-"
        return self.env.show(name, treatment.meta.faq, level, self.recorded, treatment, prefix)
