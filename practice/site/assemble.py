"""Reads a content folder and puts its documents together as a site."""

from __future__ import annotations

import copy
import datetime as dt
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from practice.content.document import Document, InvalidDocument, slug_of
from practice.content.folder import Content, ReadAll, read_content, read_each
from practice.content.models import KINDS, Clinic
from practice.problems import Problem
from practice.site.drafts import lenient
from practice.site.site import Site

LISTS = {"clinic": "clinic.yaml", "source": "sources.yaml", "topic": "topics.yaml"}
"""Data that all texts share, and the file that holds it."""


def load(
    folder: Path,
    build_date: dt.date,
    *,
    drafts: bool = False,
    read_all: ReadAll = read_each,
    zone: str = "UTC",
) -> tuple[Site | None, list[Problem]]:
    """Read a content folder.

    Returns the site (None without a clinic) and the problems of single files; ``practice.checks``
    finds those between files. A clinic with mistakes is replaced by a placeholder, so that other
    mistakes are found in the same run. ``drafts`` includes drafts and posts dated after
    ``build_date`` in the lists.
    """
    content = read_content(folder, read_all)
    problems = [problem for wrong in content.problems.values() for problem in wrong]
    content.clinic = content.clinic or stand_in(content)
    site = assemble(content, build_date, drafts=drafts, zone=zone)
    return site, lenient(site.texts, problems) if site else problems


def stand_in(content: Content) -> Clinic | None:
    """Return a placeholder for an invalid clinic, so that the checks of other files can run.

    Returns None where there is neither a clinic nor a document: then this is no content folder.
    """
    missing = any(problem.code == "file-unreadable" for problem in content.problems["clinic.yaml"])
    return Clinic.model_construct(phone="") if content.documents or not missing else None


def assemble(
    content: Content, build_date: dt.date, *, drafts: bool = False, zone: str = "UTC"
) -> Site | None:
    """Return the site made from the content that was read; None without a clinic."""
    if content.clinic is None:
        return None
    published: list[Document] = []
    left_out: list[Document] = []
    slugs: dict[str, set[str]] = {folder: set() for folder in KINDS}
    unreadable: set[str] = set()
    for source, document in content.documents.items():
        slugs[source.split("/")[0]].add(document.slug if document else slug_of(source))
        if not document:
            unreadable.add(unicodedata.normalize("NFC", source))
            continue
        public = drafts or document.meta.is_public(build_date)
        (published if public else left_out).append(document)
    return Site(
        content=content.folder,
        build_date=build_date,
        zone=zone,
        clinic=content.clinic,
        sources=content.sources,
        source_checks=content.source_checks,
        topics=content.topics,
        documents=tuple(published),
        static=content.static,
        clinic_data=content.clinic_data,
        invalid=tuple(filter(None, content.invalid.values())),
        left_out=tuple(left_out),
        slugs={folder: frozenset(found) for folder, found in slugs.items()},
        unreadable=frozenset(unreadable),
        unread=frozenset(kind for kind, file in LISTS.items() if content.problems.get(file)),
    )


def narrow(site: Site, texts: Iterable[Document | InvalidDocument]) -> Site:
    """Return a copy of the site that checks only some documents; lists stay complete."""
    few = copy.copy(site)
    for name in ("addresses", "targets", "_by_source"):
        vars(few)[name] = getattr(site, name)
    few.documents = tuple(text for text in texts if isinstance(text, Document))
    few.invalid = tuple(text for text in texts if isinstance(text, InvalidDocument))
    few.left_out = ()
    return few
