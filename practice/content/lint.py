"""Line rules for Markdown: mistakes that can be seen before the text is parsed.

Each rule is a generator over the lines outside code blocks. Markdown would accept all of these
mistakes without an error, and the page would come out wrong.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from itertools import chain

from practice.content import characters, limits
from practice.content.callouts import code_never_closed, outside_code
from practice.problems import Problem, Severity

MARKS = re.compile(r"[ ]*(?:>[ ]*|(?:[-*+]|\d+[.)])[ ]+)+")
"""List and quotation markers at the start of a line."""
ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?: |$)")
NEARLY_ITEM = re.compile(
    r"[ ]{0,3}(?P<mark>[-+]|\*(?=[^*]*$)|\d{1,2}[.)])(?=[^\W\d_]|[^\S ])"
    r"|[ ]{0,3}(?P<bullet>[•·▪‣–—])[ \xa0]*\S"
)
"""A line that looks like a list item but is not: no plain space, or another character."""
RULE = re.compile(r"[ ]{0,3}([-*_])(?:[ ]*\1){2,}[ ]*")
"""A thematic break."""
BRACKET = re.compile(r"\\.|[\[\]()]")
CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
ENTITY = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7})|[A-Za-z][A-Za-z0-9]*);")
OTHER_DIALECTS = (
    (re.compile(r"^:::+\s*\w"), "write a callout: `/// key-point`"),
    (re.compile(r"^(?:!!!|\?\?\?\+?)\s+\w"), "write a callout: `/// key-point`"),
    (
        re.compile(r"(?<![\\{])\{(?:[:.#][^{}]*|\w+=[^{}]*)\}"),
        "remove it: attributes are not supported",
    ),
    (re.compile(r"\{%.*?%\}|\{\{.*?\}\}"), "remove it: only templates use these characters"),
    (
        re.compile(r"\[\^[\w-]+\](?!:)"),
        "list the study under `sources` instead: footnotes are not supported",
    ),
    (
        re.compile(r"^\[(?:TOC|\[_?TOC_?\])\]\s*$", re.IGNORECASE),
        "remove it: the list of contents is added automatically",
    ),
    (re.compile(r"^\s*[-*+] \[[ xX]\] "), "write a plain list"),
    (re.compile(r"~~\w[^~]*~~"), "remove the words"),
    (re.compile(r"(?<=\w)\^\w{1,9}\^"), "write a raised figure as a sign, such as `³`"),
    (re.compile(r"(?<=\w)~\w{1,9}~(?!~)"), "write a lowered figure as a sign, such as `₂`"),
    (re.compile(r"(?<!=)==[^\s=](?:[^=]*[^\s=])?==(?!=)"), "write `**` instead to make it bold"),
    (re.compile(r"(?<![\w:]):[a-z][a-z_]+:(?![\w:])"), "write the emoji itself, or words"),
    (re.compile(r"!?\[\[(?=[^\[\]]*[^\W\d_]{2})[^\[\]]+\]\]"), "write `[words](address)`"),
    (re.compile(r"^ {0,3}:[ ]+\S.*"), "write a list, or a paragraph that starts with a bold word"),
    (re.compile(r"^ {0,3}#{2,6}[^#\s].*"), "write a space after the `#` signs"),
    (re.compile(r"\]\s+\((?:\{|https?:|mailto:|tel:)"), "write `](` without a space"),
    (
        re.compile(r"\]\((?:\{|/|https?:|mailto:|tel:|www\.|[\w-]+\.\w{2,})[^)]*$"),
        "close the link with `)`",
    ),
)
"""Markup of other Markdown dialects, which would be shown as written, with the remedy."""
DIALECT_SIGNS = re.compile(r"[{\[^~:]|!!!|\?\?\?|==|##")
"""A line without any of these characters contains no such markup."""
DEFINITION = re.compile(r"^[ ]{0,3}\[([^\]]+)\]:\s*\S")
REFERENCE = re.compile(r"\[[^\[\]]+\]\[([^\[\]]+)\]")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\](?:\([^)]*\)?|\[[^\[\]]*\])")
BRACKETS = re.compile(r"(?<![\[\\])\[(?![\^ ])(?=[^\[\]]*[^\W\d_]{2})([^\[\]]+)\](?![\]:])")
"""Words between brackets that are not part of a link."""
BOLD = re.compile(r"\\.|(?<!\*)\*\*(?!\*)")
BAR = re.compile(r"[ ]{0,3}\|")
CELL_END = re.compile(r"\\.|\|")
TABLE_RULE = re.compile(r"[ ]{0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*")
"""The delimiter row below a table's header."""
HEADING = re.compile(r"(#{1,6})(?!#)")
UNDERLINE = re.compile(r"(?:=+|-+)[ ]*")


