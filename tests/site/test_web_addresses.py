"""Web addresses: one address for each spelling, and spellings that YAML and messages can hold."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from practice.content.folder import BAD_NAME
from practice.content.front_matter import parse
from practice.site.web_addresses import (
    NotAnAddress,
    as_text,
    encoded,
    encoded_path,
    path_of,
    spellings,
    url_of,
)

LETTERS = st.one_of(st.characters(codec="utf-8"), st.sampled_from("%&;#?'\"`\\ $.ñ\u0301:"))
NAMES = st.text(LETTERS, min_size=1, max_size=20).filter(
    lambda name: "/" not in name and not name.startswith(".") and name == name.strip()
)
FILE_NAMES = NAMES.map(lambda name: f"{name}.pdf").filter(lambda name: not BAD_NAME.search(name))


@given(FILE_NAMES)
@example("New patient form.pdf")
@example("Años.pdf")
@example("An\u0303os.pdf")
@example("a`b.pdf")
@example("Tom&amp;Jerry.pdf")
@example("a\u200bb\u0085c\u2028d\u202ee.pdf")
@example("[draft]  - 'it''s' {here}.pdf")
@example("&anchor *alias !tag.pdf")
def test_the_text_of_each_file_that_can_be_published_is_read_as_its_address(name):
    text = as_text(f"/files/{name}")
    data, problems = parse("redirects.yaml", f"{text}: gone\n")
    assert problems == []
    [written] = data.values
    assert path_of(written) == unicodedata.normalize("NFC", f"/files/{name}")
    assert "`" not in text
    assert list(yaml.safe_load(f"{text}: gone")) == [text]


@given(NAMES)
def test_encoded_and_decoded_spellings_are_one_address(name):
    try:
        path = path_of(f"/{encoded_path(name)}/")
    except NotAnAddress:
        return
    assert path == f"/{unicodedata.normalize('NFC', name)}/"
    small_codes = re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quote(path))
    assert {path_of(spelling) for spelling in (*spellings(path), small_codes)} == {path}


@given(st.text())
@pytest.mark.parametrize("read", [path_of, url_of])
def test_a_text_is_an_address_or_is_refused_with_a_remedy(read, text):
    refused = None
    try:
        found = read(text)
    except NotAnAddress as error:
        refused = error
    if refused:
        assert refused.wrong
        assert refused.hint
    else:
        assert found.startswith(("/", "https://"))
        assert "\n" not in found


@given(st.text(LETTERS))
def test_an_encoded_address_has_no_sign_that_means_something_to_a_server(text):
    found = encoded(text)
    assert found.isascii()
    assert not set(found) & set(" \n\t\"'`$\\{}<>|^")
    assert encoded(found) == found
