"""Crossref: what publishers and Retraction Watch say of a study, by its DOI.

The field ``updated-by`` of a work lists the notices about it:
https://www.crossref.org/documentation/crossmark/participating-in-crossmark/
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from practice.evidence import web
from practice.evidence.notices import CannotAsk, JournalNotice, Kind

T = TypeVar("T")

NAME = "Crossref"
ADDRESS = "https://api.crossref.org/v1/works/"
KINDS: dict[str, Kind] = {
    "retraction": "retraction",
    "partial_retraction": "retraction",
    "withdrawal": "retraction",
    "removal": "retraction",
    "expression_of_concern": "concern",
    "correction": "correction",
    "corrigendum": "correction",
    "erratum": "correction",
    "addendum": "correction",
    "clarification": "correction",
    "reinstatement": "reinstatement",
}
"""The kinds of Crossref's notices that matter; others, such as a new version, do not."""


def ask(doi: str, contact: str, address: str = ADDRESS) -> list[JournalNotice] | None:
    """Return the notices about a study; None if Crossref does not know the DOI.

    Raises ``CannotAsk``.
    """
    return about(doi, contact, lambda work: list(_notices(work)), address)


def about(
    doi: str, contact: str, read: Callable[[dict[str, Any]], T], address: str = ADDRESS
) -> T | None:
    """Return what ``read`` makes of Crossref's entry of a study; None if there is no such entry.

    Raises ``CannotAsk``, also if ``read`` does not find in the entry what it expects.
    """
    query = f"?{urlencode({'mailto': contact})}" if contact else ""
    answer = web.get(NAME, f"{address}{quote(doi, safe='')}{query}", contact)
    if answer is None:
        return None
    try:
        return read(json.loads(answer)["message"])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotAsk(f"{NAME} answers in another form than expected") from error


def _notices(work: dict[str, Any]) -> Iterator[JournalNotice]:
    for update in work.get("updated-by", ()):
        kind = KINDS.get(str(update["type"]).lower().replace("-", "_").replace(" ", "_"))
        if kind:
            link = f"https://doi.org/{quote(str(update['DOI']))}"
            yield JournalNotice(kind, link, _day(update.get("updated", {})))


def _day(updated: dict[str, Any]) -> dt.date | None:
    """Return the day of a notice; Crossref may know only its year or month."""
    parts = [*updated.get("date-parts", [[]])[0], 1, 1][:3]
    return dt.date(*parts) if len(parts) > 2 else None
