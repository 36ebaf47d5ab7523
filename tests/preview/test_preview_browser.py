"""The preview in a real browser: edit a file on disk, see the page; break it, see why; mend it.

Not tested here: other browsers than Chromium.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from browsers import PATIENCE, axe, context_of, launched, until
from conftest import ROOT
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PATH = "/blog/a-plain-post/"
WIDTHS = (320, 360, 768, 1280)


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture
def address(content, theme, settings_file):
    """The address of a preview, started as an editor starts it."""
    settings = settings_file(PATH=str(content), THEME=str(theme))
    command = [sys.executable, "-m", "invoke", "preview", "--no-browser", "--settings", settings]
    run = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        yield re.search(r"http://[^/]*", run.stdout.readline())[0]
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=PATIENCE)


@pytest.fixture
def page(browser, address):
    context = context_of(browser, viewport={"width": 1280, "height": 700}, base_url=address)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page = context.new_page()
    page.wrong = []
    page.on("console", lambda line: page.wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto(PATH)
    expect(page.locator("practice-preview .badge")).to_have_text("Published")
    yield page
    assert page.wrong == []
    context.close()


def change(file, before, after):
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def test_an_edit_is_seen_and_the_place_on_the_page_kept(page, content):
    post = content / "posts" / "a-plain-post.md"
    change(post, "One paragraph.", "One paragraph.\n\n" + "Many words to scroll by.\n\n" * 60)
    expect(page.locator("main")).to_contain_text("Many words")
    expect(page.locator("practice-preview .badge")).to_have_text("Published")  # all has run
    page.evaluate("scrollTo({top: 900, behavior: 'instant'})")
    change(post, "One paragraph.", "Another paragraph.")
    expect(page.locator("main")).to_contain_text("Another paragraph.")
    expect(page.locator("practice-preview .badge")).to_have_text("Published")
    # Within a line: what stands above may be laid out anew by a pixel or two.
    until(page, "Math.abs(scrollY - 900) < 20")


def test_a_style_sheet_is_swapped_without_a_reload(page, theme):
    page.evaluate("window.here = 'still'")
    sheet = theme / "static" / "css" / "base.css"
    sheet.write_text(sheet.read_text("utf-8") + "\nh1 { letter-spacing: 7px }\n", "utf-8")
    expect(page.locator("h1")).to_have_css("letter-spacing", "7px")
    assert page.evaluate("window.here") == "still"
    expect(page.locator('head link[rel="stylesheet"]')).to_have_count(1)


def test_a_style_sheet_that_is_still_loading_is_not_added_again(page, theme, content):
    """Messages can come faster than a style sheet loads."""
    waiting, asked = [], []

    def wait(route):
        waiting.append(route)

    page.route("**/assets/site.*.css", wait)
    page.on("requestfinished", lambda request: asked.append(request.url))
    sheet = theme / "static" / "css" / "base.css"
    sheet.write_text(sheet.read_text("utf-8") + "\nh1 { letter-spacing: 5px }\n", "utf-8")
    until(page, "() => document.querySelectorAll('head link[rel=stylesheet]').length == 2")
    for _ in range(2):
        before = len([url for url in asked if "/-/state" in url])
        with (content / "team" / "ann-li.md").open("a", encoding="utf-8") as other:
            other.write("\nMore words.\n")
        while len([url for url in asked if "/-/state" in url]) == before:
            page.wait_for_timeout(20)
    assert page.locator('head link[rel="stylesheet"]').count() == 2
    for route in waiting:
        route.continue_()
    expect(page.locator('head link[rel="stylesheet"]')).to_have_count(1)
    expect(page.locator("h1")).to_have_css("letter-spacing", "5px")


def test_a_mistake_is_shown_over_the_last_good_page_and_goes_when_mended(page, content):
    post = content / "posts" / "a-plain-post.md"
    bar = page.locator("practice-preview")
    change(post, "date: 2025-06-01", "date: June 1")
    expect(bar.locator(".panel")).to_be_visible()
    expect(bar.locator(".problem").first).to_contain_text("`June 1` is not a date")
    expect(bar.locator(".problem").first).to_contain_text("2026-01-31")
    expect(page.locator("main")).to_contain_text("One paragraph.")
    place = bar.locator(".problem .place").first
    place.click()
    expect(bar.locator(".said")).to_contain_text("was copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("posts/a-plain-post.md:3")
    change(post, "date: June 1", "date: 2025-06-01")
    expect(bar.locator(".panel")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("One paragraph.")


def test_a_page_that_is_deleted_is_gone_and_back_when_it_is_back(page, content):
    post = content / "posts" / "a-plain-post.md"
    text = post.read_text("utf-8")
    post.unlink()
    expect(page.locator("practice-preview .badge")).to_have_text("Nothing is here")
    post.write_text(text, "utf-8")
    expect(page.locator("main")).to_contain_text("One paragraph.")
    page.wrong.clear()  # the browser says of the 404 that it was one


def test_a_draft_is_marked(page, content):
    change(content / "posts" / "a-plain-post.md", "sample: true", "sample: true\nstatus: draft")
    expect(page.locator("practice-preview .badge")).to_have_text("Draft: not on the site")


def test_the_bar_works_by_keyboard(page):
    bar = page.locator("practice-preview")
    toggle = bar.locator(".row button").first
    toggle.focus()
    page.keyboard.press("Enter")
    expect(bar.locator(".panel")).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(bar.locator(".panel")).to_be_hidden()
    expect(toggle).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_is_accessible_and_fits(page, content, scheme):
    change(content / "posts" / "a-plain-post.md", "date: 2025-06-01", "date: June 1")
    expect(page.locator("practice-preview .panel")).to_be_visible()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        # The page below is looked at in test_browser.py; here the bar lies over a part of it.
        assert axe(page, context="practice-preview") == [], width
        folder = os.environ.get("PREVIEW_SCREENSHOTS")
        if folder:
            page.screenshot(path=f"{folder}/bar-{scheme}-{width}.png")
    page.wrong.clear()  # axe styles what it looks at, which the policy does not let it


def test_the_bar_is_not_printed(page):
    page.emulate_media(media="print")
    expect(page.locator("practice-preview")).to_be_hidden()
