"""The finished site: what must hold for every page of the sample, and of the kitchen sink twice.

Most tests look at every page of a practice and name each one that is wrong. Nothing is counted:
what has to be there is taken from the content, so that it holds for any practice.

Not tested here: what a browser makes of the pages (`test_browser.py`), how the commands behave
(`test_build.py`), the markup of single callouts (`test_goldens.py`).
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import brotli
import pytest
from conftest import CONTENT, REDIRECT, ROOT, Practice, address_of, files_of, page_kinds
from publishing import AUTHOR

from practice.build.run import build
from practice.content.models import SideEffects
from practice.paths import save_as
from practice.problems import ProblemsFound
from practice.site import formatting
from practice.site.assemble import load

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FIRST_VIEW = 14 * 1024
"""What a server can send before it has to wait for the browser's first answer (RFC 6928)."""
LOADING = ("src", "srcset", "poster", "data", "action", "formaction", "background")
"""Attributes by which a page makes the browser ask for something."""


def text_of(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def wrong(practice: Practice, find, pages=None) -> list[str]:
    """What is wrong with each page, the page's name before it."""
    chosen = practice.pages if pages is None else pages
    assert chosen, "a test that looks at no page cannot fail"
    return [f"{page}: {found}" for page in chosen for found in find(page)]


def themed(practice: Practice):
    return [page for page in practice.pages if page.kind != REDIRECT]


# --- The pages that there are ------------------------------------------------------------------


def test_the_kitchen_sink_shows_every_kind_of_page(kitchen_sink):
    assert {page.kind for page in kitchen_sink.pages} >= set(page_kinds())


def test_every_page_that_a_practice_has(practice):
    site = practice.site
    expected = {"/", "/404.html"}
    expected |= {f"/{s}/" for s in ("treatments", "team", "blog", "questions", "side-effects")}
    expected |= {"/sources/", "/contact/"}
    expected |= {f"/treatments/{document.slug}/" for document in site.treatments}
    expected |= {f"/team/{document.slug}/" for document in site.team}
    expected |= {f"/{page.slug}/" for page in site.pages} - {"/home/", "/not-found/"}
    expected |= {f"/{notice.page}/" for _, notice in site.clinic.notices if notice}
    for post in site.posts:
        expected |= {f"/blog/{post.slug}/", f"/blog/{post.meta.date.year}/"}
        expected |= {f"/blog/topics/{topic}/" for topic in post.meta.topics}
        expected |= {f"/blog/by/{id}/" for id in post.meta.named_ids["author"]}
    expected |= {place.path for place in site.location_pages}
    if site.events:
        events = (*site.events.coming, *site.events.past)
        expected |= {"/events/", *(f"/events/{event.slug}/" for event in events)}
    assert {page.path for page in themed(practice)} == expected


def test_every_page_has_its_template(practice):
    assert {page.kind for page in practice.pages} <= {*page_kinds(), REDIRECT}


# --- What holds for every page -----------------------------------------------------------------


def test_html_is_valid(practice):
    assert [str(page) for page in practice.pages if page.tree is None] == []


def test_language_and_reading_width(practice):
    def find(page):
        if not (page.tree.get("lang") or "").startswith("en"):
            yield "no language"
        viewport = page.one("meta[@name='viewport']").get("content")
        if not viewport.startswith("width=device-width, initial-scale=1"):
            yield f"viewport is `{viewport}`"

    assert wrong(practice, find) == []


def test_one_main_heading_and_no_level_skipped(practice):
    def find(page):
        levels = [int(e.tag[1]) for e in page.tree.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
        if levels.count(1) != 1 or levels[0] != 1:
            yield f"headings of level 1: {levels.count(1)}, the first is h{levels[0]}"
        yield from (
            f"h{before} is followed by h{after}"
            for before, after in pairwise(levels)
            if after > before + 1
        )

    assert wrong(practice, find) == []


def test_no_heading_is_empty(practice):
    def find(page):
        for element in page.tree.iter():
            named = text_of(element) or element.get("aria-label")
            if not named and re.fullmatch(r"h[1-6]|a|button|title|caption", str(element.tag)):
                yield f"<{element.tag}> is empty"

    assert wrong(practice, find) == []


def test_ids_are_unique_and_what_names_them_exists(practice):
    def find(page):
        yield from (f"#{id} stands twice" for id in set(page.ids) if page.ids.count(id) > 1)
        for element in page.tree.iter():
            for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
                for id in (element.get(name) or "").split():
                    if id not in page.ids:
                        yield f"{name} names #{id}, which is not there"
            for name in ("popovertarget", "commandfor", "list", "form"):
                if element.get(name) and element.get(name) not in page.ids:
                    yield f"{name} names #{element.get(name)}, which is not there"

    assert wrong(practice, find) == []


def targets(page):
    """Every address that a page names, with the attribute and the element."""
    for element in page.tree.iter():
        for name in ("href", *LOADING):
            value = element.get(name)
            if value is None:
                continue
            parts = re.split(r",\s+", value) if name == "srcset" else [value]
            for part in parts:
                yield element, name, part.split()[0] if name == "srcset" else part


def is_external(target: str) -> bool:
    parts = urlsplit(target)
    return bool(parts.scheme or parts.netloc)


def test_every_internal_link_and_fragment_leads_somewhere(practice):
    ids = {page.path: set(page.ids) for page in practice.pages}

    def find(page):
        for _, name, target in targets(page):
            if is_external(target):
                continue
            parts = urlsplit(target)
            path = unquote(parts.path) or practice.base + page.path
            if not path.startswith(f"{practice.base}/"):
                yield f"{name} `{target}` leaves the site"
                continue
            inside = path.removeprefix(practice.base)
            if not (practice.folder / save_as(inside)).is_file():
                yield f"{name} `{target}` points to a page that does not exist"
            elif parts.fragment and unquote(parts.fragment) not in ids.get(inside, ()):
                yield f"{name} `{target}` leads to a part that is not there"

    assert wrong(practice, find) == []


def test_nothing_is_loaded_from_elsewhere(practice):
    leaves = {"canonical", "alternate", "license", "me", "author"}

    def find(page):
        for element, name, target in targets(page):
            if not is_external(target) or element.tag == "a":
                continue
            if element.tag == "form" and "form" in element.get("class", "").split():
                continue  # a callout's: it sends when a reader sends it
            if element.tag == "link" and set(element.get("rel").split()) <= leaves:
                continue
            yield f"<{element.tag} {name}> `{target}`"
        for tag in ("iframe", "object", "embed", "video", "audio", "base", "frame"):
            yield from (f"<{tag}>" for _ in page.all(tag))
        for element in page.all("link"):
            if {"preconnect", "dns-prefetch", "prefetch"} & set(element.get("rel").split()):
                yield f"<link rel={element.get('rel')}>"

    assert wrong(practice, find) == []


def test_style_sheets_load_nothing(practice):
    sheets = [file for file in practice.folder.rglob("*.css") if "pagefind" not in file.parts]
    assert sheets
    for sheet in sheets:
        css = sheet.read_text("utf-8")
        loaded = re.findall(r"url\((?!\s*[\"']?(?:data:|#))([^)]*)\)", css)
        assert [name for name in loaded if not (sheet.parent / name.strip('"')).is_file()] == []
        fonts = {file.name for file in sheet.parent.glob("*.woff2")}
        assert {name.strip('"') for name in loaded} == fonts
        assert "@import" not in css


def test_style_and_behavior_stand_in_our_own_files(practice):
    def find(page):
        for element in page.tree.iter():
            for name in element.keys():  # noqa: SIM118  # an element is no mapping
                if name == "style" or str(name).startswith("on"):
                    yield f"<{element.tag} {name}>"
        yield from ("<style>" for _ in page.all("style"))
        for script in page.all("script"):
            source = script.get("src")
            if source is None and script.get("type") != "application/ld+json":
                yield "a script within the page"
            elif source and not source.startswith(f"{practice.base}/assets/"):
                yield f"the script `{source}`"

    assert wrong(practice, find) == []


def test_pictures_say_what_they_show_and_how_large_they_are(practice):
    pictures = [(page, picture) for page in practice.pages for picture in page.all("img")]
    assert pictures
    for page, picture in pictures:
        assert picture.get("alt") is not None, page
        assert int(picture.get("width")) > 0, page
        assert int(picture.get("height")) > 0, page


def test_drawings_are_hidden_from_screen_readers(practice):
    drawings = [(page, drawing) for page in practice.pages for drawing in page.all("svg")]
    assert drawings
    assert [str(page) for page, d in drawings if d.get("aria-hidden") != "true"] == []


def test_titles_and_descriptions_tell_pages_apart(practice):
    pages = [page for page in practice.pages if page.indexable]
    for what in ("title", "meta[@name='description']"):
        seen: dict[str, str] = {}
        for page in pages:
            element = page.one(what)
            text = text_of(element) if what == "title" else element.get("content").strip()
            assert re.search(r"\w{3}", text), f"{page}: {what} is `{text}`"
            assert text not in seen, f"{page} and {seen[text]} have the same {what}"
            seen[text] = str(page)


def test_canonical_addresses(practice):
    def find(page):
        canonical = page.one("link[@rel='canonical']").get("href")
        if page.kind == REDIRECT:
            inside = canonical.removeprefix(practice.address)
            if canonical.startswith(practice.address) and page.path == inside:
                yield "a page that leads on to itself"
        elif canonical != practice.address + page.path:
            yield f"canonical is `{canonical}`"

    assert wrong(practice, find) == []


def test_shared_links_show_the_page(practice):
    def find(page):
        for name, value in {
            "og:url": practice.address + page.path,
            "og:description": page.one("meta[@name='description']").get("content"),
            "og:site_name": practice.site.clinic.name,
        }.items():
            given = page.one(f"meta[@property='{name}']").get("content")
            if given != value:
                yield f"{name} is `{given}`"
        for image in page.all("meta[@property='og:image']"):
            address = image.get("content")
            inside = unquote(address.removeprefix(f"{practice.address}/"))
            if inside == address or not (practice.folder / inside).is_file():
                yield f"og:image is `{address}`"

    assert wrong(practice, find, themed(practice)) == []


def test_landmarks(practice):
    def find(page):
        body = page.one("body")
        main = page.one("main")
        skip = body[0]
        if skip.tag != "a" or skip.get("href") != f"#{main.get('id')}":
            yield "the first element does not lead to the main part"
        for tag in ("header", "footer"):
            if len(body.findall(tag)) != 1:
                yield f"<{tag}> of the page: {len(body.findall(tag))}"
        names = [nav.get("aria-label") or nav.get("aria-labelledby") for nav in page.all("nav")]
        if None in names or len(set(names)) != len(names):
            yield f"navigations are called {names}"
        if page.path not in ("/", "/404.html"):
            crumbs = [nav for nav in page.all("nav") if "breadcrumbs" in nav.get("class", "")]
            if not any(
                link.get("href") == f"{practice.base}/" for n in crumbs for link in n.iter("a")
            ):
                yield "no way back home"

    assert wrong(practice, find, themed(practice)) == []


def test_the_menu_marks_where_one_is(practice):
    for document in practice.site.menu("main"):
        page = practice.page(document.path)
        current = [a for a in page.all("nav//a") if a.get("aria-current") == "page"]
        assert practice.base + page.path in {link.get("href") for link in current}, page


def test_first_view_fits_into_the_first_answer(practice):
    """The page and its style sheet as a server sends them (Brotli)."""

    def find(page):
        sheets = [e.get("href") for e in page.all("link[@rel='stylesheet']")]
        files = [practice.folder / s.removeprefix(f"{practice.base}/") for s in sheets]
        size = sum(len(brotli.compress(file.read_bytes())) for file in (page.file, *files))
        if size > FIRST_VIEW:
            yield f"{size} bytes"

    assert wrong(practice, find, themed(practice)) == []


def test_structured_data_can_be_read(practice):
    def find(page):
        for script in page.all("script[@type='application/ld+json']"):
            data = json.loads("".join(script.itertext()))
            if data.get("@context") != "https://schema.org":
                yield f"@context is {data.get('@context')}"
        if page.kind != REDIRECT and not page.all("script[@type='application/ld+json']"):
            yield "none"

    assert wrong(practice, find) == []


# --- What single pages owe ----------------------------------------------------------------------


def test_contact_dials_and_leads_to_a_map(practice):
    page = practice.page("/contact/")
    links = {link.get("href") for link in page.one("main").iter("a")}
    assert formatting.tel(practice.site.clinic.phone) in links
    assert practice.site.clinic.map_url in links
    assert practice.site.clinic.booking_url in links


def test_contact_lists_every_number_as_it_is_used(practice):
    words = text_of(practice.page("/contact/").one("main"))
    links = {link.get("href") for link in practice.page("/contact/").one("main").iter("a")}
    for line in practice.site.clinic.phones:
        assert formatting.phone(line.number) in words
        dialed = formatting.tel(line.number) + (f";ext={line.extension}" if line.extension else "")
        assert (dialed in links) == (line.kind == "phone")
        assert (dialed.replace("tel:", "sms:") in links) == (line.kind == "text")


def test_announcements_and_profiles_stand_on_every_page(practice):
    site = practice.site

    def find(page):
        shown = [e for e in page.tree.iter() if e.get("data-last-day")]
        if len(shown) != len(site.announcements):
            yield f"{len(shown)} announcements"
        for element, found in zip(shown, site.announcements, strict=False):
            if found.text not in text_of(element):
                yield f"not said: {found.text}"
            if found.page and not element.findall(".//a"):
                yield "no link"
        hrefs = {link.get("href") for link in page.tree.iter("a")}
        yield from (profile.url for profile in site.clinic.profiles if profile.url not in hrefs)

    assert wrong(practice, find, themed(practice)) == []


def test_every_page_says_how_to_reach_the_clinic_and_what_to_do_in_an_emergency(practice):
    clinic = practice.site.clinic

    def find(page):
        footer = text_of(page.tree.find("body/footer"))
        hrefs = {link.get("href") for link in page.all("a")}
        if formatting.tel(clinic.phone) not in hrefs:
            yield "no link that dials"
        for words in (
            clinic.emergency_note,
            *(place.address.street for place in practice.site.locations),
            *(formatting.phone(place.phone) for place in practice.site.locations),
        ):
            if " ".join(words.split()) not in footer:
                yield f"the footer lacks “{words}”"

    assert wrong(practice, find, themed(practice)) == []


def test_questions_have_an_address_of_their_own(practice):
    page = practice.page("/questions/")
    headings = {e.get("id"): text_of(e) for e in page.tree.iter() if re.match(r"h\d$", str(e.tag))}
    groups = practice.site.question_groups
    assert groups
    for group in groups:
        own = practice.page(group.document.path)
        for question in group.questions:
            words = text_of(ET.fromstring(f"<p>{question.question}</p>"))
            assert question.id in own.ids, f"{own} lacks #{question.id}"
            found = [id for id, text in headings.items() if text == words]
            assert found, f"{page} lacks “{words}”"
            assert all(found), f"{page}: “{words}” has no id"


def test_side_effects_from_a_to_z(practice):
    page = practice.page("/side-effects/")
    names = [text_of(h) for h in page.all("h3") if h.get("id")]
    expected = {e.name.casefold() for t in practice.site.treatments for e in t.meta.side_effects}
    assert {name.removeprefix("Serious: ").casefold() for name in names} >= expected
    shown = [entry.name for letter in practice.site.effect_index for entry in letter.entries]
    assert shown == sorted(shown, key=str.casefold)


def test_sources_lists_every_source_that_is_cited_and_who_cites_it(practice):
    page = practice.page("/sources/")
    hrefs = {link.get("href") for link in page.one("main").iter("a")}
    for id, source in practice.site.sources.items():
        cited = practice.site.cited_by(id)
        assert id in page.ids or not cited, id
        if cited and source.link:
            assert source.link in hrefs, id


def test_figures_stand_with_their_source(practice):
    """A figure without a link to its source beside it cannot be checked by a reader."""
    shown = 0
    for page in practice.pages:
        for item in (
            e for e in page.tree.iter() if "side-effect" in (e.get("class") or "").split()
        ):
            figure = [e for e in item.iter() if e.get("class") == "risk-figure"]
            if figure:
                shown += 1
                hrefs = [a.get("href") for a in item.iter("a")]
                start = f"{practice.base}/sources/#"
                assert any(h.startswith(start) for h in hrefs), f"{page}: {text_of(figure[0])}"
    assert shown


def test_treatments_say_who_reviewed_them_and_when(practice):
    for treatment in practice.site.treatments:
        meta = treatment.meta
        words = text_of(practice.page(treatment.path).one("main"))
        if meta.reviewed:
            assert f"Last reviewed {formatting.long_date(meta.reviewed)}" in words, treatment.path
            name = practice.site.therapist(meta.reviewed_by).meta.full_name
            assert f"by {name}" in words, treatment.path
        else:
            assert meta.sample, f"{treatment.path}: nobody has reviewed it and it is no sample"
            assert "No clinician has reviewed this page" in words, treatment.path


def test_a_review_is_shown_somewhere(kitchen_sink):
    """Else the test above could not fail."""
    assert any(treatment.meta.reviewed for treatment in kitchen_sink.site.treatments)


def test_sample_texts_say_so(practice):
    def is_noted(page):
        return any(e.get("class") == "sample-note" for e in page.tree.iter())

    for document in practice.site.documents:
        page = practice.page(document.path)
        assert is_noted(page) == document.meta.sample, page


def test_signed_off_texts_carry_no_sample_note(content, tmp_path):
    for file in (*content.rglob("*.md"), content / "clinic.yaml"):
        file.write_text(file.read_text("utf-8").replace("sample: true\n", ""), "utf-8")
    for file in (*content.glob("treatments/*.md"), *content.glob("posts/*.md")):
        text = file.read_text("utf-8")
        if "reviewed:" not in text:
            review = f"---\nreviewed_by: {AUTHOR}\nreviewed: 2026-10-01\n"
            file.write_text(text.replace("---\n", review, 1), "utf-8")
    built = build(content, tmp_path / "site", ROOT / "pelicanconf.py")
    assert built.samples == 0
    pages = pages_of(built.output)
    noted = [name for name, text in pages.items() if 'class="sample-note"' in text]
    assert noted == []


def test_legal_notices_show_their_date(practice):
    notices = [notice for _, notice in practice.site.clinic.notices if notice]
    assert notices
    for notice in notices:
        words = text_of(practice.page(f"/{notice.page}/").one("main"))
        assert formatting.long_date(notice.effective) in words, notice.page


def test_the_error_page_is_not_listed_and_leads_home(practice):
    page = practice.page("/404.html")
    assert not page.indexable
    assert f"{practice.base}/" in {link.get("href") for link in page.all("a")}


# --- What machines read -------------------------------------------------------------------------


def test_the_site_map_lists_exactly_the_pages_for_search_engines(practice):
    root = ET.fromstring((practice.folder / "sitemap.xml").read_bytes())
    listed = [element.text for element in root.iter(f"{SITEMAP}loc")]
    expected = {practice.address + page.path for page in practice.pages if page.indexable}
    assert len(listed) == len(set(listed))
    assert set(listed) == expected
    for day in root.iter(f"{SITEMAP}lastmod"):
        assert dt.date.fromisoformat(day.text) <= practice.site.build_date


def test_robots_leads_to_the_site_map(practice):
    lines = (practice.folder / "robots.txt").read_text("utf-8").splitlines()
    assert "User-agent: *" in lines
    assert f"Sitemap: {practice.address}/sitemap.xml" in lines
    assert not [line for line in lines if line.startswith("Disallow: /")]


def test_the_feed_is_atom_with_absolute_links_to_pages(practice):
    root = ET.fromstring((practice.folder / "feed.xml").read_bytes())
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}"), name
    own = [e.get("href") for e in root.findall(f"{ATOM}link") if e.get("rel") == "self"]
    assert own == [f"{practice.address}/feed.xml"]
    entries = root.findall(f"{ATOM}entry")
    newest = [practice.address + post.path for post in practice.site.posts]
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]
    assert links
    assert links == newest[: len(links)]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        practice.page(entry.find(f"{ATOM}link").get("href").removeprefix(practice.address))
        for name in ("title", "updated", "summary", "author/" + ATOM + "name"):
            assert entry.findtext(ATOM + name), name
        dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated"))


