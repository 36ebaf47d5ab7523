"""The settings of the owner's web server: they belong to a release, and change with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from practice.publish.history import FOLDER, History
from practice.publish.postprocess import server_files
from practice.publish.release import address_of
from practice.publish.settings import FILE, PublishSettings
from practice.site.outside import Outside, in_page
from practice.support.files import write_file

RELOADED = {
    "nginx": "copy them to the server, then reload nginx (`nginx -t && nginx -s reload`)",
    "caddy": "copy it to the server, then reload Caddy (`caddy reload`)",
    "cloudfront": "update the function and the policies of the distribution",
}
"""What the owner of a server has to do when its settings have changed, by host."""


def folder_of(settings: PublishSettings) -> str:
    """Return the folder of the settings for the web server, from the folder of the practice.

    Every settings file has its own, because each can name another server.
    """
    own = "" if settings.file.name == FILE.name else f"-{settings.file.stem}"
    return f"{FOLDER}/server{own}"


def write(files: Mapping[str, str], settings: PublishSettings, say: Callable[[str], None]) -> None:
    """Write the settings of the live release, and say which have changed and what to do then."""
    folder = settings.folder / folder_of(settings)
    changed = []
    for name, text in files.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            write_file(file, text.encode("utf-8"))
            changed.append(file.relative_to(settings.folder).as_posix())
    for name in changed:
        say(f"New settings for your web server: {name}")
    if changed:
        say(f"They take effect only when you {RELOADED[settings.target.host]}.")


def write_stored(
    history: History, id: str, settings: PublishSettings, say: Callable[[str], None]
) -> None:
    """Write the settings of a stored release; without them, say that the server keeps others.

    They are the texts from when it was published here, or else are made from its redirects and
    pages.
    """
    names = server_files(settings, [], {}).keys()
    texts, moved = history.server_files(id), history.redirects(id)
    if names <= texts.keys():
        write({name: texts[name] for name in names}, settings, say)
    elif moved is not None:
        write(server_files(settings, moved, _outside(history, id)), settings, say)
    else:
        say(
            f"The redirects of release {id} are not known, so those in `{folder_of(settings)}/` "
            "stay as they are: check that none of them leads away from a page that is live again."
        )


def _outside(history: History, id: str) -> dict[str, Outside]:
    """Return the other sites that the pages of a stored release use, by address."""
    release = history.get(id)
    paths = [path for path in release.files if path.endswith(".html")] if release else []
    texts = {path: history.text(release, path) or "" for path in paths} if release else {}
    return {address_of(path): found for path, text in texts.items() if (found := in_page(text))}
