"""`inv new location` and `inv new source`: only the entry is added, and it is right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, files_of

from practice.authoring import credentials
from practice.authoring.new_entry import new_location, new_sources
from practice.authoring.scaffold import CannotWrite
from practice.evidence import citation
from practice.problems import ProblemsFound, UsageError
from practice.site.assemble import load
from practice.support.environment import today

PLACE = {
    "name": "Alder Falls: the mill",
    "street": "18 Mill Road",
    "city": "Alder Falls",
    "region": "CO",
    "postal_code": "80000",
    "map_url": "https://www.example.com/map",
    "days": "monday, Tuesday",
    "opens": "08:00",
    "closes": "12:00",
}
RIS = """\
TY  - JOUR
TI  - Needling and <i>pain</i>
AU  - Müller, Anna Maria
AU  - Lee, B
PY  - 2019/03/04
T2  - Journal of Examples
DO  - 10.1234/needling
ER  -@

TY  - JOUR
TI  - One author only
AU  - Müller, Anna
PY  - 2019
T2  - Other Journal
ER  -@
"""
BIBTEX = r"""@article{x,
  title = {{N}eedling in {M}\"unchen},
  author = {M{\"u}ller, Anna and Brady, Sara},
  journal = {Journal of Examples},
  year = 2018,
  doi = {https://doi.org/10.1234/bib},
  pmid = {123},
}
"""
SAID = {"what": "A survey", "read": "abstract"}


@pytest.fixture
def content(tmp_path):
    return Path(shutil.copytree(ROOT / "tests/bad/base", tmp_path / "content"))


def site_of(content):
    site, problems = load(content, today("UTC"))
    assert [str(problem) for problem in problems] == []
    return site


def added(before: str, after: str) -> list[str]:
    """The lines that are new; the others are the same, in their order."""
    old, new, found = before.rstrip("\n").split("\n"), after.rstrip("\n").split("\n"), []
    for line in new:
        if old and line == old[0]:
            old.pop(0)
        else:
            found.append(line)
    assert old == []
    return found


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("more", ["", "# A note at the end\n", "parking: On the street.\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_location_is_added_and_nothing_else_changes(content, times, more, end):
    file = content / "clinic.yaml"
    text = file.read_text("utf-8") + more
    file.write_bytes(text.replace("\n", end).encode())
    for number in range(times):
        before = file.read_bytes().decode().replace(end, "\n")
        line = new_location(content, PLACE | {"name": f"Place {number}"}, None)
        raw = file.read_bytes().decode()
        after = raw.replace(end, "\n")
        assert raw.count("\n") == raw.count(end)
        assert after.split("\n")[line - 1] == f"  - name: Place {number}"
        assert len(added(before, after)) == 11 + (number == 0)
    places = site_of(content).clinic.locations
    assert [place.name for place in places] == [f"Place {n}" for n in range(times)]
    assert places[0].hours[0].days == ("monday", "tuesday")


def test_a_location_goes_to_the_others_wherever_they_are(content):
    file = content / "clinic.yaml"
    first = """\
locations:
# The first one
- name: Mill
  address: {street: 2 Mill Road, city: Exampleton, region: CO, postal_code: "80000"}
  map_url: https://www.example.com/map
  hours:
  - days: [monday]
    by_appointment: true

# What follows
"""
    head, booking, tail = file.read_text("utf-8").partition("booking_url:")
    file.write_text(head + first + booking + tail, "utf-8")
    before = file.read_text("utf-8")
    new_location(content, PLACE, None)
    after = file.read_text("utf-8")
    assert added(before, after)[0] == '- name: "Alder Falls: the mill"'
    assert after.index("Alder Falls") < after.index("# What follows")
    names = [place.name for place in site_of(content).clinic.locations]
    assert names == ["Mill", "Alder Falls: the mill"]


def test_what_is_missing_or_wrong_writes_nothing(content):
    before = files_of(content)
    with pytest.raises(CannotWrite, match=r"(?s)`city` is missing.*`postal_code` is missing"):
        new_location(content, {"name": "Mill", "street": "1 Mill Road"}, None)
    with pytest.raises(CannotWrite, match="no field `adress`"):
        new_location(content, PLACE | {"adress": "x"}, None)
    with pytest.raises(ProblemsFound, match="postal_code"):
        new_location(content, PLACE | {"postal_code": "none"}, None)
    file = content / "clinic.yaml"
    file.write_text(file.read_text("utf-8") + "locations: []\n", "utf-8")
    with pytest.raises(UsageError, match="in one line"):
        new_location(content, PLACE, None)
    file.write_bytes(before["clinic.yaml"])
    assert files_of(content) == before


def test_a_location_without_times_is_by_appointment(content):
    given = {name: v for name, v in PLACE.items() if name not in ("opens", "closes")}
    new_location(content, given, None)
    assert site_of(content).clinic.locations[0].hours[0].by_appointment


def test_questions_end_when_everything_is_known(content):
    asked = []

    def ask(question):
        asked.append(question)
        return "" if "press Enter" in question else next(answers)

    answers = iter(PLACE.values())
    new_location(content, {}, ask)
    assert site_of(content).clinic.locations[0].address.city == "Alder Falls"
    assert len(asked) == 12


def test_sources_of_a_file_are_added_once(content, tmp_path):
    file = tmp_path / "refs.ris"
    file.write_text(RIS.replace("@", " "), "utf-8")
    assert new_sources(content, SAID, None, file=file) == ["muller-2019", "muller-2019-b"]
    source = site_of(content).sources["muller-2019"]
    assert source.title == "Needling and pain"
    assert (source.authors, source.year) == ("Müller AM, et al.", 2019)
    assert (source.published_in, source.doi) == ("Journal of Examples", "10.1234/needling")
    assert site_of(content).sources["muller-2019-b"].authors == "Müller A"
    file.write_text(RIS.partition("ER")[0] + "ER  - \n", "utf-8")
    with pytest.raises(CannotWrite, match="already"):
        new_sources(content, SAID, None, file=file)


def test_bibtex_with_its_accents(content, tmp_path):
    file = tmp_path / "refs.bib"
    file.write_text(BIBTEX, "utf-8")
    assert new_sources(content, SAID, None, file=file) == ["muller-2018"]
    source = site_of(content).sources["muller-2018"]
    assert source.title == "Needling in München"
    assert (source.authors, source.doi, source.pmid) == ("Müller A, et al.", "10.1234/bib", "123")


@pytest.mark.parametrize(("name", "text"), [("x.ris", ""), ("x.bib", "no entry"), ("x.txt", "?")])
def test_a_file_without_entries_is_named(content, tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=name):
        new_sources(content, SAID, None, file=tmp_path / name)


def test_what_people_have_to_say_of_a_source_is_asked(content, tmp_path):
    file = tmp_path / "refs.bib"
    file.write_text(BIBTEX, "utf-8")
    asked = []

    def ask(question):
        asked.append(question.split(" (")[0])
        return {"What": "A survey", "Read": "abstract"}.get(asked[-1], "")

    new_sources(content, {}, ask, file=file)
    assert [name for name in asked if name in ("What", "Read", "Title")] == ["What", "Read"]
    with pytest.raises(CannotWrite, match="`what` is missing"):
        new_sources(
            content, {"title": "T", "authors": "A", "year": "2020", "published_in": "J"}, None
        )


def test_letters_that_are_known_and_others():
    assert list(credentials.items("PT, XYZ, ABC = Able / degree")) == [
        ("PT", "Physical therapist", "license"),
        ("XYZ", "", ""),
        ("ABC", "Able", "degree"),
    ]
    answers = iter(["", "Example", "diploma", "Certificate"])
    assert credentials.completed("PT, XYZ", lambda _: next(answers)) == (
        "PT = Physical therapist / license, XYZ = Example / certificate"
    )


@pytest.mark.parametrize(
    ("name", "cited"), [("Brady, Sara Jane", "Brady SJ"), ("Sara Brady", "Brady S"), ("WHO", "WHO")]
)
def test_names_as_usually_cited(name, cited):
    assert citation._cited([citation._split_name(name)]) == cited


@pytest.mark.parametrize(
    ("raw", "code"),
    [("name: Café\n".encode("latin-1"), "file-encoding"), (None, "file-unreadable")],
)
def test_a_file_that_cannot_be_read_is_named(content, raw, code):
    file = content / "clinic.yaml"
    file.unlink()
    if raw:
        file.write_bytes(raw)
    with pytest.raises(ProblemsFound) as found:
        new_location(content, PLACE, None)
    assert [problem.code for problem in found.value.problems] == [code]


def test_nobody_sees_a_file_with_a_mistake(content, monkeypatch):
    written = []
    monkeypatch.setattr("practice.authoring.entries.write_file", lambda *made: written.append(made))
    with pytest.raises(ProblemsFound):
        new_location(content, PLACE | {"postal_code": "none"}, None)
    assert written == []


def test_many_studies_of_one_author_and_year_have_ids(content, tmp_path):
    file = tmp_path / "refs.ris"
    entry = "TY  - JOUR\nTI  - Study {}\nAU  - Lee, B\nPY  - 2020\nT2  - J\nER  - \n\n"
    file.write_text("".join(entry.format(number) for number in range(30)), "utf-8")
    ids = new_sources(content, SAID, None, file=file)
    assert ids[:2] + ids[-5:] == [
        "lee-2020", "lee-2020-b", "lee-2020-z", "lee-2020-27", "lee-2020-28", "lee-2020-29",
        "lee-2020-30",
    ]  # fmt: skip
