"""Documents as JSON: every field comes back, and nothing that was changed can do harm.

Not tested here: checksums (`test_store.py`), the reader that uses it (`test_cache.py`).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import MISSING, fields

import html5lib
import pytest
from conftest import CONTENT, ROOT, files_of
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.build.run import build
from practice.content import cached_reader, serialise
from practice.content.body import Body, CalloutPart, Heading, Link
from practice.content.document import (
    Document,
    InvalidDocument,
    listing_digest_of,
    listing_of,
)
from practice.content.front_matter import Data
from practice.content.models import CALLOUTS, KINDS, Faq, Page, Question, SideEffectList, Treatment
from practice.content.reader import document_of
from practice.problems import Problem

BAD = ROOT / "tests" / "bad"
DIGEST = hashlib.sha256(b"the bytes of the file").digest()


def files():
    """Every text of both practices and of the corpus of bad input."""
    for folder in [*CONTENT.values(), *sorted(BAD.iterdir())]:
        for kind in KINDS:
            yield from sorted((folder / kind).glob("*.md"))


FILES = [file for file in files() if file.is_file() and not file.is_symlink()]


def read(file):
    source = f"{file.parent.name}/{file.name}"
    return document_of(KINDS[file.parent.name], file.read_bytes(), source, f"content/{source}")


def again(result, file):
    source = f"{file.parent.name}/{file.name}"
    digest = hashlib.sha256(file.read_bytes()).digest()
    return serialise.load(serialise.dump(result), source, f"content/{source}", digest)


def typed(value):
    """A value with the types of all that it holds, which `==` does not compare."""
    if isinstance(value, dict):
        return type(value), [(typed(key), typed(inner)) for key, inner in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [typed(inner) for inner in value]
    return type(value), typed(vars(value)) if hasattr(value, "__dict__") else value


@pytest.mark.parametrize(
    "folder", sorted({file.parents[1] for file in FILES}), ids=lambda f: f.name
)
def test_what_is_loaded_is_what_was_read(folder):
    for file in FILES:
        if file.is_relative_to(folder):
            result = read(file)
            loaded = again(result, file)
            assert loaded == result, file
            assert typed(loaded) == typed(result), file


def test_every_kind_is_among_those():
    results = [read(file) for file in FILES]
    documents = [document for document, _ in results if isinstance(document, Document)]
    assert {type(document.meta) for document in documents} == set(KINDS.values())
    assert any(document is None for document, _ in results)
    assert any(isinstance(document, InvalidDocument) for document, _ in results)
    placed = [part for d in documents for part in d.body.parts if isinstance(part, CalloutPart)]
    callouts = {type(part.callout) for part in placed} | {
        type(part.callout) for d in documents for part in d.body.callouts
    }
    assert callouts == {*CALLOUTS.values(), SideEffectList}


PART = {
    "callout": Faq(questions=(Question(id="why", question="Why?", answer="<p>So.</p>"),)),
    "line": 12,
    "level": 3,
    "options": {"treatment": 13},
}
PLACED = CalloutPart(**PART)
OTHER = CalloutPart(SideEffectList(items=()), 14, 2)
SAMPLES = {
    Heading: {"level": 3, "id": "one", "text": "One", "line": 11},
    Link: {"target": "/a/", "line": 15, "text": "a", "alt": "A room"},
    CalloutPart: PART,
    Problem: {
        "path": "content/pages/x.md",
        "line": 9,
        "code": "a-code",
        "message": "a message",
        "hint": "a hint",
        "severity": "warning",
    },
    Data: {
        "values": {"title": "T", "list": ["a", None, {"b": "c"}]},
        "lines": {("title",): 2, ("list", 0): 4},
        "first_line": 2,
        "unread": True,
        "comments": {("title",): "# 1"},
    },
}
SAMPLES[Body] = {
    "parts": ("<p>Text</p>", PLACED, OTHER),
    "callouts": (PLACED,),
    "outline": (Heading(**SAMPLES[Heading]),),
    "ids": frozenset({"one", "why"}),
    "links": (Link(**SAMPLES[Link]), Link("/b/", 16, "b")),
    "words": 7,
    "failed": frozenset({"get-help"}),
}
NAMES = {"source": "pages/x.md", "display_path": "content/pages/x.md"}
TEXT = {"body": Body(**SAMPLES[Body]), "data": Data(**SAMPLES[Data])}
SAMPLES[InvalidDocument] = NAMES | TEXT
META = Page(title="T", summary="S", menu="main", order=3)
LISTING = listing_of(META, TEXT["body"])
SAMPLES[Document] = {
    **NAMES,
    **TEXT,
    "slug": "x",
    "meta": META,
    "listing": LISTING,
    "digest": DIGEST,
    "listing_digest": listing_digest_of(META, LISTING),
}


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
def test_every_field_has_a_sample_that_is_not_its_default(kind):
    """Give a new field a value here; ``serialise`` has to carry it."""
    assert SAMPLES[kind].keys() == {field.name for field in fields(kind)}
    for field in fields(kind):
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        assert SAMPLES[kind][field.name] != default


@pytest.mark.parametrize("kind", [Document, InvalidDocument])
def test_every_field_comes_back(kind):
    result = kind(**SAMPLES[kind]), [Problem(**SAMPLES[Problem])]
    loaded = serialise.load(serialise.dump(result), NAMES["source"], NAMES["display_path"], DIGEST)
    assert loaded == result
    assert loaded[0].body.parts[1] is loaded[0].body.callouts[0]


def test_no_address_is_taken_from_the_cache():
    result = Document(**SAMPLES[Document] | {"slug": "../../x", "source": "../x.md"}), []
    document, _ = serialise.load(serialise.dump(result), "pages/y.md", "content/pages/y.md", DIGEST)
    assert (document.source, document.slug, document.path) == ("pages/y.md", "y", "/y/")


STORED = [serialise.dump(read(file)) for file in FILES[:: len(FILES) // 40]]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


def load(stored):
    """What is loaded, or None; anything but a ``ValueError`` fails the test."""
    try:
        result = serialise.load(stored, "posts/x.md", "content/posts/x.md", DIGEST)
    except ValueError:
        return None
    document, problems = result
    assert document is None or isinstance(document, Document | InvalidDocument)
    assert all(isinstance(problem, Problem) for problem in problems)
    serialise.dump(result)
    return result


@settings(deadline=None)
@given(st.data())
def test_bytes_that_were_changed_are_refused_or_loaded(data):
    raw = bytearray(data.draw(st.sampled_from(STORED)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw) - 1))
        raw[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    load(bytes(raw))


@settings(deadline=None)
@given(st.data())
def test_values_that_were_changed_are_refused_or_loaded(data):
    whole = json.loads(data.draw(st.sampled_from(STORED)))
    for _ in range(data.draw(st.integers(1, 3))):
        place = whole
        while isinstance(place, dict | list) and place:
            key = data.draw(
                st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
            )
            if data.draw(st.booleans()) or not isinstance(place[key], dict | list):
                place[key] = data.draw(JSON)
                break
            place = place[key]
    load(json.dumps(whole).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{" * 100_000,
        b"[" * 100_000,
        b"\xff",
        b'{"problems": [], "body": ' + b"[" * 10_000,
        b'{"problems": []' + b"9" * 10_000,
    ],
)
def test_what_is_no_record_is_refused(stored):
    assert load(stored) is None


EVIL = (
    '<script>evil()</script><img src="/" onerror=evil()><a href="javascript:evil()">x</a>'
    '<svg onload=evil()><iframe srcdoc="evil()"></iframe><style>*{}</style>" onclick="evil()'
)


SHOWN = {
    *("parts", "details", "question", "answer", "items", "columns", "rows"),
    *("title", "summary", "text", "lasts", "what_to_do", *Treatment.SECTIONS),
}


def evil(value, shown=False):
    """What is stored of a document, with HTML that acts in every text that a page shows."""
    if isinstance(value, str) and shown:
        return value + EVIL
    if isinstance(value, list):
        callout = len(value) == 5 and isinstance(value[1], dict)  # its name stays
        return [evil(inner, shown and not callout) for inner in value]
    if isinstance(value, dict):
        return {name: evil(inner, name in SHOWN) for name, inner in value.items()}
    return value


def doctor(file):
    """Change every document of a cache, checksums included."""
    connection = sqlite3.connect(file)
    with connection:
        for key, value in connection.execute("SELECT key, value FROM entry").fetchall():
            changed = json.dumps(evil(json.loads(value))).encode()
            checksum = hashlib.sha256(key + changed).digest()
            connection.execute(
                "UPDATE entry SET value = ?, checksum = ? WHERE key = ?", (changed, checksum, key)
            )
    connection.close()


def acting(page):
    """What a browser would run or load on a page that is not the theme's own."""
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if element.tag in {"iframe", "style"}:
            yield element.tag
        if element.tag == "script" and "evil" in (element.text or ""):
            yield element.text if element.get("type") != "application/ld+json" else ""
        for name, value in element.attrib.items():
            if str(name).startswith("on") or value.lower().startswith("javascript:"):
                yield f"{name}={value}"


@pytest.fixture
def doctored(tmp_path, monkeypatch, settings_file):
    """The pages of the kitchen sink, built from a cache in which every document was changed."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("PRACTICE_CACHE", str(cache))
    settings = settings_file()
    build(CONTENT["kitchen-sink"], tmp_path / "before", settings)
    doctor(cache / "documents.sqlite")
    monkeypatch.setattr(cached_reader, "document_of", None)  # each comes from the cache
    build(CONTENT["kitchen-sink"], tmp_path / "after", settings)
    before, after = files_of(tmp_path / "before"), files_of(tmp_path / "after")
    assert before.keys() == after.keys()
    return {name: page.decode() for name, page in after.items() if name.endswith(".html")}


def test_nothing_acts_on_pages_made_of_a_cache_that_was_changed(doctored):
    assert sum("evil()" in page for page in doctored.values()) > 20, "the changed texts are shown"
    for name, page in doctored.items():
        assert list(filter(None, acting(page))) == [], name