def test_every_page_names_the_feed(practice):
    def find(page):
        feeds = [e for e in page.all("link") if e.get("type") == "application/atom+xml"]
        if [feed.get("href") for feed in feeds] != [f"{practice.base}/feed.xml"]:
            yield "no feed"

    assert wrong(practice, find, themed(practice)) == []


def test_nothing_is_published_that_no_page_of_ours_needs(practice):
    """Only known kinds of files: no Markdown, no settings, nothing hidden but the marker."""
    endings = {Path(name).suffix for name in practice.files() if not name.startswith("pagefind/")}
    known = {".html", ".xml", ".txt", ".css", ".js", ".svg", ".png", ".jpg", ".webp", ".avif"}
    assert endings - known - {".pdf", ".ics", ".ico", ".woff2", ""} == set()
    hidden = {name for name in practice.files() if re.search(r"(^|/)\.", name)}
    assert hidden == {".practice-site"}


def test_the_team_is_sorted_by_what_its_files_say(sample):
    links = re.findall(r'href="/team/([\w-]+)/"', sample.page("/team/").text)
    treating = ["sarah-dominguez", "theo-lindqvist", "daniel-okafor", "marisol-vega"]
    assert list(dict.fromkeys(links)) == [*treating, "june-albright"]


# --- Drafts and posts to come -------------------------------------------------------------------

