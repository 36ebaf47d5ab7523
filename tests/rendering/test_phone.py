"""A phone: what a treatment's page answers on the first two screens, booking at hand, folding.

Figures of length are shown by `pytest -s`; they hold for the fonts of the machine.

Not tested here: other browsers than Chromium.
"""

from __future__ import annotations

import browsers
import pytest
from browsers import launched
from conftest import CONTENT

from practice.content.document import is_of
from practice.content.models import Treatment

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 800}
DESK = {"width": 1280, "height": 900}
SCREENS = 2
"""The screens within which a treatment's page has answered what patients ask first."""
LONGEST = 9500
"""The most pixels that the longest treatment may have at 360 px. It once had 16,821."""


@pytest.fixture(scope="module")
def browser(practices):  # noqa: ARG001  # what forks is built before the browser's threads start
    with launched() as found:
        yield found


@pytest.fixture(params=CONTENT)
def page(request, practices):
    """The longest page of a treatment."""
    return practices[request.param].longest("treatment")[0]


@pytest.fixture
def open_page(browser, served):
    """Open a page in a tab of its own."""
    contexts = []

    def opened(page, fragment="", *, viewport=PHONE, **options):
        context = browsers.context_of(
            browser, viewport=viewport, reduced_motion="reduce", **options
        )
        contexts.append(context)
        tab = context.new_page()
        tab.goto(served[page.practice.name] + page.path + fragment)
        return tab

    yield opened
    for context in contexts:
        context.close()


def treatment_of(page):
    [document] = [d for d in page.practice.site.documents if d.path == page.path]
    assert is_of(document, Treatment)
    return document


def bottom(locator) -> float:
    """Where an element ends, from the top of the page."""
    return locator.evaluate("e => e.getBoundingClientRect().bottom + scrollY")


def shown(locator) -> bool:
    """Whether a text is shown, not folded."""
    return locator.evaluate(
        "e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"
    )


# --- The first two screens ----------------------------------------------------------------------


def test_the_first_two_screens_answer_what_patients_ask(page, open_page):
    tab = open_page(page)
    end = SCREENS * PHONE["height"]
    meta = treatment_of(page).meta
    answers = tab.locator(".answers")
    assert bottom(tab.locator(".lead")) < PHONE["height"], "what it is"
    assert answers.locator("h2").first.inner_text() == meta.faq[0].question
    assert answers.locator(".answer .prose").first.inner_text().strip()
    for effect in (*(meta.common or meta.mild), *meta.serious):
        line = answers.locator("li", has_text=effect.name)
        assert bottom(line.first) <= end, effect.name
    for target in ("#side-effects", "#when-to-get-help"):
        assert bottom(answers.locator(f"a[href='{target}']")) <= end, target


def test_the_longest_treatment_is_half_as_long_as_it_was(practices, open_page):
    page = practices["sample"].longest("treatment")[0]
    height = open_page(page).evaluate("document.documentElement.scrollHeight")
    print(f"{page.path}: {height} px long at {PHONE['width']} px")
    assert height <= LONGEST


def test_what_matters_most_is_never_folded(page, open_page):
    tab = open_page(page)
    parts = tab.locator(".answers *, .get-help *, [data-severity=serious] *").all()
    assert len(parts) > 40
    assert [part.inner_text() for part in parts if not shown(part)] == []


# --- Book and Call ------------------------------------------------------------------------------

BAR = """() => {
  const box = document.querySelector(".book-bar").getBoundingClientRect();
  return [box.top, box.bottom, innerHeight];
}"""
COVERED = """() => {
  // Controls that the bar covers when they have the focus.
  const bar = document.querySelector(".book-bar");
  const all = document.querySelectorAll("a[href], button, summary, input, textarea");
  const wrong = [];
  for (const one of all) {
    if (bar.contains(one) || !one.checkVisibility({ contentVisibilityAuto: true })) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    if (one.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1)
      wrong.push(one.textContent.trim());
  }
  return wrong;
}"""


