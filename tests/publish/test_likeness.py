"""Which page replaces one that is gone: the one that says most of the same, or none."""

from __future__ import annotations

import itertools
import re

import pytest

from practice.publish.likeness import successor


@pytest.fixture
def pages(practices):
    """The pages of the sample practice but for lists, by address."""
    lists = ("year", "topic", "by-therapist", "pages/blog")
    pages = practices["sample"].pages
    return {page.path: page.text for page in pages if page.indexable and page.kind not in lists}


def test_a_page_that_was_moved_is_found_by_what_it_says(pages):
    for address, text in pages.items():
        others = {name: page for name, page in pages.items() if name != address}
        assert successor(text, others | {"/moved/": text}) == "/moved/"


def test_a_page_that_was_moved_and_edited_is_found(pages):
    text = pages["/treatments/dry-needling/"]
    every_sixth = itertools.cycle(["changed", *[None] * 5])
    edited = re.sub(
        r"(?<=>)[^<]+",
        lambda words: re.sub(r"\w+", lambda word: next(every_sixth) or word[0], words[0]),
        text,
    )
    others = {name: page for name, page in pages.items() if "needling" not in name}
    assert successor(text, others | {"/moved/": edited}) == "/moved/"


@pytest.mark.parametrize(
    "address",
    [
        "/treatments/dry-needling/",
        "/treatments/manual-therapy/",
        "/treatments/pelvic-health/",
        "/blog/your-first-visit/",
        "/contact/",
    ],
)
def test_another_page_of_the_practice_is_no_successor(pages, address):
    others = {name: page for name, page in pages.items() if name != address}
    if address == "/contact/":  # a location's page says most of what this one does
        others = {name: page for name, page in others.items() if "/locations/" not in name}
    assert successor(pages[address], others) is None


def test_without_pages_there_is_none():
    assert successor("<title>A</title><main>Some words</main>", {}) is None
    assert successor("", {"/a/": "<main>Some words</main>"}) is None
