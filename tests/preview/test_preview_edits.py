"""Edits while the preview runs: ways of saving, folders that are replaced, slow files and pages.

Not tested here: what a page shows after an edit (`test_preview_live.py`).
"""

from __future__ import annotations

import os
import shutil
import threading
import time

import pytest
from previews import HANG, ask, eventually, served, state_of

from practice.content import cached_reader
from practice.preview import edits, watch
from practice.preview.live import LivePreview
from practice.rendering.renderer import Renderer
from practice.support import time_limit

PAGE = "/blog/a-plain-post/"
OTHER = "/blog/another-plain-post/"


@pytest.fixture
def desk(content, theme):
    with served(content, theme) as found:
        found.post = content / "posts" / "a-plain-post.md"
        found.text = found.post.read_text("utf-8")
        yield found


def shows(desk, words, page=PAGE):
    return eventually(lambda: words.encode() in ask(desk, page).body)


def errors_of(desk):
    """The codes of all errors in the panel of the bar."""
    found = state_of(desk, PAGE)["problems"]
    return {problem["code"] for problem in found if problem["severity"] == "error"}


def watched(desk):
    """Wait until an edit is noticed, which is not shown before its file is complete."""
    return eventually(lambda: desk.preview.edits.under_way)


# --- How programs save ---


def written(file, text):
    file.write_text(text, "utf-8")


def renamed_into_place(file, text):
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, "utf-8")
    part.replace(file)


def kept_as_a_backup(file, text):
    file.replace(file.with_name(f"{file.name}~"))
    file.write_text(text, "utf-8")


def deleted_and_written(file, text):
    file.unlink()
    file.write_text(text, "utf-8")


def deleted_and_renamed(file, text):
    part = file.with_name(f"~{file.stem}.tmp")
    part.write_text(text, "utf-8")
    file.unlink()
    part.rename(file)


def written_in_pieces(file, text):
    with file.open("w", encoding="utf-8") as opened:
        for start in range(0, len(text), 100):
            opened.write(text[start : start + 100])
            opened.flush()


def with_an_older_time(file, text):
    """As programs do that bring files from another computer."""
    file.write_text(text, "utf-8")
    shutil.copystat(file.parent, file)


@pytest.mark.parametrize(
    "save",
    [
        written,
        renamed_into_place,
        kept_as_a_backup,
        deleted_and_written,
        deleted_and_renamed,
        written_in_pieces,
        with_an_older_time,
    ],
)
def test_an_edit_is_shown_however_it_is_saved(desk, save):
    for number in range(3):
        save(desk.post, f"{desk.text}\nThe words are {number}.\n")
        shows(desk, f"The words are {number}.")
    eventually(lambda: not desk.preview.edits.under_way)
    assert not state_of(desk, PAGE)["old"]


@pytest.mark.parametrize("gap", ["emptied", "deleted"])
@pytest.mark.parametrize("name", ["posts/a-plain-post.md", "clinic.yaml", "base.html"])
def test_a_file_between_two_steps_of_saving_is_no_mistake(desk, monkeypatch, gap, name):
    monkeypatch.setattr(edits, "SETTLE_SECONDS", HANG)
    file = desk.content / name if "." in name and name != "base.html" else None
    file = file or next(desk.theme.rglob(name))
    text = file.read_text("utf-8")
    before = ask(desk, PAGE).body
    if gap == "emptied":
        file.write_text("", "utf-8")
    else:
        file.unlink()
    watched(desk)
    assert ask(desk, PAGE).body == before
    assert errors_of(desk) == set()
    desk.post.write_text(f"{desk.text}\nNew words.\n", "utf-8")
    if file != desk.post:
        file.write_text(text, "utf-8")
    shows(desk, "New words.")
    eventually(lambda: not desk.preview.edits.under_way)
    assert errors_of(desk) == set()


def test_a_file_that_stays_empty_is_a_mistake_over_the_last_good_page(desk):
    before = ask(desk, PAGE).body
    desk.post.write_text("", "utf-8")
    eventually(lambda: state_of(desk, PAGE)["old"])
    assert ask(desk, PAGE).body == before


@pytest.mark.parametrize("mistake", ["field", "link", "encoding"])
def test_a_mistake_that_is_renamed_into_place_keeps_the_last_good_page(desk, mistake):
    before = ask(desk, PAGE).body
    desk.post.unlink()
    eventually(lambda: ask(desk, PAGE).status == 404)
    broken = {
        "field": desk.text.replace("date: ", "date: the ").encode(),
        "link": f"{desk.text}\n[Nowhere]({{filename}}none.md)\n".encode(),
        "encoding": b"\xff\xfe\x00",
    }
    part = desk.post.with_suffix(".tmp")
    part.write_bytes(broken[mistake])
    part.rename(desk.post)
    answer = eventually(lambda: (a := ask(desk, PAGE)).status != 404 and a)
    assert (answer.status, answer.body) == (200, before)
    assert state_of(desk, PAGE)["old"]
    desk.post.write_text(f"{desk.text}\nAll is well.\n", "utf-8")
    shows(desk, "All is well.")
    assert not state_of(desk, PAGE)["old"]