POST = """\
---
title: {title}
date: {date}
author: {author}
summary: {title}, in one sentence.
status: {status}
sample: true
---

{title}.
"""


@pytest.mark.parametrize(
    ("status", "date"),
    [("draft", "2026-01-01"), ("published", "2026-11-02"), ("published", "2099-12-31")],
)
def test_what_is_not_public_is_nowhere(content, tmp_path, status, date):
    author = next(content.glob("team/*.md")).stem
    words = "Quokkas in the waiting room"
    post = POST.format(title=words, date=date, author=author, status=status)
    (content / "posts" / "quokka-post.md").write_text(post, "utf-8")
    built = build(content, tmp_path / "site", ROOT / "pelicanconf.py")
    assert [document.title for document in built.left_out] == [words]
    found = [
        name
        for name, data in files_of(built.output).items()
        if b"okka" in data or "quokka" in name or "blog/2099" in name
    ]
    assert found == []


def test_a_public_post_is_everywhere_it_belongs(content, tmp_path):
    """The other half of the test above."""
    author = next(content.glob("team/*.md")).stem
    words = "Quokkas in the waiting room"
    post = POST.format(title=words, date="2026-11-01", author=author, status="published")
    (content / "posts" / "quokka-post.md").write_text(post, "utf-8")
    built = build(content, tmp_path / "site", ROOT / "pelicanconf.py")
    found = {name for name, data in files_of(built.output).items() if b"Quokka" in data}
    assert found >= {
        "blog/quokka-post/index.html",
        "blog/index.html",
        "blog/2026/index.html",
        f"blog/by/{author}/index.html",
        "feed.xml",
    }
    assert "/blog/quokka-post/" in (built.output / "sitemap.xml").read_text("utf-8")


