"""Compiled templates: kept for later processes, and never taken from a cache that was changed."""

from __future__ import annotations

import hashlib
import marshal
import sqlite3
from contextlib import closing

import jinja2
import pytest

from practice.rendering import compiled
from practice.rendering.compiled import CompiledTemplates
from practice.rendering.templates import TemplateEnvironment
from practice.support.store import RAW, Store

TEMPLATES = {"one.html": ("One {{ 1 + 1 }}", "/t/one.html"), "two.html": ("Two", "/t/two.html")}


@pytest.fixture
def count(monkeypatch) -> list[str]:
    """The names of templates that were compiled."""
    found, real = [], jinja2.Environment._compile

    def note(self, source, filename):
        found.append(filename.rpartition("/")[2])
        return real(self, source, filename)

    monkeypatch.setattr(jinja2.Environment, "_compile", note)
    return found


def shown(folder, name="one.html", templates=TEMPLATES):
    """What a template shows in a new process with a cache folder."""
    kept = CompiledTemplates({}, folder)
    environment = TemplateEnvironment(templates, kept, filters={}, globals={})
    return environment.get_template(name).render()


@pytest.fixture
def folder(tmp_path):
    """A cache folder that holds both templates."""
    found = tmp_path / "kept"
    found.mkdir(mode=0o700)
    for name in TEMPLATES:
        shown(found, name)
    return found


def rows(folder):
    with closing(sqlite3.connect(folder / "templates.sqlite")) as connection:
        return dict(connection.execute("SELECT key, value FROM entry ORDER BY rowid"))


def test_a_template_is_compiled_once(folder, count):
    assert shown(folder) == "One 2"
    assert shown(folder, "two.html") == "Two"
    assert count == []


def test_another_text_is_compiled(folder, count):
    changed = TEMPLATES | {"one.html": ("Other", "/t/one.html")}
    assert shown(folder, templates=changed) == "Other"
    assert count == ["one.html"]


def test_another_version_of_the_program_compiles_anew(folder, count, monkeypatch):
    monkeypatch.setattr(compiled, "environment_fingerprint", lambda: b"another")
    assert shown(folder) == "One 2"
    assert count == ["one.html"]


@pytest.mark.parametrize("signature", [b"", b"\0" * 32, "of another"])
def test_code_that_somebody_has_put_into_the_cache_is_not_run(folder, count, signature):
    evil = marshal.dumps(compile("raise SystemExit('evil')", "/t/one.html", "exec"))
    for key, value in rows(folder).items():
        first = value[:32] if signature == "of another" else signature
        Store(folder, "templates", RAW).put({key: first + key + evil})
    assert shown(folder) == "One 2"
    assert count == ["one.html"]


def test_code_of_another_template_is_not_run(folder, count):
    (one, _), (two, code_of_two) = rows(folder).items()
    assert one != two
    Store(folder, "templates", RAW).put({one: code_of_two})
    assert shown(folder) == "One 2"
    assert count == ["one.html"]


def test_code_that_another_user_has_signed_is_not_run(folder, count, monkeypatch):
    key = hashlib.sha256(b"another user").digest()
    monkeypatch.setattr(compiled, "signing_key", lambda: key)
    assert shown(folder) == "One 2"
    assert count == ["one.html"]


def test_without_a_key_or_a_cache_nothing_is_kept(folder, tmp_path, count, monkeypatch):
    assert shown(None) == "One 2"
    monkeypatch.setattr(compiled, "signing_key", lambda: None)
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    assert shown(other) == shown(folder) == "One 2"
    assert list(other.iterdir()) == []
    assert count == ["one.html"] * 3
