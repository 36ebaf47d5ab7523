"""Front matter: YAML between ``---`` lines, read so that every value remembers its line.

Plain values stay the words that were written (``no``, ``08:00``, ``2026-01-05``): YAML 1.1
would turn them into a truth value, a number of seconds and a date of its own making
(https://yaml.org/type/bool.html, /int.html). The models decide what a value means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from practice.content import yaml_errors
from practice.problems import Problem

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""A value as it is written; None where nothing stands behind the colon."""
Location = tuple[str | int, ...]
"""Where a value stands, as pydantic names it: ``("faq", 0, "question")``."""

MAX_DEPTH = 12
MOST_MISTAKES = 20
"""Fields that are no YAML, of which each is named."""
INSIDE = ("", " ", "\t", "-", "#", "]", "}")
"""How a line begins that belongs to the field above."""
FIELD_HINT = "write one `field: value` a line"

# Characters that a text never needs: C0 and C1 controls but tab and line feed, halves of
# characters, and the bidirectional marks with which a text can show other words than it holds
# (Unicode TR 36).
BAD_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\u2028\u2029"
    "\ud800-\udfff]"
)
MARKUP = re.compile(
    r"</?[A-Za-z][^<>\n]*>|<!--|<(?:script|img|svg|iframe|style)\b"
    r"|&(?:[A-Za-z]{2,8}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"
)
"""HTML where only words are meant: it would be shown as it is written."""
FENCE = re.compile(r"---[ \t]*")
NEARLY_FENCE = re.compile(r"[ \t]*(?:-{2,}|[–—]+|[*+=]{3,})[ \t]*")
"""A line that is meant to begin or end the fields, and does not."""


@dataclass
class Data:
    """Values read from YAML, with the line of each."""

    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[Location, int] = field(default_factory=dict)
    first_line: int = 1
    unread: bool = False
    """Whether a part of it is no YAML: then fields may seem to be missing that are not."""

    def line_of(self, location: Location) -> int:
        """The line of a value, or of the nearest thing that holds it."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return self.first_line


def split(path: str, text: str) -> tuple[str, int, list[Problem]]:
    """Cut a file in two: its front matter, and the number of the line that closes it (0 if none).

    Returns the YAML text, the line of the closing ``---`` and what is wrong with the cut.
    """
    lines = text.split("\n")
    if not text.strip():
        return "", 0, [Problem(path, 1, "file-empty", "the file is empty", "write it or delete it")]
    if NEARLY_FENCE.fullmatch(lines[0]) and not FENCE.fullmatch(lines[0]):
        message, hint = _not_three_hyphens(lines[0])
        return "", 0, [Problem(path, 1, "front-matter-missing", message, hint)]
    if not FENCE.fullmatch(lines[0]):
        hint = "begin the file with a line `---`, then the fields, then another line `---`"
        return "", 0, [Problem(path, 1, "front-matter-missing", "there is no front matter", hint)]
    for number, line in enumerate(lines[1:], start=2):
        if FENCE.fullmatch(line):
            problems = []
            if number < len(lines) and lines[number].strip():
                problems.append(
                    Problem(
                        path,
                        number + 1,
                        "front-matter-close",
                        "the text begins right under the front matter",
                        "leave a blank line after the closing `---`",
                    )
                )
            return "\n".join(lines[1 : number - 1]), number, problems
    for number, line in enumerate(lines[1:], start=2):
        if NEARLY_FENCE.fullmatch(line):
            message, hint = _not_three_hyphens(line)
            return "", 0, [Problem(path, number, "front-matter-open", message, hint)]
    hint = "close the fields with a line `---`"
    return "", 0, [Problem(path, 1, "front-matter-open", "the front matter never ends", hint)]


def _not_three_hyphens(line: str) -> tuple[str, str]:
    message = f"`{line.strip()[:40]}` neither begins nor ends the fields"
    return message, "write three hyphens, `---`, at the left margin"


def parse(path: str, text: str, first_line: int = 1) -> tuple[Data, list[Problem]]:
    """Read a YAML mapping; ``first_line`` is the line of the file on which ``text`` begins.

    A field that is no YAML is left out, so that all such mistakes are found, and those of others.
    """
    node, problems = _node(path, text, first_line)
    data = Data(first_line=first_line)
    if isinstance(node, yaml.MappingNode):
        reader = _Reader(path, first_line, data.lines)
        values = reader.mapping(node, ())
        data.values = {name: value for name, value in values.items() if name not in reader.deep}
        problems.extend(reader.problems)
    elif node is not None and not problems:
        line = first_line + node.start_mark.line
        problems.append(Problem(path, line, "yaml", "these are not fields", FIELD_HINT))
    data.unread = any(problem.code == "yaml" for problem in problems)
    return data, problems


def _node(path: str, text: str, first_line: int) -> tuple[yaml.Node | None, list[Problem]]:
    """What can be read of some YAML, and what is wrong with the fields that cannot."""
    problems: list[Problem] = []
    for _ in range(MOST_MISTAKES):
        try:
            return _quick(text) or _Loader(text).get_single_node(), problems
        except yaml.MarkedYAMLError as error:
            index, message, hint = yaml_errors.explain(error, text)
            problems.append(Problem(path, first_line + index, "yaml", message, hint))
            text = _without_field(text, index)
        except (yaml.YAMLError, RecursionError) as error:
            deep = isinstance(error, RecursionError)
            message = "the fields are nested too deeply" if deep else "the fields cannot be read"
            problems.append(Problem(path, first_line, "yaml", message, FIELD_HINT))
            break
    return None, problems


def _without_field(text: str, index: int) -> str:
    """Some YAML with nothing in place of the field to which a line belongs."""
    lines = text.split("\n")
    if lines[index].startswith(("---", "...")):
        return "\n".join([*lines[:index], "", *lines[index + 1 :]])
    begins = [number for number, line in enumerate(lines) if line[:1] not in INSIDE]
    start = max((number for number in begins if number <= index), default=0)
    end = min((number for number in begins if number > index), default=len(lines))
    return "\n".join([*lines[:start], *[""] * (end - start), *lines[end:]])


EVERYDAY = re.compile(
    r"(?:(?:  ){0,4}(?:- )?(?:[A-Za-z][\w-]*:(?=[ \n])[ ]?)?"
    r"(?:\"[^\"\\\n\t\x80-\x9f\u2028\u2029]*\"|\[[A-Za-z][\w-]*(?:, [A-Za-z][\w-]*)*\]"
    r"|[A-Za-z0-9$(+](?:[^\s:#]|:(?=[^\s:#])|[ ](?=[^\s:#]))*)?\n)*"
)
"""Lines on which libyaml and PyYAML's own parser agree; they do not on all of YAML."""


