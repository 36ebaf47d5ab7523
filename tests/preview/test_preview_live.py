"""The preview in memory: after any edit, every page is as a fresh build writes it.

Not tested here: the server (`test_preview_server.py`) and the browser (`test_preview_browser.py`).
"""

from __future__ import annotations

import os
import random
import re
import shutil
from pathlib import Path

from conftest import ROOT, files_of

from practice import checks
from practice.build.run import build
from practice.preview.live import LivePreview, check_some
from practice.problems import ProblemsFound, errors
from practice.support.output_folder import MARKER

SITE = "https://www.example.com/clinic"
ZONE = "America/Los_Angeles"
"""The time zone of the settings."""
MISTAKES = {
    "edit_break_yaml",
    "edit_break_author",
    "edit_break_callout",
    "edit_break_link",
    "edit_break_clinic",
    "edit_break_template",
    "edit_delete_topic",
}
"""Edits that a build refuses."""
POST = """\
---
title: "{title}"
date: {date}
author: {author}
summary: It is about {title}.
sample: true
{more}---

{text}
"""


class Editor:
    """Somebody who changes files of a practice and its theme, at random but always the same way."""

    def __init__(self, content, theme, seed):
        self.content, self.theme, self.chance = content, theme, random.Random(seed)
        self.count = 0

    def file(self, folder):
        return self.chance.choice(sorted((self.content / folder).glob("*.md")))

    def change(self, file, pattern, replacement, flags=re.MULTILINE):
        before = file.read_text("utf-8")
        text, count = re.subn(pattern, replacement, before, count=1, flags=flags)
        assert count, f"{file.name}: there is no {pattern}"
        file.write_text(text, "utf-8")
        return [file]

    def add(self, file, text):
        file.write_text(file.read_text("utf-8") + text, "utf-8")
        return [file]

    def new_words(self):
        self.count += 1
        return f"These are words {self.count}."

    # --- Of the text alone ---

    def edit_body(self):
        return self.add(self.file("posts"), f"\n{self.new_words()}\n")

    def edit_body_of_page(self):
        return self.add(self.file("pages"), f"\n{self.new_words()}\n")

    def edit_body_of_therapist(self):
        return self.add(self.file("team"), f"\n{self.new_words()}\n")

    def edit_body_long(self):
        return self.add(self.file("posts"), f"\n{self.new_words() * 150}\n")

    def edit_heading(self):
        return self.add(self.file("posts"), f"\n## Part {self.count}\n\n{self.new_words()}\n")

    def edit_line_above_callouts(self):
        return self.change(
            self.file("posts"), r"\A(---\n.*?\n---\n)", rf"\1\n{self.new_words()}\n", re.DOTALL
        )

    # --- Of the front matter ---

    def edit_title(self):
        self.count += 1
        return self.change(self.file("posts"), "^title: .*$", f'title: "New title {self.count}"')

    def edit_summary_of_page(self):
        file = self.file("pages")
        text = re.sub(r"^summary: (?:>-\n(?:  .*\n)+|.*\n)", f"summary: {self.new_words()}\n",
                      file.read_text("utf-8"), count=1, flags=re.MULTILINE)  # fmt: skip
        file.write_text(text, "utf-8")
        return [file]

    def edit_topics(self):
        file = self.file("posts")
        text = file.read_text("utf-8")
        text = re.sub(r"^topics:.*\n(?:\s+- .*\n)*", "", text, flags=re.MULTILINE)
        topics = re.findall(r"(?m)^([a-z-]+):", (self.content / "topics.yaml").read_text("utf-8"))
        topic = self.chance.choice(topics)
        file.write_text(text.replace("\n---\n", f"\ntopics: {topic}\n---\n", 1), "utf-8")
        return [file]

    def edit_date(self):
        day = f"{self.chance.randrange(2018, 2026)}-0{self.chance.randrange(1, 9)}-11"
        file = self.file("posts")
        text = re.sub("^modified: .*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
        file.write_text(text, "utf-8")
        return self.change(file, "^date: .*$", f"date: {day}")

    def edit_draft(self):
        file = self.file("posts")
        text = file.read_text("utf-8")
        if "\nstatus: draft\n" in text:
            text = text.replace("\nstatus: draft\n", "\n")
        else:
            text = text.replace("\n---\n", "\nstatus: draft\n---\n", 1)
        file.write_text(text, "utf-8")
        return [file]

    def edit_future(self):
        return self.change(self.file("posts"), "^date: .*$", "date: 2031-01-01")

    def edit_menu_order(self):
        file = self.file("pages")
        text = re.sub("^order: .*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
        order = self.chance.randrange(200)
        file.write_text(text.replace("\n---\n", f"\norder: {order}\n---\n", 1), "utf-8")
        return [file]

    def edit_name_of_therapist(self):
        self.count += 1
        return self.change(self.file("team"), "^name: .*$", f"name: Ann Number {self.count}")

    # --- What other pages show ---

    def edit_side_effect(self):
        return self.change(self.file("treatments"), "^    how-common: .*$", "    how-common: rare")

    def edit_question(self):
        file = self.file("treatments")
        return self.change(file, r"^### .*\?$", f"### Will number {self.chance.random()} hurt?")

    def edit_treatment_name(self):
        self.count += 1
        return self.change(self.file("treatments"), "^name: .*$", f"name: Treatment {self.count}")

    def edit_clinic_phone(self):
        number = self.chance.randrange(1000, 9999)
        return self.change(
            self.content / "clinic.yaml", "^phone: .*$", f"phone: +1 555 555 {number}"
        )

    def edit_topic_name(self):
        self.count += 1
        return self.change(
            self.content / "topics.yaml", r"^  name: .*$", f"  name: Topic {self.count}"
        )

    def edit_source(self):
        self.count += 1
        return self.change(
            self.content / "sources.yaml", r"^  year: .*$", f"  year: {1900 + self.count}"
        )

    # --- Files ---

    def edit_new_post(self):
        self.count += 1
        file = self.content / "posts" / f"new-{self.count}.md"
        author = self.file("team").stem
        file.write_text(POST.format(title=f"New {self.count}", date="2026-02-02", author=author,
                                    text=self.new_words(), more=""), "utf-8")  # fmt: skip
        return [file]

    def edit_rename(self):
        file = self.file("posts")
        self.count += 1
        return [file, file.rename(file.with_name(f"renamed-{self.count}.md"))]

    def edit_delete(self):
        file = self.file("posts")
        file.unlink()
        return [file]

    def edit_atomic_save(self):
        file = self.file("posts")
        part = file.with_suffix(".tmp")
        part.write_text(file.read_text("utf-8") + f"\n{self.new_words()}\n", "utf-8")
        part.replace(file)
        return [part, file]

    def edit_two_at_once(self):
        return self.edit_title() + self.edit_body()

    def edit_nothing(self):
        return [self.file("posts")]

    def edit_picture(self):
        pictures = sorted((self.content / "images").glob("*.png"))
        shutil.copyfile(pictures[0], self.content / "images" / "another.png")
        return [self.content / "images" / "another.png"]

    # --- The theme ---

    def edit_css(self):
        return self.add(self.theme / "static/css/base.css", f"\nx-{self.count} {{ color: red }}\n")

    def edit_template(self):
        return self.change(self.theme / "templates/post.html", "</article>|{% endblock %}\\s*\\Z",
                           rf"<p>{self.new_words()}</p>\g<0>")  # fmt: skip

    def edit_macro(self):
        file = self.theme / "templates/macros/cards.html"
        return self.change(file, r"{% macro posts\(.*%}\n", rf"\g<0><p>{self.new_words()}</p>\n")

    # --- Mistakes, most of which a build refuses ---

    def edit_break_yaml(self):
        return self.change(self.file("posts"), "^title: .*$", "title: a: b: [")

    def edit_break_author(self):
        return self.change(self.file("posts"), "^author: .*$", "author: nobody")

    def edit_break_callout(self):
        return self.add(self.file("posts"), "\n/// key-point\n\nIt never ends.\n")

    def edit_break_link(self):
        return self.add(self.file("posts"), "\n[Nowhere]({filename}/posts/nowhere.md)\n")

    def edit_break_clinic(self):
        return self.change(self.content / "clinic.yaml", "^phone: .*$", "phone: none")

    def edit_break_template(self):
        file = self.theme / "templates/post.html"
        return self.add(file, "{{ nothing.here }}{% if %}")

    def edit_delete_topic(self):
        return self.change(self.content / "topics.yaml", r"^([a-z-]+):\n(  .*\n)+", "")


def check(live):
    found = checks.run(live.as_written)
    live.checked(live.pages, found)
    return found


def plan(editor):
    """Every kind of edit: mistakes alone, others up to three at a time."""
    kinds = [name for name in dir(editor) if name.startswith("edit_")]
    editor.chance.shuffle(kinds)
    steps = [[kind] for kind in kinds if kind in MISTAKES]
    others = [kind for kind in kinds if kind not in MISTAKES]
    while others:
        size = editor.chance.randrange(1, 4)
        steps.append(others[:size])
        others = others[size:]
    editor.chance.shuffle(steps)
    return steps


def test_every_page_is_what_a_fresh_build_writes(tmp_path, content, theme, settings_file):
    settings, output = settings_file(SITEURL=SITE, THEME=str(theme)), tmp_path / "output"
    live = LivePreview(content, theme, SITE, zone=ZONE)
    check(live)
    editor = Editor(content, theme, int(os.environ.get("PREVIEW_SEED", "1")))
    for kinds in plan(editor):
        before = {folder: files_of(folder) for folder in (content, theme)}
        for kind in kinds:
            live.changed(getattr(editor, kind)())
        refused = problems_of_a_build(content, output, settings)
        assert bool(refused) == (kinds[0] in MISTAKES), f"{kinds}: {refused}"
        if refused:
            pages = [live.show(path) for path in live.pages.documents]
            assert all(page.content for page in pages), "a last good page is gone"
            named = {
                *live.problems(),
                *check(live),
                *(p for page in pages for p in page.problems),
            }
            assert {(p.path, p.code) for p in refused} <= {(p.path, p.code) for p in named}, kinds
            live.changed(undo(before))
            assert not problems_of_a_build(content, output, settings)
        assert_the_same(live, files_of(output), kinds)
        check(live)


def assert_the_same(live, built, kinds):
    """Every file of a build, and no page more but drafts."""
    for file, expected in built.items():
        if file != MARKER and not file.startswith("pagefind/"):
            shown = live.show(address(file))
            assert shown, f"after {kinds} there is no {file}"
            assert shown.content == expected, f"after {kinds}: {file}"
            assert shown.problems == (), f"after {kinds}: {file}"
    site = live.pages.site
    public = {address(file) for file in built if file.endswith(".html")}
    assert {document.path for document in site.documents} <= public
    assert set(live.pages.documents) - public == {d.path for d in site.left_out} - public


def problems_of_a_build(content, output, settings):
    try:
        build(content, output, settings)
    except ProblemsFound as found:
        return errors(found.problems)
    return []


def address(file):
    return "/" + file.removesuffix("index.html")


def undo(before):
    """Put all files back as they were; what has changed by that."""
    touched = []
    for folder, files in before.items():
        now = files_of(folder)
        for file in files.keys() | now.keys():
            if files.get(file) == now.get(file):
                continue
            touched.append(folder / file)
            if file in files:
                (folder / file).write_bytes(files[file])
            else:
                (folder / file).unlink()
    return touched


def test_a_text_that_waits_for_another_file_is_shown_when_that_is_there(content, theme):
    live = LivePreview(content, theme, SITE)
    post = content / "posts" / "a-plain-post.md"
    good = live.show("/blog/a-plain-post/").content
    text = post.read_text("utf-8")
    post.write_text(text.replace("One paragraph.", "[New]({filename}new.md)"), "utf-8")
    live.changed([post])
    shown = live.show("/blog/a-plain-post/")
    assert shown.content == good
    assert [problem.code for problem in shown.problems] == ["link-dead"]
    new = post.with_name("new.md")
    new.write_text(text, "utf-8")
    live.changed([new])
    shown = live.show("/blog/a-plain-post/")
    assert shown.problems == ()
    assert b'href="/clinic/blog/new/"' in shown.content


def test_a_text_that_is_no_document_stops_nobody_else(content, theme):
    live = LivePreview(content, theme, SITE)
    broken, other = content / "posts" / "a-plain-post.md", content / "treatments" / "taping.md"
    text = broken.read_text("utf-8").replace("title:", "titel:", 1)
    broken.write_text(text + "\n[Nowhere]({filename}none.md)\n", "utf-8")
    live.changed([broken])
    other.write_text(other.read_text("utf-8").replace("name:", "name: Kind", 1), "utf-8")
    live.changed([other])
    assert b"Kind" in live.show("/treatments/taping/").content
    assert [problem.code for problem in live.problems()] == ["field-unknown"]


def test_a_picture_that_is_cut_off_stops_no_other_page(content, theme):
    live = LivePreview(content, theme, SITE)
    picture = content / "images" / "arcs.png"
    raw = picture.read_bytes()
    post = content / "posts" / "with-a-picture.md"
    author = next(content.glob("team/*.md")).stem
    text = f"![A room]({{static}}/images/{picture.name})"
    post.write_text(
        POST.format(title="Rooms", date="2026-05-10", author=author, more="", text=text),
        "utf-8",
    )
    live.changed([post])
    page = live.show("/blog/with-a-picture/")
    assert (page.problems, picture.stem in page.content.decode()) == ((), True)
    picture.write_bytes(raw[: len(raw) // 2])
    live.changed([picture])
    for path in ("/blog/with-a-picture/", f"/images/{picture.name}"):
        assert [problem.code for problem in live.show(path).problems] == ["picture-broken"]
    assert live.show("/sitemap.xml").problems == live.show("/sources/").problems == ()
    assert [p.code for p in errors(checks.run(live.as_written))] == ["picture-broken"]
    picture.write_bytes(raw)
    live.changed([picture])
    assert live.show("/blog/with-a-picture/").content == page.content


def test_every_mistake_of_an_edit_is_named_at_once(content, theme):
    live = LivePreview(content, theme, SITE)
    mistakes = "\n[Nowhere]({filename}none.md)\n\n![]({static}/images/arcs.png)\n"
    post, broken = (
        content / "posts" / name for name in ("a-plain-post.md", "another-plain-post.md")
    )
    post.write_text(post.read_text("utf-8") + mistakes, "utf-8")
    text = broken.read_text("utf-8").replace("title:", "titel:", 1)
    broken.write_text(text + mistakes, "utf-8")
    live.changed([post, broken])
    found = check_some(live.as_written, live.edited)
    codes = {path.rpartition("/")[2]: {p.code for p in found[path]} for path in found}
    assert {"link-dead", "alt-missing"} <= codes["a-plain-post.md"]
    assert {"link-dead", "alt-missing"} <= codes["another-plain-post.md"]


def test_a_mistake_that_is_mended_is_not_named_beside_the_next_one(content, theme):
    live = LivePreview(content, theme, SITE)
    post = content / "posts" / "a-plain-post.md"
    text = post.read_text("utf-8")
    good = live.show("/blog/a-plain-post/").content
    for said, codes in (
        (text + "\n[Nowhere]({filename}none.md)\n", ["link-dead"]),
        (text.replace("title:", "titel:", 1), ["field-unknown"]),
        (text + "\n[Nowhere]({filename}none.md)\n", ["link-dead"]),
    ):
        post.write_text(said, "utf-8")
        live.changed([post])
        assert [problem.code for problem in live.problems()] == codes
        assert live.show("/blog/a-plain-post/").content == good
    post.write_bytes(b"\xff\xfe\x00")
    live.changed([post])
    assert [problem.code for problem in live.problems()] == ["file-encoding"]


def test_a_theme_that_cannot_be_read_leaves_the_last_one(content, theme):
    live = LivePreview(content, theme, SITE)
    good = live.show("/").content
    sheet = theme / "static/css/site.css"
    text = sheet.read_text("utf-8")
    sheet.write_text(text + '@import url("none.css") layer(base);\n', "utf-8")
    live.changed([sheet])
    assert live.show("/").content == good
    assert live.problems()
    sheet.write_text(text, "utf-8")
    live.changed([sheet])
    assert live.problems() == []


def test_locations_stay_while_the_clinic_has_a_mistake(tmp_path):
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    live = LivePreview(content, ROOT / "theme", "https://www.example.com")
    before = live.show("/locations/alder-falls/").content
    text = (content / "clinic.yaml").read_text("utf-8")
    (content / "clinic.yaml").write_text(text.replace("opens: 09:00", "opens: nine", 1), "utf-8")
    live.changed([content / "clinic.yaml"])
    assert live.show("/locations/alder-falls/").content == before
    changed = text.replace("18 Mill Road", "20 Mill Road")
    (content / "clinic.yaml").write_text(changed, "utf-8")
    live.changed([content / "clinic.yaml"])
    assert b"20 Mill Road" in live.show("/locations/alder-falls/").content