# --- Folders ---


def added(template, text):
    """The text of a template with something more at the end of its last block."""
    before, end, rest = template.read_text("utf-8").rpartition("{% endblock %}")
    return f"{before}{text}\n{end}{rest}"


def edit_is_seen(desk):
    number = time.monotonic_ns()
    desk.post.write_text(f"{desk.text}\nNumber {number}.\n", "utf-8")
    shows(desk, f"Number {number}.")


def moved_and_copied(folder):
    old = folder.rename(folder.with_name(f"old-{time.monotonic_ns()}"))
    shutil.copytree(old, folder)


def deleted_and_copied(folder):
    copy = shutil.copytree(folder, folder.with_name(f"copy-{folder.name}"))
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


def made_a_link(folder):
    real = folder.rename(folder.with_name(f"real-{folder.name}"))
    folder.symlink_to(real, target_is_directory=True)


@pytest.mark.parametrize("replace", [moved_and_copied, deleted_and_copied, made_a_link])
def test_the_content_folder_is_replaced(desk, replace):
    replace(desk.content)
    edit_is_seen(desk)
    moved_and_copied(desk.content.resolve())
    edit_is_seen(desk)


def test_the_folder_above_is_replaced(desk):
    moved_and_copied(desk.content.parent)
    edit_is_seen(desk)


@pytest.mark.parametrize("replace", [moved_and_copied, deleted_and_copied])
def test_a_folder_of_the_content_is_replaced(desk, tmp_path, replace):
    kept = tmp_path / "elsewhere"
    posts = desk.content / "posts"
    shutil.move(posts, kept)
    eventually(lambda: ask(desk, PAGE).status == 404)
    replace(kept)
    shutil.move(kept, posts)
    eventually(lambda: ask(desk, PAGE).status == 200)
    edit_is_seen(desk)


@pytest.mark.parametrize("replace", [moved_and_copied, deleted_and_copied])
def test_the_theme_is_replaced(desk, replace):
    replace(desk.theme)
    template = desk.theme / "templates" / "post.html"
    template.write_text(added(template, "<p>Another theme.</p>"), "utf-8")
    shows(desk, "Another theme.")
    edit_is_seen(desk)


def test_a_content_folder_that_has_gone_is_told_until_it_is_back(desk, tmp_path):
    pages = {path: ask(desk, path).body for path in ("/", PAGE)}
    shutil.move(desk.content, tmp_path / "elsewhere")
    eventually(lambda: "content-gone" in errors_of(desk))
    assert {path: ask(desk, path).body for path in pages} == pages
    assert state_of(desk, OTHER)["problems"][0]["hint"]
    shutil.move(tmp_path / "elsewhere", desk.content)
    eventually(lambda: errors_of(desk) == set())
    edit_is_seen(desk)


def test_a_theme_that_has_gone_is_told_until_it_is_back(desk, tmp_path):
    before = ask(desk, PAGE).body
    shutil.move(desk.theme, tmp_path / "elsewhere")
    eventually(lambda: errors_of(desk))
    assert ask(desk, PAGE).body == before
    shutil.move(tmp_path / "elsewhere", desk.theme)
    eventually(lambda: errors_of(desk) == set())
    edit_is_seen(desk)


def test_folders_are_looked_at_where_the_system_cannot_watch_them(content, theme, monkeypatch):
    watching = watch.awatch

    def refuses(*folders, force_polling, **more):
        if not force_polling:
            raise OSError("OS file watch limit reached.")
        return watching(*folders, force_polling=True, **more)

    monkeypatch.setattr(watch, "awatch", refuses)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.1)
    with served(content, theme) as desk:
        desk.post = content / "posts" / "a-plain-post.md"
        desk.text = desk.post.read_text("utf-8")
        for seconds in (1_900_000_000, 1_900_000_010):  # it compares times by the second
            desk.post.write_text(f"{desk.text}\nNumber {seconds}.\n", "utf-8")
            os.utime(desk.post, (seconds, seconds))
            shows(desk, f"Number {seconds}.")


# --- Slow files and pages ---


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """A file without which no text that contains `SLOW` is read."""
    file = tmp_path / "gate"
    read = cached_reader.document_of

    def waits(kind, raw, *more):
        while b"SLOW" in raw and not file.exists():
            time.sleep(0.01)
        return read(kind, raw, *more)

    monkeypatch.setattr(cached_reader, "document_of", waits)
    yield file
    file.touch()


