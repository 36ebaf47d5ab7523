"""From a built site to one that is fit for its host: light, searchable, with its own files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from practice.build.run import Built
from practice.hosting import apache, caddy, cloudflare, cloudfront, headers, netlify, nginx
from practice.paths import save_as
from practice.publish import compress, search
from practice.publish.release import address_of
from practice.publish.settings import GitHubPages, PublishSettings
from practice.site import redirects
from practice.support.cache_folder import cache_folder

CHARSET = '<meta charset="utf-8">\n'


def finish(built: Built, settings: PublishSettings) -> None:
    """Change a built site, in its folder, into what is uploaded."""
    folder, target = built.output, settings.target
    moved = redirects.of(built.site)
    fallbacks = {redirect.fallback for redirect in moved}
    lists = {entry.path for entry in built.site.lists}

    def change(path: str, html: str) -> str:
        if target.host != "github":
            return html
        policy = headers.in_page(address_of(path))
        meta = f'{CHARSET}<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        return html.replace(CHARSET, meta, 1)

    pages = (file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*.html")))
    search.index(
        folder,
        [
            path
            for path in pages
            if path not in fallbacks
            and path not in ("404.html", "search/index.html")
            and address_of(path) not in lists  # they only repeat what the posts say
        ],
        [save_as(post.path) for post in built.site.posts],
    )
    compress.minify(folder, change)
    base = urlsplit(settings.address).path
    for name, text in host_files(settings, base, moved).items():
        (folder / name).write_text(text, encoding="utf-8")
    if target.precompressed:
        compress.compress(folder, cache_folder(built.site.content))


def host_files(
    settings: PublishSettings, base: str, moved: list[redirects.Redirect]
) -> dict[str, str]:
    """What the host wants to find among the site's files."""
    match settings.target.host:
        case "netlify":
            return {"_headers": netlify.headers(base), "_redirects": netlify.redirects(moved, base)}
        case "cloudflare":
            return {
                "_headers": cloudflare.headers(base),
                "_redirects": cloudflare.redirects(moved, base),
            }
        case "apache":
            return {".htaccess": apache.htaccess(base, moved)}
        case "github":
            files = {".nojekyll": ""}
            if isinstance(settings.target, GitHubPages) and settings.target.domain:
                files["CNAME"] = f"{settings.target.domain}\n"
            return files
        case _:
            return {}


def server_files(settings: PublishSettings, moved: list[redirects.Redirect]) -> dict[str, str]:
    """What belongs into the configuration of the server, outside the site."""
    base = urlsplit(settings.address).path
    match settings.target.host:
        case "nginx":
            return {
                "nginx-http.conf": nginx.http_settings(base),
                "nginx-server.conf": nginx.server_settings(base, moved),
            }
        case "caddy":
            return {"Caddyfile.site": caddy.site_settings(base, moved)}
        case "cloudfront":
            return {
                "cloudfront-headers.json": cloudfront.headers_policy(
                    settings.address, search=False
                ),
                "cloudfront-headers-search.json": cloudfront.headers_policy(
                    settings.address, search=True
                ),
                "cloudfront-function.js": cloudfront.function(moved, base),
            }
        case _:
            return {}


def write_server_files(
    settings: PublishSettings, moved: list[redirects.Redirect], folder: Path
) -> list[Path]:
    """Write those files; returns the ones that have changed, which someone has to take over."""
    changed = []
    for name, text in server_files(settings, moved).items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            changed.append(file)
    return changed
