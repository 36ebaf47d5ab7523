"""PubMed: what is known of a study, by its PubMed id.

``CommentsCorrections`` of an article lists what was published about it:
https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html#commentscorrections
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from practice.evidence import web
from practice.evidence.notices import CannotAsk, JournalNotice, Kind

NAME = "PubMed"
ADDRESS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
KINDS: dict[str, Kind] = {
    "RetractionIn": "retraction",
    "PartialRetractionIn": "retraction",
    "ExpressionOfConcernIn": "concern",
    "ErratumIn": "correction",
    "CorrectedandRepublishedIn": "correction",
}
AT_ONCE = 100
"""How many studies one question may be about."""


def ask(
    pmids: Sequence[str], contact: str, address: str = ADDRESS
) -> dict[str, list[JournalNotice]]:
    """Return the notices about studies, by PubMed id; one that is not known is left out.

    Raises ``CannotAsk``.
    """
    return {
        article.findtext("MedlineCitation/PMID", ""): list(_notices(article))
        for article in articles(pmids, contact, address)
    }


def articles(pmids: Sequence[str], contact: str, address: str = ADDRESS) -> Iterator[ET.Element]:
    """Yield what PubMed knows of studies, one `PubmedArticle` each. Raises ``CannotAsk``."""
    for start in range(0, len(pmids), AT_ONCE):
        values = {"db": "pubmed", "retmode": "xml", "id": ",".join(pmids[start : start + AT_ONCE])}
        values |= {"tool": "practice-site", "email": contact} if contact else {}
        answer = web.get(NAME, f"{address}?{urlencode(values)}", contact)
        yield from _articles(answer or b"<PubmedArticleSet/>")


def _articles(answer: bytes) -> Iterator[ET.Element]:
    if b"<!ENTITY" in answer:
        raise CannotAsk(f"{NAME} answers with more than can be right")
    try:
        tree = ET.fromstring(answer)  # noqa: S314  # it defines no entities: see above
    except ET.ParseError as error:
        raise CannotAsk(f"{NAME} answers in another form than expected") from error
    yield from tree.iter("PubmedArticle")


def _notices(article: ET.Element) -> Iterator[JournalNotice]:
    for found in article.iter("CommentsCorrections"):
        kind = KINDS.get(found.get("RefType", ""))
        pmid = found.findtext("PMID", "")
        if kind:
            yield JournalNotice(
                kind, f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "", None
            )
