"""The questions of `inv publish --init`, which write the publishing settings."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from pydantic.fields import FieldInfo

from practice.paths import command_of
from practice.publish.settings import TARGETS

START = '''"""Settings that differ when the site goes live."""

from pelicanconf import *  # noqa: F403
'''
MEANING = {
    "folder": "a folder of this machine, which a web server serves",
    "sftp": "a server, over SFTP (most ordinary web space)",
    "s3": "an S3 bucket, at AWS or another provider",
    "github": "GitHub Pages",
    "ready": "a folder to hand to Netlify or Cloudflare Pages",
    "rclone": "any other place that rclone supports",
}


def ask(file: Path, answer: Callable[[str], str], say: Callable[[str], None]) -> str:
    """Ask where to publish, and write `SITEURL` and `PUBLISH` into the settings file.

    Returns what to do next. It asks for no secrets: they come from the environment.
    """

    def until(question: str, fits: Callable[[str], bool], otherwise: str) -> str:
        while True:
            given = answer(question).strip()
            if fits(given):
                return given
            say(otherwise)

    address = until(
        "The site's address, for example https://www.your-practice.com: ",
        lambda given: re.fullmatch(r"https://[A-Za-z0-9.-]+(/[\w/.-]*)?", given) is not None,
        "Write the full address of the site, starting with https://, without spaces, `?` or `#`.",
    )
    say("Where will the site be published?")
    for name, meaning in MEANING.items():
        say(f"  {name:8}{meaning}")
    to = until(
        "Enter one of these words: ", TARGETS.__contains__, "Enter one of " + ", ".join(TARGETS)
    )
    said: dict[str, object] = {"to": to}
    for name, info in TARGETS[to].model_fields.items():
        if name not in ("to", "time_limit") and (to, name) != ("github", "host"):
            value = _value(name, info, until)
            if value != info.default:
                said[name] = value
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else START
    text = _with(text, "SITEURL", repr(address.rstrip("/")).replace("'", '"'))
    lines = "".join(f'    "{name}": {_literal(value)},\n' for name, value in said.items())
    text = _with(text, "PUBLISH", f"{{\n{lines}}}")
    file.write_text(text, encoding="utf-8", newline="\n")
    name = file.as_posix()
    return (
        f"Saved in {name}. To see what would be published, run `{command_of('publish --dry-run')}`."
    )


def _value(name: str, info: FieldInfo, until: Callable[..., str]) -> object:
    needed = info.is_required()
    words = [str(word) for word in get_args(info.annotation) if isinstance(word, str)]
    help = info.description or name
    more = f" ({', '.join(words)})" if words else ""
    default = "" if needed or info.default is None else f" [{info.default}]"

    def fits(given: str) -> bool:
        if not given:
            return not needed
        return given.isdecimal() if info.annotation is int else not words or given in words

    wanted = "This needs an answer."
    if info.annotation is int:
        wanted = "Write a number, in digits only."
    elif words:
        wanted = "Write one of " + ", ".join(words) + "."
    if not needed:
        wanted += f" Press Enter for {info.default or 'none'}."
    given = until(f"{name}: {help}{more}{default}: ", fits, wanted)
    if not given:
        return info.default
    return int(given) if info.annotation is int else given


def _literal(value: object) -> str:
    """Return a value as Python source; JSON strings are Python strings, with their escapes."""
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)


def _with(text: str, name: str, value: str) -> str:
    """Return the text of a settings file with a name set to a new value."""
    lines = text.split("\n")
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        ):
            lines[node.lineno - 1 : node.end_lineno] = [f"{name} = {value}"]
            return "\n".join(lines)
    return text.rstrip("\n") + f"\n\n{name} = {value}\n"
