"""Creates entries of YAML files: a location in `clinic.yaml`, sources in `sources.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from string import ascii_lowercase

from practice.authoring.entries import add_location, add_sources
from practice.authoring.scaffold import Ask, CannotWrite, answer, refuse_unknown
from practice.content.models import Address, Hours, Location, Source, fields_at
from practice.content.models.fields import Model
from practice.evidence import citation
from practice.evidence.check import Services
from practice.evidence.citation import Citation
from practice.site.assemble import load
from practice.support.environment import today

Asked = Sequence[tuple[type[Model], tuple[str, ...]]]
"""Fields to ask for, by the models that say what they are."""
OF_LOCATION: Asked = (
    (Location, ("name",)),
    (Address, ("street", "city", "region", "postal_code")),
    (Location, ("map_url", "phone", "parking", "access")),
    (Hours, ("days", "opens", "closes")),
)
"""What is asked for a location, in this order; the other fields can be written later."""


def new_location(content: Path, given: Mapping[str, str], ask: Ask | None) -> int:
    """Add a location to `clinic.yaml`; return its line.

    ``given`` holds known fields, those of the address and the hours too; ``ask`` is called for the
    others. Raises ``CannotWrite`` for a field that is missing or unknown, and ``ProblemsFound`` for
    a value that is not possible.
    """
    values = dict(given)
    refuse_unknown("location", values, [name for _, names in OF_LOCATION for name in names])
    _fill(OF_LOCATION, values, ask)
    entry: dict[str, object] = {"name": values["name"]}
    entry["address"] = {name: values[name] for name in OF_LOCATION[1][1]}
    entry |= {name: values[name] for name in OF_LOCATION[2][1] if values.get(name)}
    days = tuple(day.strip().lower() for day in values["days"].split(","))
    hours: dict[str, object] = {"days": days}
    hours |= {name: values[name] for name in ("opens", "closes") if values.get(name)}
    if len(hours) == 1:
        hours["by_appointment"] = "true"
    return add_location(content, entry | {"hours": [hours]})


def new_sources(
    content: Path,
    given: Mapping[str, str],
    ask: Ask | None,
    *,
    doi: str = "",
    pmid: str = "",
    file: Path | None = None,
    services: Services | None = None,
) -> list[str]:
    """Add sources to `sources.yaml`; return their ids.

    What they are is read from a RIS or BibTeX ``file``, or Crossref is asked by ``doi`` or PubMed
    by ``pmid``; otherwise it is ``given`` or asked. Sources that are there already are left out.
    Raises as ``new_location``, and ``UsageError`` if a service or the file has no answer.
    """
    site, _ = load(content, today("UTC"))
    if site is None:
        raise CannotWrite("there is no `clinic.yaml` in the content folder")
    names = tuple(fields_at(Source, "front matter"))
    refuse_unknown("source", given, names)
    asked = services or Services()
    contact = site.clinic.email or "" if "clinic" not in site.unread else ""
    if file:
        found = citation.of_file(file)
    elif doi:
        found = [citation.of_doi(doi, contact, asked.crossref)]
    elif pmid:
        found = [citation.of_pmid(pmid, contact, asked.pubmed)]
    else:
        found = [Citation()]
    there = {source.doi for source in site.sources.values() if source.doi}
    there |= {source.pmid for source in site.sources.values() if source.pmid}
    entries: dict[str, dict[str, object]] = {}
    for one in found:
        if {one.doi, one.pmid} & there:
            continue
        values = one.fields | dict(given)
        _fill([(Source, names)], values, ask)
        known = Citation(authors=values["authors"], year=values["year"])
        id = _free(known.id, {*site.sources, *entries})
        entries[id] = {name: values[name] for name in names if values.get(name)}
    if not entries:
        raise CannotWrite("nothing was added: `sources.yaml` has each of these studies already")
    add_sources(content, entries)
    return list(entries)


def _free(id: str, taken: set[str]) -> str:
    """Return an id that nobody has: ``brady-2014``, ``brady-2014-b``."""
    endings = chain(ascii_lowercase[1:], map(str, count(27)))
    found = id
    while found in taken:
        found = f"{id}-{next(endings)}"
    return found


def _fill(asked: Asked, values: dict[str, str], ask: Ask | None) -> None:
    """Ask for the fields that are not known; raise ``CannotWrite`` if there is nobody to ask."""
    missing = {
        name: fields_at(model, "front matter")[name]
        for model, names in asked
        for name in names
        if not values.get(name)
    }
    if ask:
        values |= {name: answer(ask, name, info) for name, info in missing.items()}
        return
    needed = {name: info for name, info in missing.items() if info.is_required()}
    if needed:
        lines = [f"`{name}` is missing: {info.description}" for name, info in needed.items()]
        options = ", ".join(f"`--field '{name}=…'`" for name in needed)
        raise CannotWrite("\n".join([*lines, f"give each as {options}"]))
