"""Models of the front matter of documents; the folder decides which."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import (
    model_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import override

from practice.content.models.callouts import AskFirst, HelpCard, Question, SideEffect
from practice.content.models.fields import Model, body, field
from practice.content.models.values import (
    FREQUENCY_MEANING,
    Date,
    Flag,
    Html,
    Id,
    Ids,
    Status,
    Text,
    Texts,
    WebAddress,
    Weekdays,
)

FUNDING = "Who paid for the text, or what the practice earns by it, if not as in `clinic.yaml`"


@dataclass(frozen=True)
class PagePicture:
    """The picture of a document, as its front matter names it."""

    field: str
    """The field that holds the name; the field `<name>_alt` holds the description."""
    name: str
    """The path below `content/images/`."""
    alt: str | None
    """What the picture shows."""


@dataclass(frozen=True)
class Review:
    """The clinical review of a text. All fields are None for a kind that is not reviewed."""

    by: str | None = None
    """The id of the therapist."""
    on: dt.date | None = None
    """The day of the last review."""
    due: dt.date | None = None
    """The day of the next one."""


class Entry(Model):
    """What every document has.

    The properties give what several kinds have in fields of their own, so that callers need not
    know the kind. They are None or empty where a kind has no such field.
    """

    KIND: ClassVar[str]
    """One word for messages and template names."""
    FOLDER: ClassVar[str]
    """Where such files lie below `content/`."""

    summary: Text = field("One or two sentences for lists, search engines and shared links")
    status: Status = field("`draft` keeps it out of the site; it need not be finished", "published")
    sample: Flag = field("True while no clinician has signed the text off", False)
    imported: Date | None = field(
        "The day it was imported from another site; `inv check` lists it until it is reviewed",
        None,
    )
    aliases: Texts = field(
        "Addresses that this text had before; they lead here", (), example="/old-address/"
    )

    @property
    @abstractmethod
    def heading(self) -> str:
        """What the document is called: its `title`, or the `name` of what it describes."""

    @property
    def full_name(self) -> str:
        """The heading, and what is written behind it on the document's own page."""
        return self.heading

    @property
    def picture(self) -> PagePicture | None:
        """The picture at the head of the page."""
        return None

    @property
    def review(self) -> Review:
        """The clinical review."""
        return Review()

    @property
    def waits_for_review(self) -> bool:
        """Whether it was imported from another site and has not been reviewed since."""
        reviewed = self.review.on
        return self.imported is not None and (reviewed is None or reviewed < self.imported)

    @property
    def last_changed(self) -> dt.date | None:
        """The day on which the text was last changed or reviewed, as far as its fields say."""
        return self.review.on

    def is_public(self, day: dt.date) -> bool:  # noqa: ARG002  # posts have a date
        """Return whether it is published on a day."""
        return self.status == "published"

    @property
    def left_out_as(self) -> str:
        """Why the text is left out of the site, for messages."""
        return "a draft"

    @property
    def named_ids(self) -> dict[str, tuple[str, ...]]:
        """The ids that it names, of people, treatments, topics and others, by field."""
        return {}


class Illustrated(Entry):
    """A document with a picture at the head of its page."""

    image: Text | None = field("A picture below `content/images/`", None)
    image_alt: Text | None = field(
        "What the picture shows, `none` for a decoration; needed with a picture", None
    )

    @property
    @override
    def picture(self) -> PagePicture | None:
        return PagePicture("image", self.image, self.image_alt) if self.image else None


class Credential(Model):
    """A degree, license or certificate behind a name."""

    abbreviation: Text = field("As written behind the name", example="PT")
    stands_for: Text = field("Spelled out", example="Physical therapist")
    kind: Literal["license", "degree", "certificate"] = field("What it is")


class WorkPlace(Model):
    """A location at which somebody works."""

    location: Id = field("The location's name in small letters with hyphens", example="alder-falls")
    days: Weekdays = field("Days of the week", (), example="[monday, tuesday]")
    note: Text | None = field("What patients should know of these days", None)


