"""Callouts: the blocks that an editor writes between ``/// name`` and ``///``.

``scan`` finds them line by line, with their arguments and options, and reports every line that
only looks like a part of one. The text between is read by ``practice.content.commonmark``.

The syntax: https://facelessuser.github.io/pymdown-extensions/extensions/blocks/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from practice.content import front_matter
from practice.content.models import CALLOUTS, Callout, fields_at
from practice.problems import Problem, did_you_mean, nearest

TAG = "practice-callout"
"""The element that represents a callout in the parsed tree."""

FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<slashes>/{3,})(?P<rest>.*)")
OPENING = re.compile(r"[\w-]+[ ]*(?:\|[ ]*(?P<argument>.*?)[ ]*)?")
OPTION = re.compile(r"(?P<name>[A-Za-z][\w-]*)[ ]*:(?:[ ]|$)")
NEARLY = re.compile(r"(?P<before>[ >*+-]*)(?P<slashes>/{2,3})[ ]*(?P<name>[\w-]+)(?P<rest>.*)")
"""A line that almost opens a callout: it has two slashes, or a marker before them."""
CODE_FENCE = re.compile(r"(?:`{3,}|~{3,})")
CODE_FENCES = ("```", "~~~")


@dataclass
class CalloutSource:
    """A callout as written, before validation: its first line, argument and options."""

    name: str
    line: int
    argument: str = ""
    options: front_matter.Data = field(default_factory=front_matter.Data)
    option_lines: int = 0
    """The number of lines that its options take."""
    end: int = 0
    """The line that closes it."""
    misplaced: dict[str, int] = field(default_factory=dict)
    """Options in a place where none are read, and the indices of their lines."""
    invalid: bool = False
    """Whether the callout as a whole is wrong, so that its content is not checked."""


def scan(
    path: str, lines: list[str], first_line: int
) -> tuple[list[CalloutSource], set[str], list[Problem]]:
    """Find every callout of a body, and every mistake in their lines.

    ``lines`` are the body's lines; ``first_line`` is the number of the first one in its file.
    Returns the callouts, the names of those with an invalid first line, and the problems.
    """
    scanner = _Scanner(path, lines, first_line)
    scanner.run()
    return scanner.found, scanner.nearly, scanner.problems


class _Scanner:
    def __init__(self, path: str, lines: list[str], first_line: int) -> None:
        self.path = path
        self.lines = lines
        self.first_line = first_line
        self.found: list[CalloutSource] = []
        self.nearly: set[str] = set()
        self.problems: list[Problem] = []
        self.open: CalloutSource | None = None
        self.above_text = False
        """Whether the open callout so far has only options and blank lines."""
        self.slashes_wrong = False
        """Whether the first line had too many slashes; then its end has them too."""
        self.ends_to_come = 0
        """Closing lines still expected for callouts that another callout interrupted."""

    def run(self) -> None:
        for index in outside_code(self.lines):
            line = self.lines[index]
            fence = FENCE.fullmatch(line) if "///" in line else None
            if fence:
                self._fence(index, fence)
            elif line.rstrip() == "//" and (self.open or self.ends_to_come):
                self._two_slashes(index)
            elif not self._nearly(index, line) and self.open and line.strip():
                self._text(index, line)
        if self.open:
            self._never_ends(self.open)

    def _nearly(self, index: int, line: str) -> bool:
        match = NEARLY.match(line) if "//" in line else None
        if not match or match["name"] not in CALLOUTS:
            return False
        if match["slashes"] == "//" and not match["before"]:
            hint = f"write `/// {match['name']}{match['rest'].rstrip()}`"
            self._problem(index, "callout-slashes", "a callout needs three slashes", hint)
        elif match["slashes"] == "///":
            self._indented(index)
        else:
            return False
        self.nearly.add(match["name"])
        self.ends_to_come += 1
        return True

    def _two_slashes(self, index: int) -> None:
        """Report a closing line with two slashes, unless its opening line was reported already."""
        if self.ends_to_come:
            self.ends_to_come -= 1
            return
        message = "a callout needs three slashes"
        self._problem(index, "callout-slashes", message, "write exactly `///`")
        self._close(index)

    def _indented(self, index: int) -> None:
        self._problem(
            index,
            "callout-indented",
            f"`{self.lines[index].strip()}` is not at the start of the line",
            "move it and its `///` to the left margin; a callout cannot be inside a list",
        )

    def _fence(self, index: int, fence: re.Match[str]) -> None:
        rest = fence["rest"].strip()
        if fence["indent"]:
            if rest:
                self._indented(index)
                self.nearly.add(rest.split()[0])
                self.ends_to_come += 1
            elif self.ends_to_come:
                self.ends_to_come -= 1
            return
        if len(fence["slashes"]) != 3 and (rest or not self.slashes_wrong):
            self.slashes_wrong = True
            self._problem(
                index,
                "callout-slashes",
                f"{len(fence['slashes'])} slashes instead of three",
                f"write `/// {rest}`" if rest else "write exactly `///`",
            )
        if rest:
            self._opening(index, rest)
        elif self.open:
            self._close(index)
        elif self.ends_to_come:
            self.ends_to_come -= 1
        else:
            self._problem(
                index,
                "callout-not-open",
                "this `///` closes a callout, but no callout is open",
                "delete the line, or add the callout's first line above it",
            )

    def _opening(self, index: int, rest: str) -> None:
        if self.open:
            self._never_ends(self.open)
            self.ends_to_come += 1
        name = rest.split(maxsplit=1)[0].rstrip("|:")
        match = OPENING.fullmatch(rest)
        argument = match["argument"] or "" if match else ""
        written = CalloutSource(name, self.first_line + index, argument)
        self.open = written
        self.above_text = True
        if name not in CALLOUTS:
            written.invalid = True
            self.nearly.add(nearest(name, CALLOUTS) or name)
            self._problem(
                index,
                "callout-unknown",
                f"there is no callout called `{name}`",
                did_you_mean(name, CALLOUTS),
            )
            return
        if not match:
            written.invalid = True
            words = rest.removeprefix(name).strip(" |:")
            self._problem(
                index,
                "callout-first-line",
                f"`/// {rest}` is not the start of a callout",
                f"write `/// {name} | {words}`",
            )
        markup = front_matter.MARKUP.search(written.argument)
        if markup:
            self._problem(index, "raw-html", f"`{markup[0]}` is HTML", "write plain words")
        self._options(index, written)
        self.found.append(written)

    def _options(self, index: int, written: CalloutSource) -> None:
        taken: list[str] = []
        for line in self.lines[index + 1 :]:
            expanded = line.expandtabs(4)
            if not expanded.startswith("    ") or not expanded.strip():
                break
            taken.append(expanded[4:])
        written.option_lines = len(taken)
        text = "\n".join(taken)
        written.options, problems = front_matter.parse(self.path, text, self.first_line + index + 1)
        written.options.first_line = written.line
        written.invalid |= any(problem.code == "yaml" for problem in problems)
        self.problems.extend(
            Problem(
                p.path, p.line, "callout-option" if p.code == "yaml" else p.code, p.message, p.hint
            )
            for p in problems
        )

    def _text(self, index: int, line: str) -> None:
        """Record options that are not directly below the first line or not indented."""
        written = self.open
        if (
            written is None
            or written.invalid
            or self.first_line + index <= written.line + written.option_lines
        ):
            return
        option = OPTION.match(line.strip())
        known = {name.replace("_", "-") for name in fields_at(CALLOUTS[written.name], "option")}
        indented = line.startswith("    ")
        if self.above_text and option and (option["name"].lower() in known or indented):
            written.misplaced.setdefault(option["name"].lower(), index)
        else:
            self.above_text = False

    def _close(self, index: int) -> None:
        if self.open:
            self.open.end = self.first_line + index
            self._misplaced(self.open)
        self.open = None

    def _misplaced(self, written: CalloutSource) -> None:
        """Report all options that are not read as one problem, because they have one cause."""
        if not written.misplaced:
            return
        name, index = next(iter(written.misplaced.items()))
        more = len(written.misplaced) - 1
        are = f"and {more} more are" if more else "is"
        self._problem(
            index,
            "callout-option-place",
            f"the option `{name}` {are} not directly below the callout's first line",
            f"put options directly below `/// {written.name}`, without a blank line, "
            "each indented by 4 spaces",
        )

    def _never_ends(self, written: CalloutSource) -> None:
        written.invalid = True
        self._misplaced(written)
        self.problems.append(
            Problem(
                self.path,
                written.line,
                "callout-open",
                f"`/// {written.name}` is never closed",
                "add a line `///` below its text; a callout cannot be inside another",
            )
        )

    def _problem(self, index: int, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, self.first_line + index, code, message, hint))


def outside_code(lines: Sequence[str]) -> Sequence[int]:
    """Return the indices of the lines outside fenced code blocks."""
    return _code(tuple(lines))[0]


def code_never_closed(lines: Sequence[str]) -> int | None:
    """Return the index of the line that opens an unclosed code block, or None."""
    return _code(tuple(lines))[1]


@lru_cache(maxsize=8)  # many rules need the same text
def _code(lines: tuple[str, ...]) -> tuple[Sequence[int], int | None]:
    if not any(line.startswith(CODE_FENCES) for line in lines):
        return range(len(lines)), None
    outside: list[int] = []
    fence, opened = "", None
    for index, line in enumerate(lines):
        match = CODE_FENCE.match(line)
        if not fence and match:
            fence, opened = match[0], index
        elif fence and line.strip() == fence:
            fence, opened = "", None
        elif not fence:
            outside.append(index)
    return outside, opened


def field_name(option: str) -> str:
    """Return the name of the field that an option stands for, or one that no field has."""
    return option.replace("_", "-") if "_" in option else option.replace("-", "_")


def data_of(
    written: CalloutSource, model: type[Callout]
) -> tuple[dict[str, object], dict[str, int]]:
    """Return the values of a callout by the model's field names, and the line of each value."""
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    for name, value in written.options.values.items():
        key = field_name(name)
        values[key] = value
        lines[key] = written.options.lines[(name,)]
    for name in fields_at(model, "argument"):
        if written.argument:
            values[name] = written.argument
            lines[name] = written.line
    return values, lines
