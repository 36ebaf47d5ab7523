"""The leaflets that patients take home: which there are, and where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from practice.content.document import Document
from practice.content.models import Leaflets, Treatment, Visit
from practice.site.site import Site

FOLDER = "/leaflets/"
AFTERCARE = "aftercare/"
VISITS = "visits/"
LARGE_PRINT = "large-print/"


@dataclass(frozen=True)
class Leaflet:
    """A leaflet: of a treatment, of what to do after it, or of a visit."""

    kind: Literal["treatment", "aftercare", "visit"]
    treatments: tuple[Document[Treatment], ...]
    visit: Visit | None = None
    large_print: bool = False

    @property
    def title(self) -> str:
        """What it is about."""
        return self.visit.name if self.visit else self.treatments[0].title

    @property
    def path(self) -> str:
        """Its address."""
        kind = {"treatment": "", "aftercare": AFTERCARE, "visit": VISITS}[self.kind]
        name = self.visit.id if self.visit else self.treatments[0].slug
        return f"{FOLDER}{LARGE_PRINT if self.large_print else ''}{kind}{name}.pdf"


def leaflets_of(site: Site) -> Iterator[Leaflet]:
    """Yield every leaflet of a site."""
    wanted = site.clinic.leaflets
    for treatment in site.treatments:
        yield from _of_treatment(treatment, wanted)
    for visit in wanted.visits:
        yield from _of_visit(site, visit, wanted)


def leaflets_about(site: Site, about: Document[Treatment] | Visit) -> tuple[Leaflet, ...]:
    """Return the leaflets of a treatment, published or not, or of a visit."""
    wanted = site.clinic.leaflets
    if isinstance(about, Visit):
        return tuple(_of_visit(site, about, wanted))
    return tuple(_of_treatment(about, wanted))


def _of_treatment(treatment: Document[Treatment], wanted: Leaflets) -> Iterator[Leaflet]:
    if wanted.treatments and treatment.meta.leaflet:
        yield from _in_print(Leaflet("treatment", (treatment,)), wanted)
        if wanted.aftercare:
            yield from _in_print(Leaflet("aftercare", (treatment,)), wanted)


def _of_visit(site: Site, visit: Visit, wanted: Leaflets) -> Iterator[Leaflet]:
    with suppress(KeyError):  # the preview shows a site whose `clinic.yaml` names no treatment
        treatments = tuple(map(site.treatment, visit.treatments))
        yield from _in_print(Leaflet("visit", treatments, visit), wanted)


def _in_print(leaflet: Leaflet, wanted: Leaflets) -> Iterator[Leaflet]:
    yield leaflet
    if wanted.large_print:
        yield replace(leaflet, large_print=True)
