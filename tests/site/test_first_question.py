"""The first question of a treatment stands at the top of its page, and only there."""

from __future__ import annotations

from conftest import ROOT

from practice.build.run import build
from practice.rendering.renderer import answer_of


def test_the_first_question_stands_at_the_top_once(practice):
    seen = 0
    for treatment in practice.site.treatments:
        page = practice.page(treatment.path)
        found = answer_of(treatment)
        ids = [question.id for question in treatment.meta.faq]
        assert [id for id in page.ids if id in ids] == ids, "each question stands once"
        [top] = [e for e in page.all("div") if e.get("class") == "wrap answers"]
        there = [heading.get("id") for heading in top.iter("h2")]
        assert there == [*([found.id] if found else []), "page-risks"]
        seen += found is not None
    assert seen


def test_a_question_that_is_alone_stays_under_its_heading(kitchen_sink):
    taping = kitchen_sink.site.treatment("taping")
    assert len(taping.meta.faq) == 1
    assert answer_of(taping) is None


def test_the_page_changes_with_its_first_question(content, tmp_path):
    file = content / "treatments" / "dry-needling.md"
    text = file.read_text("utf-8")
    assert "### Does it hurt?" in text
    file.write_text(text.replace("### Does it hurt?", "### Will I feel the needle?"), "utf-8")
    built = build(content, tmp_path / "site", ROOT / "pelicanconf.py")
    page = (built.output / "treatments" / "dry-needling" / "index.html").read_text("utf-8")
    assert '<h2 id="will-i-feel-the-needle">Will I feel the needle?</h2>' in page
    assert page.count('id="will-i-feel-the-needle"') == 1
