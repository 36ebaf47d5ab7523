"""The kinds of document, by the folder that holds them."""

from practice.content.models.documents import Entry, Page, Post, Therapist, Treatment
from practice.content.models.events import Event

KINDS: dict[str, type[Entry]] = {
    model.FOLDER: model for model in (Page, Treatment, Therapist, Post, Event)
}
