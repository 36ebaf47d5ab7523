"""The Pelican adapter. The tables list every Pelican signal that the plugin uses, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blinker import Signal
from pelican import Pelican
from pelican.plugins import signals

from practice.plugin import callouts, hand_over, hooks
from practice.plugin.outcome import say
from practice.problems import ProblemsFound, UsageError, did_you_mean

Hooks = tuple[tuple[Signal, Callable[..., Any]], ...]

SITE: Hooks = (
    # Our reader replaces Pelican's Markdown reader; no other format is read.
    (signals.readers_init, hooks.set_readers),
    # The renderer finds templates: Pelican would fall back to its `simple` theme for a missing one.
    (signals.generator_init, hooks.leave_templates_to_us),
    # Other plugins may ask for the text of a document.
    (signals.content_object_init, hand_over.give_text),
    # Pelican copies files that `EXTRA_PATH_METADATA` names; none may replace a file of the site.
    (signals.static_generator_finalized, hooks.refuse_overwriting),
    # Other plugins have added to Pelican's objects what templates may show.
    (signals.all_generators_finalized, hand_over.take_objects),
    # Pages are not written one by one: every problem is found before any page is in place.
    (signals.get_writer, hooks.our_writer),
    # Pelican would now have written articles and pages; generators of other plugins come next.
    (signals.page_writer_finalized, hooks.make_site),
)
CALLOUTS: Hooks = (
    # Messages name the file, which Python-Markdown does not know.
    (signals.readers_init, callouts.note_files),
    # Every text is read and nothing is written: wrong callouts of all texts are named.
    (signals.all_generators_finalized, callouts.stop_on_problems),
    # A page that shows a callout needs the style sheet, whatever theme has made it.
    (signals.content_written, callouts.link_style_sheet),
    # Feed readers do not load the style sheet.
    (signals.feed_generated, callouts.without_drawings),
    # The output folder is there.
    (signals.finalized, callouts.publish_style_sheet),
)
MODES: dict[str, tuple[Callable[[Pelican], None], Hooks]] = {
    "site": (hooks.settle, SITE),
    "callouts": (callouts.begin, CALLOUTS),
}
"""What `PRACTICE_MODE` can be: what is done once, and the hooks of every run."""


def register() -> None:
    """Connect the plugin to Pelican. The settings, which say what it does, are not yet known."""
    signals.initialized.connect(start)


def start(pelican: Pelican) -> None:
    """Do what the settings ask for: the whole site of a practice, or callouts in a blog.

    Raises ``UsageError`` for settings that cannot be followed, and ``ProblemsFound``.
    """
    try:
        begin, hooks_of_mode = _mode(pelican.settings)
        begin(pelican)
    except (ProblemsFound, UsageError) as error:
        if "PRACTICE" not in pelican.settings:  # a build of ours says itself what stops it
            say(str(error))
        raise
    for _, others in MODES.values():
        for signal, hook in others:
            signal.disconnect(hook)
    for signal, hook in hooks_of_mode:
        signal.connect(hook)


def _mode(settings: dict[str, Any]) -> tuple[Callable[[Pelican], None], Hooks]:
    mode = settings.get("PRACTICE_MODE", "site")
    if mode not in MODES:
        raise UsageError(f"`PRACTICE_MODE = {mode!r}`: {did_you_mean(str(mode), MODES)}")
    return MODES[mode]
