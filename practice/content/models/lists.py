"""Models of the entries in `sources.yaml`, `sources-checked.yaml` and `topics.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    StringConstraints,
)

from practice.content.models.fields import Model, field
from practice.content.models.values import Date, Text, Texts, WebAddress, between

SourceState = Literal["fine", "corrected", "doubted", "retracted"]


class Source(Model):
    """A study or official text that pages cite, by its id in `content/sources.yaml`."""

    title: Text = field("The title, as published")
    authors: Text = field("The authors, as usually cited", example="Brady S, et al.")
    year: Annotated[int, between(1500, 2100)] = field("Year of publication", example="2014")
    published_in: Text = field("Journal, agency or publisher")
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")] | None = field(
        "The DOI, written from `10.` on", None, example="10.1016/j.jml.2019.104047"
    )
    pmid: Annotated[str, StringConstraints(pattern=r"^\d+$")] | None = field(
        "The PubMed id, its digits only", None, example="24800506"
    )
    url: WebAddress | None = field("Where to read it, if it has no DOI", None)
    what: Text = field("What kind of study or text it is, and how large")
    group: Text | None = field(
        "Who or what its figures count, shown beside each of them",
        None,
        example="7,629 treatments by 39 physiotherapists",
    )
    period: Text | None = field(
        "In what time its figures were counted", None, example="during the treatment or after it"
    )
    read: Literal["full text", "abstract", "excerpt"] = field("How much of it the practice read")

    @property
    def link(self) -> str | None:
        """Where to read it: the DOI first, then PubMed, then the address."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url


class SourceCheck(Model):
    """What became of a source: an entry of `content/sources-checked.yaml`, by the source's id."""

    checked: Date = field("The day of the check")
    asked: Texts = field("Whom `inv check --sources` has asked")
    state: SourceState = field("Whether the study was retracted, doubted or corrected", "fine")
    notice: WebAddress | None = field("Where the notice can be read", None)
    since: Date | None = field("The day of the notice", None)


class Topic(Model):
    """A subject that posts are filed under, by its id in `content/topics.yaml`."""

    name: Text = field("The topic's name")
    summary: Text = field("One sentence, shown on the topic's page")
