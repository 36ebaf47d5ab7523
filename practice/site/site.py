"""The whole practice, read once: every document and the lists that pages are made from."""

from __future__ import annotations

import copy
import datetime as dt
import os
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from practice.content.document import Document, InvalidDocument, slug_of
from practice.content.folder import Content, ReadAll, read_content, read_each
from practice.content.front_matter import Data
from practice.content.models import (
    FREQUENCY_MEANING,
    KINDS,
    Clinic,
    HoursException,
    Notice,
    Source,
    Topic,
)
from practice.paths import slug
from practice.problems import Problem
from practice.site.formatting import OpeningLine, opening_lines
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

RELATED = 3
"""Posts that a post leads on to."""
LISTS = {"clinic": "clinic.yaml", "source": "sources.yaml", "topic": "topics.yaml"}
"""What the practice says in a file for all texts, and that file."""


LATEST = 10
"""How many posts the blog's first page shows; older ones stand in the lists by year."""
SOON = dt.timedelta(days=14)


@dataclass
class Site:
    """Everything the practice says. Lists hold what is published, in the order it is shown."""

    content: Path
    build_date: dt.date
    clinic: Clinic
    sources: dict[str, Source]
    topics: dict[str, Topic]
    documents: tuple[Document, ...]
    static: frozenset[str] = frozenset()
    """Pictures and files, by their path below the content folder."""
    left_out: tuple[Document, ...] = ()
    """Drafts and posts with a date to come."""
    clinic_data: Data = field(default_factory=Data)
    """What `clinic.yaml` says as written, with the line of each value."""
    invalid: tuple[InvalidDocument, ...] = ()
    """Texts whose fields are wrong, so that what they name can be checked too."""
    slugs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every slug by folder, of broken and left-out files too."""
    unread: frozenset[str] = frozenset()
    """`clinic`, `source` and `topic`, where their file has mistakes: nothing is said of what would
    stand there."""

    @property
    def texts(self) -> tuple[Document | InvalidDocument, ...]:
        """Every text that there is, published or not, with or without mistakes."""
        return (*self.documents, *self.left_out, *self.invalid)

    def _of_kind(self, kind: str) -> tuple[Document, ...]:
        return tuple(document for document in self.documents if document.kind == kind)

    @cached_property
    def pages(self) -> tuple[Document, ...]:
        """Pages in menu order."""
        return tuple(sorted(self._of_kind("page"), key=lambda d: (d.meta.order, d.title)))

    @cached_property
    def treatments(self) -> tuple[Document, ...]:
        """Treatments by name."""
        return tuple(sorted(self._of_kind("treatment"), key=lambda d: d.title.casefold()))

    @cached_property
    def team(self) -> tuple[Document, ...]:
        """Therapists by name."""
        return tuple(sorted(self._of_kind("therapist"), key=lambda d: d.title.casefold()))

    @cached_property
    def posts(self) -> tuple[Document, ...]:
        """Posts, newest first; of one day by file name."""
        by_name = sorted(self._of_kind("post"), key=lambda d: d.source)
        return tuple(sorted(by_name, key=lambda d: d.meta.date, reverse=True))

    @property
    def has_posts(self) -> bool:
        """Whether there is a post. A page that asks this does not depend on every post."""
        return bool(self.posts)

    @cached_property
    def _by_source(self) -> dict[str, Document]:
        return {document.source: document for document in self.documents}

    def document(self, source: str) -> Document | None:
        """The document of a file, by its path below the content folder, if it is published."""
        return self._by_source.get(source)

    @cached_property
    def _by_address(self) -> dict[tuple[str, str], Document]:
        return {(document.kind, document.slug): document for document in self.documents}

    def treatment(self, id: str) -> Document:
        """The treatment with this id."""
        return self._by_address["treatment", id]

    def therapist(self, id: str) -> Document:
        """The therapist with this id."""
        return self._by_address["therapist", id]

    def page(self, slug: str) -> Document:
        """The page with this slug."""
        return self._by_address["page", slug]

    def menu(self, name: str) -> tuple[Document, ...]:
        """The pages of the `main` or the `footer` menu."""
        return tuple(page for page in self.pages if page.meta.menu == name)

    def offered_by(self, treatment: Document) -> tuple[Document, ...]:
        """Who offers a treatment: the therapists that list it."""
        return tuple(t for t in self.team if treatment.slug in t.meta.treatments)

    @cached_property
    def _posts_by_treatment(self) -> dict[str, tuple[Document, ...]]:
        return _grouped((id, post) for post in self.posts for id in post.meta.treatments)

    def posts_about(self, treatment: Document) -> tuple[Document, ...]:
        """The posts that name a treatment, newest first."""
        return self._posts_by_treatment.get(treatment.slug, ())

    @cached_property
    def _posts_by_author(self) -> dict[str, tuple[Document, ...]]:
        return _grouped((post.meta.author, post) for post in self.posts)

    def posts_by(self, therapist: Document) -> tuple[Document, ...]:
        """The posts of a therapist, newest first."""
        return self._posts_by_author.get(therapist.slug, ())

    @cached_property
    def _posts_by_topic(self) -> dict[str, tuple[Document, ...]]:
        return _grouped((id, post) for post in self.posts for id in post.meta.topics)

    def related(self, post: Document) -> tuple[Document, ...]:
        """Up to three earlier posts, those that share most treatments and topics first.

        Earlier ones only: a new post would otherwise change the pages of many others.
        """
        levels: list[int] = []  # which posts share at least one, two, three … of them
        treatments = {("treatment", id) for id in post.meta.treatments}
        for name in treatments | {("topic", id) for id in post.meta.topics}:
            marks = self._marks.get(name, 0)
            for n, level in enumerate(levels):
                levels[n], marks = level | marks, level & marks
            levels.append(marks)
        left = self._earlier(post)
        found: list[Document] = []
        for level in reversed(levels):
            while level & left and len(found) < RELATED:
                newest = level & left & -(level & left)
                found.append(self.posts[newest.bit_length() - 1])
                left ^= newest
        return tuple(found)

    @cached_property
    def _order(self) -> list[tuple[int, str]]:
        """What ``posts`` is sorted by."""
        return [(-post.meta.date.toordinal(), post.source) for post in self.posts]

    @cached_property
    def _marks(self) -> dict[tuple[str, str], int]:
        """The posts of each treatment and topic: bit n of the number stands for ``posts[n]``."""
        marks: dict[tuple[str, str], int] = defaultdict(int)
        for place, post in enumerate(self.posts):
            for kind, ids in (("treatment", post.meta.treatments), ("topic", post.meta.topics)):
                for id in ids:
                    marks[kind, id] |= 1 << place
        return marks

    def _earlier(self, post: Document) -> int:
        """The posts before a post, as bits: of earlier days, and of that day by file name."""
        day = -post.meta.date.toordinal()
        begin = bisect_left(self._order, (day, ""))
        here = bisect_left(self._order, (day, post.source))
        end = bisect_left(self._order, (day + 1, ""))
        every: int = (1 << len(self.posts)) - 1
        return (every >> end << end) | ((1 << here) - (1 << begin))

    @staticmethod
    def sources_of(document: Document) -> tuple[str, ...]:
        """The ids of the sources that a text cites: its own first, then its side effects'."""
        return tuple(dict.fromkeys([*document.meta.sources, *document.listing.effect_sources]))

    @cached_property
    def _citations(self) -> dict[str, tuple[Document, ...]]:
        pairs: list[tuple[str, Document]] = []
        for document in (*self.treatments, *self.posts):
            pairs.extend((id, document) for id in self.sources_of(document))
        return _grouped(iter(pairs))

    def cited_by(self, source: str) -> tuple[Document, ...]:
        """The documents that cite a source."""
        return self._citations.get(source, ())

    @cached_property
    def years(self) -> tuple[Year, ...]:
        """The archive by year, newest first."""
        groups = _grouped((str(post.meta.date.year), post) for post in self.posts)
        return tuple(Year(int(year), posts) for year, posts in groups.items())

    @cached_property
    def topic_lists(self) -> tuple[TopicList, ...]:
        """The topics that have posts, by name; unknown ids are named elsewhere."""
        lists = [
            TopicList(id, self.topics[id], posts)
            for id, posts in self._posts_by_topic.items()
            if id in self.topics
        ]
        return tuple(sorted(lists, key=lambda entry: entry.topic.name.casefold()))

    @cached_property
    def author_lists(self) -> tuple[AuthorList, ...]:
        """The therapists who have written posts, by name."""
        return tuple(AuthorList(t, self.posts_by(t)) for t in self.team if self.posts_by(t))

    @property
    def lists(self) -> tuple[Year | TopicList | AuthorList, ...]:
        """Every list of posts that has a page."""
        return (*self.years, *self.topic_lists, *self.author_lists)

    def posts_at(self, path: str) -> tuple[Document, ...]:
        """The posts of the list whose page has this address."""
        return self._posts_by_path[path]

    @cached_property
    def _posts_by_path(self) -> dict[str, tuple[Document, ...]]:
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
        """The questions of the whole site: treatments first, then pages."""
        groups = [QuestionGroup(treatment, treatment.meta.faq) for treatment in self.treatments]
        asking = (page for page in self.pages if page.listing.questions)
        groups += [QuestionGroup(page, page.listing.questions) for page in asking]
        return tuple(groups)

    @cached_property
    def effect_index(self) -> tuple[EffectLetter, ...]:
        """The side effects A to Z; effects of one name stand together."""
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
    def opening_lines(self) -> tuple[OpeningLine, ...]:
        """The week's opening hours, days with the same hours together."""
        return opening_lines(self.clinic.hours)

    @property
    def coming_exceptions(self) -> tuple[HoursException, ...]:
        """Days with other hours that are not over yet."""
        days = (day for day in self.clinic.exceptions if day.date >= self.build_date)
        return tuple(sorted(days, key=lambda day: day.date))

    @property
    def next_exceptions(self) -> tuple[HoursException, ...]:
        """Those of them that patients should hear of now: within two weeks."""
        soon = self.build_date + SOON
        return tuple(day for day in self.coming_exceptions if day.date <= soon)

    @property
    def latest(self) -> tuple[Document, ...]:
        """The posts that the blog's first page shows."""
        return self.posts[:LATEST]

    frequency_meaning = FREQUENCY_MEANING
    """What each word of frequency stands for."""

    def notice_of(self, document: Document) -> Notice | None:
        """The legal notice that a page is, with its date."""
        for _, notice in self.clinic.notices:
            if notice and document.kind == "page" and notice.page == document.slug:
                return notice  # type: ignore[no-any-return]  # a model iterates as Any
        return None

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Where every document, picture and file is found, by its path below the content folder."""
        found = {document.source: document.path for document in self.documents}
        found.update({path: f"/{path}" for path in self.static})
        return {unicodedata.normalize("NFC", path): address for path, address in found.items()}

    @cached_property
    def _on_disk(self) -> dict[str, str]:
        return {unicodedata.normalize("NFC", path): path for path in self.static}

    def file_of(self, path: str) -> Path:
        """A picture or file on the disk, where its name may be spelled with letters apart (NFD)."""
        return self.content / self._on_disk.get(unicodedata.normalize("NFC", path), path)

    @cached_property
    def targets(self) -> dict[str, str]:
        """The addresses to which links may lead; drafts may link to each other."""
        out = {unicodedata.normalize("NFC", d.source): d.path for d in self.left_out}
        return out | self.addresses

    def target(self, path: str) -> str:
        """The address to which a link to a file leads; ``path`` is below the content folder."""
        return self.targets[path]


def load(
    folder: Path, build_date: dt.date, *, drafts: bool = False, read_all: ReadAll = read_each
) -> tuple[Site | None, list[Problem]]:
    """Read a content folder.

    Returns the site, or None where there is no clinic, and every problem of single files;
    ``practice.checks`` finds what is wrong between them. A clinic with mistakes has another in its
    place, so that those can be found, too. ``drafts`` keeps drafts and posts with a later date than
    ``build_date`` in the lists.
    """
    content = read_content(folder, read_all)
    problems = [problem for wrong in content.problems.values() for problem in wrong]
    content.clinic = content.clinic or stand_in(content)
    return assemble(content, build_date, drafts=drafts), problems


def stand_in(content: Content) -> Clinic | None:
    """A clinic in the place of one with mistakes, so that the mistakes of others can be found.

    Where there is neither a clinic nor a text, this is no practice's folder at all.
    """
    missing = any(problem.code == "file-unreadable" for problem in content.problems["clinic.yaml"])
    return Clinic.model_construct(phone="") if content.documents or not missing else None


def assemble(content: Content, build_date: dt.date, *, drafts: bool = False) -> Site | None:
    """Make a site of what was read; None without a clinic."""
    if content.clinic is None:
        return None
    published: list[Document] = []
    left_out: list[Document] = []
    slugs: dict[str, set[str]] = {folder: set() for folder in KINDS}
    for source, document in content.documents.items():
        slugs[source.split("/")[0]].add(document.slug if document else slug_of(source))
        if document:
            public = drafts or _is_public(document, build_date)
            (published if public else left_out).append(document)
    return Site(
        content=content.folder,
        build_date=build_date,
        clinic=content.clinic,
        sources=content.sources,
        topics=content.topics,
        documents=tuple(published),
        static=content.static,
        clinic_data=content.clinic_data,
        invalid=tuple(filter(None, content.invalid.values())),
        left_out=tuple(left_out),
        slugs={folder: frozenset(found) for folder, found in slugs.items()},
        unread=frozenset(kind for kind, file in LISTS.items() if content.problems.get(file)),
    )


def narrow(site: Site, texts: Iterable[Document | InvalidDocument]) -> Site:
    """The same site with but a few texts to be checked; what is made of all stays whole."""
    few = copy.copy(site)
    for name in ("addresses", "_by_source"):
        vars(few)[name] = getattr(site, name)
    few.documents = tuple(text for text in texts if isinstance(text, Document))
    few.invalid = tuple(text for text in texts if isinstance(text, InvalidDocument))
    few.left_out = ()
    return few


def today() -> dt.date:
    """The day of the build, or that of `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date()
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


def _is_public(document: Document, build_date: dt.date) -> bool:
    if document.kind != "post":
        return True
    return bool(document.meta.status == "published" and document.meta.date <= build_date)


def _grouped(pairs: Iterator[tuple[str, Document]]) -> dict[str, tuple[Document, ...]]:
    groups: dict[str, list[Document]] = defaultdict(list)
    for key, document in pairs:
        groups[key].append(document)
    return {key: tuple(found) for key, found in groups.items()}
