"""Models of the callouts, such as side effects and help cards."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from practice.content.models.fields import Model, argument, body, option
from practice.content.models.figures import Figure, FigureText, parse
from practice.content.models.forms import FormField, FormFields, FormInput, inputs_of
from practice.content.models.values import (
    Date,
    Flag,
    Frequency,
    HelpLevel,
    Html,
    Id,
    Ids,
    LanguageTag,
    Severity,
    Text,
    WebAddress,
)
from practice.content.models.videos import (
    Player,
    VideoAddress,
    VideoLength,
    parts_of,
    player_of,
)


class Callout(Model):
    """A block that an editor writes between ``/// name`` and ``///``."""

    NAME: ClassVar[str]


class SideEffect(Callout):
    """One adverse event of a treatment: how common, how long, what to do."""

    NAME: ClassVar[str] = "side-effect"

    name: Text = argument("The effect, in a patient's words", example="Bruising")
    severity: Severity = option("`mild`, or `serious` for what needs a clinician", "mild")
    figure: FigureText | None = option(
        "How often it happens, as a count of treatments or patients; needs a source",
        None,
        example="about 8 in 100 treatments",
    )
    how_common: Frequency | None = option(
        "How often it happens, in a standard word; with a figure it is not needed",
        None,
        example="not known",
    )
    group: Text | None = option(
        "Who was counted, where the source in `sources.yaml` does not say it",
        None,
        example="7,629 treatments in Ireland",
    )
    period: Text | None = option(
        "In what time, where the source in `sources.yaml` does not say it",
        None,
        example="during the treatment or after it",
    )
    compared: FigureText | None = option(
        "The figure of those who did not have the treatment, where the source has one",
        None,
        example="about 2 in 100 patients",
    )
    lasts: Text | None = option("How long it lasts", None, example="several days")
    what_to_do: Text | None = option(
        "What the patient can do about it", None, example="Nothing special. It fades by itself."
    )
    sources: Ids = option("Ids from `sources.yaml`", ())
    details: Html = body("What it is like, in a sentence or two", "")

    @property
    def amount(self) -> Figure | None:
        """The figure, parsed."""
        return parse(self.figure) if self.figure else None

    @property
    def without(self) -> Figure | None:
        """The figure of those who did not have the treatment, parsed."""
        return parse(self.compared) if self.compared else None

    @property
    def frequency(self) -> Frequency:
        """How often it happens, in a standard word: computed from the figure if there is one."""
        return self.amount.band if self.amount else self.how_common or "not known"

    @model_validator(mode="after")
    def _says_how_often(self) -> SideEffect:
        if self.figure is None and self.how_common is None:
            message = "neither `figure` nor `how-common` says how often it happens"
            raise PydanticCustomError("how_often", message)
        if self.compared and not self.figure:
            message = "`compared` has nothing to be compared with"
            raise PydanticCustomError("compared_alone", message)
        return self


class HelpCard(Callout):
    """When and where to get help; one action per card."""

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
    """What a patient says about the practice; needs written authorization (45 CFR 164.508)."""

    NAME: ClassVar[str] = "testimonial"

    title: Text = argument("Who says it, as agreed with the patient", example="A weekend runner")
    authorization_on_file: Flag = option("`true` once the patient’s written authorization is filed")
    details: Html = body("The patient’s own words")


class InLanguage(Callout):
    """Text in another language, so that screen readers use the right voice."""

    NAME: ClassVar[str] = "in-language"

    language: LanguageTag = argument("The language’s code", example="es")
    details: Html = body("The text in that language")


class Question(Model):
    """A question a patient asks, with its answer."""

    id: str = body("The address of the question within its page")
    question: Html = body("A `###` heading, worded as a patient would")
    answer: Html = body("What stands under the heading")


class Faq(Callout):
    """Questions and answers: those of a treatment by its id, or written in place."""

    NAME: ClassVar[str] = "faq"

    treatment: Id | None = argument(
        "A treatment's id, to show that treatment's questions", None, example="dry-needling"
    )
    questions: tuple[Question, ...] = body("`###` headings, each with its answer under it", ())


