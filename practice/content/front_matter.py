"""Front matter: YAML between ``---`` lines, parsed with the line of every value.

Plain values stay text as written (``no``, ``08:00``, ``2026-01-05``). YAML 1.1 would turn them
into a boolean, a number of seconds and a date (https://yaml.org/type/bool.html, /int.html).
The models decide what a value means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from practice.content import characters, yaml_errors
from practice.problems import Problem

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""A value as it is written; None where nothing stands behind the colon."""
Location = tuple[str | int, ...]
"""The path to a value, in pydantic's form: ``("faq", 0, "question")``."""

MAX_DEPTH = 12
MOST_MISTAKES = 20
"""The most fields with invalid YAML that are reported one by one."""
INSIDE = ("", " ", "\t", "-", "#", "]", "}")
"""How a line starts that belongs to the field above it."""
FIELD_HINT = "write one `field: value` per line"

MARKUP = re.compile(
    r"</?[A-Za-z][^<>\n]*>|<!--|<(?:script|img|svg|iframe|style)\b"
    r"|&(?:[A-Za-z]{2,8}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"
)
"""HTML in a field that takes plain text; it would be shown as written."""
COMMENT = re.compile(r"[ \t]+(#.*)")
MERGED = re.compile(r"\n[ ]*(?:- |[A-Za-z][\w-]*:(?!//))")
"""A line of a value without quotation marks that looks like an item or a field."""
ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\[nt_])")
"""A line feed, a tab or a no-break space as double quotes can hold them."""
FENCE = re.compile(r"---[ \t]*")
NEARLY_FENCE = re.compile(r"[ \t]*(?:-{2,}|[–—]+|[*+=]{3,})[ \t]*")
"""A line that looks like the `---` fence but is not."""


@dataclass
class Data:
    """Values parsed from YAML, with the line of each."""

    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[Location, int] = field(default_factory=dict)
    first_line: int = 1
    unread: bool = False
    """Whether part of the YAML is invalid. Then a field that seems missing may be in that part."""
    comments: dict[Location, str] = field(default_factory=dict)
    """What follows a ` #` on the line of an unquoted value.

    To YAML it is a comment. Whether the editor meant a comment or text depends on the field.
    """

    def line_of(self, location: Location) -> int:
        """Return the line of a value, or of the nearest value that contains it."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return self.first_line


def split(path: str, text: str) -> tuple[str, int, list[Problem]]:
    """Split a file into its front matter and the rest.

    Returns the YAML text, the line number of the closing ``---`` (0 if there is none) and the
    problems of the fences.
    """
    lines = text.split("\n")
    if not text.strip():
        return "", 0, [Problem(path, 1, "file-empty", "the file is empty", "write it or delete it")]
    if NEARLY_FENCE.fullmatch(lines[0]) and not FENCE.fullmatch(lines[0]):
        message, hint = _not_three_hyphens(lines[0])
        return "", 0, [Problem(path, 1, "front-matter-missing", message, hint)]
    if not FENCE.fullmatch(lines[0]):
        hint = "start the file with a line `---`, then the fields, then another line `---`"
        message = "the fields at the top are missing (front matter)"
        return "", 0, [Problem(path, 1, "front-matter-missing", message, hint)]
    for number, line in enumerate(lines[1:], start=2):
        if FENCE.fullmatch(line):
            problems = []
            if number < len(lines) and lines[number].strip():
                problems.append(
                    Problem(
                        path,
                        number + 1,
                        "front-matter-close",
                        "the text starts directly below the front matter",
                        "leave a blank line after the closing `---`",
                    )
                )
            return "\n".join(lines[1 : number - 1]), number, problems
    for number, line in enumerate(lines[1:], start=2):
        if NEARLY_FENCE.fullmatch(line):
            message, hint = _not_three_hyphens(line)
            return "", 0, [Problem(path, number, "front-matter-open", message, hint)]
    hint = "end the fields with a line `---`"
    return "", 0, [Problem(path, 1, "front-matter-open", "the front matter is never closed", hint)]


def _not_three_hyphens(line: str) -> tuple[str, str]:
    message = f"`{line.strip()[:40]}` does not start or end the front matter"
    return message, "write three hyphens, `---`, at the left margin"


def parse(path: str, text: str, first_line: int = 1) -> tuple[Data, list[Problem]]:
    """Parse a YAML mapping; ``first_line`` is the line of the file on which ``text`` starts.

    A field with invalid YAML is left out and the rest is parsed again, so that one run reports
    every mistake.
    """
    node, text, problems = _node(path, text, first_line)
    data = Data(first_line=first_line)
    if isinstance(node, yaml.MappingNode):
        reader = _Reader(path, text, data)
        values = reader.mapping(node, ())
        data.values = {name: value for name, value in values.items() if name not in reader.deep}
        problems.extend(reader.problems)
    elif node is not None and not problems:
        line = first_line + node.start_mark.line
        problems.append(Problem(path, line, "yaml", "these lines are not fields", FIELD_HINT))
    data.unread = any(problem.code == "yaml" for problem in problems)
    return data, problems


def _node(path: str, text: str, first_line: int) -> tuple[yaml.Node | None, str, list[Problem]]:
    """Return the YAML node and the text without invalid fields, and the problems of those."""
    problems: list[Problem] = []
    for _ in range(MOST_MISTAKES):
        try:
            return _quick(text) or _Loader(text).get_single_node(), text, problems
        except yaml.MarkedYAMLError as error:
            index, message, hint = yaml_errors.explain(error, text)
            problems.append(Problem(path, first_line + index, "yaml", message, hint))
            text = _without_field(text, index)
        except (yaml.YAMLError, RecursionError) as error:
            deep = isinstance(error, RecursionError)
            message = "the fields are nested too deeply" if deep else "the fields cannot be read"
            problems.append(Problem(path, first_line, "yaml", message, FIELD_HINT))
            break
    return None, text, problems


def _without_field(text: str, index: int) -> str:
    """Return the YAML text with blank lines in place of the field that contains a line."""
    lines = text.split("\n")
    if lines[index].startswith(("---", "...")):
        return "\n".join([*lines[:index], "", *lines[index + 1 :]])
    begins = [number for number, line in enumerate(lines) if line[:1] not in INSIDE]
    start = max((number for number in begins if number <= index), default=0)
    end = min((number for number in begins if number > index), default=len(lines))
    return "\n".join([*lines[:start], *[""] * (end - start), *lines[end:]])


EVERYDAY = re.compile(
    r"(?:(?:  ){0,4}(?:- )?(?:[A-Za-z][\w-]*:(?=[ \n])[ ]?)?(?:>-|-[0-9.]+|\[\]"
    r"|\"[^\"\\\n\t\x80-\x9f\u2028\u2029]*\""
    r"|\[[A-Za-z][\w.-]*(?: [\w.-]+)*(?:, [A-Za-z][\w.-]*(?: [\w.-]+)*)*\]"
    r"|[A-Za-z0-9$(+](?:[^\s:#]|:(?=[^\s:#])|[ ](?=[^\s:#]))*:?)?\n|#[^\s]*(?: [^\s]+)*\n)*"
)
"""Lines that libyaml and PyYAML's Python parser read the same; for all of YAML they do not."""


