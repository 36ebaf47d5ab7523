"""The Pelican plugin behind the theme, for `PLUGINS = ["practice"]`; see `practice.plugin`."""


def register() -> None:
    """Connect the plugin to Pelican. Pelican calls this; see `practice.plugin.register`."""
    from practice import plugin  # noqa: PLC0415  # the models can be used without Pelican

    plugin.register()
