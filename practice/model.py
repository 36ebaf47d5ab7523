"""The kinds of content, as closed models: what an editor can write, each field declared once.

A field's help text, its default and where an editor writes it stand here and nowhere else;
``docs/writing.md`` is generated from them. This module knows neither Pelican nor Markdown.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

# --- What a value may be ---------------------------------------------------------------------


def _iso_date(value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("iso_date", "`{given}` is not a date", {"given": str(value)})
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError(
            "iso_date", "`{given}` is not in the calendar", {"given": value}
        ) from error


def _flag(value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise PydanticCustomError(
        "true_false", "`{given}` is neither true nor false", {"given": str(value)}
    )


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?(/[^\s<>\"']*)?", value):
        raise PydanticCustomError(
            "web_address", "`{given}` is not an https:// address", {"given": value}
        )
    return value


def _has_words(value: str) -> str:
    if not any(character.isalnum() for character in value):
        raise PydanticCustomError("no_words", "`{given}` holds no words", {"given": value})
    return value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise PydanticCustomError("clock", "`{given}` is not a time", {"given": value})
    return value


def _price(value: str) -> str:
    if re.search(r"[0-9]", value) and "$" not in value:
        raise PydanticCustomError("price", "`{given}` has no sign", {"given": value})
    return value


US_DIGITS = 11
"""Digits of a number of North America with its country's (NANP; ITU-T E.164)."""


