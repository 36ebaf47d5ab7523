"""What a source is: title, authors, year and journal, from a DOI, a PubMed id or a file.

Files are those that libraries of literature write: RIS (Zotero, EndNote) and BibTeX.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from practice.evidence import crossref, pubmed
from practice.paths import slug_without_accents
from practice.problems import UsageError

DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Citation:
    """What a library knows of a study; a field is empty where it knows nothing."""

    title: str = ""
    authors: str = ""
    """As usually cited: ``Brady S, et al.``"""
    year: str = ""
    published_in: str = ""
    doi: str = ""
    pmid: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The fields that are known, by their names in `sources.yaml`."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def id(self) -> str:
        """The id that it gets: the first author's family name and the year, ``brady-2014``."""
        family = re.split(r"[\s,]", self.authors, maxsplit=1)[0]
        return slug_without_accents(f"{family or 'source'} {self.year}")


def of_doi(doi: str, contact: str, address: str = crossref.ADDRESS) -> Citation:
    """Return what Crossref knows of a DOI; it may be written as a link.

    Raises ``UsageError`` for what is no DOI or is not known there, and ``CannotAsk``.
    """
    match = DOI.fullmatch(doi.strip())
    if not match:
        raise UsageError(f"`{doi}` is not a DOI: it begins with `10.`, as 10.1000/182 does")
    found = crossref.about(match[1], contact, lambda work: _of_work(work, match[1]), address)
    if found is None:
        raise UsageError(f"Crossref does not know the DOI `{match[1]}`")
    return found


def _of_work(work: dict[str, Any], doi: str) -> Citation:
    people = [
        (person.get("family") or person.get("name", ""), person.get("given", ""))
        for person in work.get("author", ())
    ]
    date = work.get("issued") or work.get("published", {})
    return Citation(
        title=_plain(work["title"][0]),
        authors=_cited(people),
        year=_year(date["date-parts"][0][0]),
        published_in=_plain((work.get("container-title") or [work.get("publisher", "")])[0]),
        doi=doi,
    )


def of_pmid(pmid: str, contact: str, address: str = pubmed.ADDRESS) -> Citation:
    """Return what PubMed knows of a PubMed id. Raises as ``of_doi``."""
    if not re.fullmatch(r"\d+", pmid.strip()):
        raise UsageError(f"`{pmid}` is not a PubMed id: it consists of digits")
    for article in pubmed.articles([pmid.strip()], contact, address):
        people = [
            (author.findtext("LastName", author.findtext("CollectiveName", "")),
             author.findtext("Initials", ""))
            for author in article.iterfind("MedlineCitation/Article/AuthorList/Author")
        ]  # fmt: skip
        own = article.iterfind("PubmedData/ArticleIdList/ArticleId")  # not those that it cites
        ids = {found.get("IdType"): found.text or "" for found in own}
        title = article.find("MedlineCitation/Article/ArticleTitle")
        dates = article.iter("PubDate")
        year = next((d.findtext("Year") or d.findtext("MedlineDate", "")[:4] for d in dates), "")
        return Citation(
            title=_plain("".join(title.itertext())).rstrip(".") if title is not None else "",
            authors=_cited(people),
            year=year,
            published_in=_plain(article.findtext("MedlineCitation/Article/Journal/Title", "")),
            doi=ids.get("doi", ""),
            pmid=pmid.strip(),
        )
    raise UsageError(f"PubMed does not know the id `{pmid}`")


def of_file(file: Path) -> list[Citation]:
    """Return the entries of a RIS or BibTeX file. Raises ``UsageError`` if there are none."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{file}` cannot be read as UTF-8 text") from error
    found = _of_bibtex(text) if file.suffix.lower() == ".bib" else _of_ris(text)
    if not found:
        raise UsageError(f"`{file}` has no entry: export it as RIS (.ris) or BibTeX (.bib)")
    return found


def _of_ris(text: str) -> list[Citation]:
    import rispy  # noqa: PLC0415  # few commands need it

    try:
        entries = rispy.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"the RIS file cannot be read: {error}") from error
    return [
        Citation(
            title=_plain(entry.get("title") or entry.get("primary_title") or ""),
            authors=_cited(map(_split_name, entry.get("authors", entry.get("first_authors", [])))),
            year=_year(entry.get("year") or entry.get("publication_year") or entry.get("date", "")),
            published_in=_journal(entry),
            doi=_doi(entry.get("doi", "")),
            pmid=_digits(entry.get("accession_number", "")),
        )
        for entry in entries
    ]


def _journal(entry: dict[str, Any]) -> str:
    names = ("journal_name", "secondary_title", "alternate_title3", "publisher")
    return _plain(next((entry[name] for name in names if entry.get(name)), ""))


def _of_bibtex(text: str) -> list[Citation]:
    from bibtexparser import entrypoint, middlewares  # noqa: PLC0415  # few commands need it

    layers = [middlewares.LatexDecodingMiddleware()]
    library = entrypoint.parse_string(text, append_middleware=layers)
    found = []
    for entry in library.entries:
        fields = {name.lower(): str(field.value) for name, field in entry.fields_dict.items()}
        people = re.split(r"\s+and\s+", fields.get("author", "")) if fields.get("author") else []
        found.append(
            Citation(
                title=_plain(fields.get("title", "").replace("{", "").replace("}", "")),
                authors=_cited(map(_split_name, people)),
                year=_year(fields.get("year") or fields.get("date", "")),
                published_in=_plain(fields.get("journal") or fields.get("publisher", "")),
                doi=_doi(fields.get("doi", "")),
                pmid=_digits(fields.get("pmid", "")),
            )
        )
    return found


def _split_name(name: str) -> tuple[str, str]:
    """Return family and given names of ``Brady, Sara`` or ``Sara Brady``."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma:
        return family, given
    given, _, family = name.strip().rpartition(" ")
    return family, given


def _cited(people: Iterable[tuple[str, str]]) -> str:
    """Return authors as usually cited: ``Brady S``, or ``Brady S, et al.`` for several."""
    found = [person for person in people if person[0]]
    if not found:
        return ""
    family, given = found[0]
    initials = given if given.isupper() else "".join(part[0] for part in re.findall(r"\w+", given))
    first = _plain(f"{family} {initials}")
    return f"{first}, et al." if len(found) > 1 else first


def _plain(text: str) -> str:
    """Return a text without markup, in one line, with its letters composed."""
    plain = html.unescape(re.sub(r"<[^>]+>", "", text))
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def _year(text: object) -> str:
    match = re.search(r"\d{4}", str(text))
    return match[0] if match else ""


def _doi(text: str) -> str:
    match = DOI.fullmatch(text.strip())
    return match[1] if match else ""


def _digits(text: str) -> str:
    return text.strip() if text.strip().isdigit() else ""
