"""Characters that cannot be seen are found, unless a script or an emoji needs them."""

from __future__ import annotations

import unicodedata

import pytest

from practice.content import characters


@pytest.mark.parametrize(
    "text",
    [
        "Grüezi, naïve – “quoted” 20\xa0%",
        "Well done 👍🏽 👩‍⚕️ 👨‍👩‍👧 ❤️ 1️⃣ 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "می‌خواهم",  # a zero-width non-joiner, as Persian needs it
        "क्‍ष",  # a zero-width joiner, as Hindi needs it
        "שלום\u200f! (\u200eABC\u200e)",
        "葛\U000e0100",
    ],
)
def test_what_a_text_needs_is_accepted(text):
    assert list(characters.find(text)) == []
    assert characters.without(text) == text


@pytest.mark.parametrize(
    "character",
    ["\xad", "\u034f", "\u115f", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
     "\u202e", "\u2028", "\u2060", "\u2063", "\u2066", "\u3164", "\ufe0f", "\ufeff", "\uffa0",
     "\U0001d173", "\U000e0041", "\U000e0100", "\x00", "\x1b", "\x85", "\ud800"],
)  # fmt: skip
def test_elsewhere_it_is_found(character):
    text = f"physical the{character}rapy"
    assert list(characters.find(text)) == [(12, character)]
    assert characters.without(text) == "physical therapy"
    assert list(characters.find(character)) == [(0, character)]


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066"])
def test_some_are_never_needed(character):
    assert [found for _, found in characters.find(f"שלו{character}ם")] == [character]


def test_every_control_and_format_character_is_invisible_unless_it_is_shown():
    """Python does not know `Default_Ignorable_Code_Point`, but all of these are `Cc` or `Cf`."""
    shown = {"\t", "\n"} | {
        chr(code)
        for code in [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD,
                     *range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440)]
    }  # fmt: skip
    both = {
        chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Cf")
    }
    assert {sign for sign in both - shown if not characters.INVISIBLE.match(sign)} == set()
