"""Models of the leaflets that patients take home, as `clinic.yaml` asks for them."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from practice.content.models.fields import Model, field
from practice.content.models.values import Flag, Ids, Text
from practice.paths import slug_without_accents


class Visit(Model):
    """A visit with several treatments, which has one leaflet for all of them."""

    name: Text = field("The heading of the leaflet", example="Your first needling visit")
    treatments: Ids = field("Ids of the treatments", example="[dry-needling, manual-therapy]")

    @property
    def id(self) -> str:
        """The name as a part of the leaflet's address."""
        return slug_without_accents(self.name)

    @model_validator(mode="after")
    def _has_treatments(self) -> Visit:
        if not self.treatments:
            raise PydanticCustomError("visit_empty", "`treatments` names none")
        return self


class Leaflets(Model):
    """Which leaflets are made, and on what paper."""

    treatments: Flag = field("A leaflet of each treatment that does not say `leaflet: false`", True)
    aftercare: Flag = field("A second one for each, of one page: what to do afterwards", False)
    large_print: Flag = field("Each leaflet also in large print", False)
    visits: tuple[Visit, ...] = field("Visits with several treatments", ())
    paper: Literal["letter", "a4"] | None = field(
        "The paper; without it, what is usual in the country of the practice", None
    )

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> Leaflets:
        ids = [visit.id for visit in self.visits]
        if twice := next((visit for visit in self.visits if ids.count(visit.id) > 1), None):
            message = "two visits are called `{name}`"
            raise PydanticCustomError("visit_twice", message, {"name": twice.name})
        return self
