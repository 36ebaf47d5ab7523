"""The questions of `inv publish --init`, which write the publishing settings."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from practice.paths import command_of
from practice.publish.preflight import wrong_address, wrong_domain
from practice.publish.settings import TARGETS, reason

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

    def until(question: str, wrong: Callable[[str], str]) -> str:
        while True:
            given = answer(question).strip()
            why = wrong(given)
            if not why:
                return given
            say(f"This does not fit: {why}.")

    address = until(
        "The site's address, for example https://www.your-practice.com: ", wrong_address
    )
    say("Where will the site be published?")
    for name, meaning in MEANING.items():
        say(f"  {name:8}{meaning}")
    known = ", ".join(TARGETS)
    to = until(
        "Enter one of these words: ",
        lambda given: "" if given in TARGETS else f"`{given}` is none of {known}",
    )
    said: dict[str, object] = {"to": to}
    for name, info in TARGETS[to].model_fields.items():
        if name not in ("to", "time_limit") and (to, name) != ("github", "host"):

            def wrong(given: str, name: str = name) -> str:
                return _wrong(said, name, given, address)

            value = until(_question(name, info), wrong)
            if value and value != str(info.default):
                said[name] = int(value) if info.annotation is int else value
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else START
    text = _with(text, "SITEURL", repr(address.rstrip("/")).replace("'", '"'))
    lines = "".join(f'    "{name}": {_literal(value)},\n' for name, value in said.items())
    text = _with(text, "PUBLISH", f"{{\n{lines}}}")
    file.write_text(text, encoding="utf-8", newline="\n")
    name = file.as_posix()
    return (
        f"Saved in {name}. To see what would be published, run `{command_of('publish --dry-run')}`."
    )


def _question(name: str, info: FieldInfo) -> str:
    words = [str(word) for word in get_args(info.annotation) if isinstance(word, str)]
    more = f" ({', '.join(words)})" if words else ""
    default = "" if info.is_required() or info.default is None else f" [{info.default}]"
    return f"{name}: {info.description or name}{more}{default}: "


def _wrong(said: Mapping[str, object], name: str, given: str, address: str) -> str:
    """Return why an answer does not fit a setting; an empty string if it does.

    ``said`` are the answers so far, ``address`` is that of the site.
    """
    model = TARGETS[str(said["to"])]
    info = model.model_fields[name]
    if not given:
        return "an answer is needed here" if info.is_required() else ""
    if name == "domain":
        return wrong_domain(given, address)
    try:
        model.model_validate({**said, name: given})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["loc"] == (name,):
                return reason(info, detail)
    return ""


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
