"""Leaflets to take home: what they say, how they are built, how they are kept, and what is named.

The PDFs of the sample are made once; what needs other texts makes single leaflets.

Not tested here: the same bytes with other time zones, hash seeds and interpreters
(`test_determinism.py`, whose site has leaflets), mistakes of `clinic.yaml` (`bad/clinic-visit-…`).
"""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pdfua
import pikepdf
import pypdfium2
import pytest
from conftest import CONTENT, ROOT
from leaflet_pdfs import Pdf, edit, elements_of, make, renderer_of, squeezed

from practice.build.run import build
from practice.content.body import CalloutPart
from practice.content.markdown import plain
from practice.content.models import Do, Dont
from practice.content.sentences import first_sentence
from practice.preview.live import LivePreview
from practice.rendering import typesetting
from practice.rendering.leaflet_data import PAGES, Fit, LeafletData
from practice.rendering.leaflets import LeafletMaker
from practice.site.formatting import phone
from practice.site.leaflets import Leaflet, leaflets_of

LARGEST_BYTES = 100_000
PAINTS = {"Tj", "TJ", "'", '"', "f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "BI"}
"""Operators of a page that leave something to see (ISO 32000-1, annex A)."""
INVALID_ZONE = "Pacific/Kiritimati"


def made_of(practice) -> dict[str, tuple[Leaflet, Pdf]]:
    return {
        leaflet.path: (leaflet, Pdf((practice.folder / leaflet.path.lstrip("/")).read_bytes()))
        for leaflet in leaflets_of(practice.site)
    }


@pytest.fixture(scope="module")
def found(sample):
    made = made_of(sample)
    assert len(made) == 4 * len(sample.site.treatments) + 2
    return made


@pytest.fixture(scope="module")
def each(found):
    """Every leaflet of the sample, with its path to show in failures."""
    return [(path, leaflet, pdf) for path, (leaflet, pdf) in found.items()]


@pytest.fixture
def small(tmp_path):
    """The smallest practice without a mistake, to change."""
    return Path(shutil.copytree(ROOT / "tests" / "bad" / "base", tmp_path / "content"))


# --- What they say ---


def test_everything_serious_is_in_the_text(each):
    for path, leaflet, pdf in each:
        text = squeezed(pdf.text)
        for treatment in leaflet.treatments:
            meta = treatment.meta
            said = [words for card in meta.get_help for words in (card.title, card.details)]
            said += [words for effect in meta.serious for words in (effect.name, effect.what_to_do)]
            said.append(meta.aftercare)
            if leaflet.kind != "aftercare":
                said += [effect.details for effect in meta.serious]
                said += [words for effect in meta.mild for words in (effect.name, effect.figure)]
                said += [words for ask in meta.ask_first for words in (ask.title, ask.details)]
            for words in filter(None, said):
                for line in re.split(r"</?(?:p|li|ul|ol)>", words):
                    words_of_line = squeezed(plain(line))
                    assert words_of_line.lower() in text.lower(), (path, line)


def test_the_phone_numbers_and_hours_are_in_the_text(each, sample):
    places = sample.site.locations
    for path, _, pdf in each:
        text = squeezed(pdf.text)
        for place in places:
            assert squeezed(phone(place.phone)) in text, path
        for line in places[0].opening_lines:
            assert squeezed(f"{line.days}: {line.times}") in text, path


def test_what_to_do_afterwards_is_in_the_text(each):
    for path, leaflet, pdf in each:
        text = squeezed(pdf.text)
        for treatment in leaflet.treatments:
            parts = treatment.body.section_parts("Afterwards")
            callouts = [part.callout for part in parts if isinstance(part, CalloutPart)]
            items = [item for c in callouts if isinstance(c, Do | Dont) for item in c.items]
            assert len(items) > 1, path
            for item in items:
                assert squeezed(plain(item)) in text, path


def test_qr_codes_lead_to_the_page_and_to_booking(each, sample):
    for path, leaflet, pdf in each:
        page = "/treatments/" if leaflet.visit else leaflet.treatments[0].path
        expected = {sample.address + page}
        if leaflet.kind != "aftercare" or leaflet.large_print:
            expected.add(sample.site.clinic.booking_url)
        assert set(pdf.codes()) == expected, path


def test_links_are_whole_addresses(each):
    for path, _, pdf in each:
        for page in pdf.pdf.pages:
            for link in page.get("/Annots", []):
                assert re.match(r"(https://|tel:\+)", str(link.A.URI)), path


def test_only_the_day_of_the_review_is_in_the_file(found, small):
    for path, (_, pdf) in found.items():
        assert not {"/CreationDate", "/ModDate"} & set(pdf.pdf.docinfo.keys()), path
    reviewed = Pdf(make(small))
    assert "Last reviewed May 1, 2026 by Ana" in " ".join(reviewed.text.split())
    assert str(reviewed.pdf.docinfo.CreationDate).startswith("D:20260501")


def test_what_editors_write_is_printed_and_never_evaluated(small):
    words = r"#panic(1) $x$ @ref `code` [a] = b // c #data.title"
    edit(small / "treatments/cups.md", "\nRest.\n", f"\nRest {words.replace('[', chr(92) + '[')}\n")
    text = squeezed(Pdf(make(small)).text)
    assert squeezed(words.replace("`", "")) in text


# --- Pages ---


def test_every_leaflet_fits_its_pages_and_is_small(each):
    for path, leaflet, pdf in each:
        if not leaflet.large_print:
            assert len(pdf.pages) <= PAGES[leaflet.kind] * len(leaflet.treatments), path
        assert len(pdf.content) <= LARGEST_BYTES, path


def test_words_are_left_out_in_order_and_nothing_serious(sample):
    [leaflet] = [f for f in leaflets_of(sample.site) if f.path == "/leaflets/dry-needling.pdf"]
    attempts = list(LeafletData(sample.site, sample.address, leaflet).attempts())
    sizes = [len(json.dumps(attempt)) for attempt in attempts]
    assert sizes[1:] == sorted(sizes[1:], reverse=True)
    assert len(attempts) == len({*Fit} - {Fit.NO_DETAILS}) + 1
    for attempt in attempts:
        [treatment] = attempt["treatments"]
        assert treatment["help"] == attempts[0]["treatments"][0]["help"]
        effects = treatment["effects"]
        assert [e["name"] for e in effects] == [
            e["name"] for e in attempts[0]["treatments"][0]["effects"]
        ]
        assert all(e["details"] for e in effects if e["serious"])
    mild = leaflet.treatments[0].meta.mild
    firsts = [[first_sentence(plain(effect.details))] for effect in mild]
    assert [e["details"] for e in attempts[2]["treatments"][0]["effects"][-len(mild) :]] == firsts
    assert any(len(plain(e.details)) > len(s) for e, [s] in zip(mild, firsts, strict=True))


def test_the_type_is_never_made_smaller(found):
    def sizes(path):
        pages = found[path][1].pages
        return {
            round(item.get_font_size(), 1)
            for page in pages
            for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
        }

    assert min(sizes("/leaflets/dry-needling.pdf")) >= 9.5
    assert min(sizes("/leaflets/large-print/dry-needling.pdf")) >= 16


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        ("  country: US\n", (612, 792)),
        ("  country: DE\n", (595, 842)),
        ("  country: US\nleaflets:\n  paper: a4\n", (595, 842)),
        ("  country: DE\nleaflets:\n  paper: letter\n", (612, 792)),
    ],
)
def test_the_paper_is_that_of_the_country_or_of_the_settings(small, lines, size):
    edit(small / "clinic.yaml", '  postal_code: "80000"\n', f'  postal_code: "80000"\n{lines}')
    page = Pdf(make(small)).pages[0]
    assert tuple(map(round, page.get_size())) == size


