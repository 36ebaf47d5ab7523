"""Defaults of settings that a site may leave out."""

from __future__ import annotations

from typing import Any

from pelican.settings import DEFAULT_CONFIG

from practice.paths import theme_folder


def use_our_theme(settings: dict[str, Any]) -> None:
    """Set ``THEME`` to the theme of this package, unless the settings name one of their own.

    Pelican's default theme has no template for a treatment, so no site can mean it.
    """
    if settings["THEME"] == DEFAULT_CONFIG["THEME"]:
        settings["THEME"] = str(theme_folder())
