"""The Pelican plugin behind the theme, for `PLUGINS = ["practice"]`; see `practice.plugin`."""


def register() -> None:
    """Connect the plugin to Pelican. Pelican calls this; see `practice.plugin.register`."""
    # Imported here so that the models can be used where Pelican is not.
    from practice import plugin  # noqa: PLC0415

    plugin.register()
