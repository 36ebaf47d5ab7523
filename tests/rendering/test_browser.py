"""The pages in a browser: every kind of page of the sample and of the kitchen sink.

A kind is a template of the theme; of each kind the longest page of either practice is taken where
a property takes long to look at, and every page where it does not. Pages are served as a host
serves them, with the project's own strict headers.

Not tested here: other browsers than Chromium, how pages look, and whether words are plain.
"""

from __future__ import annotations

import datetime as dt
import io
from urllib.parse import urlsplit

import browsers
import pytest
from browsers import AXE_COLORS, axe, launched, until
from conftest import CONTENT, REDIRECT, page_kinds
from PIL import Image

pytestmark = pytest.mark.browser

KINDS = page_kinds()
FOLDED = 4
"""From this many questions on, a list is folded."""
PHONE = {"width": 320, "height": 640}
"""The narrowest screen that WCAG 2.2 asks for (1.4.10)."""
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser(practices):  # noqa: ARG001  # what forks is built before the browser's threads start
    """One browser for all tests of this file."""
    with launched() as found:
        yield found


def context_of(browser, **options):
    return browsers.context_of(browser, reduced_motion="reduce", viewport=DESK, **options)


@pytest.fixture(scope="module")
def shared(browser):
    """A tab with everything at its default."""
    context = context_of(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(shared):
    """The tab, wide, light and on a screen."""
    shared.set_viewport_size(DESK)
    shared.emulate_media(color_scheme="light", media="screen", reduced_motion="reduce")
    return shared


@pytest.fixture(scope="module")
def scriptless(browser):
    """A tab in which no script runs."""
    context = context_of(browser, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def changeable(browser):
    """A tab in which a test may add styles, past the site's policy."""
    context = context_of(browser, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def show(practices, served):
    """Open a page in a tab."""

    def goto(tab, page, fragment=""):
        tab.goto(served[page.practice.name] + page.path + fragment)

    assert practices
    return goto


def longest(practices, kind):
    """The longest page of a kind in either practice; only one practice has redirects."""
    names = practices if kind == REDIRECT else CONTENT
    found = [page for name in names for page in practices[name].longest(kind)]
    assert found, f"no practice has a page of the kind {kind}"
    return found


def every(practices, kind):
    return [page for name in practices for page in practices[name].of_kind(kind)]


# What a script in the page can tell. Each is an expression of JavaScript.

UNREADABLE = """([inside, slack]) => {
  // Text that stands outside of the window or is cut off by a box around it.
  const wrong = [];
  const walker = document.createTreeWalker(document.querySelector(inside), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue;
    if (parent.closest(".visually-hidden, .skip-link, script, style")) continue;
    if (parent.closest("[popover]:not(:popover-open)")) continue;
    const words = node.data.trim().slice(0, 40);
    const range = document.createRange();
    range.selectNodeContents(node);
    let boxes = [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
    let scrolls = false, hidden = false;
    for (let box = parent; box; box = box.parentElement)
      if (getComputedStyle(box).clipPath.startsWith("inset(50%")) hidden = true;
    if (hidden) continue;
    for (let box = parent; box; box = box.parentElement) {
      const style = getComputedStyle(box);
      const edge = box.getBoundingClientRect();
      if (box === document.documentElement || box === document.body) continue;
      if (/auto|scroll/.test(style.overflowX)) scrolls = true;
      if (scrolls) continue;
      const x = /hidden|clip/.test(style.overflowX), y = /hidden|clip/.test(style.overflowY);
      const cut = (rect) =>
        (x && (rect.left < edge.left - slack || rect.right > edge.right + slack)) ||
        (y && (rect.top < edge.top - slack || rect.bottom > edge.bottom + slack));
      if (boxes.some(cut))
        wrong.push(`cut off by ${box.tagName}.${box.className}: ${words}`);
    }
    if (scrolls) continue;
    if (boxes.some((box) => box.left < -slack || box.right > innerWidth + slack))
      wrong.push(`outside: ${words}`);
  }
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push(`scrolls to the side: ${root.scrollWidth} px`);
  return wrong;
}"""
HIDDEN_TEXT = """(inside) => {
  // Text of the page that nobody can see. What works with scripts alone may be hidden without, and
  // what is folded opens without them.
  const apart =
    ".visually-hidden, script, style, form[hidden], button[hidden], details > :not(summary)";
  const wrong = [];
  const walker = document.createTreeWalker(document.querySelector(inside), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest(apart)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const shown = [...range.getClientRects()].some((box) => box.width > 0 && box.height > 0);
    if (!shown || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      wrong.push(node.data.trim().slice(0, 40));
  }
  return wrong;
}"""
INTERACTIVE = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex^='-'])")]
  .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }))"""
FOCUS = f"""() => {{
  // Interactive elements that show no ring when they have the focus, or are covered.
  const wrong = [];
  for (const element of ({INTERACTIVE})()) {{
    element.focus({{ focusVisible: true }});
    if (element.tagName === "TEXTAREA")  // of which the browser shows the first line
      element.scrollIntoView({{ block: "nearest" }});
    const style = getComputedStyle(element);
    const words = element.textContent.trim().slice(0, 30);
    const name = `${{element.className || element.tagName}}: ${{words}}`;
    if (document.activeElement !== element) wrong.push(`takes no focus: ${{name}}`);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
      wrong.push(`no focus ring: ${{name}}`);
    const box = element.getClientRects()[0];
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!hit || !(element.contains(hit) || hit.contains(element))) wrong.push(`covered: ${{name}}`);
  }}
  return wrong;
}}"""
WATCH_FOCUS = f"""() => {{
  window.reached = new Set();
  window.order = ({INTERACTIVE})();
  document.activeElement?.blur();
  document.addEventListener("focusin", (event) => window.reached.add(event.target));
}}"""
NOT_REACHED = """() => window.order.filter((element) => !window.reached.has(element))
  .map((element) => element.outerHTML.slice(0, 90))"""
MOVING = """() => {
  const wrong = [];
  const kinds = new Map();
  for (const element of document.querySelectorAll("body, body *"))
    kinds.set(`${element.tagName} ${element.getAttribute("class")}`, element);
  kinds.set("html", document.documentElement);
  const moves = (list) => list.split(",").some((time) => parseFloat(time) > 0.001);
  for (const element of kinds.values())
    for (const part of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, part);
      const name = `${element.tagName}.${element.getAttribute("class")} ${part ?? ""}`;
      if (moves(style.transitionDuration)) wrong.push(`${name} has a transition`);
      if (style.animationName !== "none" && moves(style.animationDuration))
        wrong.push(`${name} is animated`);
      if (style.scrollBehavior === "smooth") wrong.push(`${name} scrolls smoothly`);
    }
  return [...new Set(wrong)];
}"""
SPACING = """* {
  line-height: 1.5 !important;
  letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important;
}
p { margin-block-end: 2em !important; }"""
"""What a reader may set (WCAG 2.2, 1.4.12)."""


# --- Everyone can read it ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(practices, tab, show, kind):
    """All of WCAG 2.2 AA that a program can see, and axe's best practices.

    The questions as they come; then everything, light and dark, with every answer open, since axe
    looks at no text that is folded away.
    """
    for page in longest(practices, kind):
        show(tab, page)
        tab.emulate_media(color_scheme="light")
        buttons = tab.locator(".faq-all").all()
        if buttons:
            assert axe(tab, context=".faq") == [], page
        for button in buttons:
            button.click()
        assert axe(tab) == [], f"{page}, light, answers open"
        tab.emulate_media(color_scheme="dark")
        assert axe(tab, AXE_COLORS) == [], f"{page}, dark, answers open"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CONTENT)
def test_axe_finds_nothing_on_a_phone(practices, tab, show, name, scheme):
    """The narrow layout, the menu closed and open."""
    tab.set_viewport_size(PHONE)
    tab.emulate_media(color_scheme=scheme)
    for page in practices[name].longest("treatment"):
        show(tab, page)
        assert axe(tab) == []
        tab.locator("[popovertarget]").first.click()
        assert axe(tab) == [], "the menu is open"


def test_axe_sees_what_is_wrong(practices, changeable, show):
    """Else the tests above could not fail."""
    show(changeable, practices["kitchen-sink"].page("/"))
    changeable.add_style_tag(
        content="main * { color: #888 !important; background: #999 !important }"
    )
    changeable.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        " '<button type=button style=\"height:9px;width:9px;padding:0\"></button>'.repeat(2))"
    )
    found = {line.split(":")[0] for line in axe(changeable)}
    assert found >= {"color-contrast", "button-name", "target-size"}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_off_on_a_phone(practices, tab, show, kind):
    tab.set_viewport_size(PHONE)
    for page in every(practices, kind):
        show(tab, page)
        assert tab.evaluate(UNREADABLE, ["body", 1]) == [], page


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_off_on_a_desk(practices, tab, show, kind):
    for page in longest(practices, kind):
        show(tab, page)
        assert tab.evaluate(UNREADABLE, ["body", 1]) == [], page


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_twice_the_size_loses_nothing(practices, tab, show, kind):
    """The reader's own text size, doubled (WCAG 2.2, 1.4.4)."""
    session = tab.context.new_cdp_session(tab)
    try:
        for page in longest(practices, kind):
            session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
            show(tab, page)
            size = "parseFloat(getComputedStyle(document.body).fontSize)"
            before = tab.evaluate(size)
            session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
            assert tab.evaluate(size) >= 1.9 * before, f"{page} has text of a fixed size"
            assert tab.evaluate(UNREADABLE, ["body", 1]) == [], page
    finally:
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
        session.detach()


