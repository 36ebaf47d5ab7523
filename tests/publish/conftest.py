"""Fixtures for the tests of publishing."""

from __future__ import annotations

import publishing
import pytest


@pytest.fixture(scope="package")
def searchable(tmp_path_factory) -> publishing.Project:
    """A published practice whose posts hold words to search for."""
    made = publishing.Project(tmp_path_factory.mktemp("search"))
    made.to(to="folder", path="www", host="nginx")
    made.post("searching", words="Somewhere here stands the word zyzzogeton.")
    made.post("an-older-word", date="2011-01-01", words="An older word.")
    made.post("a-word", date="2026-10-31", words="A word that is not older.")
    made.write("redirects.yaml", "/old/: /team/\n")
    made.publish()
    return made
