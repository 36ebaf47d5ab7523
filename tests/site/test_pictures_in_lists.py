"""Pictures where people choose: portraits, thumbnails, the home page's answers, prices, steps."""

from __future__ import annotations

import pytest

from practice.rendering.images import needed


def inside(page, css):
    return [e for e in page.one("main").iter() if css in (e.get("class") or "").split()]


def test_lists_show_the_picture_of_what_they_lead_to(sample):
    blog, treatments, team = (sample.page(path) for path in ("/blog/", "/treatments/", "/team/"))
    shown = {e.get("src").split("/")[-1].split(".")[0] for e in inside(blog, "thumbnail")}
    assert shown == {post.meta.image.split(".")[0] for post in sample.site.posts if post.meta.image}
    assert len(inside(treatments, "card-image")) == len(sample.site.treatments)
    assert len(inside(team, "portrait")) == len(sample.site.team)
    decorations = [*inside(blog, "thumbnail"), *inside(treatments, "card-image")]
    assert {e.get("alt") for e in decorations} == {""}, "the title beside it says it all"


def test_the_home_page_answers_in_two_large_answers(sample):
    page = sample.page("/")
    asked = ["".join(e.itertext()).strip() for e in inside(page, "faq-question")]
    assert asked == ["Will it hurt?", "What could go wrong?"]
    assert all(group.document.path != "/" for group in sample.site.question_groups)


def test_a_home_page_without_answers_leads_to_them(kitchen_sink):
    page = kitchen_sink.page("/")
    assert not inside(page, "faq")
    leads = {e.get("href") for card in inside(page, "card") for e in card.iter("a")}
    assert {"/side-effects/", "/questions/"} <= leads


def test_prices_are_the_first_thing_on_the_fees_page(sample):
    page = sample.page("/fees-and-insurance/")
    headings = [e for e in page.one("main").iter() if e.tag in ("h1", "h2")]
    assert headings[1].get("id") == "page-fees"
    prices = [e for e in inside(page, "fees") if e.tag == "table"]
    assert len(prices[0].findall("tbody/tr")) == len(sample.site.clinic.fees)


@pytest.mark.parametrize(
    ("sizes", "widths"),
    [
        ("5rem", (400,)),
        ("10rem", (400, 800)),
        ("100rem", (400, 800, 1600)),
        ("100vw", (400, 800, 1600)),
        ("(min-width: 40rem) 22rem, 100vw", (400, 800, 1600)),
    ],
)
def test_only_sizes_that_a_screen_can_need_are_offered(sizes, widths):
    assert needed((400, 800, 1600), sizes) == widths
