"""The preview in memory: after any edit, every page is as a fresh build writes it.

Not tested here: the server (`test_preview_server.py`) and the browser (`test_preview_browser.py`).
"""

from __future__ import annotations

import random
import re
import shutil

import pytest
from conftest import files_of

from practice.build import MARKER, build
from practice.preview.live import Live
from practice.problems import ProblemsFound, errors

SITE = "https://www.example.com/clinic"
EDITS = 60
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

    def kinds(self):
        names = [name for name in dir(self) if name.startswith("edit_")]
        return names

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
        return self.change(self.file("posts"), r"\A(---\n.*?\n---\n)", rf"\1\n{self.new_words()}\n", re.S)

    # --- Of the front matter ---

    def edit_title(self):
        self.count += 1
        return self.change(self.file("posts"), "^title: .*$", f'title: "New title {self.count}"')

    def edit_summary_of_page(self):
        file = self.file("pages")
        text = re.sub(r"^summary: (?:>-\n(?:  .*\n)+|.*\n)", f"summary: {self.new_words()}\n",
                      file.read_text("utf-8"), count=1, flags=re.M)  # fmt: skip
        file.write_text(text, "utf-8")
        return [file]

    def edit_topics(self):
        file = self.file("posts")
        text = re.sub(r"^topics:.*\n(?:\s+- .*\n)*", "", file.read_text("utf-8"), flags=re.M)
        topics = re.findall(r"^([a-z-]+):", (self.content / "topics.yaml").read_text("utf-8"), re.M)
        topic = self.chance.choice(topics)
        file.write_text(text.replace("\n---\n", f"\ntopics: {topic}\n---\n", 1), "utf-8")
        return [file]

    def edit_date(self):
        day = f"{self.chance.randrange(2018, 2026)}-0{self.chance.randrange(1, 9)}-11"
        file = self.file("posts")
        text = re.sub("^modified: .*\n", "", file.read_text("utf-8"), flags=re.M)
        file.write_text(re.sub("^date: .*$", f"date: {day}", text, count=1, flags=re.M), "utf-8")
        return [file]

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
        text = re.sub("^order: .*\n", "", file.read_text("utf-8"), flags=re.M)
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
        return self.change(self.content / "clinic.yaml", "^phone: .*$", f"phone: +1 555 555 {number}")

    def edit_topic_name(self):
        self.count += 1
        return self.change(self.content / "topics.yaml", r"^  name: .*$", f"  name: Topic {self.count}")

    def edit_source(self):
        self.count += 1
        return self.change(self.content / "sources.yaml", r"^  year: .*$", f"  year: {1900 + self.count}")

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
    live.checked(live.pages, live.check(live.pages))


def shown(live, file):
    """What the preview has at the address of an output file."""
    found = live.show("/" + file.removesuffix("index.html"))
    assert found, f"{file} is not in the preview"
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_every_page_is_what_a_fresh_build_writes(tmp_path, content, theme, settings_file, seed):
    settings = settings_file(SITEURL=SITE, THEME=str(theme))
    live = Live(content, theme, SITE)
    check(live)
    editor = Editor(content, theme, seed)
    kinds = editor.kinds()
    plan = kinds + editor.chance.choices(kinds, k=max(0, EDITS - len(kinds)))
    editor.chance.shuffle(plan)
    last = {}
    for number, kind in enumerate(plan):
        saved = tmp_path / "saved"
        for name, folder in (("content", content), ("theme", theme)):
            shutil.copytree(folder, saved / name)
        try:
            paths = getattr(editor, kind)()
        except AssertionError:
            paths = []  # nothing of that kind is left to be changed
        live.changed(paths)
        try:
            build(content, tmp_path / "output", settings)
        except ProblemsFound as error:
            check(live)
            known = {str(p) for p in [*live.problems(), *live.check(live.pages)]}
            pages = [live.show("/" + f.removesuffix("index.html")) for f in last if f.endswith("l")]
            known |= {str(p) for page in pages if page for p in page.problems}
            assert errors(error.problems), kind
            assert any(str(p) in known or p.code == "template-error" for p in error.problems), kind
            paths = undo(saved, content, theme)
            live.changed(paths)
            build(content, tmp_path / "output", settings)
        last = files_of(tmp_path / "output")
        for file, expected in last.items():
            if file != MARKER and not file.startswith("pagefind/"):
                page = shown(live, file)
                assert page.content == expected, f"{number}: {kind}: {file}"
                assert page.problems == (), f"{number}: {kind}: {file}"
        left = {f"/{f.removesuffix('index.html')}" for f in last if f.endswith(".html")}
        drafts = {document.path for document in live.pages.site.left_out}
        assert {d.path for d in live.pages.site.documents} <= left
        assert set(live.pages.documents) - left == drafts - left
        check(live)
        shutil.rmtree(saved)


def undo(saved, content, theme):
    """Put all files back as they were; what may have changed by that."""
    touched = []
    for name, folder in (("content", content), ("theme", theme)):
        before, now = files_of(saved / name), files_of(folder)
        for file in before.keys() | now.keys():
            if before.get(file) == now.get(file):
                continue
            touched.append(folder / file)
            if file in before:
                (folder / file).write_bytes(before[file])
            else:
                (folder / file).unlink()
    return touched