# --- One fact, one place ------------------------------------------------------------------------


def pages_of(folder: Path) -> dict[str, str]:
    """The text files of a site."""
    endings = (".html", ".xml", ".txt", ".js", ".css")
    files = files_of(folder)
    return {name: html.unescape(files[name].decode()) for name in files if name.endswith(endings)}


def copied(name: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT[name], tmp_path / "content"))


def built_pages(content: Path, tmp_path: Path) -> dict[str, str]:
    return pages_of(build(content, tmp_path / "site", ROOT / "pelicanconf.py").output)


def replace(file: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, file.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert count == 1, f"{file.name} has no {pattern}"
    file.write_text(text, "utf-8")


def counts(pages: dict[str, str], words: str) -> dict[str, int]:
    """How often each page says something."""
    return {name: count for name, text in pages.items() if (count := text.count(words))}


@pytest.mark.parametrize("name", CONTENT)
def test_a_figure_is_said_in_one_place(name, practices, tmp_path):
    """One line of a treatment changes its page, every post that shows it, and the A to Z."""
    site = practices[name].site
    users = {
        placed.callout.treatment: document
        for document in site.posts
        for placed in document.body.callouts
        if isinstance(placed.callout, SideEffects)
    }
    assert users, "no post shows the side effects of a treatment"
    treatment, post = next(iter(users.items()))
    content = copied(name, tmp_path)
    file = content / "treatments" / f"{treatment}.md"
    effect = next(e for e in site.treatment(treatment).meta.side_effects if e.figure)
    before, after = (f"{count} in {effect.amount.whole} treatments" for count in (37, 46))
    replace(file, f"(?<=^    figure: ){re.escape(effect.figure)}$", before)
    first = built_pages(content, tmp_path)
    replace(file, re.escape(before), after)
    second = built_pages(content, tmp_path)
    assert counts(second, before) == {}
    assert counts(second, after) == counts(first, before)
    assert set(counts(second, after)) >= {
        f"treatments/{treatment}/index.html",
        post.path.lstrip("/") + "index.html",
        "side-effects/index.html",
    }
    others = {name for name in first if first[name] != second[name]}
    assert others == set(counts(second, after)), "a page changed that does not say the figure"


@pytest.mark.parametrize("name", CONTENT)
def test_the_phone_number_is_said_in_one_place(name, tmp_path):
    content = copied(name, tmp_path)
    replace(content / "clinic.yaml", r"^phone: .*$", "phone: +1 555 555 0171")
    first = built_pages(content, tmp_path)
    replace(content / "clinic.yaml", r"^phone: .*$", "phone: +1 555 555 0182")
    second = built_pages(content, tmp_path)
    digits = {page: re.sub(r"\D", "", text) for page, text in second.items()}
    assert [page for page, found in digits.items() if "5555550171" in found] == []
    for words, link in (("(555) 555-0171", "(555) 555-0182"), ("+15555550171", "+15555550182")):
        assert counts(second, link) == counts(first, words)
    dialed = counts(second, "tel:+15555550182")
    assert [page for page in second if page.endswith(".html") and page not in dialed] == []
    assert "+15555550182" in structured(second["contact/index.html"], "telephone")
    assert "+15555550171" not in structured(second["contact/index.html"], "telephone")


@pytest.mark.parametrize("name", CONTENT)
def test_opening_hours_are_said_in_one_place(name, tmp_path):
    content = copied(name, tmp_path)
    replace(content / "clinic.yaml", r"(?<=^    opens: ).*$", "06:47")
    first = built_pages(content, tmp_path)
    replace(content / "clinic.yaml", r"(?<=^    opens: )06:47$", "06:53")
    second = built_pages(content, tmp_path)
    assert {**counts(second, "6:47"), **counts(second, "06:47")} == {}
    assert counts(second, "6:53\xa0am") == counts(first, "6:47\xa0am")
    shown = counts(second, "6:53\xa0am")
    site, _ = load(content, dt.date(2026, 11, 1))
    assert shown.keys() >= {f"{site.locations[0].path[1:]}index.html", "contact/index.html"}
    assert "06:53" in structured(second["contact/index.html"], "opens")


def structured(page: str, key: str) -> set[str]:
    """Every value of a key in a page's structured data, phone numbers without their spaces."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    found: set[str] = set()

    def walk(value) -> None:
        if isinstance(value, dict):
            given = value.get(key)
            found.update([given] if isinstance(given, str) else given or [])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for script in scripts:
        walk(json.loads(script))
    return {re.sub(r"(?<=\d)[\s().-]+(?=\d)", "", value) for value in found}


# --- The checks of the build see what these tests see -------------------------------------------


@pytest.mark.parametrize(
    ("code", "template", "before", "after"),
    [
        ("id-twice", "base.html", "<body ", '<body><p id="page-main"></p><p '),
        ("link-dead", "base.html", "#page-main", "/nowhere/"),
        ("link-fragment", "base.html", "#page-main", "#nowhere"),
        (
            "third-party",
            "base.html",
            "<title>",
            '<script src="https://a.example/x.js"></script><title>',
        ),
    ],
)
def test_a_theme_that_breaks_a_rule_does_not_build(
    theme, settings_file, tmp_path, *, code, template, before, after
):
    file = theme / "templates" / template
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    settings = settings_file(THEME=str(theme))
    with pytest.raises(ProblemsFound) as caught:
        build(CONTENT["kitchen-sink"], tmp_path / "site", settings)
    assert {problem.code for problem in caught.value.problems} == {code}
    assert not (tmp_path / "site").exists()


def test_the_address_in_the_settings_is_the_one_in_the_pages(practices):
    assert practices["below-a-path"].base == "/some/clinic"
    assert practices["sample"].address == address_of()
