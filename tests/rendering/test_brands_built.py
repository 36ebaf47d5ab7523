"""Three example brands, built: color, logo, and no axe violation of contrast in either scheme.

Not tested here: other browsers than Chromium, and whether a brand is beautiful.
"""

from __future__ import annotations

import re
import shutil

import pytest
from browsers import AXE_COLORS, axe, launched, page_of
from clinics import set_fields
from conftest import CONTENT, ROOT, Practice, address_of, serve

from practice.build.run import build

BRANDS = {"plum": "#7a1f5c", "ocean": "#003f88", "ochre": "#8a5a00"}
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
    '<circle cx="32" cy="32" r="30" fill="{}"/></svg>'
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def branded(tmp_path_factory):
    """The sample practice with the color and the logo of each brand."""
    found = {}
    for name, color in BRANDS.items():
        folder = tmp_path_factory.mktemp(name)
        content = shutil.copytree(CONTENT["sample"], folder / "content")
        (content / "images" / "brand.svg").write_text(LOGO.format(color), "utf-8")
        set_fields(content / "clinic.yaml", brand_color=f'"{color}"', logo="brand.svg")
        built = build(content, folder / "site", ROOT / "pelicanconf.py")
        found[name] = Practice(name, built, address_of(), ROOT / "theme")
    return found


@pytest.mark.parametrize("name", BRANDS)
def test_a_brand_of_one_color_and_a_logo_can_be_read(branded, name):
    practice = branded[name]
    [sheet] = practice.folder.glob("assets/site.*.css")
    assert BRANDS[name] in sheet.read_text("utf-8")
    for page in practice.pages:
        if page.kind != "redirect":
            assert re.search(r'<img class="site-logo[^>]*/assets/brand\.', page.text), page
    with serve(practice) as address, launched() as browser:
        tab = page_of(browser, reduced_motion="reduce")
        for path in ("/", "/treatments/dry-needling/", "/team/"):
            tab.goto(address + path)
            for scheme in ("light", "dark"):
                tab.emulate_media(color_scheme=scheme)
                assert axe(tab, AXE_COLORS) == [], f"{path}, {scheme}"


def test_brands_differ_in_color_alone(branded):
    changes = r'\.[0-9a-f]{8}(?=[-.])|content="#\w{6}"'
    assert len({re.sub(changes, "", p.page("/").text) for p in branded.values()}) == 1
