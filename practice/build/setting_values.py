"""Checks the values of a settings file, before Pelican fails on one without naming it."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from pelican.settings import DEFAULT_CONFIG

from practice.build.setting_lines import place_of
from practice.problems import Problem, nearest

Wrong = str | None
"""What to write instead of a value; None if nothing is wrong with it."""


def problems_of(values: Mapping[str, Any], file: Path) -> list[Problem]:
    """Return a problem with file and line for each setting that cannot have its value."""
    others = [
        _problem(name, value, hint, file)
        for name, value in values.items()
        if name not in OURS and (hint := _other(name, value))
    ]
    return [*problems_of_ours(values, file), *others, *_misspelt(values, file)]


def problems_of_ours(values: Mapping[str, Any], file: Path) -> list[Problem]:
    """Return the problems of the settings that docs/settings.md explains."""
    return [
        _problem(name, values[name], hint, file)
        for name, check in OURS.items()
        if name in values and (hint := check(values[name], file))
    ]


def _problem(name: str, value: object, hint: str, file: Path) -> Problem:
    path, line = place_of(file, name)
    return Problem(path, line, "setting", f"`{name} = {_short(value)}` is not possible", hint)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


# --- The settings of docs/settings.md ---


def _address(value: object, _file: Path) -> Wrong:
    hint = 'write the address of the site in quotes, such as `"https://www.example.com"`'
    if value == "":  # Pelican's own value, for addresses that begin at the root
        return None
    if not isinstance(value, str):
        return hint
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return hint
    bare = not (parts.query or parts.fragment or re.search(r"[\s\"<>\\]", value))
    if parts.scheme not in ("https", "http") or not parts.hostname or not bare:
        return hint
    return "leave out the `/` at the end" if value.endswith("/") else None


def _folder(value: object, file: Path) -> Wrong:
    if not isinstance(value, str | Path) or not str(value):
        return "write the name of a folder in quotes"
    try:
        there = (file.parent / value).is_dir()
    except ValueError:  # a character that no path can have
        there = False
    return None if there else "there is no such folder: correct the name, or make the folder"


def _new_folder(value: object, _file: Path) -> Wrong:
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        return "write the name of a folder in quotes"
    return None


def _time_zone(value: object, _file: Path) -> Wrong:
    example = 'write a time zone in quotes, such as `"America/Los_Angeles"`'
    if not isinstance(value, str):
        return example
    try:
        zoneinfo.ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        near = nearest(value, zoneinfo.available_timezones())
        return f'did you mean `"{near}"`?' if near else example
    return None


def _language(value: object, _file: Path) -> Wrong:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", value):
        return None
    return 'write the code of a language in quotes, such as `"en"`'


def _texts(value: object, _file: Path) -> Wrong:
    if isinstance(value, list | tuple) and all(isinstance(part, str | Path) for part in value):
        return None
    return 'write a list of texts, such as `["a", "b"]`'


def _locale(value: object, file: Path) -> Wrong:
    wrong = not isinstance(value, str) and _texts(value, file)
    return 'write `["C"]`, so that the output is the same on every computer' if wrong else None


def _plugins(value: object, _file: Path) -> Wrong:
    def is_plugin(part: object) -> bool:
        return isinstance(part, str | ModuleType) or hasattr(part, "register")

    if value is None or (isinstance(value, list | tuple) and all(map(is_plugin, value))):
        return None
    return 'write a list of names, such as `["practice"]`'


def _fields(value: object, _file: Path) -> Wrong:
    return None if isinstance(value, dict) else 'write fields in braces: `{"name": "value"}`'


def _metadata_by_path(value: object, _file: Path) -> Wrong:
    if isinstance(value, dict) and all(isinstance(v, dict) for v in value.values()):
        return None
    return 'write `{"files/a.pdf": {"path": "b.pdf"}}`'


def _mode(value: object, _file: Path) -> Wrong:
    return None if value in ("site", "callouts") else 'write `"site"` or `"callouts"`'


OURS: dict[str, Callable[[object, Path], Wrong]] = {
    "SITEURL": _address,
    "PATH": _folder,
    "OUTPUT_PATH": _new_folder,
    "THEME": _folder,
    "THEME_TEMPLATES_OVERRIDES": _texts,
    "PLUGINS": _plugins,
    "PLUGIN_PATHS": _texts,
    "TIMEZONE": _time_zone,
    "DEFAULT_LANG": _language,
    "LOCALE": _locale,
    "EXTRA_PATH_METADATA": _metadata_by_path,
    "PRACTICE_MODE": _mode,
    "PUBLISH": _fields,
}


# --- Pelican's other settings ---

KINDS: tuple[tuple[type, tuple[type, ...], str], ...] = (
    (bool, (bool, int), "write `True` or `False`"),
    (int, (int,), "write a whole number, without quotes"),
    (str, (str, Path), "write a text in quotes"),
    (list, (list, tuple), "write a list in brackets: `[…]`"),
    (dict, (dict,), "write fields in braces: `{…}`"),
)
"""By the kind of Pelican's own value: the kinds that are possible, and what to do."""
MANY_KINDS = frozenset(
    {"ARTICLE_ORDER_BY", "DEFAULT_METADATA", "DEFAULT_PAGINATION", "PAGE_ORDER_BY"}
)
"""Settings that Pelican takes in several kinds."""


def _other(name: str, value: object) -> Wrong:
    usual = DEFAULT_CONFIG.get(name)
    if usual is None or value is None or name in MANY_KINDS:
        return None
    for kind, possible, hint in KINDS:
        if isinstance(usual, kind):
            return None if isinstance(value, possible) else hint
    return None


def _misspelt(values: Mapping[str, Any], file: Path) -> Iterator[Problem]:
    """Yield settings that look like one of ours, which is missing."""
    missing = OURS.keys() - values.keys()
    for name in values.keys() - DEFAULT_CONFIG.keys() - OURS.keys():
        for meant in difflib.get_close_matches(name, sorted(missing), n=1, cutoff=0.9):
            message = f"there is no setting `{name}`"
            yield Problem(*place_of(file, name), "setting", message, f"did you mean `{meant}`?")
