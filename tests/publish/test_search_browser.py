"""Search in a browser: the page that uses the index of a published site.

Not tested here: what is in the index (`test_search.py`), other browsers than Chromium.
"""

from __future__ import annotations

import re

import publishing
import pytest
import servers
from browsers import launched, page_of
from publishing import tree_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return publishing.searchable(tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def address(project):
    own = project.folder / ".releases" / "server"
    files = own / "nginx-server.conf", own / "nginx-http.conf"
    www = project.folder / "www"
    with servers.nginx(project.folder / "nginx", www, *files) as found:
        yield found


@pytest.fixture(scope="module")
def browser(address):  # noqa: ARG001  # building and publishing fork, before its threads start
    with launched() as found:
        yield found


@pytest.fixture
def page(browser):
    """A page that notes what it requests and what goes wrong."""
    found = page_of(browser, ignore_https_errors=True)
    found.asked, found.wrong = [], []
    found.on("request", lambda request: found.asked.append(request.url))
    found.on("console", lambda message: found.wrong.append(message.text))
    found.on("pageerror", lambda error: found.wrong.append(str(error)))
    yield found
    found.context.close()


def test_old_and_new_posts_are_found_together(page, address, project):
    assert {
        path.split("/")[1] for path in tree_of(project.folder / "www") if "pf_index" in path
    } == {
        "index",
        "newest",
    }
    page.goto(f"{address}/search/?q=older")
    page.locator(".search-results li").first.wait_for()
    found = page.locator(".search-results li a").all_inner_texts()
    assert {"About an older word", "About a word"} <= set(found)
    assert page.wrong == []


@pytest.mark.parametrize(
    "words", ["zumbooruk-shaped", "zumbooruk shaped", "Zümbooruk", "shaped", "zumbooruk’s"]
)
def test_a_result_leads_to_the_section_however_the_words_are_written(page, address, words):
    page.goto(f"{address}/search/?q={words}")
    result = page.locator(".search-results li a")
    result.wait_for()
    assert result.all_inner_texts() == ["About in sections: Where to park"]
    assert result.get_attribute("href") == "/blog/in-sections/#where-to-park"
    assert "zumbooruk-shaped place" in page.locator(".search-results p").inner_text()
    assert page.wrong == []


def test_a_search_finds_a_post_and_loads_nothing_before(page, address):
    page.goto(f"{address}/search/")
    assert not [url for url in page.asked if "pagefind" in url]
    words = page.get_by_label("What are you looking for?")
    words.fill("zyzzogeton")
    words.press("Enter")
    result = page.locator(".search-results li a")
    result.wait_for()
    assert result.all_inner_texts() == ["About searching"]
    assert page.locator(".search-results mark").inner_text() == "zyzzogeton."
    assert page.get_by_role("status").inner_text() == "1 page found for “zyzzogeton”."
    assert page.url.endswith("?q=zyzzogeton")
    assert page.wrong == []
    assert {url.split("/")[2] for url in page.asked} == {address.split("/")[2]}
    result.click()
    page.wait_for_url("**/blog/searching/")


def test_a_search_can_be_linked_to(page, address):
    page.goto(f"{address}/search/?q=zyzzogeton")
    page.locator(".search-results li").wait_for()
    assert page.get_by_label("What are you looking for?").input_value() == "zyzzogeton"


def test_what_is_not_there_is_said(page, address):
    page.goto(f"{address}/search/?q=qqqqqqqqqq")
    page.get_by_text("No page found for “qqqqqqqqqq”.").wait_for()
    assert not page.locator(".search-more").is_visible()
    assert page.locator(".search-results li").count() == 0
    assert not page.locator(".search-results").is_visible(), "an empty list is none"


def test_an_excerpt_reads_as_a_part_of_a_text(page, address):
    page.goto(f"{address}/search/?q=bruising")
    page.locator(".search-results li").first.wait_for()
    excerpts = page.locator(".search-results li p").all_inner_texts()
    assert any(text.startswith("… ") and text.endswith(" …") for text in excerpts)
    for text in excerpts:
        assert not re.search(r"[a-z][A-Z]|\)[A-Za-z]|Sample text", text), text


def test_words_are_shown_as_words(page, address):
    page.goto(f"{address}/search/?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    page.get_by_role("status").filter(has_text="<img").wait_for()
    assert page.locator("main img").count() == 0


def test_search_works_with_the_keyboard_alone(page, address):
    page.goto(f"{address}/search/?q=the")
    page.locator(".search-results li").first.wait_for()
    shown = page.locator(".search-results li").count()
    more = page.get_by_role("button", name="Show more pages")
    if more.is_visible():
        more.focus()
        page.keyboard.press("Enter")
        page.locator(".search-results li").nth(shown).wait_for()
        page.locator(".search-results a:focus").wait_for()


def test_without_its_index_the_page_says_so(page, address):
    page.route("**/pagefind/**", lambda route: route.abort())
    page.goto(f"{address}/search/?q=knee")
    page.get_by_text("Search does not work right now.").wait_for()
    assert not page.locator(".search-results").is_visible()


def test_before_publishing_the_page_says_why_search_does_not_work(page, address):
    page.route("**/pagefind/**", lambda route: route.fulfill(status=404))
    page.goto(f"{address}/search/?q=knee")
    page.get_by_text("Search works once the site is published").wait_for()


def test_without_scripts_there_is_no_dead_form(browser, address):
    page = page_of(browser, ignore_https_errors=True, java_script_enabled=False)
    page.goto(f"{address}/search/")
    assert not page.locator(".search-form").is_visible()
    assert page.locator("main").inner_text().strip()


def test_other_pages_load_nothing_of_it(page, address):
    page.goto(f"{address}/team/")
    assert not [url for url in page.asked if "pagefind" in url]
    assert page.wrong == []