@pytest.mark.parametrize("kind", [*PAGES])
def test_the_sample_fits_a4_too(kind, tmp_path):
    content = Path(shutil.copytree(CONTENT["sample"], tmp_path / "content"))
    edit(content / "clinic.yaml", "\nleaflets:\n", "\nleaflets:\n  paper: a4\n")
    renderer = renderer_of(content)
    for leaflet in leaflets_of(renderer.site):
        if leaflet.kind == kind and not leaflet.large_print:
            pages = Pdf(renderer.leaflets.make(leaflet)).pages
            assert len(pages) <= PAGES[kind] * len(leaflet.treatments)


# --- Structure ---


def test_title_and_language(each):
    for path, leaflet, pdf in each:
        root = pdf.pdf.Root
        assert str(pdf.pdf.docinfo.Title).startswith(leaflet.title), path
        assert root.ViewerPreferences.DisplayDocTitle, path
        assert str(root.Lang) == "en-US", path
        assert root.MarkInfo.Marked, path


def test_headings_come_in_order(each):
    for path, leaflet, pdf in each:
        levels = [int(str(e.S)[2:]) for e in pdf.elements() if re.fullmatch(r"/H\d", str(e.S))]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(new <= old + 1 for old, new in pairwise(levels)), path
        cards = sum(len(treatment.meta.get_help) for treatment in leaflet.treatments)
        assert levels.count(4 if leaflet.visit else 3) >= cards, path


def test_every_figure_has_a_text_and_every_table_its_headers(each):
    for path, _, pdf in each:
        elements = pdf.elements()
        figures = [element for element in elements if element.S == "/Figure"]
        assert figures, path
        assert all(str(figure.get("/Alt", "")).strip() for figure in figures), path
        tables = [element for element in elements if element.S == "/Table"]
        assert tables or "pelvic" in path, path
        for table in tables:
            kinds = [str(element.S) for element in elements_of(table)]
            assert kinds[:4] == ["/Table", "/THead", "/TR", "/TH"], path
            assert set(kinds[3 : kinds.index("/TBody")]) == {"/TH"}, path


