"""Pages below other pages: their address, their way, and the second line of the menu."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT

from practice.site.assemble import load
from practice.site.view import current_of, view_of


def menus(page):
    """The lists of the main menu: the addresses in each, and the current one."""
    nav = page.text.partition('id="site-menu"')[2].partition("</nav>")[0]
    return [
        re.findall(r'<a href="([^"]+)"( aria-current="page")?', part)
        for part in nav.split("<ul")[1:]
    ]


@pytest.fixture
def parents(practice):
    return [page for page in practice.site.pages if practice.site.pages_below(page)]


def test_a_page_lists_those_below_it_and_they_lead_back(practice, parents):
    assert parents
    for parent in parents:
        main = practice.page(parent.path).text.partition("<main")[2]
        for page in practice.site.pages_below(parent):
            assert page.path.startswith(parent.path)
            assert f'{page.path}"' in main
            assert page.meta.summary in main
            crumbs = view_of(practice.site, practice.address, page).breadcrumbs
            assert [crumb.path for crumb in crumbs] == ["/", parent.path]


def test_the_second_line_of_the_menu_shows_where_it_belongs(practice, parents):
    site = practice.site
    for parent in parents:
        inside = [page.path for page in site.pages_below(parent) if page.meta.menu == "main"]
        for path in (parent.path, *inside):
            first, second = menus(practice.page(path))
            assert [address[0].removeprefix(practice.base) for address in second] == inside
            shown = [address for address, current in second if current]
            assert [address.removeprefix(practice.base) for address in shown] == [
                p for p in inside if p == path
            ]
            assert not {address for address, _ in first} & {address for address, _ in second}
    assert len(menus(practice.page("/contact/"))) == 1


def test_a_page_below_that_is_in_no_menu_belongs_to_the_one_above(kitchen_sink):
    current = current_of(kitchen_sink.site, "/kitchen-sink/further-below/")
    assert (current.path, current.exact, current.below) == ("/kitchen-sink/", False, "")


def test_a_home_page_in_the_menu_shows_no_second_line(tmp_path):
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    home = content / "pages/home.md"
    text = re.sub(r"^menu: .*$", "menu: main", home.read_text("utf-8"), flags=re.MULTILINE)
    home.write_text(text, "utf-8")
    site, _ = load(content, dt.date(2026, 11, 27))
    assert "/" in [page.path for page in site.menu("main")]
    assert site.menu_below("/") == ()
    assert [page.slug for page in site.menu_below("/new-patients/")] == [
        "new-patients/video-visits"
    ]
    assert site.menu_below("/accessibility/") == site.menu_below("") == ()
