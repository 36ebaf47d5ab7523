"""The plugin under the name by which Pelican finds installed plugins.

The wheel carries this folder as `pelican.plugins.practice`. Pelican takes it for
`PLUGINS = ["practice"]`, and loads it by itself where the settings have no `PLUGINS`.
"""

from practice.plugin import register

__all__ = ["register"]