def _quick(text: str) -> yaml.Node | None:
    """The node of some everyday YAML by libyaml, ten times as fast; None for any other text.

    What is wrong with a text is PyYAML's own parser to say, whose words we know.
    """
    if not yaml.__with_libyaml__ or not EVERYDAY.fullmatch(text + "\n"):
        return None
    try:
        return yaml.CBaseLoader(text).get_single_node()
    except yaml.YAMLError:
        return None


class _Loader(yaml.BaseLoader):
    """YAML as nodes, every plain scalar a string; anchors and tags are refused."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's parser is untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                None,
                None,
                "`&` and `*` have a meaning in YAML that is not allowed here",
                event.start_mark,
            )
        if getattr(event, "tag", None):
            raise yaml.composer.ComposerError(
                None, None, "`!` has a meaning in YAML that is not allowed here", event.start_mark
            )
        return super().compose_node(parent, index)


class _Reader:
    """Turns YAML nodes into plain values, noting the line of each and what cannot be."""

    def __init__(self, path: str, first_line: int, lines: dict[Location, int]) -> None:
        self.path = path
        self.first_line = first_line
        self.lines = lines
        self.problems: list[Problem] = []
        self.deep: set[str] = set()
        """Fields that are nested too deeply."""

    def mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = self._line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(line, "yaml", "a field's name has to be a word", FIELD_HINT)
                continue
            key = self._text(key_node)
            if key in values:
                first = self.lines[(*location, key)]
                self._problem(
                    line,
                    "field-twice",
                    f"`{key}` is written twice; first on line {first}",
                    "keep one of them",
                )
                continue
            self.lines[(*location, key)] = line
            values[key] = self._value(value_node, (*location, key))
        return values

    def _value(self, node: yaml.Node, location: Location) -> Value:
        if len(location) > MAX_DEPTH:
            self._problem(self._line(node), "yaml", "the fields are nested too deeply", FIELD_HINT)
            self.deep.add(str(location[0]))
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            values: list[Value] = []
            for index, item in enumerate(node.value):
                self.lines[(*location, index)] = self._line(item)
                values.append(self._value(item, (*location, index)))
            return values
        empty = node.value == "" and not getattr(node, "style", None)
        return None if empty else self._text(node)

    def _text(self, node: yaml.Node) -> str:
        """A scalar; between double quotes, YAML can spell characters that are not in the file."""
        text = str(node.value)
        bad = BAD_CHARACTERS.search(text)
        if bad:
            message = f"an invisible character (U+{ord(bad[0]):04X}) is spelled out here"
            self._problem(self._line(node), "character", message, "delete it")
        markup = MARKUP.search(text)
        if markup:
            message = f"`{markup[0][:40]}` is HTML"
            hint = "write plain words; a sign such as & is written as it is"
            self._problem(self._line(node), "raw-html", message, hint)
        return BAD_CHARACTERS.sub("", text)

    def _line(self, node: yaml.Node) -> int:
        return self.first_line + int(node.start_mark.line)

    def _problem(self, line: int, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, line, code, message, hint))