@pytest.mark.parametrize("width", [320, 360])
def test_book_and_call_stay_at_hand_and_cover_nothing(page, open_page, width):
    tab = open_page(page, viewport={"width": width, "height": 640}, java_script_enabled=True)
    for share in (0, 0.5, 1):
        tab.evaluate("share => scrollTo(0, share * document.body.scrollHeight)", share)
        _, end, height = tab.evaluate(BAR)
        assert abs(end - height) < 1, share
    top, _, _ = tab.evaluate(BAR)
    footer = tab.locator(".site-footer").evaluate("e => e.getBoundingClientRect().bottom")
    assert footer <= top + 1, "the end of the page is above the bar"
    assert tab.evaluate(COVERED) == []
    links = tab.locator(".book-bar a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    clinic = page.practice.site.clinic
    assert links == [clinic.booking_url, f"tel:{clinic.phone.replace(' ', '')}"]
    assert all(box["height"] >= 44 for box in map(box_of, tab.locator(".book-bar a").all()))


def box_of(locator):
    return locator.bounding_box()


def test_a_section_that_a_link_leads_to_stands_above_the_bar(page, open_page):
    tab = open_page(page, "#when-to-get-help")
    top, _, _ = tab.evaluate(BAR)
    assert 0 <= tab.locator("#when-to-get-help").bounding_box()["y"] < top


def test_the_bar_is_for_phones_alone(page, open_page):
    assert not open_page(page, viewport=DESK).locator(".book-bar").is_visible()
    tab = open_page(page)
    tab.emulate_media(media="print")
    assert not tab.locator(".book-bar").is_visible()


def test_on_a_low_screen_the_bar_stands_at_the_end_of_the_page(page, open_page):
    """At 400 % zoom, a bar that stays would take a quarter of what is seen."""
    tab = open_page(page, viewport={"width": 320, "height": 256})
    top, _, height = tab.evaluate(BAR)
    assert top > height
    assert tab.locator(".site-phone").is_visible(), "the header has the number then"


# --- Folding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_on_this_page_is_folded_on_a_phone(page, open_page, scripts):
    tab = open_page(page, java_script_enabled=scripts)
    contents = tab.locator(".contents")
    assert box_of(contents)["height"] < 60
    assert not shown(contents.locator("a").first)
    contents.locator("summary").click()
    assert shown(contents.locator("a").last)


def test_on_this_page_is_open_beside_the_text(page, open_page):
    tab = open_page(page, viewport=DESK)
    assert shown(tab.locator(".contents a").last)
    tab.set_viewport_size(PHONE)
    browsers.until(tab, "!document.querySelector('.contents details').open")


def test_sections_for_a_later_day_are_folded_and_found(practices, open_page):
    page = practices["sample"].longest("treatment")[0]
    tab = open_page(page)
    for id in ("how-to-prepare", "afterwards"):
        toggle = tab.locator(f"#{id} .fold-toggle")
        section = tab.locator(f"[id='{toggle.get_attribute('aria-controls')}']")
        assert section.get_attribute("hidden") == "until-found"
        tab.evaluate("id => { location.hash = id }", id)
        browsers.until(tab, "id => !document.querySelector(`#${id} + [hidden]`)", id)
        assert shown(section.locator("li").first)
    assert tab.locator("#what-happens .fold-toggle").count() == 0
    assert open_page(page, viewport=DESK).locator("h2 .fold-toggle").count() == 0


def test_print_unfolds_everything(page, open_page):
    tab = open_page(page)
    tab.emulate_media(media="print")
    folded = tab.locator("main details:not(.contents *) > :not(summary), main [hidden]")
    assert folded.count()
    assert [part.inner_text() for part in folded.all() if not shown(part)] == []


# --- Lists --------------------------------------------------------------------------------------


def test_steps_have_large_numbers_and_portraits_are_large(practices, open_page):
    sample = practices["sample"]
    tab = open_page(sample.page("/new-patients/"))
    steps = tab.locator(".prose > ol").first.locator("> li")
    assert steps.count() == 4
    size = "e => parseFloat(getComputedStyle(e, '::before').inlineSize)"
    assert [step.evaluate(size) for step in steps.all()] == [44] * 4
    for path in ("/team/", "/team/sarah-dominguez/"):
        portrait = open_page(sample.page(path)).locator("main .portrait").first
        assert 128 <= box_of(portrait)["width"] <= 160, path