class Therapist(Entry):
    """A member of the team, also one who does not treat: `content/team/<name>.md`."""

    KIND: ClassVar[str] = "therapist"
    FOLDER: ClassVar[str] = "team"

    name: Text = field("Full name, without credentials")
    sort_name: Text | None = field(
        "What the team is sorted by, if not the name as it is written", None, example="Cruz Lopez"
    )
    pronouns: Text | None = field("Shown beside the role", None, example="she/her")
    role: Text = field("What they do here", example="Physical therapist")
    treats: Flag = field("`false` for the front desk and others who treat nobody", True)
    credentials: tuple[Credential, ...] = field("In the order written behind the name", ())
    license: Text | None = field("State and number of the license", None)
    languages: Texts = field("Languages spoken with patients")
    treatments: Ids = field("Ids of the treatments they offer", ())
    locations: tuple[WorkPlace, ...] = field("Where they work, if there are several locations", ())
    photo: Text | None = field("A picture below `content/images/`", None, example="sarah.jpg")
    photo_alt: Text | None = field(
        "What the picture shows, `none` for a decoration; needed with a photo", None
    )
    booking_url: WebAddress | None = field("Their own booking page, if not the clinic's", None)
    accepting_new: Flag = field("Whether they take new patients", True)

    @property
    def sort_key(self) -> str:
        """What lists of people are sorted by."""
        return (self.sort_name or self.name).casefold()

    @model_validator(mode="after")
    def _treats_somebody(self) -> Therapist:
        if not self.treats and self.treatments:
            raise PydanticCustomError(
                "treats_nobody", "someone who treats nobody cannot offer treatments"
            )
        return self

    @property
    @override
    def heading(self) -> str:
        return self.name

    @property
    @override
    def picture(self) -> PagePicture | None:
        return PagePicture("photo", self.photo, self.photo_alt) if self.photo else None

    @property
    @override
    def named_ids(self) -> dict[str, tuple[str, ...]]:
        places = tuple(place.location for place in self.locations)
        return {"treatments": self.treatments, "locations": places}

    @property
    def initials(self) -> str:
        """The first letters of the first two names: ``SD``."""
        return "".join(name[0] for name in self.name.split()[:2])

    @property
    def letters(self) -> str:
        """The credentials as written behind the name: ``PT, MPT``."""
        return ", ".join(credential.abbreviation for credential in self.credentials)

    @property
    @override
    def full_name(self) -> str:
        """The name with its credentials: ``Sarah Dominguez, PT, MPT``."""
        return f"{self.name}, {self.letters}" if self.credentials else self.name


class Treatment(Illustrated):
    """Something the clinic does: `content/treatments/<name>.md`."""

    KIND: ClassVar[str] = "treatment"
    FOLDER: ClassVar[str] = "treatments"
    SECTIONS: ClassVar[dict[str, str]] = {
        "what_happens": "What happens",
        "who_for": "Who it helps",
        "prepare": "How to prepare",
        "aftercare": "Afterwards",
    }
    """Sections that every treatment has: the field and the `##` heading an editor writes."""

    name: Text = field("The treatment's name", example="Dry needling")
    also_called: Texts = field("Other names patients may know it by", ())
    reviewed_by: Id | None = field("The therapist who last reviewed the text", None)
    reviewed: Date | None = field("The day of that review", None)
    next_review: Date | None = field("When it is due again", None)
    sources: Ids = field("Ids from `sources.yaml`", ())
    funding: Text | None = field(FUNDING, None)
    leaflet: Flag = field("`false` makes no leaflet of it for patients to take home", True)

    what_happens: Html = body("Under `## What happens`")
    who_for: Html = body("Under `## Who it helps`")
    prepare: Html = body("Under `## How to prepare`")
    aftercare: Html = body("Under `## Afterwards`")
    ask_first: tuple[AskFirst, ...] = body("Every `ask-first` in the file; at least one")
    side_effects: tuple[SideEffect, ...] = body("Every `side-effect` in the file; at least one")
    get_help: tuple[HelpCard, ...] = body("Every `get-help` in the file; at least one")
    faq: tuple[Question, ...] = body("Every question in the file's `faq` blocks; at least one")

    @property
    @override
    def heading(self) -> str:
        return self.name

    @property
    @override
    def review(self) -> Review:
        return Review(self.reviewed_by, self.reviewed, self.next_review)

    @property
    @override
    def named_ids(self) -> dict[str, tuple[str, ...]]:
        return {"reviewed_by": _one(self.reviewed_by), "sources": self.sources}

    @property
    def serious(self) -> tuple[SideEffect, ...]:
        """The side effects that need a clinician, in written order."""
        return tuple(effect for effect in self.side_effects if effect.severity == "serious")

    @property
    def common(self) -> tuple[SideEffect, ...]:
        """The mild side effects that are common, the most common first."""
        return tuple(e for e in self.mild if e.frequency in ("very common", "common"))

    @property
    def mild(self) -> tuple[SideEffect, ...]:
        """The mild side effects, the most common first."""
        words = list(FREQUENCY_MEANING)
        effects = (effect for effect in self.side_effects if effect.severity == "mild")
        return tuple(sorted(effects, key=lambda effect: words.index(effect.frequency)))


