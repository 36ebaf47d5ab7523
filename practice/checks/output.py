"""Output: what was written hangs together. It looks at our own HTML, so it can be simple."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from practice.checks import privacy
from practice.paths import save_as
from practice.problems import Problem

REFERENCE = re.compile(r'<(?P<tag>\w+)\b[^>]*?\s(?P<attribute>href|src)="(?P<target>[^"]*)"')
ID = re.compile(r'<\w+\b[^>]*?\sid="([^"]*)"')


def run(output: Path, base: str) -> Iterator[Problem]:
    """Links that lead nowhere, ids that stand twice, files of others that a page would load."""
    pages = {
        file.relative_to(output).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(output.rglob("*.html"))
    }
    ids = {name: Counter(ID.findall(text)) for name, text in pages.items()}
    for name, text in pages.items():
        for id, count in sorted(ids[name].items()):
            if count > 1:
                yield _problem(name, text, f'id="{id}"', "id-twice", f"`{id}` is an id {count} times")
        for match in REFERENCE.finditer(text):
            wrong = _reference(output, base, ids, name, match)
            if wrong:
                yield _problem(name, text, match[0], *wrong)
        yield from _third_parties(name, text, privacy.in_page(text))
    for file in sorted(output.rglob("*")):
        look = LOADS.get(file.suffix)
        if look and "pagefind" not in file.parts:
            text = file.read_text(encoding="utf-8")
            yield from _third_parties(file.relative_to(output).as_posix(), text, look(text))


LOADS = {".css": privacy.in_style_sheet, ".js": privacy.in_script, ".svg": privacy.in_page}
"""How to find what a kind of file loads, pages aside. The search is a library, with its own test."""


def _third_parties(
    name: str, text: str, found: Iterator[tuple[str, str]]
) -> Iterator[Problem]:
    for needle, url in found:
        yield _problem(name, text, needle, "third-party", f"`{url}` is loaded from elsewhere")


def _reference(
    output: Path, base: str, ids: dict[str, Counter[str]], name: str, match: re.Match[str]
) -> tuple[str, str] | None:
    target = match["target"].replace("&amp;", "&")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    if parts.path and not parts.path.startswith(f"{base}/"):
        return "link-dead", f"`{target}` is not below the site's address"
    file = save_as(unquote(parts.path.removeprefix(base))) if parts.path else name
    if file not in ids and not (output / file).is_file():
        return "link-dead", f"`{target}` leads nowhere"
    if parts.fragment and unquote(parts.fragment) not in ids.get(file, {}):
        return "link-fragment", f"`{target}` leads to a part that does not exist"
    return None


def _problem(name: str, text: str, needle: str, code: str, message: str) -> Problem:
    line = text.count("\n", 0, text.find(needle)) + 1
    return Problem(f"output/{name}", line, code, message, "this is a mistake of the theme")
