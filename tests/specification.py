"""The examples of the specifications of CommonMark and of GitHub's Markdown.

They are in the source package of `marko`, which `uv.lock` names with its address and digest. It is
downloaded once for each user. Without a network, tests that need it are skipped, but never in CI.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import tomllib
import urllib.request
from pathlib import Path
from typing import NamedTuple

import platformdirs
import pytest
import tools

ROOT = Path(__file__).parent.parent
EXAMPLE = re.compile(
    r"^`{32} example(?P<kind>[^\n]*)\n(?P<text>.*?)^\.\n(?P<html>.*?)^`{32}$",
    re.DOTALL | re.MULTILINE,
)


class Example(NamedTuple):
    """A text of a specification, and the HTML that it stands for."""

    text: str
    html: str
    kind: str
    """The extension of GitHub that it is about, such as `table`; empty for CommonMark."""


def examples(name: str) -> list[Example]:
    """Return the examples of `commonmark` or `gfm`."""
    with tarfile.open(fileobj=io.BytesIO(_package())) as package:
        [path] = [path for path in package.getnames() if path.endswith(f"tests/spec/{name}.txt")]
        file = package.extractfile(path)
        assert file
        text = file.read().decode()
    found = EXAMPLE.finditer(text)
    return [Example(_tabs(m["text"]), _tabs(m["html"]), m["kind"].strip()) for m in found]


def _tabs(text: str) -> str:
    """Return a text with the tabs that the specification writes as arrows."""
    return text.replace("→", "\t")


def _package() -> bytes:
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    [marko] = [package for package in locked["package"] if package["name"] == "marko"]
    url, digest = marko["sdist"]["url"], marko["sdist"]["hash"].removeprefix("sha256:")
    kept = platformdirs.user_cache_path("practice-site-tests") / f"{digest}.tar.gz"
    if kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() == digest:
        return kept.read_bytes()
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            content: bytes = answer.read()
    except OSError as error:
        if tools.in_ci():
            raise
        pytest.skip(f"the specification cannot be downloaded: {error}")
    assert hashlib.sha256(content).hexdigest() == digest
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(content)
    return content