def test_a_slow_text_delays_no_other_page_and_no_other_edit(desk, gate):
    before = ask(desk, PAGE).body
    desk.post.write_text(f"{desk.text}\nSLOW\n", "utf-8")
    watched(desk)
    assert ask(desk, "/").status == 200
    other = desk.content / "posts" / "another-plain-post.md"
    other.write_text(other.read_text("utf-8") + "\nMeanwhile.\n", "utf-8")
    shows(desk, "Meanwhile.", OTHER)
    clinic = desk.content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8").replace("name: ", "name: New ", 1), "utf-8")
    shows(desk, "New ", "/")
    assert ask(desk, OTHER).status == 200
    assert b"SLOW" not in ask(desk, PAGE).body
    assert ask(desk, PAGE).body[:15] == before[:15]
    gate.touch()
    shows(desk, "SLOW")


def test_a_newer_edit_of_a_slow_text_wins(desk, gate):
    desk.post.write_text(f"{desk.text}\nSLOW\n", "utf-8")
    watched(desk)
    desk.post.write_text(f"{desk.text}\nQuick.\n", "utf-8")
    shows(desk, "Quick.")
    gate.touch()
    eventually(lambda: not desk.preview.edits.under_way)
    assert b"Quick." in ask(desk, PAGE).body


def test_a_slow_text_that_is_deleted_stays_away(desk, gate):
    desk.post.write_text(f"{desk.text}\nSLOW\n", "utf-8")
    watched(desk)
    desk.post.unlink()
    eventually(lambda: ask(desk, PAGE).status == 404)
    gate.touch()
    eventually(lambda: not desk.preview.edits.under_way)
    assert ask(desk, PAGE).status == 404


def test_a_slow_page_delays_no_other(desk, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    render = Renderer.page

    def waits(renderer, document):
        if document.path == PAGE:
            begun.set()
            assert go_on.wait(HANG)
        return render(renderer, document)

    monkeypatch.setattr(Renderer, "page", waits)
    answers = []
    asking = [
        threading.Thread(target=lambda: answers.append(ask(desk, PAGE).status)) for _ in range(20)
    ]
    try:
        for thread in asking:
            thread.start()
        assert begun.wait(HANG)
        for path in ("/", "/blog/", OTHER, "/feed.xml", "/-/bar.js"):
            assert ask(desk, path).status == 200
        assert state_of(desk, OTHER)["page"]["status"] == "published"
        other = desk.content / "posts" / "another-plain-post.md"
        other.write_text(other.read_text("utf-8") + "\nMeanwhile.\n", "utf-8")
        shows(desk, "Meanwhile.", OTHER)
        assert answers == []
    finally:
        go_on.set()
        for thread in asking:
            thread.join(HANG)
    assert answers == [200] * 20


def test_a_page_that_was_slow_while_its_text_was_edited_is_rendered_again(desk, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    render = Renderer.page

    def waits(renderer, document):
        page = render(renderer, document)
        if document.path == PAGE and not go_on.is_set():
            begun.set()
            assert go_on.wait(HANG)
        return page

    monkeypatch.setattr(Renderer, "page", waits)
    asking = threading.Thread(target=ask, args=(desk, PAGE))
    asking.start()
    try:
        assert begun.wait(HANG)
        shown = desk.mount.live.shown
        desk.post.write_text(f"{desk.text}\nNew words.\n", "utf-8")
        eventually(lambda: desk.mount.live.shown is not shown)
    finally:
        go_on.set()
        asking.join(HANG)
    shows(desk, "New words.")


@pytest.mark.parametrize("in_thread", [False, True])
def test_a_page_that_never_ends_is_given_up_with_its_line(content, theme, monkeypatch, in_thread):
    monkeypatch.setattr(time_limit, "SECONDS", 0.5)
    template = theme / "templates" / "post.html"
    text = added(template, "{% for endless in range(10 ** 12) %}{% endfor %}")
    template.write_text(text, "utf-8")
    live = LivePreview(content, theme, "https://www.example.com")
    found = []
    if in_thread:
        thread = threading.Thread(target=lambda: found.append(live.show(PAGE)))
        thread.start()
        thread.join(HANG)
    else:
        found.append(live.show(PAGE))
    [problem] = found[0].problems
    assert problem.code == "file-slow"
    line = 1 + text[: text.index("endless")].count("\n")
    assert problem.hint.endswith(f"/post.html:{line}")
    assert live.show("/").problems == ()


def test_a_check_that_never_ends_is_given_up(content, theme, monkeypatch):
    monkeypatch.setattr(edits, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(edits.checks, "run", lambda *_, **__: time.sleep(HANG))
    with served(content, theme) as desk:
        problem = eventually(
            lambda: next(
                (p for p in state_of(desk, "/")["problems"] if p["code"] == "check-failed"), None
            )
        )
    assert "takes longer than" in problem["message"]
