"""A video and a form in a browser: what is asked of another site, and when.

The players and the provider of the form are fakes that stand in for their sites; the pages are
served with the headers that a host sends. Not tested here: the real players.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import browsers
import pytest
from browsers import launched, until

from practice.site.outside import by_address

pytestmark = pytest.mark.browser

VIDEO, FORM = "/blog/returning-to-running/", "/new-patients/"
PLAYER = "www.youtube-nocookie.com"
PROVIDER = "forms.example.com"
FAKE = "<!doctype html><title>Player</title><p>It plays.</p>"


@pytest.fixture(scope="module")
def browser(practices):  # noqa: ARG001  # what forks is built before the browser's threads start
    with launched() as found:
        yield found


class Tab:
    """A tab in which other sites are fakes; it notes what is asked of them."""

    def __init__(self, browser, **options):
        self.context = browsers.context_of(browser, **options)
        self.page = self.context.new_page()
        self.asked = []
        self.said = []
        self.context.route(lambda url: "127.0.0.1" not in url, self._answer)
        self.page.on("console", lambda message: self.said.append(message.text))

    def _answer(self, route):
        self.asked.append(route.request)
        route.fulfill(body=FAKE, content_type="text/html")


def refusal(message):
    """Whether a message of the console says that the page's policy forbids something."""
    return "Content Security Policy" in message.text


@pytest.fixture
def tab(browser):
    made = Tab(browser)
    yield made
    made.context.close()


@pytest.fixture
def scriptless(browser):
    made = Tab(browser, java_script_enabled=False)
    yield made
    made.context.close()


def test_nothing_is_asked_of_the_player_before_a_click(tab, served):
    tab.page.goto(served["sample"] + VIDEO)
    tab.page.locator(".video").scroll_into_view_if_needed()
    tab.page.locator("[data-player]").focus()
    tab.page.locator("[data-player]").hover()
    assert tab.asked == []
    assert tab.page.locator("iframe").count() == 0


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_click_puts_the_player_in_the_place_of_the_picture(tab, served, by):
    tab.page.goto(served["sample"] + VIDEO)
    link = tab.page.locator("[data-player]")
    if by == "mouse":
        link.click()
    else:
        link.press("Enter")
    frame = tab.page.frame_locator("iframe")
    frame.get_by_text("It plays.").wait_for()
    assert link.count() == 0
    assert tab.page.url == served["sample"] + VIDEO
    [request] = tab.asked
    assert urlsplit(request.url).hostname == PLAYER
    origin = f"{urlsplit(served['sample']).scheme}://{urlsplit(served['sample']).netloc}/"
    assert request.headers.get("referer") == origin, "the site, but not the page"
    iframe = tab.page.locator("iframe")
    assert iframe.get_attribute("title") == "The four tests before you run"
    until(tab.page, "document.activeElement.tagName == 'IFRAME'")
    box = iframe.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(16 / 9, rel=0.01)
    inside = next(f for f in tab.page.frames if PLAYER in f.url)
    assert inside.evaluate("document.featurePolicy.allowsFeature('fullscreen')")
    assert inside.evaluate("document.featurePolicy.allowsFeature('autoplay')")
    assert not inside.evaluate("document.featurePolicy.allowsFeature('camera')")
    assert tab.said == []


def test_a_player_is_blocked_on_a_page_without_a_video(tab, served):
    tab.page.goto(served["sample"] + FORM)
    with tab.page.expect_console_message(refusal):
        tab.page.evaluate(
            f"""() => {{
              const frame = document.createElement("iframe");
              frame.src = "https://{PLAYER}/embed/practice-01";
              document.querySelector("main").append(frame);
            }}"""
        )
    assert tab.asked == []


@pytest.mark.parametrize("value", ["require-corp", "credentialless"])
def test_a_stricter_embedder_policy_would_block_the_player(tab, served, value):
    def stricter(route):
        answer = route.fetch()
        headers = answer.headers | {"cross-origin-embedder-policy": value}
        route.fulfill(response=answer, headers=headers)

    tab.context.route(f"**{VIDEO}", stricter)
    tab.page.goto(served["sample"] + VIDEO)
    with tab.page.expect_event("requestfailed") as failed:
        tab.page.locator("[data-player]").click()
    assert PLAYER in failed.value.url
    assert "BLOCKED" in failed.value.failure


def test_without_scripts_the_picture_is_a_link_to_the_video(scriptless, served):
    scriptless.page.goto(served["sample"] + VIDEO)
    link = scriptless.page.locator("[data-player]")
    assert link.locator("img").is_visible()
    assert scriptless.asked == []
    link.click()
    assert scriptless.page.url == "https://www.youtube.com/watch?v=practice-01"


@pytest.mark.parametrize("kind", ["tab", "scriptless"])
def test_a_form_is_sent_to_the_provider(request, served, kind):
    tab = request.getfixturevalue(kind)
    page = tab.page
    page.goto(served["sample"] + FORM)
    send = page.get_by_role("button", name="Call me back")
    send.click()
    assert page.url == served["sample"] + FORM, "the browser asks for what is missing"
    page.get_by_label("Your name").fill("Sam Example")
    page.get_by_label("Your phone number").fill("555 555 0199")
    page.get_by_label("I am a new patient").check()
    send.click()
    assert page.url == served["sample"] + FORM, "the consent is missing"
    page.get_by_label("You may call me back").check()
    assert tab.asked == []
    send.click()
    page.get_by_text("It plays.").wait_for()
    [sent] = tab.asked
    assert sent.method == "POST"
    assert sent.url == f"https://{PROVIDER}/juniper-lane"
    assert "referer" not in sent.headers
    assert parse_qs(sent.post_data, keep_blank_values=True) == {
        "name": ["Sam Example"],
        "phone": ["555 555 0199"],
        "preferred-time": [""],
        "new-patient": ["yes"],
        "consent": ["yes"],
    }
    assert tab.said == []


def test_a_form_cannot_be_sent_elsewhere(tab, served):
    tab.page.goto(served["sample"] + FORM)
    with tab.page.expect_console_message(refusal):
        tab.page.evaluate(
            """() => {
              const form = document.querySelector("form.form");
              form.action = "https://elsewhere.example.com/";
              form.noValidate = true;
              form.requestSubmit();
            }"""
        )
    assert tab.asked == []


def test_only_the_two_pages_of_the_sample_deal_with_other_sites(sample):
    found = by_address(sample.built.site)
    assert found.keys() == {VIDEO, FORM}
    assert found[VIDEO].forms == () == found[FORM].players