@pytest.mark.parametrize("kind", KINDS)
def test_a_readers_own_spacing_loses_nothing(practices, changeable, show, kind):
    changeable.set_viewport_size(PHONE)
    for page in longest(practices, kind):
        show(changeable, page)
        changeable.add_style_tag(content=SPACING)
        assert changeable.evaluate(UNREADABLE, ["body", 1]) == [], page


def test_the_measure_sees_what_is_cut_off(practices, changeable, show):
    """Else the tests above could not fail."""
    changeable.set_viewport_size(PHONE)
    for style, words in {
        "h1 { padding-inline-start: 400px }": "outside",
        "h1 { height: 9px; overflow: hidden }": "cut off by",
        "main { min-width: 400px }": "scrolls to the side",
    }.items():
        show(changeable, practices["kitchen-sink"].page("/kitchen-sink/"))
        changeable.add_style_tag(content=style)
        assert any(words in found for found in changeable.evaluate(UNREADABLE, ["body", 1])), style


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("drawing", [("black", "light"), ("ivory", "dark")])
def test_a_see_through_drawing_is_seen_in_both_schemes(browser, practices, show, scheme, drawing):
    """The style that pictures with transparent parts get, and the ground of the page."""
    context = context_of(browser, bypass_csp=True, color_scheme=scheme)
    tab = context.new_page()
    show(tab, longest(practices, "post")[0])
    tab.evaluate(
        """([line, ground]) => {
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 100;
            const pen = canvas.getContext("2d");
            pen.fillStyle = line;
            pen.fillRect(0, 0, 50, 100);
            const image = document.createElement("img");
            image.src = canvas.toDataURL();
            image.id = "drawing";
            image.className = `on-${ground}-ground`;
            document.querySelector("main").prepend(image);
            return image.decode();
        }""",
        list(drawing),
    )
    shot = Image.open(io.BytesIO(tab.locator("#drawing").screenshot())).convert("L")
    context.close()
    drawn, behind = (shot.getpixel((shot.width * n // 4, shot.height // 2)) for n in (1, 3))
    assert abs(drawn - behind) > 150


def test_less_motion_for_those_who_ask_for_it(practices, tab, show):
    for kind in KINDS:
        for page in longest(practices, kind):
            show(tab, page)
            assert tab.evaluate(MOVING) == [], page


# --- With the keyboard -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_key_leads_past_the_menu(practices, tab, show, kind):
    for page in longest(practices, kind):
        show(tab, page)
        tab.keyboard.press("Tab")
        focused = tab.locator(":focus")
        assert focused.get_attribute("class") == "skip-link", page
        box = focused.bounding_box()
        assert box["y"] >= 0, f"{page}: the skip link cannot be seen"
        assert box["height"] >= 20, f"{page}: the skip link cannot be seen"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.tagName") == "MAIN", page
        tab.keyboard.press("Tab")
        assert tab.evaluate("!!document.activeElement.closest('main, footer')"), page


@pytest.mark.parametrize("kind", KINDS)
def test_every_control_is_reached_and_shows_it(practices, tab, show, kind):
    for page in longest(practices, kind):
        show(tab, page)
        assert tab.evaluate(FOCUS) == [], page
        tab.evaluate("scrollTo(0, 0)")
        show(tab, page)
        count = tab.evaluate(f"({INTERACTIVE})().length")
        tab.evaluate(WATCH_FOCUS)
        for _ in range(count):
            tab.keyboard.press("Tab")
        assert tab.evaluate(NOT_REACHED) == [], page


@pytest.mark.parametrize("name", CONTENT)
def test_the_menu_on_a_phone_works_with_keys_and_without_scripts(practices, scriptless, show, name):
    scriptless.set_viewport_size(PHONE)
    show(scriptless, practices[name].page("/"))
    links = scriptless.locator("header nav a")
    assert links.count()
    assert not links.first.is_visible()
    scriptless.locator("header button[popovertarget]").first.focus()
    scriptless.keyboard.press("Enter")
    assert all(link.is_visible() for link in links.all())
    scriptless.keyboard.press("Escape")
    assert not links.first.is_visible()


def test_nothing_behind_the_open_menu_is_reached_or_scrolls(practices, browser, show):
    context = context_of(browser)
    tab = context.new_page()
    tab.set_viewport_size(PHONE)
    for name in CONTENT:
        show(tab, practices[name].page("/"))
        tab.locator("header button[popovertarget]").first.click()
        stops = tab.locator("header nav a").count() + 4
        for key in ["Tab"] * stops + ["Shift+Tab"] * stops:
            tab.keyboard.press(key)
            assert tab.evaluate("!!document.activeElement.closest('#site-menu')"), key
        tab.mouse.wheel(0, 400)
        assert tab.evaluate("getComputedStyle(document.documentElement).overflowY") == "hidden"
        assert tab.evaluate("scrollY") == 0
        tab.keyboard.press("Escape")
        assert tab.evaluate("getComputedStyle(document.documentElement).overflowY") != "hidden"
    context.close()


@pytest.mark.parametrize("size", [24, 32])
def test_large_text_of_the_reader_does_not_break_the_name(practices, browser, show, size):
    context = context_of(browser, bypass_csp=True)
    tab = context.new_page()
    tab.set_viewport_size({"width": 375, "height": 800})
    show(tab, practices["sample"].page("/"))
    tab.add_style_tag(content=f"html {{ font-size: {size}px }}")
    name = tab.locator(".site-name span")
    lines = name.evaluate("e => e.getClientRects().length")
    words = len(name.inner_text().split())
    assert 1 <= lines <= words
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


# --- Questions ---------------------------------------------------------------------------------


def folding(practices):
    """Pages with a list of questions that is long enough to be folded, of every kind."""
    found = [
        page
        for kind in KINDS
        for page in longest(practices, kind)
        if page.text.count('class="faq-item"') >= FOLDED
    ]
    assert found
    return found


def is_open(toggle):
    return toggle.get_attribute("aria-expanded") == "true"


@pytest.mark.parametrize(("now", "shown"), [("2099-12-31T23:59:00", 2), ("2100-01-01T00:01:00", 0)])
def test_an_announcement_goes_when_its_last_day_is_over(browser, practices, show, now, shown):
    context = context_of(browser)
    tab = context.new_page()
    tab.clock.set_fixed_time(dt.datetime.fromisoformat(now))
    show(tab, practices["kitchen-sink"].page("/"))
    assert tab.locator("[data-last-day]").count() == shown
    assert tab.locator(".announcements").count() == bool(shown)
    context.close()


def test_answers_fold_with_the_keyboard(practices, tab, show):
    seen = 0
    for page in folding(practices):
        show(tab, page)
        for toggle in tab.locator(".fold-toggle").all()[:2]:
            seen += 1
            answer = tab.locator(f"#{toggle.get_attribute('aria-controls')}")
            assert not is_open(toggle), page
            assert not visible(answer), page
            toggle.focus()
            tab.keyboard.press("Enter")
            assert is_open(toggle), page
            assert visible(answer), page
            tab.keyboard.press("Space")
            assert not is_open(toggle), page
            assert not visible(answer), page
    assert seen


def visible(answer):
    """Whether an answer's text is shown: `until-found` keeps its box."""
    return answer.evaluate(
        "e => [e, ...e.children].every((one) => one.checkVisibility({contentVisibilityAuto: true}))"
    )


def test_a_heading_stays_a_heading_when_it_is_folded(practices, tab, show):
    for page in folding(practices):
        show(tab, page)
        parents = tab.locator(".fold-toggle").evaluate_all(
            "all => all.map(e => e.parentElement.tagName)"
        )
        assert parents, page
        assert set(parents) <= {"H2", "H3", "H4", "H5", "H6"}, page


def test_all_answers_at_once(practices, tab, show):
    for page in folding(practices):
        show(tab, page)
        button = tab.locator(".faq-all").first
        words = button.inner_text()
        button.focus()
        tab.keyboard.press("Enter")
        first = button.locator("..")
        assert all(is_open(toggle) for toggle in first.locator(".fold-toggle").all()), page
        assert button.inner_text() != words, (
            f"{page}: the button says what it did, not what it does"
        )
        tab.keyboard.press("Enter")
        assert not any(is_open(toggle) for toggle in first.locator(".fold-toggle").all()), page


def test_a_link_to_a_question_opens_its_answer(practices, tab, show):
    for page in folding(practices)[:2]:
        show(tab, page)
        id = tab.locator("[data-folded] .faq-question").last.get_attribute("id")
        for way in ("loaded", "followed"):
            if way == "loaded":
                tab.goto("about:blank")
                show(tab, page, f"#{id}")
            else:
                show(tab, page)
                tab.evaluate("id => { location.hash = id }", id)
                open_now = (
                    "id => !!document.getElementById(id).querySelector('[aria-expanded=true]')"
                )
                until(tab, open_now, id)
            question = tab.locator(f"[id='{id}']")
            assert is_open(question.locator(".fold-toggle")), f"{page}#{id}, {way}"
            assert 0 <= question.bounding_box()["y"] < DESK["height"], f"{page}#{id}, {way}"


def test_finding_words_in_the_page_opens_their_answer(practices, tab, show):
    page = folding(practices)[0]
    show(tab, page)
    assert visible(tab.locator("[data-folded] .faq-answer").first), "the first one stays open"
    hidden = tab.locator("[data-folded] .faq-answer[hidden]").first
    answer = tab.locator(f"#{hidden.get_attribute('id')}")
    assert answer.get_attribute("hidden") == "until-found"
    answer.evaluate("e => e.dispatchEvent(new Event('beforematch', { bubbles: true }))")
    assert visible(answer)


def test_print_keeps_the_credentials(practices, tab, show):
    tab.emulate_media(media="print")
    for kind in ("therapist", "pages/team"):
        for page in longest(practices, kind):
            show(tab, page)
            assert tab.locator("main .letters").first.is_visible(), page


@pytest.mark.parametrize("kind", KINDS)
def test_print_shows_every_answer_and_no_controls(practices, tab, show, kind):
    for page in longest(practices, kind):
        show(tab, page)
        tab.emulate_media(media="print")
        assert tab.evaluate(HIDDEN_ANSWERS) == [], page
        assert not any(button.is_visible() for button in tab.locator(".faq-all").all()), page
        assert not tab.locator("header nav").first.is_visible(), page
        tab.emulate_media(media="screen")


HIDDEN_ANSWERS = """() => [...document.querySelectorAll(".faq-answer, .faq-answer *")]
  .filter((e) => !e.checkVisibility({ visibilityProperty: true }) || !e.getClientRects().length)
  .map((e) => e.textContent.trim().slice(0, 40))"""


def test_a_printed_page_holds_the_folded_answers(practices, tab, show):
    """Real printing, which tells the page before and after."""
    page = practices["kitchen-sink"].page("/kitchen-sink/")
    show(tab, page)
    assert tab.locator(".faq-answer[hidden]").count()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(".faq-answer[hidden]").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".faq-answer[hidden]").count()
    assert tab.pdf().startswith(b"%PDF")


# --- Without scripts, without others ------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_can_be_read_without_scripts(practices, scriptless, show, kind):
    scriptless.set_viewport_size(DESK)
    for page in longest(practices, kind):
        show(scriptless, page)
        assert scriptless.evaluate(HIDDEN_TEXT, "main") == [], page
        assert scriptless.evaluate(HIDDEN_ANSWERS) == [], page
        assert scriptless.locator(".fold-toggle, .faq-all").count() == 0, page


@pytest.mark.parametrize("name", [*CONTENT, "below-a-path"])
def test_pages_ask_nobody_else_and_complain_of_nothing(practices, served, browser, name):
    """Requests, answers, the console and the policy, over every page."""
    origin = urlsplit(served[name]).netloc
    heard: list[str] = []
    context = context_of(browser)
    context.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`))"
    )
    tab = context.new_page()

    def requested(request):
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != origin:
            heard.append(f"asks {request.url}")

    def answered(response):
        if response.status >= 400:
            heard.append(f"{response.status} for {response.url}")

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # the next page was opened before an icon came
            heard.append(f"{request.failure} for {request.url}")

    tab.on("request", requested)
    tab.on("response", answered)
    tab.on("requestfailed", failed)
    tab.on("pageerror", lambda error: heard.append(f"error: {error}"))
    tab.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    wrong = []
    for page in practices[name].pages:
        if page.kind == REDIRECT:
            continue
        tab.goto(served[name] + page.path, wait_until="load")
        wrong += [f"{page}: {line}" for line in heard]
        heard.clear()
    assert context.cookies() == []
    stored = tab.evaluate("[localStorage.length, sessionStorage.length]")
    context.close()
    assert wrong == []
    assert stored == [0, 0]


def test_the_policy_is_at_work(practices, tab, show):
    """Else the test above could not fail."""
    show(tab, practices["kitchen-sink"].page("/"))
    tab.evaluate(
        "window.blocked = []; addEventListener('securitypolicyviolation',"
        " (e) => window.blocked.push(e.violatedDirective))"
    )
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">red</p>')")
    tab.evaluate(
        "document.body.append(Object.assign(new Image(), {src: 'https://a.example/x.png'}))"
    )
    until(tab, "window.blocked.length >= 2")
    assert set(tab.evaluate("window.blocked")) == {"style-src-attr", "img-src"}


@pytest.mark.parametrize("name", [*CONTENT, "below-a-path"])
def test_an_unknown_address_shows_the_error_page_at_any_depth(practices, served, shared, name):
    response = shared.goto(f"{served[name]}/no/such/page/at/all/")
    assert response.status == 404
    assert shared.locator("h1").inner_text() == practices[name].site.page("not-found").title
    assert shared.evaluate("document.styleSheets.length") == 1
    color = shared.evaluate("getComputedStyle(document.querySelector('.site-header')).display")
    assert color != "inline", "the style sheet is at work"
    shared.locator("header a").first.click()
    assert urlsplit(shared.url).path == f"{practices[name].base}/"


@pytest.mark.parametrize("kind", KINDS)
def test_dark_and_light_are_different(practices, tab, show, kind):
    for page in longest(practices, kind):
        show(tab, page)
        color = "getComputedStyle(document.body).backgroundColor"
        light = tab.evaluate(color)
        tab.emulate_media(color_scheme="dark")
        assert tab.evaluate(color) != light, page
        tab.emulate_media(color_scheme="light")


def test_an_old_address_leads_on_without_scripts(practices, served, scriptless):
    for page in longest(practices, REDIRECT):
        root = served[page.practice.name]
        scriptless.goto(root + page.path)
        scriptless.wait_for_url(f"{root}/team/")
