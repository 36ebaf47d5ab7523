"""The Pelican adapter. `register` lists every Pelican signal that the plugin uses, and why."""

from __future__ import annotations

from pelican.plugins import signals

from practice.plugin import hooks


def register() -> None:
    """Connect the functions of `practice.plugin.hooks` to Pelican's signals."""
    # Before anything is read: the site is loaded and checked, or the run stops with every problem.
    signals.initialized.connect(hooks.prepare)
    # Markdown is read by us, and nothing else is read at all: no reStructuredText, no HTML.
    signals.readers_init.connect(hooks.set_readers)
    # Templates are ours to find: Pelican would fall back to its `simple` theme for a missing one.
    signals.generator_init.connect(hooks.leave_templates_to_us)
    # The pages that no single file stands for: archives, site map, robots, style sheet.
    signals.get_generators.connect(hooks.our_generators)
    # Writes are noted and done together, so that mistakes are found before and named together.
    signals.get_writer.connect(hooks.our_writer)
    # Everything is known: render and write.
    signals.finalized.connect(hooks.write_all)
