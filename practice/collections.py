"""What no single file stands for: archives of the blog, site map, robots, style sheet and icons."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import partial
from typing import Any

from pelican.generators import Generator

from practice import redirects
from practice.paths import save_as
from practice.render import Renderer
from practice.site import Site
from practice.view import view_of, view_of_list

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


class CollectionsGenerator(Generator):  # type: ignore[misc]  # Pelican ships no types
    """Notes the pages and files that are made from the whole site."""

    def generate_output(self, writer: Any) -> None:
        """Hand every such file to the writer."""
        renderer: Renderer = self.settings["PRACTICE"]
        site = renderer.site
        for entry in site.lists:
            writer.add(
                save_as(entry.path), "the blog's archive", partial(renderer.list_page, entry)
            )
        writer.add("sitemap.xml", "the site map", lambda: sitemap(site, renderer.address))
        writer.add("robots.txt", "robots.txt", lambda: robots(renderer.address))
        for path, content in renderer.assets.files.items():
            writer.add(path, f"the theme's `{path}`", partial(bytes, content))
        for redirect in redirects.of(site):
            if redirect.fallback:
                moved = partial(redirects.page, redirect, renderer.address, renderer.base)
                writer.add(redirect.fallback, redirect.shown, moved)
        for path, shown, picture in renderer.pictures.files():
            writer.add(path, shown, picture)


def sitemap(site: Site, address: str) -> str:
    """Every page that search engines may list (https://www.sitemaps.org/protocol.html)."""
    views = [view_of(site, address, document) for document in site.documents]
    views += [view_of_list(site, address, entry) for entry in site.lists]
    root = ET.Element("urlset", xmlns=SITEMAP)
    for view in sorted(views, key=lambda view: view.path):
        if view.noindex:
            continue
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = view.canonical
        if view.modified:
            ET.SubElement(url, "lastmod").text = view.modified.isoformat()
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def robots(address: str) -> str:
    """All may be read; the site map says what there is (RFC 9309)."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {address}/sitemap.xml\n"
