"""The Pelican adapter. `register` lists every Pelican signal that the plugin uses, and why."""

from __future__ import annotations

from pelican.plugins import signals

from practice.plugin import hooks


def register() -> None:
    """Connect the functions of `practice.plugin.hooks` to Pelican's signals."""
    # Once for each reading of the settings: settle them, and see who runs Pelican.
    signals.initialized.connect(hooks.settle)
    # Markdown is read by us, and nothing else is read at all: no reStructuredText, no HTML.
    signals.readers_init.connect(hooks.set_readers)
    # Templates are ours to find: Pelican would fall back to its `simple` theme for a missing one.
    signals.generator_init.connect(hooks.leave_templates_to_us)
    # Pages of documents are not written one by one: every mistake is found before any is in place.
    signals.get_writer.connect(hooks.our_writer)
    # Everything is known: make every file of the site.
    signals.finalized.connect(hooks.write)