PRACTICE, GUEST = "practice", "guest"
"""Words in the field `author` that are not ids of therapists."""


class Guest(Model):
    """An author who does not belong to the practice."""

    name: Text = field("Full name, with credentials if there are any")
    about: Text = field("One sentence about them, shown below the post")
    url: WebAddress | None = field("Their own page", None)


class Post(Illustrated):
    """Something a therapist writes: `content/posts/<name>.md`."""

    KIND: ClassVar[str] = "post"
    FOLDER: ClassVar[str] = "posts"

    title: Text = field("The headline")
    date: Date = field("The day it is published")
    modified: Date | None = field("The day it was last changed in substance", None)
    author: Ids = field(
        "Who wrote it: a therapist, several, `practice`, or `guest` with the field `guest`",
        example="sarah-dominguez",
    )
    guest: Guest | None = field("The guest author; needs `author: guest`", None)
    treatments: Ids = field("Ids of the treatments it is about", ())
    topics: Ids = field("Ids from `topics.yaml`", ())
    reviewed_by: Id | None = field("The therapist who reviewed it, if not the author", None)
    reviewed: Date | None = field("The day of the last clinical review", None)
    next_review: Date | None = field("When it is due again", None)
    sources: Ids = field("Ids from `sources.yaml`", ())
    funding: Text | None = field(FUNDING, None)

    @property
    @override
    def heading(self) -> str:
        return self.title

    @property
    @override
    def review(self) -> Review:
        return Review(self.reviewed_by, self.reviewed, self.next_review)

    @property
    @override
    def last_changed(self) -> dt.date:
        return self.modified or self.reviewed or self.date

    @property
    @override
    def named_ids(self) -> dict[str, tuple[str, ...]]:
        return {
            "author": tuple(id for id in self.author if id not in (PRACTICE, GUEST)),
            "reviewed_by": _one(self.reviewed_by),
            "treatments": self.treatments,
            "topics": self.topics,
            "sources": self.sources,
        }

    @property
    @override
    def left_out_as(self) -> str:
        return super().left_out_as if self.status == "draft" else f"for {self.date}"

    @override
    def is_public(self, day: dt.date) -> bool:
        return super().is_public(day) and self.date <= day

    @model_validator(mode="after")
    def _has_authors(self) -> Post:
        if not self.author:
            raise PydanticCustomError("author_none", "`author` names nobody")
        if len(set(self.author)) < len(self.author):
            raise PydanticCustomError("author_twice", "`author` names somebody twice")
        if (GUEST in self.author) != (self.guest is not None):
            raise PydanticCustomError("guest", "`author: guest` and `guest` belong together")
        return self

    @model_validator(mode="after")
    def _modified_after_date(self) -> Post:
        if self.modified and self.modified < self.date:
            raise PydanticCustomError("modified_first", "`modified` is before `date`")
        return self


class Page(Illustrated):
    """Any other page: `content/pages/<name>.md`."""

    KIND: ClassVar[str] = "page"
    FOLDER: ClassVar[str] = "pages"

    title: Text = field("The page's heading")
    menu: Literal["main", "footer", "none"] = field("Where the site links to it", "footer")
    order: int = field("Lower stands first in the menu", 100)

    @property
    @override
    def heading(self) -> str:
        return self.title


def _one(id: str | None) -> tuple[str, ...]:
    """The one id of a field, or nothing."""
    return () if id is None else (id,)
