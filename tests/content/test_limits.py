"""Limits: no file takes longer than it is worth, and none takes the reader down.

Not tested here: which message each input gets (`test_bad.py`).
"""

from __future__ import annotations

import os
import threading
import time

import pytest

from practice.content import front_matter
from practice.content.body_parser import parse
from practice.content.models import Page
from practice.content.reader import read_document
from practice.support import platform, time_limit
from practice.support.time_limit import TooSlow, within

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Python cannot raise what happens while an object is destroyed; the limit then raises again."""
SMALL = 10_000
SMALL_SECONDS = 1.0
"""Limit for any 10 KB, in seconds of processor time."""
TRIES = 5
"""How often work may be repeated to stay below a limit: a processor that is shared with other
programs is at times much slower, and the fastest run is the one that they disturbed least."""
HANG = 300
"""Seconds after which a test that hangs is given up."""


def processor_seconds(work, limit):
    """Seconds of processor time of the first run below the limit, or of the fastest of all."""
    least = float("inf")
    for _ in range(TRIES):
        started = time.process_time()
        work()
        least = min(least, time.process_time() - started)
        if least < limit:
            break
    return least


def growing(sign, size):
    """The sign once, twice, three times and so on, up to a size."""
    text, count = "", 1
    while len(text) < size:
        text += sign * count + " "
        count += 1
    return text


def inputs(size):
    """Inputs on which Markdown parsers are known to be slow, each of about ``size`` bytes."""
    signs = [
        "[",
        "]",
        "[]",
        "[a](",
        "![a](",
        "[a](<b",
        "[a][b",
        '[a](b "',
        "(",
        "<",
        "<a ",
        "<img ",
        '<a href="',
        "</a",
        "<!--",
        "<?",
        "<![CDATA[",
        "*",
        "*a ",
        "*a",
        "**a ",
        "_a ",
        "*a **b ",
        "*a _b ",
        "`",
        "`a",
        "&",
        "&a",
        "&#",
        '"',
        '"a ',
        "'",
        "-",
        "- ",
        "+ ",
        "1. ",
        ".",
        "=",
        "#",
        "/",
        "~",
        "\\",
        "\\*",
        " ",
        "\t",
        "\n",
        " \n",
        "a",
        "a@a.",
        "<http://",
        "<a@",
        "> ",
        ">",
        "> - ",
        "- > ",
        "|a",
        "## a\n",
        "## a\n\n",
        "- a\n",
        "- a\n\n",
        "> a\n",
        "|a|b|\n",
        "```\n",
        "~~~\n",
        "[a]: b\n",
        "/// do\n",
        "///\n",
        "/// do\n\n- a\n///\n\n",
        "a\n===\n",
        "a:\n",
        "{: a }",
        "{{",
        "<b>x</b>",
        "\u0300",
        "klzzwxh:",
        "a" * 70 + "\n",
        "![a](b)",
        "[a](b)",
        "/// faq\n\n### a\n\nb\n///\n",
    ]
    for sign in signs:
        yield sign, sign * (size // len(sign))
    yield "growing ticks", growing("`", size)
    yield "growing stars", growing("*", size)
    yield "pairs", "[" * (size // 2) + "]" * (size // 2)
    yield "deep list", "".join("    " * depth + "- a\n" for depth in range(int((size / 2) ** 0.5)))
    yield "wide table", "|a" * (size // 4) + "|\n" + "|-" * (size // 4) + "|\n"
    yield "long table", "|a|b|\n|-|-|\n" + "|a|b|\n" * (size // 6)


def lines(text):
    return text.count("\n") + 1


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=repr(name)) for name, text in inputs(SMALL)]
)
def test_ten_kilobytes_take_less_than_a_second(text):
    parse("x", "x", "warm\n", 1)
    problems = []

    def work():
        try:
            problems[:] = parse("x", "x", text, 1)[1]
        except RecursionError:
            problems.clear()  # the reader reports it: see below

    assert processor_seconds(work, SMALL_SECONDS) < SMALL_SECONDS
    assert all(1 <= problem.line <= lines(text) for problem in problems)


@pytest.mark.parametrize(
    "text", ["a: " + "[" * SMALL, "a: " + "{b: " * 2_000, "- " * 5_000, "? " * 5_000]
)
def test_ten_kilobytes_of_fields_take_less_than_a_second(text):
    seconds = processor_seconds(lambda: front_matter.parse("x", text), SMALL_SECONDS)
    assert seconds < SMALL_SECONDS


def test_a_runaway_file_is_ended_and_named(tmp_path, monkeypatch):
    monkeypatch.setattr(time_limit, "SECONDS", 0.3)
    file = tmp_path / "x.md"
    file.write_text("---\ntitle: x\nsummary: Words.\n---\n\n" + "*a `b` " * 100_000, "utf-8")
    started = time.process_time()
    document, problems = read_document(Page, file, "pages/x.md", "content/pages/x.md")
    assert document is None
    assert [str(problem).split(" ")[:2] for problem in problems] == [
        ["content/pages/x.md:1:", "file-slow"]
    ]
    assert time.process_time() - started < 3


def test_a_runaway_file_does_not_spoil_the_next(tmp_path, monkeypatch):
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("---\ntitle: x\nsummary: Words.\n---\n\n- a\n    - b\n", "utf-8")
    before, _ = read_document(Page, good, "pages/x.md", "x")
    bad.write_text(
        "---\ntitle: x\nsummary: Words.\n---\n\n" + "- a\n    - *b* `c`\n" * 30_000, "utf-8"
    )
    with monkeypatch.context() as patch:
        patch.setattr(time_limit, "SECONDS", 0.2)
        assert read_document(Page, bad, "pages/x.md", "x")[1][0].code == "file-slow"
    assert read_document(Page, good, "pages/x.md", "x")[0].body == before.body


def test_a_reader_in_a_thread_is_ended_too(tmp_path, monkeypatch):
    monkeypatch.setattr(time_limit, "SECONDS", 0.3)
    file = tmp_path / "x.md"
    file.write_text("---\ntitle: x\nsummary: Words.\n---\n\n" + "*a `b` " * 100_000, "utf-8")
    found = []
    thread = threading.Thread(
        target=lambda: found.extend(read_document(Page, file, "pages/x.md", "x")[1])
    )
    thread.start()
    thread.join(HANG)
    assert [problem.code for problem in found] == ["file-slow"]


def work(seconds):
    """Work, not wait: the clock of the main thread counts nothing else."""
    started = time.process_time()
    while time.process_time() - started < seconds:
        pass


def test_the_time_is_enough_and_no_more():
    with within(5):
        work(0.05)
    work(0.05)
    with pytest.raises(TooSlow), within(0.05):
        work(5)


@pytest.mark.skipif(not platform.TIMES_BY_SIGNAL, reason="there are no timer signals")
def test_work_inside_the_system_is_counted():
    def read_random_bytes():
        started = time.process_time()
        while time.process_time() - started < 5:
            os.urandom(1_000_000)

    with pytest.raises(TooSlow), within(0.5):
        read_random_bytes()


def test_waiting_is_not_counted():
    with within(0.1):
        time.sleep(0.3)


def test_a_busy_thread_is_told_once():
    told = []

    def reader():
        try:
            with within(0.05):
                work(5)
        except TooSlow:
            told.append("too slow")
        work(0.2)
        told.append("went on")

    thread = threading.Thread(target=reader)
    thread.start()
    thread.join(HANG)
    assert told == ["too slow", "went on"]


def test_a_large_file_is_not_read(tmp_path):
    file = tmp_path / "x.md"
    with file.open("wb") as sparse:
        sparse.truncate(10_000_000_000)
    started = time.process_time()
    _, problems = read_document(Page, file, "pages/x.md", "x")
    assert [problem.code for problem in problems] == ["file-large"]
    assert time.process_time() - started < 1  # to read ten gigabytes takes several
