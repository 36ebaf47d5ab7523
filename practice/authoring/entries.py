"""Adds entries to a YAML file: a location to `clinic.yaml`, sources to `sources.yaml`.

The rest of the file stays as it is, with its comments, order and line ends.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from practice.content.models import Clinic, Source
from practice.content.reader import read_model, read_models, read_text
from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound, UsageError
from practice.support.files import write_file

PLAIN = re.compile(r"[\w(][\w .()/’–-]*")
"""Values that need no quotes: our reader takes every plain value as the words that are written."""


def quoted(value: str) -> str:
    """Return a value as YAML, quoted wherever a character could have a special meaning."""
    value = re.sub(r"\s+", " ", value)
    if PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def add_location(content: Path, entry: Mapping[str, object]) -> int:
    """Add a location to `clinic.yaml`; return its line.

    Raises ``ProblemsFound`` if the file cannot be read or would have mistakes, and ``UsageError``
    if the list is written in one line. The file does not change then.
    """
    file = content / "clinic.yaml"
    raw, lines = _lines(file)
    start = next((i for i, line in enumerate(lines) if line.startswith("locations:")), None)
    if start is None:
        lines = [*_without_end(lines), "locations:"]
        end, indent = len(lines), "  "
    else:
        if lines[start].partition(":")[2].partition("#")[0].strip():
            raise UsageError("`locations` is written in one line: write each on lines of its own")
        end = _end_of_block(lines, start)
        first = next((line for line in lines[start + 1 : end] if "- " in line), "  - ")
        indent = first[: len(first) - len(first.lstrip())]
    new = [f"{indent}  {line}" for line in _yaml(entry)]
    new[0] = f"{indent}- {new[0].lstrip()}"
    whole = [*lines[:end], *new, *lines[end:]]
    _write(file, raw, whole, lambda copy, path: read_model(Clinic, copy, path)[1])
    return end + 1


def add_sources(content: Path, entries: Mapping[str, Mapping[str, object]]) -> None:
    """Add sources to `sources.yaml`, by their ids. Raises ``ProblemsFound`` as ``add_location``."""
    file = content / "sources.yaml"
    raw, lines = _lines(file) if file.exists() else (b"", [])
    lines = _without_end(lines)
    for id, entry in entries.items():
        lines += [*([""] if lines else []), f"{id}:", *(f"  {line}" for line in _yaml(entry))]
    _write(
        file,
        raw,
        lines,
        lambda copy, path: read_models(Source, copy, path, unique=("doi", "pmid"))[1],
    )


def _lines(file: Path) -> tuple[bytes, list[str]]:
    """Return the bytes and the lines of a file."""
    _, problems = read_text(file, display_path_of(file))
    if problems:
        raise ProblemsFound(problems)
    raw = file.read_bytes()
    return raw, raw.decode("utf-8").replace("\r\n", "\n").split("\n")


def _write(
    file: Path, raw: bytes, lines: list[str], check: Callable[[Path, str], list[Problem]]
) -> None:
    """Write a file with the line ends that it has had, once ``check`` finds no mistake in a copy.

    ``raw`` are its bytes before. ``check`` is called with the copy, and with the file's path for
    messages.
    """
    end = "\r\n" if b"\r\n" in raw else "\n"
    text = (end.join(_without_end(lines)) + end).encode()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, file.name)
        copy.write_bytes(text)
        problems = check(copy, display_path_of(file))
    if problems:
        raise ProblemsFound(problems)
    write_file(file, text)


def _without_end(lines: list[str]) -> list[str]:
    """Return lines without the empty ones at the end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _end_of_block(lines: list[str], start: int) -> int:
    """Return the index behind the last line of a top-level list."""
    end = start + 1
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if line.strip() and not line.startswith((" ", "-", "#")):
            break
        if line.strip() and not line.startswith("#"):
            end = index + 1
    return end


def _yaml(entry: Mapping[str, object]) -> list[str]:
    """Return the lines of an entry, without indentation."""
    lines: list[str] = []
    for name, value in entry.items():
        if isinstance(value, Mapping):
            lines += [f"{name}:", *(f"  {line}" for line in _yaml(value))]
        elif isinstance(value, list):
            lines.append(f"{name}:")
            for item in value:
                inner = _yaml(item)
                lines += [f"  - {inner[0]}", *(f"    {line}" for line in inner[1:])]
        elif isinstance(value, tuple):
            lines.append(f"{name}: [{', '.join(map(quoted, value))}]")
        else:
            lines.append(f"{name}: {quoted(str(value))}")
    return lines
