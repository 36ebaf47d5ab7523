"""Lists that pages are built from: posts by year, topic and author, questions, side effects."""

from __future__ import annotations

from dataclasses import dataclass

from practice.content.document import Document
from practice.content.models import (
    Post,
    Question,
    SideEffect,
    Therapist,
    Topic,
    Treatment,
)
from practice.paths import slug


@dataclass(frozen=True)
class Year:
    """The posts of one year, newest first."""

    year: int
    posts: tuple[Document[Post], ...]

    @property
    def path(self) -> str:
        """Its address."""
        return f"/blog/{self.year}/"


@dataclass(frozen=True)
class TopicList:
    """The posts of one topic, newest first."""

    id: str
    topic: Topic
    posts: tuple[Document[Post], ...]

    @property
    def path(self) -> str:
        """Its address."""
        return f"/blog/topics/{self.id}/"


@dataclass(frozen=True)
class AuthorList:
    """The posts of one therapist, newest first."""

    therapist: Document[Therapist]
    posts: tuple[Document[Post], ...]

    @property
    def path(self) -> str:
        """Its address."""
        return f"/blog/by/{self.therapist.slug}/"


@dataclass(frozen=True)
class ListLink:
    """A link to a list of posts."""

    name: str
    path: str


@dataclass(frozen=True)
class ListLinks:
    """Links to the lists of posts of one kind."""

    title: str
    links: tuple[ListLink, ...]


@dataclass(frozen=True)
class QuestionGroup:
    """The questions of one document."""

    document: Document
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class EffectUse:
    """A side effect as one treatment declares it."""

    treatment: Document[Treatment]
    effect: SideEffect


@dataclass(frozen=True)
class EffectEntry:
    """A side effect with every treatment that can cause it."""

    name: str
    uses: tuple[EffectUse, ...]

    @property
    def id(self) -> str:
        """Its address within the page."""
        return slug(self.name)

    @property
    def severity(self) -> str:
        """Serious where any treatment declares it so."""
        return max((use.effect.severity for use in self.uses), key=("mild", "serious").index)


@dataclass(frozen=True)
class EffectLetter:
    """A letter of the side effects A to Z."""

    letter: str
    entries: tuple[EffectEntry, ...]
