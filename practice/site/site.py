"""The site: every document of the practice, and the lists that pages are built from."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from practice.content.document import (
    Document,
    InvalidDocument,
    M,
    address_of,
    is_draft,
    of_kind,
    slug_of,
)
from practice.content.front_matter import Data
from practice.content.models import (
    FREQUENCY_MEANING,
    KINDS,
    Announcement,
    Clinic,
    Event,
    Notice,
    Page,
    Post,
    Source,
    SourceCheck,
    Therapist,
    Topic,
    Treatment,
)
from practice.paths import HOME, published_picture, slug
from practice.site import dates
from practice.site.authors import Writer, writers_of
from practice.site.events import EventList, list_of
from practice.site.lists import (
    AuthorList,
    EffectEntry,
    EffectLetter,
    EffectUse,
    ListLink,
    ListLinks,
    QuestionGroup,
    TopicList,
    Year,
)
from practice.site.locations import PlaceToVisit, locations_of, works_at
from practice.site.related import RelatedPosts

Generated = Year | TopicList | AuthorList | PlaceToVisit | EventList
"""What a page without a source file shows: a list, or a location."""
LATEST = 10
"""Posts on the blog's first page; older ones are in the lists by year."""


@dataclass
class Site:
    """The site as one object. Lists hold published documents in display order."""

    content: Path
    build_date: dt.date
    clinic: Clinic
    sources: dict[str, Source]
    topics: dict[str, Topic]
    documents: tuple[Document, ...]
    static: frozenset[str] = frozenset()
    """Pictures and files, by their path below the content folder."""
    left_out: tuple[Document, ...] = ()
    """Drafts, and posts dated in the future."""
    zone: str = "UTC"
    """The practice's time zone."""
    source_checks: dict[str, SourceCheck] = field(default_factory=dict)
    """What `inv check --sources` has found, by the ids of sources."""
    clinic_data: Data = field(default_factory=Data)
    """The values of `clinic.yaml` as written, with the line of each."""
    invalid: tuple[InvalidDocument, ...] = ()
    """Documents with invalid fields; their references are checked too."""
    slugs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every slug by folder, including those of invalid and unpublished files."""
    unreadable: frozenset[str] = frozenset()
    """The files of documents that are not valid, by their path below the content folder (NFC)."""
    unread: frozenset[str] = frozenset()
    """Those of `clinic`, `source` and `topic` whose file has mistakes; missing entries in them are
    not reported."""

    @property
    def valid(self) -> tuple[Document, ...]:
        """Every valid document, published or not."""
        return (*self.documents, *self.left_out)

    @property
    def texts(self) -> tuple[Document | InvalidDocument, ...]:
        """Every document, published or not, valid or not."""
        return (*self.valid, *self.invalid)

    @property
    def unpublished(self) -> frozenset[str]:
        """The files that are not published yet, valid or not: drafts, and posts with a later date.

        By their path below the content folder (NFC).
        """
        sources = [text.source for text in self.left_out]
        sources += [text.source for text in self.invalid if is_draft(text)]
        return frozenset(unicodedata.normalize("NFC", source) for source in sources)

    def published_slugs(self, folder: str) -> frozenset[str]:
        """Return the slugs of the files in a folder that pages of the site can name."""
        drafts = (source for source in self.unpublished if source.startswith(f"{folder}/"))
        return self.slugs[folder].difference(map(slug_of, drafts))

    @cached_property
    def valid_by_source(self) -> dict[str, Document]:
        """Every valid document by its path below the content folder."""
        return {document.source: document for document in self.valid}

    @cached_property
    def pages(self) -> tuple[Document[Page], ...]:
        """Pages in menu order."""
        pages = of_kind(self.documents, Page)
        return tuple(sorted(pages, key=lambda d: (d.meta.order, d.title)))

    @cached_property
    def treatments(self) -> tuple[Document[Treatment], ...]:
        """Treatments by name."""
        return tuple(sorted(of_kind(self.documents, Treatment), key=lambda d: d.title.casefold()))

    @cached_property
    def team(self) -> tuple[Document[Therapist], ...]:
        """The team, by what their files say to sort by."""
        return tuple(sorted(of_kind(self.documents, Therapist), key=lambda d: d.meta.sort_key))

    @cached_property
    def posts(self) -> tuple[Document[Post], ...]:
        """Posts, newest first; posts of the same day by file name."""
        by_name = sorted(of_kind(self.documents, Post), key=lambda d: d.source)
        return tuple(sorted(by_name, key=lambda d: d.meta.date, reverse=True))

    @property
    def has_posts(self) -> bool:
        """Whether there is a post. A page that asks this does not depend on every post."""
        return bool(self.posts)

    @cached_property
    def _by_source(self) -> dict[str, Document]:
        return {document.source: document for document in self.documents}

    def document(self, source: str) -> Document | None:
        """Return the published document of a file, by its path below the content folder."""
        return self._by_source.get(source)

    @cached_property
    def _treatments_by_id(self) -> dict[str, Document[Treatment]]:
        return {treatment.slug: treatment for treatment in of_kind(self.valid, Treatment)}

    def treatment(self, id: str) -> Document[Treatment]:
        """Return the treatment with an id; drafts may name drafts, and the preview shows both."""
        return self._treatments_by_id[id]

    @cached_property
    def _team_by_id(self) -> dict[str, Document[Therapist]]:
        return {therapist.slug: therapist for therapist in of_kind(self.valid, Therapist)}

    def therapist(self, id: str) -> Document[Therapist]:
        """Return the therapist with an id; as for treatments, it may be a draft."""
        return self._team_by_id[id]

    @cached_property
    def _pages_by_slug(self) -> dict[str, Document[Page]]:
        return {page.slug: page for page in self.pages}

    def page(self, slug: str) -> Document[Page]:
        """Return the page with a slug."""
        return self._pages_by_slug[slug]

    def menu(self, name: str) -> tuple[Document[Page], ...]:
        """Return the pages of the `main` or the `footer` menu.

        A page below another one stands in the second level of the main menu (`menu_below`).
        """
        return tuple(
            page
            for page in self.pages
            if page.meta.menu == name and not (name == "main" and page.above)
        )

    @property
    def fees_page(self) -> Document[Page] | None:
        """The page about costs and insurance, if the practice has it."""
        return self._pages_by_slug.get("fees-and-insurance")

    def pages_below(self, page: Document) -> tuple[Document[Page], ...]:
        """Return the pages below a page, in menu order."""
        return tuple(below for below in self.pages if below.above == page.slug)

    def menu_below(self, path: str) -> tuple[Document[Page], ...]:
        """Return the second level of the main menu, below the page at an address."""
        above = next((page for page in self.menu("main") if page.path == path), None)
        below = self.pages_below(above) if above else ()
        return tuple(page for page in below if page.meta.menu == "main")

    def page_above(self, document: Document) -> Document[Page] | None:
        """Return the page that a page is below."""
        return self._pages_by_slug.get(document.above)

    def offered_by(self, treatment: Document) -> tuple[Document[Therapist], ...]:
        """Return the therapists whose front matter lists a treatment."""
        return tuple(t for t in self.team if treatment.slug in t.meta.treatments)

    @cached_property
    def _posts_by_treatment(self) -> dict[str, tuple[Document[Post], ...]]:
        return _grouped((id, post) for post in self.posts for id in post.meta.treatments)

    def posts_about(self, treatment: Document) -> tuple[Document[Post], ...]:
        """Return the posts that name a treatment, newest first."""
        return self._posts_by_treatment.get(treatment.slug, ())

    @cached_property
    def _posts_by_author(self) -> dict[str, tuple[Document[Post], ...]]:
        return _grouped((id, post) for post in self.posts for id in post.meta.named_ids["author"])

    def authors_of(self, post: Document[Post]) -> tuple[Writer, ...]:
        """Return who wrote a post: people of the team, the practice, or guests."""
        return tuple(writers_of(post.meta, self.clinic, self.therapist))

    def posts_by(self, therapist: Document) -> tuple[Document[Post], ...]:
        """Return the posts of a therapist, newest first."""
        return self._posts_by_author.get(therapist.slug, ())

    @cached_property
    def _posts_by_topic(self) -> dict[str, tuple[Document[Post], ...]]:
        return _grouped((id, post) for post in self.posts for id in post.meta.topics)

    @cached_property
    def _related(self) -> RelatedPosts:
        return RelatedPosts(self.posts)

    def related(self, post: Document[Post]) -> tuple[Document[Post], ...]:
        """Return up to three earlier posts, those with the most shared subjects first."""
        return self._related.of(post)

    @staticmethod
    def sources_of(document: Document[Treatment | Post]) -> tuple[str, ...]:
        """Return the ids of the sources that a document cites: its own, then its side effects'."""
        return tuple(dict.fromkeys([*document.meta.sources, *document.listing.effect_sources]))

    @cached_property
    def _citations(self) -> dict[str, tuple[Document[Treatment | Post], ...]]:
        pairs: list[tuple[str, Document[Treatment | Post]]] = []
        texts: tuple[Document[Treatment | Post], ...] = (*self.treatments, *self.posts)
        for document in texts:
            pairs.extend((id, document) for id in self.sources_of(document))
        return _grouped(iter(pairs))

    def cited_by(self, source: str) -> tuple[Document[Treatment | Post], ...]:
        """Return the documents that cite a source."""
        return self._citations.get(source, ())

    @cached_property
    def years(self) -> tuple[Year, ...]:
        """The archive by year, newest first."""
        groups = _grouped((str(post.meta.date.year), post) for post in self.posts)
        return tuple(Year(int(year), posts) for year, posts in groups.items())

    @cached_property
    def topic_lists(self) -> tuple[TopicList, ...]:
        """The topics that have posts, sorted by name; a check reports unknown ids."""
        lists = [
            TopicList(id, self.topics[id], posts)
            for id, posts in self._posts_by_topic.items()
            if id in self.topics
        ]
        return tuple(sorted(lists, key=lambda entry: entry.topic.name.casefold()))

    @cached_property
    def author_lists(self) -> tuple[AuthorList, ...]:
        """The therapists who have written posts, sorted by name."""
        return tuple(AuthorList(t, self.posts_by(t)) for t in self.team if self.posts_by(t))

    @cached_property
    def events(self) -> EventList | None:
        """The events that are still to come, and past ones; None where there has been none."""
        found = of_kind(self.documents, Event)
        return list_of(found, self.build_date) if found else None

    @property
    def has_events(self) -> bool:
        """Whether there is an event. A page that asks this does not depend on every event."""
        return self.events is not None

    def location_of(self, event: Document[Event]) -> PlaceToVisit | None:
        """Return the location of the practice where an event is; None if it is elsewhere."""
        meta = event.meta
        if meta.location:
            return self.location(meta.location)
        return None if meta.place or meta.online else self.locations[0]

    @property
    def lists(self) -> tuple[Year | TopicList | AuthorList, ...]:
        """Every list of posts that has its own page."""
        return (*self.years, *self.topic_lists, *self.author_lists)

    @property
    def generated(self) -> tuple[Generated, ...]:
        """Everything that has a page but no source file: lists, and locations."""
        events = (self.events,) if self.events else ()
        return (*self.lists, *self.location_pages, *events)

    def posts_at(self, path: str) -> tuple[Document[Post], ...]:
        """Return the posts of the list whose page has an address."""
        return self._posts_by_path[path]

    @cached_property
    def _posts_by_path(self) -> dict[str, tuple[Document[Post], ...]]:
        return {entry.path: entry.posts for entry in self.lists}

    @cached_property
    def archive(self) -> tuple[ListLinks, ...]:
        """Links to every list of posts, kind by kind. They do not change with each post."""
        years = [ListLink(str(entry.year), entry.path) for entry in self.years]
        topics = [ListLink(entry.topic.name, entry.path) for entry in self.topic_lists]
        authors = [ListLink(entry.therapist.meta.name, entry.path) for entry in self.author_lists]
        kinds = {"By year": years, "By topic": topics, "By author": authors}
        return tuple(ListLinks(title, tuple(links)) for title, links in kinds.items() if links)

    @cached_property
    def question_groups(self) -> tuple[QuestionGroup, ...]:
        """The questions of treatments, then of pages; those of the home page only sum up."""
        groups = [QuestionGroup(treatment, treatment.meta.faq) for treatment in self.treatments]
        asking = (page for page in self.pages if page.listing.questions and page.path != HOME)
        groups += [QuestionGroup(page, page.listing.questions) for page in asking]
        return tuple(groups)

    @cached_property
    def effect_index(self) -> tuple[EffectLetter, ...]:
        """The side effects from A to Z; effects with the same name are grouped."""
        uses: dict[str, list[EffectUse]] = defaultdict(list)
        for treatment in self.treatments:
            for effect in treatment.meta.side_effects:
                uses[slug(effect.name)].append(EffectUse(treatment, effect))
        entries = [EffectEntry(found[0].effect.name, tuple(found)) for found in uses.values()]
        entries.sort(key=lambda entry: entry.name.casefold())
        letters: dict[str, list[EffectEntry]] = defaultdict(list)
        for entry in entries:
            letters[entry.id[0].upper()].append(entry)
        return tuple(EffectLetter(letter, tuple(found)) for letter, found in letters.items())

    @cached_property
    def locations(self) -> tuple[PlaceToVisit, ...]:
        """Where patients can go, the first location first."""
        return locations_of(self.clinic, self.build_date)

    @property
    def location_pages(self) -> tuple[PlaceToVisit, ...]:
        """The locations that have a page of their own: each, where there are several."""
        return self.locations if self.clinic.locations else ()

    def location(self, id: str) -> PlaceToVisit:
        """Return the location with an id."""
        return {location.id: location for location in self.locations}[id]

    def team_at(self, location: PlaceToVisit) -> tuple[Document[Therapist], ...]:
        """Return who works at a location, in the order of the team."""
        return tuple(t for t in self.team if works_at(t.meta, location.id))

    @property
    def announcements(self) -> tuple[Announcement, ...]:
        """What all visitors should know today."""
        return dates.current(self.clinic.announcements, self.build_date)

    @property
    def latest(self) -> tuple[Document[Post], ...]:
        """The posts on the blog's first page."""
        return self.posts[:LATEST]

    frequency_meaning = FREQUENCY_MEANING
    """The meaning of each frequency word."""

    def notice_of(self, document: Document) -> Notice | None:
        """Return the legal notice that a page contains, or None."""
        for notice in self.clinic.notices.by_name.values():
            if notice and document.kind == "page" and notice.page == document.slug:
                return notice
        return None

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The address of every document, picture and file, by its path below the content folder."""
        found = {document.source: document.path for document in self.documents}
        linked = {path for path in self.static if not path.startswith("fonts/")}
        found |= {path: f"/{published_picture(path)}" for path in linked}
        return {unicodedata.normalize("NFC", path): address for path, address in found.items()}

    @cached_property
    def _on_disk(self) -> dict[str, str]:
        return {unicodedata.normalize("NFC", path): path for path in self.static}

    def file_of(self, path: str) -> Path:
        """Return the path of a picture or file on disk, where the name may be in NFD form."""
        return self.content / self._on_disk.get(unicodedata.normalize("NFC", path), path)

    @cached_property
    def targets(self) -> dict[str, str]:
        """The addresses that links may lead to.

        Unpublished documents may link to each other. The preview shows links to a file that is not
        valid yet.
        """
        out = {unicodedata.normalize("NFC", d.source): d.path for d in self.left_out}
        later = {
            source: address_of(KINDS[source.partition("/")[0]], slug_of(source))
            for source in self.unreadable
        }
        return later | out | self.addresses

    def target(self, path: str) -> str:
        """The address to which a link to a file leads; ``path`` is below the content folder."""
        return self.targets[path]


def _grouped(pairs: Iterator[tuple[str, Document[M]]]) -> dict[str, tuple[Document[M], ...]]:
    groups: dict[str, list[Document[M]]] = defaultdict(list)
    for key, document in pairs:
        groups[key].append(document)
    return {key: tuple(found) for key, found in groups.items()}