def check(path: str, lines: list[str], first_line: int) -> Iterator[Problem]:
    """Yield the problems of a body's lines; ``first_line`` is the number of the first one."""
    text = dict(_text(lines))
    found = [rule(lines) for rule in (_empty_sections, _code, _tables)]
    found += [rule(text) for rule in (_items, _signs, _bold, _references)]
    for index, code, message, hint in chain.from_iterable(found):
        severity: Severity = "warning" if code == "brackets" else "error"
        yield Problem(path, first_line + index, code, message, hint, severity)


Found = Iterator[tuple[int, str, str, str]]
"""The index of a line, and the problem's code, message and hint."""
Text = dict[int, str]
"""The lines outside code blocks by their index, without inline code."""


def too_much(path: str, lines: list[str], first_line: int) -> Iterator[Problem]:
    """Yield the first line that exceeds a limit and could take the parser extremely long."""
    open_brackets = 0
    for index in outside_code(lines):
        line = lines[index]
        open_brackets, most = _brackets(line, open_brackets) if line.strip() else (0, 0)
        marks = MARKS.match(line)
        message, hint = "", ""
        if marks and not RULE.fullmatch(line) and _depth(marks[0]) > limits.NESTING:
            message, hint = "lists or quotations are nested too deeply", "use fewer levels"
        elif most > limits.BRACKETS:
            message, hint = "too many brackets are left open", "close them, or leave them out"
        elif line.count("|") > limits.COLUMNS:
            message, hint = "the table has too many columns", "make several tables of it"
        if message:
            yield Problem(path, first_line + index, "text-limit", message, hint)
            return


def _depth(marks: str) -> int:
    """Return the nesting depth that some list and quotation markers produce."""
    return len(re.findall(r"[>*+-]|\d[.)]", marks)) + (len(marks) - len(marks.lstrip())) // 4


def _brackets(line: str, count: int) -> tuple[int, int]:
    """Return the open brackets after a line that starts with ``count``, and the most within it."""
    most = count
    if not count and "[" not in line and "(" not in line:
        return 0, 0
    for bracket in BRACKET.finditer(line):
        if bracket[0] in "[(":
            count += 1
            most = max(most, count)
        elif bracket[0] in "])" and count:
            count -= 1
    return count, most


def _items(text: Text) -> Found:
    """Find lines that look like items of a list but are not: they would become one paragraph."""
    above, nearly, reported = -2, False, False
    """The last line that is an item or nearly one, whether nearly, and whether it is reported."""
    for index, line in text.items():
        match = NEARLY_ITEM.match(line)
        if not match and not ITEM.match(line):
            continue
        reported = reported and index == above + 1
        if index == above + 1 and (match or nearly) and not reported:
            near = match or NEARLY_ITEM.match(text[above])
            mark = near and near["mark"]
            cure = "write a plain space after it" if mark else "start each line with `- `"
            message = (
                f"the lines that start with `{mark or (near and near['bullet'])}` are not a list"
            )
            yield above if nearly else index, "list-space", message, cure
            reported = True
        above, nearly = index, bool(match)


def headings(lines: list[str]) -> list[int]:
    """Return the indices of the headings in some lines, including those in lists and quotations."""
    found = []
    for index in outside_code(lines):
        marks = MARKS.match(lines[index])
        line = lines[index][marks.end() if marks else 0 :].lstrip()
        under = lines[index + 1] if index + 1 < len(lines) else ""
        if HEADING.match(line) or (line and UNDERLINE.fullmatch(under)):
            found.append(index)
    return found


def _outside_callouts(lines: list[str]) -> Iterator[tuple[int, str]]:
    inside = False
    for index in outside_code(lines):
        line = lines[index]
        if line.startswith("///"):
            inside = bool(line.strip("/ "))
        if not inside:
            yield index, line


def _empty_sections(lines: list[str]) -> Found:
    """Find a heading with neither text nor a deeper heading below it."""
    waiting: tuple[int, int] | None = None
    """The index and the level of the last heading."""
    outside = dict(_outside_callouts(lines)) | {len(lines): "#"}
    for index, line in enumerate([*lines, "#"]):
        if index not in outside:
            waiting = None
            continue
        match = HEADING.match(line)
        if waiting and match and len(match[1]) <= waiting[1]:
            hint = "write the text below it, or delete the heading"
            yield waiting[0], "section-empty", "there is no text below this heading", hint
        if match:
            waiting = (index, len(match[1])) if line.strip("# ") else None
        elif line.strip():
            waiting = None


def _code(lines: list[str]) -> Found:
    """Find a code block that is never closed and would swallow the rest of the text."""
    opened = code_never_closed(lines)
    if opened is not None:
        hint = "write the same three characters on a line below it"
        yield opened, "code-open", "the code block that starts here is never closed", hint