def _phone(value: str) -> str:
    if not re.fullmatch(r"\+[0-9]{8,15}", re.sub(r"[\s().-]", "", value)):
        raise PydanticCustomError("phone", "`{given}` is not a phone number", {"given": value})
    digits = re.sub(r"\D", "", value)
    if digits.startswith("1") and len(digits) != US_DIGITS:
        message = "`{given}` has {count} digits behind the +1, not 10"
        raise PydanticCustomError("phone", message, {"given": value, "count": len(digits) - 1})
    return value


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_has_words)
]
Date = Annotated[dt.date, BeforeValidator(_iso_date)]
Flag = Annotated[bool, BeforeValidator(_flag)]
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_one_or_many)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
Price = Annotated[Text, AfterValidator(_price)]
TwoLetters = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
ZipCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Clock = Annotated[str, AfterValidator(_clock)]
Phone = Annotated[str, AfterValidator(_phone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")
]
"""A language by its code (BCP 47), with its script and region where they matter."""
Html = str
"""HTML that our own Markdown made, with ``{filename}`` links still to be resolved."""

Severity = Literal["mild", "serious"]
Frequency = Literal["very common", "common", "uncommon", "rare", "very rare", "not known"]
"""The bands of CIOMS Working Group III, as the EMA prints them in product information."""
HelpLevel = Literal["non-urgent", "urgent", "emergency"]
Status = Literal["published", "draft"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

FREQUENCY_MEANING: dict[Frequency, str] = {
    "very common": "10 or more in 100",
    "common": "1 to 10 in 100",
    "uncommon": "1 to 10 in 1,000",
    "rare": "1 to 10 in 10,000",
    "very rare": "fewer than 1 in 10,000",
    "not known": "we have read no figure",
}

Place = Literal["front matter", "option", "argument", "body"]


def field(help: str, default: Any = ..., place: Place = "front matter", example: str = "") -> Any:
    """Declare a field: what it means, its default, where an editor writes it, an example."""
    extra: dict[str, Any] = {"place": place, "example": example}
    return Field(default, description=help, json_schema_extra=extra)


def option(help: str, default: Any = ..., example: str = "") -> Any:
    """A field that an editor writes as an indented option under a callout's first line."""
    return field(help, default, "option", example)


def argument(help: str, default: Any = ..., example: str = "") -> Any:
    """A field that an editor writes behind the bar of a callout's first line."""
    return field(help, default, "argument", example)


def body(help: str, default: Any = ...) -> Any:
    """A field that is read out of the Markdown itself."""
    return field(help, default, "body")


class Model(BaseModel):
    """A closed, frozen record: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- Callouts: what a page says in a box ------------------------------------------------------


class Callout(Model):
    """A block that an editor writes between ``/// name`` and ``///``."""

    NAME: ClassVar[str]


class SideEffect(Callout):
    """One adverse event of a treatment: how common, how long, what to do."""

    NAME: ClassVar[str] = "side-effect"

    name: Text = argument("The effect, in a patient's words", example="Bruising")
    severity: Severity = option("`mild`, or `serious` for what needs a clinician", "mild")
    how_common: Frequency = option("How often it happens, in one of the six standard words")
    figure: Text | None = option(
        "The figure behind the word, per treatment or per person; needs a source",
        None,
        example="about 8 in 100 treatments",
    )
    lasts: Text | None = option("How long it lasts", None, example="several days")
    what_to_do: Text | None = option(
        "What the patient can do about it", None, example="Nothing special. It fades by itself."
    )
    sources: Ids = option("Ids from `sources.yaml`", ())
    details: Html = body("What it is like, in a sentence or two", "")


class HelpCard(Callout):
    """When and where to get help. One action a card."""

    NAME: ClassVar[str] = "get-help"

    title: Text = argument(
        "The action and when to take it", example="Call 911 now if, after needling, you have:"
    )
    level: HelpLevel = option("`non-urgent`, `urgent` or `emergency`")
    details: Html = body("The signs, as a list, and what to say or do")


class AskFirst(Callout):
    """What a patient should tell the therapist before the treatment."""

    NAME: ClassVar[str] = "ask-first"

    title: Text = argument("The card's heading", "Tell your therapist first if you:")
    details: Html = body("A list of conditions, and what happens then")


class Do(Callout):
    """Things to do."""

    NAME: ClassVar[str] = "do"

    title: Text = argument("The card's heading", "Do")
    items: tuple[Html, ...] = body("A list, one thing an item")


class Dont(Callout):
    """Things not to do; every item says “do not”."""

    NAME: ClassVar[str] = "dont"

    title: Text = argument("The card's heading", "Do not")
    items: tuple[Html, ...] = body("A list, each item beginning with “do not”")


class KeyPoint(Callout):
    """The one thing to remember."""

    NAME: ClassVar[str] = "key-point"

    title: Text = argument("The card's heading", "Key point")
    details: Html = body("One or two sentences")


class Compare(Callout):
    """Two or three things side by side."""

    NAME: ClassVar[str] = "compare"

    title: Text = argument(
        "What is compared, as the table's caption", example="Dry needling and acupuncture"
    )
    columns: tuple[Html, ...] = body("The table's header row")
    rows: tuple[tuple[Html, ...], ...] = body("The table's other rows")


class Testimonial(Callout):
    """What a patient says of the practice; never without written authorization (45 CFR 164.508)."""

    NAME: ClassVar[str] = "testimonial"

    title: Text = argument("Who says it, as agreed with the patient", example="A weekend runner")
    authorization_on_file: Flag = option("`true` once the patient’s written authorization is filed")
    details: Html = body("The patient’s own words")


class InLanguage(Callout):
    """Text in another language than the page's, so that it is read out in the right voice."""

    NAME: ClassVar[str] = "in-language"

    language: LanguageTag = argument("The language’s code", example="es")
    details: Html = body("The text in that language")


class Question(Model):
    """A question a patient asks, with its answer."""

    id: str = body("The address of the question within its page")
    question: Html = body("A `###` heading, worded as a patient would")
    answer: Html = body("What stands under the heading")


class Faq(Callout):
    """Questions and answers: a treatment's by its id, or written in place."""

    NAME: ClassVar[str] = "faq"

    treatment: Id | None = argument(
        "A treatment's id, to show that treatment's questions", None, example="dry-needling"
    )
    questions: tuple[Question, ...] = body("`###` headings, each with its answer under it", ())


class SideEffects(Callout):
    """All side effects of a treatment, shown from the one place that declares them."""

    NAME: ClassVar[str] = "side-effects"

    treatment: Id = argument("The treatment's id", example="dry-needling")


class SideEffectList(Model):
    """Side effects written one after the other, shown as one list."""

    NAME: ClassVar[str] = "side-effect-list"

    items: tuple[SideEffect, ...] = body("The side effects")


CALLOUTS: dict[str, type[Callout]] = {
    model.NAME: model
    for model in (
        SideEffects,
        SideEffect,
        HelpCard,
        AskFirst,
        Do,
        Dont,
        KeyPoint,
        Compare,
        Testimonial,
        InLanguage,
        Faq,
    )
}

# --- The clinic: said once, used everywhere ----------------------------------------------------


class Address(Model):
    """A postal address."""

    street: Text = field("House number and street", example="200 Example Street, Suite 4")
    city: Text = field("City")
    region: TwoLetters = field("State, as its two letters", example="CA")
    postal_code: ZipCode = field("ZIP code", example="80000")
    country: TwoLetters = field("Country, as its two letters", "US")


class Geo(Model):
    """A place on the map, in degrees (WGS 84)."""

    latitude: float = field("Degrees north", example="37.0")
    longitude: float = field("Degrees east", example="-122.0")


class Hours(Model):
    """When the clinic is open, on one or more days of the week."""

    days: Annotated[tuple[Weekday, ...], BeforeValidator(_one_or_many)] = field(
        "Days of the week", example="[monday, tuesday]"
    )
    opens: Clock = field("24-hour time", example="08:00")
    closes: Clock = field("24-hour time", example="18:00")

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        if self.closes <= self.opens:
            raise PydanticCustomError("hours_order", "the clinic closes before it opens")
        return self


class HoursException(Model):
    """A day on which the usual hours do not hold."""

    date: Date = field("The day", example="2026-12-25")
    opens: Clock | None = field("24-hour time; without it the clinic is closed all day", None)
    closes: Clock | None = field("24-hour time; needed with `opens`", None)
    note: Text = field("Why", example="Christmas Day")

    @model_validator(mode="after")
    def _both_times_in_order(self) -> HoursException:
        if (self.opens is None) != (self.closes is None):
            raise PydanticCustomError("hours_half", "one of the two times is missing")
        if self.opens and self.closes and self.closes <= self.opens:
            raise PydanticCustomError("hours_order", "the clinic closes before it opens")
        return self


class Fee(Model):
    """What a visit costs without insurance."""

    service: Text = field("What it is", example="First visit and evaluation")
    minutes: int | None = field("How long it takes", None, example="60")
    price: Price = field("The price, with its sign", example="$150")
    note: Text | None = field("Anything that changes the price", None)


class Insurance(Model):
    """Which plans the clinic takes, and when that was last checked."""

    checked: Date = field("When the list was last checked with the plans")
    accepted: Texts = field("The plans")
    note: Text | None = field("What to do if a plan is not listed", None)


class Notice(Model):
    """A legal notice: where it stands and since when it holds."""

    page: Id = field("The page's file name, without `.md`", example="privacy-practices")
    effective: Date = field("The date it took effect")


class Notices(Model):
    """The notices that a US practice owes its patients."""

    privacy_practices: Notice = field("HIPAA notice of privacy practices, 45 CFR 164.520(c)(3)(i)")
    good_faith_estimate: Notice = field("Good-faith estimate, 45 CFR 149.610(b)(1)(iii)")
    nondiscrimination: Notice | None = field(
        "Section 1557 notice; needed where the practice receives federal funds", None
    )
    accessibility: Notice = field("Accessibility statement, HHS Section 504")


class Clinic(Model):
    """The practice itself: `content/clinic.yaml`."""

    name: Text = field("The name on the door")
    tagline: Text = field("A few words under the name, on the home page")
    summary: Text = field("One or two sentences for search engines and the home page")
    language: Literal["en-US"] = field("The language of the site", "en-US")
    address: Address = field("Where the clinic is")
    geo: Geo | None = field("Where it is on the map", None)
    map_url: WebAddress = field("A link to a map; nothing is embedded")
    phone: Phone = field("With the country code", example="+1 555 555 0123")
    email: Email | None = field("For questions that are not private", None)
    hours: tuple[Hours, ...] = field("Opening hours")
    exceptions: tuple[HoursException, ...] = field("Days with other hours", ())
    parking: Text | None = field("Where to park", None)
    access: Text | None = field("Steps, ramp, lift, doors, restroom", None)
    booking_url: WebAddress = field("Where patients book")
    booking_label: Text = field("What the booking button says", "Book an appointment")
    fees: tuple[Fee, ...] = field("What a visit costs without insurance", ())
    insurance: Insurance = field("Plans the clinic takes")
    languages: Texts = field("Languages spoken")
    emergency_note: Text = field("What to do in an emergency, shown at the foot of every page")
    receives_federal_funds: Flag = field("Whether Section 1557 applies (Medicare, Medicaid)")
    notices: Notices = field("Legal notices and their dates")
    sample: Flag = field("True while the clinic is invented", False)

    @field_validator("hours")
    @classmethod
    def _no_hours_twice(cls, hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
        spans: dict[str, list[Hours]] = {}
        for span in hours:
            for day in span.days:
                for other in spans.setdefault(day, []):
                    if span.opens < other.closes and other.opens < span.closes:
                        raise PydanticCustomError(
                            "hours_twice",
                            "{day} has two opening hours that overlap",
                            {"day": day.capitalize()},
                        )
                spans[day].append(span)
        return hours


class Source(Model):
    """A study or official text that pages cite, by its id in `content/sources.yaml`."""

    title: Text = field("The title, as published")
    authors: Text = field("The authors, as usually cited", example="Brady S, et al.")
    year: int = field("Year of publication", example="2014")
    published_in: Text = field("Journal, agency or publisher")
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")] | None = field(
        "The DOI, written from `10.` on", None, example="10.1016/j.jml.2019.104047"
    )
    pmid: Annotated[str, StringConstraints(pattern=r"^\d+$")] | None = field(
        "The PubMed id, its digits only", None, example="24800506"
    )
    url: WebAddress | None = field("Where to read it, if it has no DOI", None)
    what: Text = field("What kind of study or text it is, and how large")
    read: Literal["full text", "abstract", "excerpt"] = field("How much of it the practice read")

    @property
    def link(self) -> str | None:
        """Where to read it: the DOI first, then PubMed, then the address."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url


class Topic(Model):
    """A subject that posts are filed under, by its id in `content/topics.yaml`."""

    name: Text = field("The topic's name")
    summary: Text = field("One sentence, shown on the topic's page")


# --- The four kinds of document; the folder decides which --------------------------------------


class Entry(Model):
    """What every document has."""

    KIND: ClassVar[str]
    """One word for messages and template names."""
    FOLDER: ClassVar[str]
    """Where such files lie below `content/`."""

    summary: Text = field("One or two sentences for lists, search engines and shared links")
    sample: Flag = field("True while no clinician has signed the text off", False)
    aliases: Texts = field(
        "Addresses that this text had before; they lead here", (), example="/old-address/"
    )


class Credential(Model):
    """A degree, license or certificate behind a name."""

    abbreviation: Text = field("As written behind the name", example="PT")
    stands_for: Text = field("Spelled out", example="Physical therapist")
    kind: Literal["license", "degree", "certificate"] = field("What it is")


class Therapist(Entry):
    """A member of the team: `content/team/<name>.md`; the text is the biography."""

    KIND: ClassVar[str] = "therapist"
    FOLDER: ClassVar[str] = "team"

    name: Text = field("Full name, without credentials")
    role: Text = field("What they do here", example="Physical therapist")
    credentials: tuple[Credential, ...] = field("In the order written behind the name")
    license: Text | None = field("State and number of the license", None)
    languages: Texts = field("Languages spoken with patients")
    treatments: Ids = field("Ids of the treatments they offer", ())
    photo: Text | None = field("A picture below `content/images/`", None, example="sarah.jpg")
    photo_alt: Text | None = field("What the picture shows; needed with a photo", None)
    booking_url: WebAddress | None = field("Their own booking page, if not the clinic's", None)
    accepting_new: Flag = field("Whether they take new patients", True)

    @property
    def initials(self) -> str:
        """The first letters of the first two names: ``SD``."""
        return "".join(name[0] for name in self.name.split()[:2])

    @property
    def letters(self) -> str:
        """The credentials as written behind the name: ``PT, MPT``."""
        return ", ".join(credential.abbreviation for credential in self.credentials)

    @property
    def full_name(self) -> str:
        """The name with its credentials: ``Sarah Dominguez, PT, MPT``."""
        return f"{self.name}, {self.letters}" if self.credentials else self.name


class Treatment(Entry):
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
    image: Text | None = field("A picture below `content/images/`", None)
    image_alt: Text | None = field("What the picture shows; needed with a picture", None)

    what_happens: Html = body("Under `## What happens`")
    who_for: Html = body("Under `## Who it helps`")
    prepare: Html = body("Under `## How to prepare`")
    aftercare: Html = body("Under `## Afterwards`")
    ask_first: tuple[AskFirst, ...] = body("Every `ask-first` in the file; at least one")
    side_effects: tuple[SideEffect, ...] = body("Every `side-effect` in the file; at least one")
    get_help: tuple[HelpCard, ...] = body("Every `get-help` in the file; at least one")
    faq: tuple[Question, ...] = body("Every question in the file's `faq` blocks; at least one")

    @property
    def serious(self) -> tuple[SideEffect, ...]:
        """The side effects that need a clinician, in written order."""
        return tuple(effect for effect in self.side_effects if effect.severity == "serious")

    @property
    def common(self) -> tuple[SideEffect, ...]:
        """The mild side effects that are common, the most common first."""
        return tuple(e for e in self.mild if e.how_common in ("very common", "common"))

    @property
    def mild(self) -> tuple[SideEffect, ...]:
        """The mild side effects, the most common first."""
        words = list(FREQUENCY_MEANING)
        effects = (effect for effect in self.side_effects if effect.severity == "mild")
        return tuple(sorted(effects, key=lambda effect: words.index(effect.how_common)))


class Post(Entry):
    """Something a therapist writes: `content/posts/<name>.md`."""

    KIND: ClassVar[str] = "post"
    FOLDER: ClassVar[str] = "posts"

    title: Text = field("The headline")
    date: Date = field("The day it is published")
    modified: Date | None = field("The day it was last changed in substance", None)
    author: Id = field("The therapist who wrote it", example="sarah-dominguez")
    treatments: Ids = field("Ids of the treatments it is about", ())
    topics: Ids = field("Ids from `topics.yaml`", ())
    reviewed_by: Id | None = field("The therapist who reviewed it, if not the author", None)
    reviewed: Date | None = field("The day of the last clinical review", None)
    next_review: Date | None = field("When it is due again", None)
    sources: Ids = field("Ids from `sources.yaml`", ())
    image: Text | None = field("A picture below `content/images/`", None)
    image_alt: Text | None = field("What the picture shows; needed with a picture", None)
    status: Status = field("`draft` keeps it out of the site", "published")

    @model_validator(mode="after")
    def _modified_after_date(self) -> Post:
        if self.modified and self.modified < self.date:
            raise PydanticCustomError("modified_first", "`modified` is before `date`")
        return self


class Page(Entry):
    """Any other page: `content/pages/<name>.md`."""

    KIND: ClassVar[str] = "page"
    FOLDER: ClassVar[str] = "pages"

    title: Text = field("The page's heading")
    menu: Literal["main", "footer", "none"] = field("Where the site links to it", "footer")
    order: int = field("Lower stands first in the menu", 100)


KINDS: dict[str, type[Entry]] = {
    model.FOLDER: model for model in (Page, Treatment, Therapist, Post)
}


def fields_at(model: type[BaseModel], place: Place) -> dict[str, FieldInfo]:
    """The fields of a model that an editor writes in one place, by name."""
    return {
        name: info
        for name, info in model.model_fields.items()
        if isinstance(info.json_schema_extra, dict) and info.json_schema_extra["place"] == place
    }
