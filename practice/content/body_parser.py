"""Parses a Markdown body into text, callouts, headings and links with their lines."""

from __future__ import annotations

import html
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

from practice.content import callouts, lint, pictures
from practice.content.body import INTERNAL, Body, CalloutPart, Heading, Link
from practice.content.commonmark import TextTree
from practice.content.front_matter import Location
from practice.content.markdown import HEADINGS, clean, plain, python_markdown
from practice.content.models import CALLOUTS, Callout, Gallery, SideEffect, SideEffectList
from practice.content.validation import validate
from practice.paths import slug
from practice.problems import Problem

SPACED = re.compile(
    r"\]\((\{(?:filename|static)\}(?=[^()<>]* )[^()<>]*(?:\([^()<>]*\)[^()<>]*)*)(?<![\"' ])\)"
)
"""A link to a file whose name contains spaces. CommonMark asks for `<` and `>` around it."""


def parse(path: str, source: str, text: str, first_line: int) -> tuple[Body, list[Problem]]:
    """Parse a Markdown body; return it and its problems.

    ``path`` names the file in messages. ``source`` is its path below the content folder.
    ``first_line`` is the number of the body's first line in the file.
    """
    parser = _Parser(path, source, text, first_line)
    return parser.body(), parser.problems


class _Parser:
    def __init__(self, path: str, source: str, text: str, first_line: int) -> None:
        self.path = path
        self.source = source
        self.first_line = first_line
        self.lines = text.expandtabs(4).split("\n")
        if "](" in text:
            _point_at_files(self.lines)
        self.md = python_markdown()
        self.problems: list[Problem] = []
        self.links: list[Link] = []
        self.ids: set[str] = set()
        self.next_number: dict[str, int] = {}
        self.outline: list[Heading] = []
        self.lines_of: dict[ET.Element, int] = {}

    def body(self) -> Body:
        self.problems = list(lint.too_much(self.path, self.lines, self.first_line))
        if self.problems:
            return Body()
        written, nearly, self.problems = callouts.scan(self.path, self.lines, self.first_line)
        self.problems.extend(lint.check(self.path, self.lines, self.first_line))
        tree = self._tree(written)
        parts = self._parts(tree.root, written)
        placed = [part for part in parts if isinstance(part, CalloutPart)]
        read = {(part.line, part.callout.NAME) for part in placed}
        words = sum(len(plain(part).split()) for part in parts if isinstance(part, str))
        words += sum(len(_words_of(part)) for part in placed)
        return Body(
            parts=tuple(_side_effects_together(parts)),
            callouts=tuple(placed),
            outline=tuple(self.outline),
            ids=frozenset(self.ids),
            links=tuple(self.links),
            words=words,
            failed=frozenset(nearly | {w.name for w in written if (w.line, w.name) not in read}),
        )

    def _tree(self, written: list[callouts.CalloutSource]) -> TextTree:
        """Return the element tree, with an element for each callout."""
        tree = TextTree(self.lines)
        spans = list(self._spans(written))
        for _, start, end in spans:
            tree.define(start, end)
        for callout, start, end in spans:
            parent = ET.SubElement(tree.root, callouts.TAG) if callout else tree.root
            tree.add(parent, start, end)
        tree.finish()
        known = {(problem.line, problem.code) for problem in self.problems}
        for note in tree.notes:
            line = self.first_line + note.index
            if (line, note.code) not in known:
                self._problem(line, note.code, note.message, note.hint)
        self.lines_of = {e: self.first_line + index for e, index in tree.indices.items()}
        self._pictures(tree.root, written)
        for treeprocessor in self.md.treeprocessors:
            treeprocessor.run(tree.root)
        self._links(tree.root)
        return tree

    def _pictures(self, root: ET.Element, written: list[callouts.CalloutSource]) -> None:
        """Set the captions of pictures, and the pictures of galleries."""
        for callout, element in zip(written, root.findall(callouts.TAG), strict=True):
            if callout.name == Gallery.NAME and not pictures.figures(element):
                self._problem(
                    callout.line,
                    "callout-text",
                    "`gallery` may contain pictures and nothing else",
                    "write a line `![what it shows](…)` for each; a caption stands in quotes",
                )
                callout.invalid = True
        for picture in pictures.captioned(root):
            message = f"the caption “{picture.attrib['title']}” would not be shown"
            hint = "put the picture into a paragraph of its own, or delete the caption"
            self._problem(self.lines_of[picture], "caption-place", message, hint)

    def _spans(
        self, written: list[callouts.CalloutSource]
    ) -> Iterator[tuple[callouts.CalloutSource | None, int, int]]:
        """Yield the parts of the text, each with its callout if it is the text of one.

        The numbers are indices of lines: of the first one, and of the one behind the last one.
        """
        start = 0
        firsts = [callout.line - self.first_line for callout in written] + [len(self.lines)]
        for callout, (first, limit) in zip(written, pairwise(firsts), strict=True):
            end = callout.end - self.first_line if callout.end else limit
            yield None, start, first
            yield callout, first + 1 + callout.option_lines, end
            start = end + 1 if callout.end else end
        yield None, start, len(self.lines)

    def _html(self, *elements: ET.Element, text: str | None = None) -> str:
        """Return the HTML of some elements, cleaned by nh3."""
        box = ET.Element("box")
        box.text = text
        box.extend(elements)
        inner = self.md.serializer(box).removeprefix("<box>").removesuffix("</box>")
        return clean(inner.strip()).strip()

    def _inner(self, element: ET.Element) -> str:
        """Return the inner HTML of an element; a single paragraph is unwrapped."""
        inner = self._html(*element, text=element.text)
        if inner.startswith("<p>") and inner.endswith("</p>") and inner.count("<p>") == 1:
            return inner.removeprefix("<p>").removesuffix("</p>")
        return inner

    def _parts(
        self, root: ET.Element, written: list[callouts.CalloutSource]
    ) -> list[str | CalloutPart]:
        waiting = iter(written)
        parts: list[str | CalloutPart] = []
        run: list[ET.Element] = []
        level = 1
        for element in root:
            if element.tag in HEADINGS:
                above, level = level, int(element.tag[1])
                self._heading(element, level, above)
            if element.tag != callouts.TAG:
                run.append(element)
                continue
            if run:
                parts.append(self._html(*run))
                run = []
            placed = self._callout(next(waiting), element, min(level + 1, 6))
            if placed:
                parts.append(placed)
        if run:
            parts.append(self._html(*run))
        return parts

    def _heading(self, element: ET.Element, level: int, above: int) -> None:
        """Give a heading its id; ``above`` is the level of the heading above it.

        No level may be skipped (WCAG 2.2, 1.3.1).
        """
        text, line = plain(self._inner(element)), self.lines_of[element]
        element.set("id", self._new_id(slug(text)))
        self.outline.append(Heading(level, element.get("id", ""), text, line))
        if not text:
            self._problem(line, "heading-empty", "the heading is empty", "write it or delete it")
        elif level > above + 1:
            message = f"`{'#' * level}` follows a heading of level {above}: a level is skipped"
            hint = f"start the heading with `{'#' * (above + 1)}`"
            self._problem(line, "heading-level", message, hint)

    def _new_id(self, wanted: str) -> str:
        if wanted.startswith("page-"):  # ids with this prefix belong to the theme
            wanted = f"the-{wanted}"
        name, number = wanted, self.next_number.get(wanted, 2)
        while name in self.ids:
            name, number = f"{wanted}-{number}", number + 1
        self.next_number[wanted] = number
        self.ids.add(name)
        return name

    def _links(self, root: ET.Element) -> None:
        for element in root.iter():
            if element.tag not in ("a", "img"):
                continue
            attribute = "href" if element.tag == "a" else "src"
            target = self._from_content(html.unescape(element.get(attribute, "")))
            if target.startswith("{"):
                element.set(attribute, target)
            text = plain(self._inner(element)) if element.tag == "a" else ""
            alt = element.get("alt", "") if element.tag == "img" else None
            self.links.append(Link(target, self.lines_of[element], text, alt))
            if alt is not None:
                element.set("alt", pictures.shown_alt(alt))

    def _from_content(self, target: str) -> str:
        """Return a link relative to the content folder, so that it is valid on every page."""
        if target.startswith("#"):
            return f"{{filename}}/{self.source}{target}"
        match = INTERNAL.fullmatch(target)
        if not match:
            return target
        path = match["path"]
        if not path.startswith("/"):
            path = posixpath.join("/", posixpath.dirname(self.source), path)
        return f"{{{match['what']}}}{posixpath.normpath(path)}{match['rest']}"

    # --- One callout ---

    def _callout(
        self, written: callouts.CalloutSource, element: ET.Element, level: int
    ) -> CalloutPart | None:
        if written.invalid:
            return None
        model = CALLOUTS[written.name]
        values, lines = callouts.data_of(written, model)
        values.update(self._content(written, model, element))

        def line_of(location: Location) -> int:
            return lines.get(str(location[0]), written.line) if location else written.line

        already_reported = [name.replace("-", "_") for name in written.misplaced]
        callout, problems = validate(
            model,
            values,
            self.path,
            line_of,
            lambda name: name.replace("_", "-"),
            already_reported=already_reported,
            comments={
                (callouts.field_name(str(found[0])), *found[1:]): comment
                for found, comment in written.options.comments.items()
            },
        )
        self.problems.extend(problems)
        return CalloutPart(callout, written.line, level, lines) if callout else None

    def _content(
        self, written: callouts.CalloutSource, model: type[Callout], element: ET.Element
    ) -> dict[str, object]:
        """Return the content of a callout as the values that its model expects."""
        fields = model.model_fields
        if "questions" in fields:
            return self._questions(written, element)
        for _, line in self._headings_in(element):
            self._problem(
                line,
                "callout-heading",
                f"`{written.name}` contains a heading",
                "make the words bold instead, or end the callout before the heading",
            )
        if "items" in fields:
            return self._items(written, element)
        if "columns" in fields:
            return self._table(written, element)
        if "pictures" in fields:
            if not len(element):
                self._empty(written)
            return {"pictures": [self._html(picture) for picture in element]}
        text = self._html(*element)
        if "details" in fields:
            if not text and fields["details"].is_required():
                self._empty(written)
            return {"details": text}
        if text:
            self._problem(
                written.line,
                "callout-text",
                f"`{written.name}` cannot contain text",
                "delete the text between its first line and `///`",
            )
        return {}

    def _headings_in(self, element: ET.Element) -> Iterator[tuple[ET.Element, int]]:
        """Yield the headings inside a callout with their lines."""
        for child in element.iter():
            if child.tag in HEADINGS:
                yield child, self.lines_of[child]

    def _questions(self, written: callouts.CalloutSource, element: ET.Element) -> dict[str, object]:
        headings = dict(self._headings_in(element))
        first: list[ET.Element] = []
        asked: list[tuple[ET.Element, list[ET.Element]]] = []
        for child in element:
            if child.tag == "h3":
                asked.append((child, []))
                continue
            if child in headings:
                self._problem(
                    headings[child],
                    "faq-heading",
                    f"`faq` contains an `{child.tag}` heading",
                    "start every question with `###`, and use no other headings",
                )
            (asked[-1][1] if asked else first).append(child)
        if asked and first and not any(child in headings for child in first):
            self._problem(
                written.line,
                "faq-question",
                "`faq` starts with text, not with a question",
                "start every question with `###`",
            )
        if not asked and not written.argument and not first:
            self._empty(written)
        if asked and written.argument:
            self._problem(
                written.line,
                "callout-text",
                "`faq` names a treatment and also has questions of its own",
                "keep only one of the two",
            )
        lines: dict[str, int] = {}
        return {"questions": [self._question(*qa, headings[qa[0]], lines) for qa in asked]}

    def _question(
        self, heading: ET.Element, answer: list[ET.Element], line: int, asked: dict[str, int]
    ) -> dict[str, str]:
        """Return one question; ``asked`` maps the earlier questions to their lines."""
        question = self._inner(heading)
        words = plain(question)
        first = asked.setdefault(slug(words), line)
        if first != line:
            message = f"“{words}” is asked twice; first on line {first}"
            self._problem(line, "callout-twice", message, "keep only one")
        id, text = self._new_id(slug(words)), self._html(*answer)
        if not text:
            message = f"“{words}” has no answer"
            self._problem(line, "faq-answer", message, "write the answer below the question")
        return {"id": id, "question": question, "answer": text}

    def _items(self, written: callouts.CalloutSource, element: ET.Element) -> dict[str, object]:
        lists = [child for child in element if child.tag in ("ul", "ol")]
        if len(lists) != 1 or len(element) != 1:
            self._problem(
                written.line,
                "callout-list",
                f"`{written.name}` may contain one list and nothing else",
                "write each item as `- …`, with a blank line above the first",
            )
            return {"items": ["…"]}
        return {"items": [self._inner(item) for item in lists[0]]}

    def _table(self, written: callouts.CalloutSource, element: ET.Element) -> dict[str, object]:
        if [child.tag for child in element] != ["table"]:
            self._problem(
                written.line,
                "callout-table",
                f"`{written.name}` may contain one table and nothing else",
                "write rows as `| … | … |`, the second row as `|---|---|`",
            )
            return {"columns": ["…"], "rows": [["…"]]}
        head, *rows = element[0].iter("tr")
        return {
            "columns": [self._inner(cell) for cell in head],
            "rows": [[self._inner(cell) for cell in row] for row in rows],
        }

    def _empty(self, written: callouts.CalloutSource) -> None:
        self._problem(
            written.line,
            "callout-empty",
            f"`{written.name}` is empty",
            "write its text between its first line and `///`",
        )

    def _problem(self, line: int, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, line, code, message, hint))


def _point_at_files(lines: list[str]) -> None:
    """Write `<` and `>` around the names of files that contain spaces."""
    for index in callouts.outside_code(lines):
        if "`" not in lines[index]:
            lines[index] = SPACED.sub(r"](<\1>)", lines[index])


def _side_effects_together(parts: list[str | CalloutPart]) -> Iterator[str | CalloutPart]:
    """Merge consecutive side effects into one list."""
    run: list[CalloutPart] = []
    for part in [*parts, ""]:
        if isinstance(part, CalloutPart) and isinstance(part.callout, SideEffect):
            run.append(part)
            continue
        if run:
            items = tuple(p.callout for p in run if isinstance(p.callout, SideEffect))
            yield CalloutPart(SideEffectList(items=items), run[0].line, run[0].level)
            run = []
        if part:
            yield part


def _words_of(placed: CalloutPart) -> list[str]:
    texts = placed.callout.model_dump(mode="json").values()
    return plain(" ".join(str(text) for text in texts)).split()