def test_nothing_is_painted_outside_of_marks(each):
    for path, _, pdf in each:
        for page in pdf.pdf.pages:
            depth = 0
            for _, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                depth += (name in ("BDC", "BMC")) - (name == "EMC")
                assert depth or name not in PAINTS, path


def test_a_validator_finds_nothing(each, tmp_path):
    """`pdfua` looks at 16 of the 106 rules of PDF/UA-1 that machines can check."""
    for path, _, pdf in each:
        file = tmp_path / "leaflet.pdf"
        file.write_bytes(pdf.content)
        report = pdfua.validate(file)
        assert not report.findings, path


# --- The site ---


def linked(page) -> dict[str, str]:
    """The leaflets that a page links to, and the words of each link."""
    return {a.get("href"): "".join(a.itertext()) for a in page.all("p[@class='leaflets']/a")}


def test_pages_link_to_their_leaflets(sample):
    pages = {treatment.path: [] for treatment in sample.site.treatments} | {"/treatments/": []}
    for leaflet in leaflets_of(sample.site):
        pages["/treatments/" if leaflet.visit else leaflet.treatments[0].path].append(leaflet.path)
    for path, own in pages.items():
        links = linked(sample.page(path))
        assert list(links) == own
        assert len(set(links.values())) == len(links)
        assert all("PDF" in words for words in links.values())


def test_a_treatment_can_have_none(small):
    edit(small / "treatments/cups.md", "summary:", "leaflet: false\nsummary:")
    renderer = renderer_of(small)
    assert not list(leaflets_of(renderer.site))
    [cups] = renderer.site.treatments
    assert "leaflets" not in renderer.page(cups)


def test_an_unrelated_edit_and_another_day_make_none_anew(small, tmp_path, monkeypatch):
    build(small, tmp_path / "site", ROOT / "pelicanconf.py")
    before = (tmp_path / "site/leaflets/cups.pdf").read_bytes()

    def never(*_):
        raise AssertionError("it was made anew")

    monkeypatch.setattr(LeafletMaker, "_made", never)
    edit(small / "posts/first.md", "summary:", "modified: 2026-05-20\nsummary:")
    edit(small / "clinic.yaml", "languages: [English]", "languages: [English, Spanish]")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793620800")
    build(small, tmp_path / "site", ROOT / "pelicanconf.py")
    assert (tmp_path / "site/leaflets/cups.pdf").read_bytes() == before


def test_what_a_leaflet_shows_makes_it_anew(small, tmp_path):
    def text():
        build(small, tmp_path / "site", ROOT / "pelicanconf.py")
        return Pdf((tmp_path / "site/leaflets/cups.pdf").read_bytes()).text

    assert "555-0100" in text()
    edit(small / "clinic.yaml", "+1 555 555 0100", "+1 555 555 0177")
    assert "555-0177" in text()
    edit(small / "team/ana.md", "name: Ana", "name: Anabel")
    assert "Anabel" in text()
    edit(small / "treatments/cups.md", "\nRest.\n", "\nTake a walk.\n")
    assert "Take a walk." in text()


def test_two_makings_have_the_same_bytes(small, tmp_path, monkeypatch):
    first = make(small)
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "another-cache"))
    monkeypatch.setenv("TZ", INVALID_ZONE)
    assert make(small) == first


def test_the_preview_shows_them_also_of_a_draft(small):
    edit(small / "treatments/cups.md", "summary:", "status: draft\nsummary:")
    live = LivePreview(small, ROOT / "theme", "https://www.example.com")
    assert b"/leaflets/cups.pdf" in live.show("/treatments/cups/").content
    assert live.show("/leaflets/cups.pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize("name", typesetting.NEEDED)
def test_without_a_package_the_site_is_built_and_one_message_says_so(
    name, small, tmp_path, monkeypatch
):
    there = typesetting.find_spec
    monkeypatch.setattr(typesetting, "find_spec", lambda n: None if n == name else there(n))
    built = build(small, tmp_path / "site", ROOT / "pelicanconf.py")
    [problem] = [p for p in built.warnings if p.code == "leaflets-off"]
    assert name in problem.message
    assert "uv sync" in problem.hint or "leaflets]" in problem.hint
    assert not (tmp_path / "site/leaflets").exists()
    assert ".pdf" not in (tmp_path / "site/treatments/cups/index.html").read_text("utf-8")
    edit(small / "clinic.yaml", "languages:", "leaflets:\n  treatments: false\nlanguages:")
    codes = {p.code for p in build(small, tmp_path / "site", ROOT / "pelicanconf.py").warnings}
    assert "leaflets-off" not in codes
