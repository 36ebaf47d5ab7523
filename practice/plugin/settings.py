"""The values of Pelican's settings that the plugin needs."""

from __future__ import annotations

from typing import Any

from practice.build.other_plugins import others_of
from practice.rendering.renderer import Renderer
from practice.rendering.site_files import FEED, FEED_LENGTH
from practice.site.site import Site

FIXED: dict[str, Any] = {
    "STATIC_PATHS": [],  # `use` adds what Pelican has to copy, and the paths of documents
    "THEME_STATIC_PATHS": [],  # the assets are jobs, under names that change with their content
    "DIRECT_TEMPLATES": [],
    "AUTHOR_SAVE_AS": "",
    "CATEGORY_SAVE_AS": "",
    "TAG_SAVE_AS": "",
    "FEED_ALL_ATOM": FEED,
    "CATEGORY_FEED_ATOM": None,
    "AUTHOR_FEED_ATOM": None,
    "AUTHOR_FEED_RSS": None,
    "TRANSLATION_FEED_ATOM": None,
    "FEED_MAX_ITEMS": FEED_LENGTH,
    "RELATIVE_URLS": False,
    "WITH_FUTURE_DATES": True,  # the site itself leaves out what is to come
    "CACHE_CONTENT": False,  # Pelican's cache goes stale: docs/design.md
    "LOAD_CONTENT_CACHE": False,
    "TYPOGRIFY": False,
    "DELETE_OUTPUT_DIRECTORY": False,
    "FORMATTED_FIELDS": [],
    "IGNORE_FILES": [".*"],  # Pelican's own pattern misses hidden files
}
"""Settings that the plugin depends on; a practice cannot change them."""


def use(renderer: Renderer, settings: dict[str, Any]) -> None:
    """Set the site that Pelican's generators read."""
    settings["PRACTICE"] = renderer
    settings["SITENAME"] = renderer.site.clinic.name
    order = {post.source: number for number, post in enumerate(renderer.site.posts)}
    settings["ARTICLE_ORDER_BY"] = lambda article: order.get(article.document.source, len(order))
    read = bool(others_of(settings))  # else nobody asks Pelican for its lists of documents
    settings["ARTICLE_PATHS"] = ["posts"] if read else []
    settings["PAGE_PATHS"] = ["pages", "treatments", "team", "events"] if read else []
    settings["STATIC_PATHS"] = _placed_elsewhere(renderer.site, settings)


def _placed_elsewhere(site: Site, settings: dict[str, Any]) -> list[str]:
    """Files to download to which `EXTRA_PATH_METADATA` gives another path: Pelican copies them."""
    named = [str(path).rstrip("/") for path in settings["EXTRA_PATH_METADATA"]]
    return sorted(
        source
        for source in site.static
        if source.startswith("files/")
        and any(source == path or source.startswith(f"{path}/") for path in named)
    )
