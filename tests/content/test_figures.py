"""Figures of side effects: what is read of them, what is refused, and what follows from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from practice.content.models.figures import (
    BANDS,
    WHOLES,
    Figure,
    band_of,
    in_whole,
    parse,
    share_of,
    suggestion,
    whole_for,
)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("8 in 100 treatments", Figure(8, 8, 100, "treatments")),
        ("About 8 in 100 treatments", Figure(8, 8, 100, "treatments", about=True)),
        ("some 8 out of every 100 people", Figure(8, 8, 100, "people", about=True)),
        ("29 to 91 in 100 patients, depending on the trial", Figure(29, 91, 100, "patients")),
        ("between 5 and 10 of 100 first visits", Figure(5, 10, 100, "first visits")),
        ("5–10 in 1000 people (mostly men)", Figure(5, 10, 1000, "people")),
        ("fewer than 1 in 10,000 treatments", Figure(0, 1, 10_000, "treatments", at_most=True)),
        ("up to 4 in 10,000 treatments.", Figure(0, 4, 10_000, "treatments", at_most=True)),
        ("0 in 1,000 treatments", Figure(0, 0, 1000, "treatments")),
        ("100 in 100 patients", Figure(100, 100, 100, "patients")),
    ],
)
def test_a_figure_is_read(text, figure):
    assert parse(text) == figure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("often", "figure"),
        ("three of the people we asked", "figure"),
        ("8 treatments", "figure"),
        ("120 in 100 treatments", "figure"),
        ("9 to 5 in 100 treatments", "figure"),
        ("8 in 100", "figure_unit"),
        ("8 in 100, in one survey", "figure_unit"),
        ("7.55% of treatments", "figure_format"),
        ("3–4 percent", "figure_format"),
        ("1 in 12 treatments", "figure_format"),
        ("0.5 in 100 treatments", "figure_format"),
        ("80 in 500 treatments", "figure_format"),
    ],
)
def test_what_is_no_figure_or_hard_to_compare_is_refused(text, kind):
    with pytest.raises(PydanticCustomError) as refused:
        parse(text)
    assert refused.value.type == kind


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("7.55% of treatments", "about 8 in 100"),
        ("1 in 12 treatments", "about 8 in 100"),
        ("3–4 percent", "about 3 to 4 in 100"),
        ("0.5 in 100 treatments", "about 5 in 1,000"),
        ("1 in 1,024 treatments", "about 10 in 10,000"),
    ],
)
def test_the_message_says_how_to_write_it(text, better):
    with pytest.raises(PydanticCustomError) as refused:
        parse(text)
    assert refused.value.context["better"] == better


@pytest.mark.parametrize(
    ("text", "count", "others"),
    [
        ("8 in 100 treatments", "8 in 100", "92 in 100"),
        ("Around 8 in 100 treatments", "about 8 in 100", "about 92 in 100"),
        ("29 to 91 in 100 patients, in trials", "29 to 91 in 100", "9 to 71 in 100"),
        ("fewer than 1 in 1,000 treatments", "at most 1 in 1,000", "at least 999 in 1,000"),
    ],
)
def test_both_frames(text, count, others):
    assert (parse(text).count, parse(text).others) == (count, others)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("10 in 100 people", "very common"),
        ("29 to 91 in 100 people", "very common"),
        ("1 in 100 people", "common"),
        ("1 in 1,000 people", "uncommon"),
        ("fewer than 1 in 1,000 people", "rare"),
        ("1 in 10,000 people", "rare"),
        ("fewer than 1 in 10,000 people", "very rare"),
        ("0 in 100 people", "very rare"),
    ],
)
def test_the_word_follows_from_the_figure(text, word):
    assert parse(text).band == word


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (0.1, "very common"),
        (0.01, "common"),
        (0.001, "uncommon"),
        (0.0001, "rare"),
        (0, "very rare"),
    ],
)
def test_words_begin_where_medicine_leaflets_say(share, word):
    assert band_of(share) == word
    assert BANDS[word][0] == share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("about 8 in 100", (0.08, 0.08)),
        ("1 in 1,024", (1 / 1024, 1 / 1024)),
        ("7.55%", (0.0755, 0.0755)),
        ("many people", None),
        ("1 in 0", None),
    ],
)
def test_a_share_is_read(text, share):
    assert share_of(text) == (pytest.approx(share) if share else None)


def test_people_can_be_drawn_of_a_hundred_only():
    assert parse("29 to 91 in 100 patients").people == (29, 62, 9)
    assert parse("fewer than 3 in 100 patients").people == (0, 3, 97)
    assert parse("5 in 1,000 patients").people is None


@given(st.sampled_from(WHOLES), st.data())
def test_a_figure_in_a_larger_whole_says_the_same(whole, data):
    low = data.draw(st.integers(0, whole))
    high = data.draw(st.integers(low, whole))
    figure = Figure(low, high, whole, "people")
    for larger in (size for size in WHOLES if size >= whole):
        again = parse(in_whole(figure, larger))
        assert again.share == pytest.approx(figure.share)
        assert again.whole == larger


@given(st.floats(0.0001, 1))
def test_a_suggestion_can_be_read_and_is_near(share):
    figure = parse(f"{suggestion(share, share)} people")
    assert figure.share[0] == pytest.approx(share, abs=0.51 / figure.whole)
    assert figure.whole == whole_for(share)
    assert figure.low > 0
