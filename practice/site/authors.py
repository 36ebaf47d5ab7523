"""The authors of posts: people of the team, the practice itself, and guests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from practice.content.document import Document
from practice.content.models import GUEST, PRACTICE, Clinic, Post, Therapist


@dataclass(frozen=True)
class Writer:
    """An author, as a byline shows them."""

    name: str
    full_name: str
    """The name with credentials."""
    about: str
    """A sentence or two about them."""
    therapist: Document[Therapist] | None = None
    """The member of the team; None for the practice and for guests."""
    is_practice: bool = False
    url: str | None = None
    """A guest's own page, elsewhere."""


def writers_of(
    post: Post, clinic: Clinic, therapist: Callable[[str], Document[Therapist]]
) -> Iterator[Writer]:
    """Yield the authors of a post in the order of its front matter."""
    for id in post.author:
        if id == PRACTICE:
            yield Writer(clinic.name, clinic.name, clinic.summary, is_practice=True)
        elif id == GUEST and post.guest:
            guest = post.guest
            yield Writer(guest.name, guest.name, guest.about, url=guest.url)
        else:
            person = therapist(id)
            yield Writer(person.title, person.meta.full_name, person.meta.summary, person)
