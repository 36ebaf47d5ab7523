"""Explains invalid YAML in an editor's words.

The parser reports where it stopped and what it expected there. An editor needs the line of the
mistake itself, which is often an earlier one, so this module looks at the lines first.
"""

from __future__ import annotations

import re

import yaml

Found = tuple[int, str, str]
"""The index of the line, what is wrong there, and what to do."""

KEY = re.compile(r"(?P<indent>[ ]*(?:- +)*)[^\s:#'\"\[\]{}-][^:]*:(?:\s|$)")
OPENED = re.compile(r"[ ]*(?:- +)*(?:[^\s:'\"][^:'\"]*:[ ]+)?(?P<value>[\"'].*)")
WHOLE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
NOT_A_FIELD = tuple("#-[]{}\"'?|>%.")
QUOTES = "put quotes around the value"


def explain(error: yaml.MarkedYAMLError, text: str) -> Found:
    """Return the line of ``text`` with the mistake, what is wrong, and what to do."""
    lines = text.split("\n")
    mark = error.problem_mark or error.context_mark
    last = min(mark.line if mark else 0, len(lines) - 1)
    return (
        _end_of_fields(lines, last)
        or _open_quote(lines, last)
        or _no_colon(lines, last)
        or _in_context(error, lines)
        or _at_the_place(error, lines, last)
    )


def _end_of_fields(lines: list[str], last: int) -> Found | None:
    for index, line in enumerate(lines[: last + 1]):
        if line.rstrip() in ("---", "..."):
            return index, f"the line `{line.rstrip()}` ends the fields", "delete it"
    return None


def _open_quote(lines: list[str], last: int) -> Found | None:
    """Find a quotation mark that is not closed on its line while another field follows."""
    for index, line in enumerate(lines[: last + 1]):
        opened = OPENED.fullmatch(line)
        if not opened or WHOLE.match(opened["value"]):
            continue
        below = next((other for other in lines[index + 1 :] if other.strip()), "")
        if not below or KEY.match(below) or below.lstrip().startswith("- "):
            sign = opened["value"][0]
            hint = f"write `{sign}` at the end of the value too, or remove it at the start"
            return index, "a quotation mark that is opened here is never closed", hint
    return None


def _no_colon(lines: list[str], last: int) -> Found | None:
    """Find a line at the left margin that is not a field."""
    for index, line in enumerate(lines[: last + 1]):
        above = "".join(lines[:index])
        if above.count("[") > above.count("]") or above.count("{") > above.count("}"):
            return None
        if line.startswith((" ", "\t", *NOT_A_FIELD)) or not line.strip():
            continue
        if ": " not in line and ":\t" not in line and not line.rstrip().endswith(":"):
            return index, *_colon_missing(line)
    return None


def _colon_missing(line: str) -> tuple[str, str]:
    name, value = [*re.split(r"[\s:=]+", line.strip(), maxsplit=1), ""][:2]
    return "a colon and a space are missing", f"write `{name}: {value or '…'}`"


def _in_context(error: yaml.MarkedYAMLError, lines: list[str]) -> Found | None:
    """Explain an error by what the parser was reading when it stopped."""
    context, mark = error.context or "", error.context_mark
    if mark is None or mark.line >= len(lines):
        return None
    index, sign = mark.line, lines[mark.line][mark.column : mark.column + 1]
    if "simple key" in context:
        return index, *_colon_missing(lines[index].lstrip("- "))
    if "flow" in context:
        close = {"[": "]", "{": "}"}.get(sign, "]")
        if close in lines[index][mark.column :]:
            hint = (
                "write a comma between two items; put quotes around an item that contains a colon"
            )
            return index, f"the text between `{sign}` and `{close}` cannot be read", hint
        return index, "a bracket that is opened here is never closed", f"close it with `{close}`"
    if "quoted scalar" in context:
        if "escape" in (error.problem or ""):
            hint = "use single quotes around the value"
            return index, "a backslash has a special meaning inside double quotes", hint
        hint = f"write `{sign}` at the end of the value too"
        return index, "a quotation mark that is opened here is never closed", hint
    if any(what in context for what in ("alias", "anchor", "tag", "block scalar")):
        return index, *_reserved(sign)
    return None


def _reserved(sign: str) -> tuple[str, str]:
    return f"a value that starts with `{sign}` has a special meaning in YAML", QUOTES


def _at_the_place(error: yaml.MarkedYAMLError, lines: list[str], last: int) -> Found:
    """Explain an error by the text at which the parser stopped."""
    problem, mark = error.problem or "", error.problem_mark
    line, column = lines[last], mark.column if mark else 0
    sign = line[column : column + 1]
    if "is not allowed here" in problem:  # our own words
        return last, problem, QUOTES
    if "mapping values" in problem:
        return last, *_second_colon(lines, last, column)
    if "start any token" in problem and sign == "\t":
        return (
            last,
            "there is a tab where only spaces are allowed",
            "indent with spaces, not with tabs",
        )
    if "start any token" in problem or "node content" in problem:
        return last, *_reserved(sign)
    if "document start" in problem and lines[0].startswith(" "):
        hint = "start every field at the left margin"
        return 0, "this line is indented more than those below", hint
    if sign == "-" and not WHOLE.search(line[:column]):
        hint = "write `field: [a, b]`, or below `field:` each `- item` on its own line"
        return last, "a list item is not possible here", hint
    if "but found" in problem and not line[:column].strip():
        return last, "this line is not indented like those above", _column(lines, last)
    if "but found" in problem and WHOLE.search(line[:column]):
        hint = "put the other kind of quotes around the whole value"
        return last, "there are words after the closing quotation mark", hint
    if sign in ("]", "}"):
        return last, f"`{sign}` closes something that was not opened", QUOTES
    hint = "write one `field: value` per line, and lists as `- item`, indented with spaces"
    return last, "the fields cannot be read from here on", hint


def _second_colon(lines: list[str], index: int, column: int) -> tuple[str, str]:
    """Explain a colon where no field can start: a wrong indent, or a colon within a value."""
    above = next((line for line in reversed(lines[:index]) if line.strip()), "")
    key = KEY.match(above)
    indent = len(lines[index]) - len(lines[index].lstrip())
    first = re.search(r":(?:\s|$)", lines[index])
    if key and first and first.start() == column and indent > len(key["indent"]):
        return "this line is indented more than the one above", _column(lines, index)
    return (
        "the value contains a colon followed by a space",
        "put quotes around the value: a colon and a space inside it confuse YAML",
    )


def _column(lines: list[str], index: int) -> str:
    above = next((line for line in reversed(lines[:index]) if KEY.match(line)), "")
    name = above.lstrip(" -").partition(":")[0]
    return f"start it in the same column as `{name}`" if name else "start it at the left margin"
