"""From a built site to a release: the same pages, searchable, compressed, and the host's files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from practice.build.run import Built
from practice.hosting import apache, caddy, cloudflare, cloudfront, headers, netlify, nginx
from practice.paths import files_below, save_as
from practice.publish import compress, search
from practice.publish.release import address_of
from practice.publish.settings import GitHubPages, PublishSettings
from practice.publish.tree import Tree
from practice.site import outside, redirects
from practice.site.events import EventList
from practice.site.outside import Outside
from practice.support.cache_folder import cache_folder
from practice.support.output_folder import MARKER

SAME_FOR_ALL = ("netlify", "cloudfront")
"""Hosts that send the same headers with every page."""
CHARSET = '<meta charset="utf-8">\n'
NOT_FOUND_BY_SEARCH = ("404.html", "search/index.html")


def assemble(built: Built, settings: PublishSettings, folder: Path) -> Tree:
    """Fill ``folder`` with what is uploaded; the built site stays as it is.

    The search indexes and compressed files are kept in the cache by what they are made of, so that
    only those of changed pages are made.
    """
    pages_outside = outside.by_address(built.site)
    in_pages = settings.target.host == "github" or (
        settings.target.host in SAME_FOR_ALL and bool(pages_outside)
    )
    tree, site, cache = Tree(folder), built.output, cache_folder(built.site.content)
    moved = redirects.of(built.site)
    for path in files_below(site):
        if path != MARKER:
            digest = built.digests.get(path, b"")
            own = pages_outside.get(address_of(path), outside.NOWHERE) if in_pages else None
            _put(tree, path, site / path, digest.hex(), own)
    posts = [save_as(post.path) for post in built.site.posts]
    pages = {path: tree.files[path].sha256 for path in searchable(built, moved)}
    kept = folder.parent
    if cache and os.access(cache, os.R_OK | os.W_OK | os.X_OK):
        kept = cache
    found = search.index(site, pages, posts, kept)
    for path, (file, sha256) in found.items():
        tree.put(path, file, sha256)
    base = urlsplit(settings.address).path
    for name, text in host_files(settings, base, moved, pages_outside).items():
        tree.write(name, text.encode())
    if settings.target.precompressed:
        compress.compress(tree, cache)
    tree.finish()
    return tree


def searchable(built: Built, moved: list[redirects.Redirect]) -> list[str]:
    """Return the pages to index for the search; lists only repeat posts and events."""
    others = {redirect.fallback for redirect in moved}
    others |= {save_as(entry.path) for entry in built.site.lists} | {save_as(EventList.path)}
    pages = [path for path in files_below(built.output) if path.endswith(".html")]
    return [path for path in pages if path not in others and path not in NOT_FOUND_BY_SEARCH]


def _put(tree: Tree, path: str, file: Path, sha256: str, own: Outside | None) -> None:
    """Add a file of the site; a page contains its policy if the host does not send it.

    ``own`` are the other sites of that policy, or None where the host sends it.
    """
    if own is not None and path.endswith(".html"):
        policy = headers.in_page(address_of(path), own)
        meta = f'{CHARSET}<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        html = file.read_text(encoding="utf-8")
        tree.write(path, html.replace(CHARSET, meta, 1).encode())
    else:
        tree.put(path, file, sha256)


def host_files(
    settings: PublishSettings,
    base: str,
    moved: list[redirects.Redirect],
    pages: Mapping[str, Outside],
) -> dict[str, str]:
    """Return the files that the host expects within the site, by path.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    moved = redirects.for_servers(moved)
    match settings.target.host:
        case "netlify":
            return {
                "_headers": netlify.headers(base, pages),
                "_redirects": netlify.redirects(moved, base),
            }
        case "cloudflare":
            return {
                "_headers": cloudflare.headers(base, pages),
                "_redirects": cloudflare.redirects(moved, base),
            }
        case "apache":
            return {".htaccess": apache.htaccess(base, moved, pages)}
        case "github":
            files = {".nojekyll": ""}
            if isinstance(settings.target, GitHubPages) and settings.target.domain:
                files["CNAME"] = f"{settings.target.domain}\n"
            return files
        case _:
            return {}


def headers_of(
    settings: PublishSettings, pages: Mapping[str, Outside]
) -> Callable[[str], dict[str, str]]:
    """Return a function that returns the headers that the host sends with an address.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    if settings.target.host in SAME_FOR_ALL:
        return partial(headers.of, outside=outside.together(pages))
    return lambda address: headers.of(address, pages.get(address, outside.NOWHERE))


def server_files(
    settings: PublishSettings, moved: list[redirects.Redirect], pages: Mapping[str, Outside]
) -> dict[str, str]:
    """Return files for the configuration of the server, outside the site, by name.

    ``pages`` maps the address of each page that uses other sites to those sites.
    """
    moved = redirects.for_servers(moved)
    base = urlsplit(settings.address).path
    match settings.target.host:
        case "nginx":
            return {
                "nginx-http.conf": nginx.http_settings(base, pages),
                "nginx-server.conf": nginx.server_settings(base, moved, pages),
            }
        case "caddy":
            return {"Caddyfile.site": caddy.site_settings(base, moved, pages)}
        case "cloudfront":
            return {
                "cloudfront-headers.json": cloudfront.headers_policy(
                    settings.address, pages, search=False
                ),
                "cloudfront-headers-search.json": cloudfront.headers_policy(
                    settings.address, pages, search=True
                ),
                "cloudfront-function.js": cloudfront.function(moved, base),
            }
        case _:
            return {}