def _signs(text: Text) -> Found:
    """Find characters that would be shown as written, or would be invisible."""
    for index, line in text.items():
        entities = list(ENTITY.finditer(line)) if "&" in line else []
        shown = ENTITY.sub(_character, line) if entities else ""
        hidden = {"\ufffd", *(found for _, found in characters.find(shown))}
        for entity in entities:
            if _character(entity) in hidden:
                message = f"`{entity[0]}` is the code of an invisible character"
                yield index, "character", message, "delete it"
        if not DIALECT_SIGNS.search(line):
            continue
        for pattern, hint in OTHER_DIALECTS:
            sign = pattern.search(line)
            if sign:
                message = f"`{sign[0].strip()[:40]}` would be shown exactly as written"
                yield index, "markup-unknown", message, hint


def _character(entity: re.Match[str]) -> str:
    """Return what a character reference stands for."""
    code = entity[0][2:-1]
    if not entity[0].startswith("&#"):
        return html.unescape(entity[0])
    number = int(code[1:], 16) if code[0] in "xX" else int(code)
    return chr(number) if 0 < number <= sys.maxunicode else "\ufffd"


def _bold(text: Text) -> Found:
    """Find `**` that starts bold text but is never closed."""
    opened: tuple[int, str] | None = None
    for index in range(max(text, default=0) + 2):
        line = text.get(index, "")
        begins_anew = not line or MARKS.match(line) or line.startswith(("#", "|", "///"))
        if begins_anew and opened:
            at, words = opened
            message = f"`{words}` would be shown with its asterisks"
            yield at, "markup-unknown", message, "write `**` after the bold words too"
        if begins_anew:
            opened = None
        for stars in BOLD.finditer(line) if "**" in line else ():
            behind = line[stars.end() : stars.end() + 1].strip()
            before = line[: stars.start()][-1:].strip()
            if stars[0] != "**":
                continue
            if opened and before:
                opened = None
            elif not opened and behind and not before.isalnum():
                opened = (index, line[stars.start() :][:40].strip())


def _tables(lines: list[str]) -> Found:
    """Find lines that look like a table but lack a valid delimiter row."""
    text = {index: lines[index] for index in outside_code(lines)}
    for index, line in text.items():
        head = text.get(index - 1, "")
        if "|" in line and "|" in head and TABLE_RULE.fullmatch(line):
            if cells(line) != cells(head):
                yield index, "table-cells", *different_cells(line, cells(head))
            continue
        begins = BAR.match(line) and BAR.match(head) and not BAR.match(text.get(index - 2, ""))
        if begins and not TABLE_RULE.fullmatch(head):
            message = "the lines that start with `|` are not a table"
            hint = "write a second line such as `|---|---|`, with as many parts as the first one"
            yield index - 1, "table-rule", message, hint


def different_cells(row: str, columns: int) -> tuple[str, str]:
    """Return the message and the hint for a row whose number of cells is not ``columns``."""
    found = f"{cells(row)} and {columns}"
    message = f"this row and the table’s first row have different numbers of cells ({found})"
    return message, "write a `|` between two cells; inside a cell, write `\\|`"


def cells(row: str) -> int:
    """Return the number of cells in a row of a table."""
    row = row.strip()
    bars = [bar.start() for bar in CELL_END.finditer(row) if bar[0] == "|"]
    return len(bars) + 1 - (0 in bars) - (len(row) > 1 and len(row) - 1 in bars)


def _references(text: Text) -> Found:
    """Find reference links without a definition, which would be shown with their brackets."""
    bracketed = {index: line for index, line in text.items() if "[" in line}
    defined: set[str] = set()
    for index, line in bracketed.items():
        if match := DEFINITION.match(line):
            if _label(match[1]) in defined:
                message = (
                    f"`{line.strip()[:60]}` would not be read: a line above defines it already"
                )
                yield index, "link-unused", message, "delete it, or give it another label"
            defined.add(_label(match[1]))
    for index, line in bracketed.items():
        for reference in REFERENCE.finditer(line):
            if _label(reference[1]) not in defined:
                message = f"no line `[{reference[1]}]: …` gives the address of this link"
                yield index, "link-reference", message, "write `[words](address)`"
        if DEFINITION.match(line) or any(sign.search(line) for sign, _ in OTHER_DIALECTS):
            continue
        for words in BRACKETS.finditer(LINK.sub("", line)):
            if _label(words[1]) not in defined:
                message = f"`{words[0]}` will be shown with its brackets"
                hint = f"if it is to be a link, write `{words[0]}(address)`"
                yield index, "brackets", message, hint


def _label(words: str) -> str:
    return " ".join(words.lower().split())


def _text(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Return the lines outside code blocks, without inline code."""
    for index in outside_code(lines):
        line = lines[index]
        if line.strip() and not line.startswith("    "):
            yield index, CODE.sub("", line) if "`" in line else line
