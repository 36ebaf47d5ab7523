"""Bare addresses are found as GitHub finds them."""

from __future__ import annotations

import pytest

from practice.content.bare_addresses import find


@pytest.mark.parametrize(
    ("text", "address", "target"),
    [
        ("See https://a.example/x.", "https://a.example/x", "https://a.example/x"),
        ("See www.a.example, please.", "www.a.example", "http://www.a.example"),
        ("(https://a.example/x_(y))", "https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("https://a.example/?q=(x)).", "https://a.example/?q=(x)", "https://a.example/?q=(x)"),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/&hl;", "https://a.example/", "https://a.example/"),
        ("https://a.example:8080/x", "https://a.example:8080/x", "https://a.example:8080/x"),
        ("_https://a.example/_", "https://a.example/", "https://a.example/"),
        ("HTTPS://A.example", "HTTPS://A.example", "HTTPS://A.example"),
        ("https://a.example/x<y", "https://a.example/x", "https://a.example/x"),
        ("Write to a.b+c@d-e.example.", "a.b+c@d-e.example", "mailto:a.b+c@d-e.example"),
    ],
)
def test_an_address_is_found(text, address, target):
    [found] = find(text)
    assert text[found.start : found.end] == address
    assert found.target == target


@pytest.mark.parametrize(
    "text",
    ["a@b", "a@b.example-", "x@y.example_", "https://", "https://a", "xhttps://a.example",
     "www.", "@a.example", "file://a.example", "and/or", "10:30", "\u201chttps://a.example"],
)  # fmt: skip
def test_other_texts_are_no_addresses(text):
    assert list(find(text)) == []


def test_the_character_before_the_text_counts():
    assert list(find("xwww.a.example", 1)) == []
    assert len(list(find(" www.a.example", 1))) == 1


@pytest.mark.parametrize("unit", ["?", "&a;", "(", ")", ".", "a.", "a@", "www.", "&"])
def test_long_texts_take_no_longer_than_their_length(unit):
    """A quadratic search would take minutes for this many signs."""
    assert len(list(find("https://a.example/" + unit * 200_000 + "x"))) <= 1