class SideEffects(Callout):
    """All side effects of a treatment, taken from the treatment's own file."""

    NAME: ClassVar[str] = "side-effects"

    treatment: Id = argument("The treatment's id", example="dry-needling")


class Gallery(Callout):
    """Several pictures side by side."""

    NAME: ClassVar[str] = "gallery"

    title: Text | None = argument("The heading of the gallery", None, example="Our rooms")
    patients: Flag = option("`true` if a patient is in a picture, also before and after", False)
    consent_on_file: Flag = option(
        "`true` once the written consent of every patient in them is filed", False
    )
    pictures: tuple[Html, ...] = body("Pictures, each on a line of its own or as an item of a list")


class Video(Callout):
    """A video of YouTube or Vimeo, which is asked for only when a reader plays it."""

    NAME: ClassVar[str] = "video"

    title: Text = argument("The video's title", example="A stretch for the calf")
    url: VideoAddress = option(
        "The address of the video on YouTube or Vimeo", example="https://youtu.be/aBcDeFgHiJk"
    )
    length: VideoLength = option("Minutes and seconds", example="2:30")
    published: Date = option("When the video was published", example="2026-03-01")
    description: Text = option(
        "What the video shows, in a sentence", example="June shows the stretch twice."
    )
    picture: Text = option("A still picture below `content/images/`", example="calf.jpg")
    picture_alt: Text = option("What the still picture shows, or `none`")
    captions: Flag = option("`true` if the video has captions", False)
    details: Html = body("What is said in the video; needed if it has no captions", "")

    @property
    def player(self) -> Player:
        """How a page shows the video."""
        player = player_of(self.url)
        if player is None:
            raise ValueError(self.url)  # validation lets none through
        return player

    @property
    def duration(self) -> str:
        """The length as ISO 8601 writes it: `PT2M30S`."""
        return "PT" + "".join(f"{number}{unit.upper()}" for number, unit in parts_of(self.length))

    @property
    def length_in_words(self) -> str:
        """The length for readers: `2 min 30 s`."""
        units = {"h": "h", "m": "min", "s": "s"}
        return " ".join(f"{number} {units[unit]}" for number, unit in parts_of(self.length))

    @model_validator(mode="after")
    def _can_be_followed_without_sound(self) -> Video:
        if not self.captions and not self.details.strip():
            message = "the video has neither captions nor a transcript"
            raise PydanticCustomError("no_captions", message)
        return self


class Form(Callout):
    """A form that sends what a reader writes to the practice's own provider."""

    NAME: ClassVar[str] = "form"

    title: Text = argument("The form's heading", example="Ask for a call back")
    action: WebAddress = option(
        "The address that your provider gives you for the form",
        example="https://forms.example.com/abc",
    )
    fields: FormFields = option(
        "What it asks for, in this order",
        example="[name, phone, message]",
    )
    optional: FormFields = option("Fields that may be left empty", (), example="[phone]")
    consent: Text = option(
        "What the reader agrees to with a tick",
        "You may use what I wrote here to answer me.",
    )
    button: Text = option("The words on the button", "Send")
    details: Html = body("What to write, and when you answer", "")

    @property
    def inputs(self) -> dict[FormField, FormInput]:
        """The inputs by the names under which they are sent."""
        return inputs_of(self.fields, self.optional)

    @model_validator(mode="after")
    def _asks_once(self) -> Form:
        if not self.fields or len(set(self.fields)) < len(self.fields):
            message = "`fields` is empty" if not self.fields else "`fields` names a field twice"
            raise PydanticCustomError("form_fields", message)
        if unknown := [name for name in self.optional if name not in self.fields]:
            message = "`optional` names `{name}`, which is not in `fields`"
            raise PydanticCustomError("form_optional", message, {"name": unknown[0]})
        return self


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
        Gallery,
        Video,
        Form,
    )
}