def _quick(text: str) -> yaml.Node | None:
    """Parse simple YAML with libyaml, which is ten times as fast; return None for any other text.

    Invalid YAML goes to PyYAML's Python parser, because `yaml_errors` explains its messages.
    """
    if not yaml.__with_libyaml__ or not EVERYDAY.fullmatch(text + "\n"):
        return None
    try:
        return yaml.CBaseLoader(text).get_single_node()
    except yaml.YAMLError:
        return None


class _Loader(yaml.BaseLoader):
    """Loads YAML as nodes with every plain scalar as a string; refuses anchors and tags."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's parser is untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                None,
                None,
                "`&` and `*` have a special meaning in YAML, which is not allowed here",
                event.start_mark,
            )
        if getattr(event, "tag", None):
            raise yaml.composer.ComposerError(
                None,
                None,
                "`!` has a special meaning in YAML, which is not allowed here",
                event.start_mark,
            )
        return super().compose_node(parent, index)


class _Reader:
    """Turns YAML nodes into plain values and records their lines and problems."""

    def __init__(self, path: str, text: str, data: Data) -> None:
        self.path = path
        self.text = text
        self.data = data
        self.problems: list[Problem] = []
        self.deep: set[str] = set()
        """Fields that are nested too deeply."""

    def mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = self._line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(line, "yaml", "the name of a field must be a single word", FIELD_HINT)
                continue
            key = self._text(key_node, str(key_node.value))
            if key in values:
                first = self.data.lines[(*location, key)]
                self._problem(
                    line,
                    "field-twice",
                    f"`{key}` is written twice; first on line {first}",
                    "keep only one",
                )
                continue
            self.data.lines[(*location, key)] = line
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
                self.data.lines[(*location, index)] = self._line(item)
                values.append(self._value(item, (*location, index)))
            return values
        text = self._as_written(node, location)
        empty = text == "" and not getattr(node, "style", None)
        return None if empty else self._text(node, text)

    def _as_written(self, node: yaml.Node, location: Location) -> str:
        """Return the text of a scalar, and report what YAML would change without an error."""
        end = node.end_mark.index
        written = self.text[node.start_mark.index : end]
        style = getattr(node, "style", None)
        if style == '"' and (escape := ESCAPE.search(written)):
            message = f"`{escape[1]}` has a special meaning inside double quotes"
            self._problem(self._line(node), "yaml", message, "use single quotes around the value")
        if style:
            return str(node.value)
        if comment := COMMENT.match(self.text, end):
            self.data.comments[location] = comment[1].rstrip()
        if merged := MERGED.search(written):
            line = self._line(node) + written.count("\n", 0, merged.start()) + 1
            message = "this line would become part of the value above"
            hint = "write a space behind the colon, and start all fields in the same column"
            if "- " in merged[0]:
                hint = "align every `-` of the list in the same column"
            self._problem(line, "yaml", message, hint)
            return " ".join(written[: merged.start()].split())
        return str(node.value)

    def _text(self, node: yaml.Node, text: str) -> str:
        """Return the text of a scalar; escapes in double quotes can hide forbidden characters."""
        bad = next(characters.find(text), None)
        if bad:
            name = characters.name_of(bad[1])
            message = f"an invisible character ({name}) is written here as a code"
            self._problem(self._line(node), "character", message, "delete it")
        markup = MARKUP.search(text)
        if markup:
            message = f"`{markup[0][:40]}` is HTML"
            hint = "write plain words; characters such as & need no code"
            self._problem(self._line(node), "raw-html", message, hint)
        return characters.without(text) if bad else text

    def _line(self, node: yaml.Node) -> int:
        return self.data.first_line + int(node.start_mark.line)

    def _problem(self, line: int, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, line, code, message, hint))
