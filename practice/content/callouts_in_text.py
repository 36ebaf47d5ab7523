"""Callouts in a Markdown text of any other program: a post of a blog that is no practice's site.

Only what stands between ``/// name`` and ``///`` is ours. It is parsed and checked by the rules of
`practice.content.body_parser`; the text around it is left to the program, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from practice.content import callouts, lint
from practice.content.body import CalloutPart, Link
from practice.content.body_parser import parse
from practice.content.markdown import SAFE_SCHEMES, SCHEME_HINT
from practice.content.models import CALLOUTS, Callout, Faq, SideEffect, SideEffectList
from practice.problems import Problem

NEED_A_SITE = {
    "side-effects": "it shows what the page of a treatment says",
    "testimonial": "the checks of a site ask for the patient's authorization",
    "gallery": "the checks of a site ask for the patients' consent",
    "video": "the site's own script and headers keep the player out until a reader asks for it",
    "form": "the site's own headers allow the form, and the practice's data warn of emergencies",
}
"""Callouts that mean nothing without a practice's site, and why."""
AVAILABLE = tuple(name for name in CALLOUTS if name not in NEED_A_SITE)


@dataclass(frozen=True)
class Span:
    """Lines of a text that a callout takes the place of."""

    start: int
    """The index of its first line."""
    end: int
    """The index behind its last line."""
    part: CalloutPart


def find(path: str, source: str, lines: Sequence[str]) -> tuple[list[Span], list[Problem]]:
    """The callouts of a text in reading order, and everything that is wrong with them.

    ``path`` is shown in messages, ``source`` is the file's path below the content folder;
    ``lines`` are those of the whole file, without tabs. Side effects that follow each other are
    one callout.
    """
    written, _, problems = callouts.scan(path, list(lines), 1)
    ours = {index for w in written for index in range(w.line - 1, w.end)}
    headings = set(lint.headings(["" if n in ours else line for n, line in enumerate(lines)]))
    body, found = parse(path, source, "\n".join(_without_others(lines, ours, headings)), 1)
    problems += [problem for problem in found if problem.line - 1 in ours]
    spans, waiting = [], iter(written)
    for part in body.parts:
        if isinstance(part, CalloutPart):
            names = [next(waiting) for _ in _pieces(part)]
            spans.append(Span(names[0].line - 1, names[-1].end, part))
    problems += [problem for placed in body.callouts for problem in _out_of_place(path, placed)]
    links = [link for link in body.links if link.line - 1 not in headings]
    problems += [problem for link in links for problem in _unsafe(path, link)]
    return spans, sorted(set(problems))


def _without_others(lines: Sequence[str], ours: set[int], headings: set[int]) -> Iterator[str]:
    """The text with nothing in it but callouts, and headings, which give them their level."""
    for number, line in enumerate(lines):
        underline = number - 1 in headings and lint.UNDERLINE.fullmatch(line)
        if number in ours | headings or underline or not line.strip():
            yield line
        else:
            yield "…"  # parts what stands above it from what stands below


def _pieces(part: CalloutPart) -> Sequence[object]:
    """The callouts, as they were written, that were put together to one."""
    return part.callout.items if isinstance(part.callout, SideEffectList) else [part.callout]


def _out_of_place(path: str, placed: CalloutPart) -> Iterator[Problem]:
    """What a callout asks for that only a practice's site has."""
    callout = placed.callout
    name, line = callout.NAME, placed.line
    reason = NEED_A_SITE.get(name)
    if reason:
        pass
    elif isinstance(callout, Faq) and callout.treatment:
        line, reason = placed.line_of("treatment"), "it names a treatment"
    elif isinstance(callout, SideEffect) and callout.sources:
        line, reason = placed.line_of("sources"), "its `sources` are ids of `sources.yaml`"
    if reason:
        message = f"`{name}` needs the site of a practice: {reason}"
        yield Problem(path, line, "callout-site", message, _instead(callout))


def _instead(callout: Callout | SideEffectList) -> str:
    if isinstance(callout, Faq):
        return "write its questions in place, each below a `###` heading"
    if isinstance(callout, SideEffect):
        return "link to the study in the text of the callout"
    return "use one of: " + ", ".join(f"`{name}`" for name in AVAILABLE)


def _unsafe(path: str, link: Link) -> Iterator[Problem]:
    """A link of a kind that cleaning takes away; where a link leads to is the blog's concern."""
    try:
        scheme = urlsplit(link.target).scheme.lower()
    except ValueError:
        message = f"`{link.target}` is not an address"
        yield Problem(path, link.line, "link-broken", message, "write it anew")
        return
    if scheme and scheme not in SAFE_SCHEMES:
        message = f"`{scheme}:` links are not allowed"
        yield Problem(path, link.line, "link-scheme", message, SCHEME_HINT)
