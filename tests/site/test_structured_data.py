"""Structured data: the terms of schema.org, and that it says what the page says and no more.

A small practice is written into a temporary folder; it uses every term that the site can use.

Not tested here: what search engines make of it, and where a template puts it
(`test_goldens.py`).
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from PIL import Image

from practice.content.markdown import plain
from practice.content.models import FREQUENCY_MEANING
from practice.rendering.renderer import Renderer
from practice.site import structured_data
from practice.site.assemble import load
from practice.site.view import view_of, view_of_generated

HERE = Path(__file__).parents[1]
THEME = HERE.parent / "theme"
ADDRESS = "https://clinic.example/kit"
TODAY = dt.date(2026, 5, 20)
TERMS = yaml.safe_load((HERE / "schema_org_terms.yaml").read_text("utf-8"))
FEATURES = yaml.safe_load((HERE / "search_features.yaml").read_text("utf-8"))
LITERALS = {
    "Text": lambda value: isinstance(value, str) and value == value.strip() != "",
    "URL": lambda value: isinstance(value, str) and value.startswith("https://"),
    "Date": lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d-\d\d)?", value),
    "DateOrTime": lambda value: (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d(T[0-2]\d:[0-5]\d)?", value)
    ),
    "Time": lambda value: isinstance(value, str) and re.fullmatch(r"[0-2]\d:[0-5]\d", value),
    "Duration": lambda value: re.fullmatch(r"PT(\d+H)?(\d+M)?(\d+S)?", value),
    "Distance": lambda value: isinstance(value, str) and re.fullmatch(r"\d+ px", value),
    "Integer": lambda value: type(value) is int,
    "Number": lambda value: type(value) in (int, float),
}

CLINIC = """\
name: Small & Quiet
tagline: Slow work
summary: Two people and a table.
address: {street: 1 Oak Road, city: Elm, region: CO, postal_code: "80001"}
geo: {latitude: 0, longitude: -104.5}
map_url: https://map.example/elm
phone: +1 555 555 0100
email: desk@clinic.example
hours:
  - {days: [monday, tuesday, wednesday, thursday, friday], opens: 08:00, closes: 12:30}
  - {days: [saturday, sunday], opens: 10:00, closes: 11:00}
exceptions:
  - {date: 2026-07-04, until: 2026-07-06, note: Independence Day}
  - {date: 2026-06-19, opens: 09:00, closes: 10:00, note: Juneteenth}
  - {date: 2026-01-01, note: New Year’s Day}
booking_url: https://booking.example
insurance: {checked: 2026-05-01, accepted: [Plan A]}
languages: [English, Spanish]
emergency_note: Call 911.
receives_federal_funds: false
notices:
  privacy_practices: {page: home, effective: 2026-01-01}
  good_faith_estimate: {page: home, effective: 2026-01-01}
  accessibility: {page: home, effective: 2026-01-01}
"""
SOURCES = """\
brady-2014:
  title: Adverse events
  authors: Brady S, et al.
  year: 2014
  published_in: A journal
  doi: 10.1179/2042618613Y.0000000044
  what: A survey
  read: abstract
plain-text: {title: On tape, authors: Lee A, year: 2020, published_in: P, what: W, read: excerpt}
"""
TREATMENTS = {
    "needling": """\
---
name: Needling & more
also_called: [Dry needling]
summary: A thin needle.
reviewed_by: ann
reviewed: 2026-04-01
sources: plain-text
image: room.png
image_alt: A room
---

Before all.

## What happens

1. You *lie* down.
2. The needle goes in.

## Who it helps

Some.

## How to prepare

/// do | Before, do

- Eat & drink.
- Wear [loose]({filename}/pages/home.md) clothes.
///

/// dont | Before, do not

- Do not hurry.
///

## Afterwards

Rest.

And wait.

## Side effects

/// side-effect | Bruising
    how-common: common
    figure: about 8 in 100 treatments
    lasts: several days
    what-to-do: Nothing special.
    sources: brady-2014

A blue mark.
///

/// side-effect | Collapsed lung
    severity: serious
    how-common: not known
    what-to-do: Call 911.
///

## When to get help

/// get-help | Call 911 now if you have:
    level: emergency

- chest pain
///

/// ask-first

- needles scare you
///

## Questions patients ask

/// faq

### Does it hurt?

It “can” — for a **moment** & no longer.

Then it stops.

### Person?

A person does it.
///
""",
    "tape": """\
---
name: Tape
summary: A strip on the skin.
---

## What happens

We tape.

## Who it helps

Some.

## How to prepare

/// key-point

Shave.
///

## Afterwards

Peel it off.

/// side-effect | Bruising
    how-common: rare
///

/// ask-first

- tape itches
///

/// get-help | Call us if you have:
    level: non-urgent

- a rash
///

/// faq

### Does it itch?

Seldom.
///
""",
}
TEAM = {
    "ann": """\
---
name: Ann Li
role: Physical therapist
summary: Ann listens.
credentials:
  - {abbreviation: PT, stands_for: Physical therapist, kind: license}
  - {abbreviation: MPT, stands_for: Master of physical therapy, kind: degree}
license: CO 12345
languages: [English, Spanish]
treatments: [needling]
photo: room.png
photo_alt: Ann in her room
---
""",
    "bo": "---\nname: Bo\nrole: Aide\nsummary: Bo helps.\ncredentials: []\nlanguages: Thai\n---\n",
}
POSTS = {
    "first": """\
---
title: What is “needling”?
date: 2026-05-04
modified: 2026-05-06
author: ann
summary: Ann explains.
treatments: needling
topics: pain
sources: brady-2014
reviewed: 2026-05-05
image: room.png
image_alt: A room
---

/// side-effects | needling
///

/// faq | needling
///

/// faq

### And you?

I do.
///

/// testimonial | A runner
    authorization-on-file: true

It was the best.
///

/// video | A stretch
    url: https://www.youtube.com/watch?v=aBcDeFgHiJk
    length: 1:02:30
    published: 2026-05-01
    description: Ann stretches.
    picture: room.png
    picture-alt: none

“Breathe.”
///
""",
    "second": "---\ntitle: Rest\ndate: 2025-02-03\nauthor: bo\nsummary: Sleep.\n---\n\nSleep.\n",
}
PAGES = {
    **dict.fromkeys(
        ("home", "blog", "treatments", "team", "side-effects", "sources", "contact", "not-found"),
        "",
    ),
    "questions": "/// faq\n\n### Where do I park?\n\nBehind the house.\n///\n",
    "new-patients": "/// faq | tape\n///\n\n/// faq\n\n### What do I bring?\n\nYourself.\n///\n",
    "risks": "/// side-effects | tape\n///\n",
}


def write_practice(content):
    for folder in ("pages", "treatments", "team", "posts", "images"):
        (content / folder).mkdir(parents=True)
    (content / "clinic.yaml").write_text(CLINIC, "utf-8")
    (content / "sources.yaml").write_text(SOURCES, "utf-8")
    (content / "topics.yaml").write_text("pain: {name: Pain, summary: On pain.}\n", "utf-8")
    for slug, body in PAGES.items():
        title = "Welcome" if slug == "home" else slug.capitalize()
        text = f"---\ntitle: {title}\nsummary: All about {slug}.\n---\n\n{body}"
        (content / "pages" / f"{slug}.md").write_text(text, "utf-8")
    for folder, texts in (("treatments", TREATMENTS), ("team", TEAM), ("posts", POSTS)):
        for slug, text in texts.items():
            (content / folder / f"{slug}.md").write_text(text, "utf-8")
    Image.new("RGB", (40, 30)).save(content / "images" / "room.png")
    return content


SECOND = """locations:
  - name: Alder Falls
    address: {street: 2 Mill Road, city: Alder Falls, region: CO, postal_code: "80000"}
    map_url: https://www.example.com/falls
    phone: +1 555 555 0130
    hours:
      - {days: [friday], opens: "09:00", closes: "17:00"}
"""
EVENT = """---
title: A talk
summary: On tape.
date: 2026-07-01
starts: "18:00"
ends: "19:30"
price: {price}
{more}---
"""
MORE = """logo: room.png
hero_image: room.png
hero_image_alt: A room
phones:
  - {label: Billing, number: "+1 555 555 0124", extension: "2"}
  - {label: Records, number: "+1 555 555 0125", kind: fax}
profiles:
  - {name: Example Social, url: "https://social.example.com/x"}
"""
GUEST = "guest:\n  name: Robin\n  about: A doctor.\n  url: https://www.example.com/robin\n"


def write_full_practice(content):
    """As ``write_practice``, with everything that few practices have."""
    write_practice(content)
    with (content / "clinic.yaml").open("a", encoding="utf-8") as file:
        file.write(SECOND + MORE)
    (content / "events").mkdir()
    event = EVENT.format(price="$40", more="online: true\n")
    (content / "events/talk.md").write_text(event, "utf-8")
    for number, more in enumerate(("place: Library", "place: Hall\nonline: true")):
        other = event.replace("A talk", f"Talk {number}").replace("online: true", more)
        (content / f"events/other-{number}.md").write_text(other, "utf-8")
    post = POSTS["second"].replace("author: bo\n", f"author: [bo, practice, guest]\n{GUEST}")
    (content / "posts/second.md").write_text(post, "utf-8")
    return content


def loaded(content):
    site, problems = load(content, TODAY)
    assert problems == []
    return site


def graphs_of(site):
    """The structured data of every page, by the page's address."""
    views = [(view_of(site, ADDRESS, document), document) for document in site.documents]
    views += [(view_of_generated(site, ADDRESS, entry), None) for entry in site.generated]
    renderer = Renderer(site, THEME, ADDRESS)
    return {
        view.path: json.loads(
            structured_data.json_ld(site, ADDRESS, view, document, renderer.pictures.size_of)
        )
        for view, document in views
    }


def json_ld_of(site, document):
    view = view_of(site, ADDRESS, document)
    return structured_data.json_ld(site, ADDRESS, view, document, lambda _name: (1, 1))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return loaded(write_practice(tmp_path_factory.mktemp("practice") / "content"))


@pytest.fixture(scope="module")
def graphs(site):
    return graphs_of(site)


@pytest.fixture(scope="module")
def full_graphs(tmp_path_factory):
    return graphs_of(loaded(write_full_practice(tmp_path_factory.mktemp("full") / "content")))


def nodes_in(value):
    """Every node below a value, references left out."""
    if isinstance(value, list):
        for item in value:
            yield from nodes_in(item)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for item in value.values():
            yield from nodes_in(item)


def types_of(node):
    types = node["@type"]
    return types if isinstance(types, list) else [types]


def of_type(graph, name):
    return [node for node in nodes_in(graph["@graph"]) if name in types_of(node)]


def the(graph, name):
    (node,) = of_type(graph, name)
    return node


def lineage(name):
    """A type and all types that it is, too."""
    return {name}.union(*(lineage(parent) for parent in TERMS[name].get("is", ())))


def owner_of(types, property):
    """The type among some types and their lineages that defines a property."""
    owners = {name for type in types for name in lineage(type)}
    found = [name for name in sorted(owners) if property in TERMS[name].get("properties", {})]
    assert len(found) == 1, f"{types} have no `{property}` in schema_org_terms.yaml"
    return found[0]


def fits(value, kind, types_by_id):
    if kind in LITERALS:
        return bool(LITERALS[kind](value))
    if isinstance(value, str):
        members = TERMS[kind].get("members", ())
        return value.removeprefix("https://schema.org/") in members
    types = types_of(value) if "@type" in value else types_by_id[value["@id"]]
    return any(kind in lineage(name) for name in types)


def test_only_listed_terms_with_values_of_the_listed_kinds(full_graphs):
    types_by_id = {n["@id"]: types_of(n) for n in nodes_in([*full_graphs.values()]) if "@id" in n}
    for path, graph in full_graphs.items():
        assert list(graph) == ["@context", "@graph"]
        assert graph["@context"] == "https://schema.org"
        for node in nodes_in(graph["@graph"]):
            for property, value in node.items():
                if property in ("@type", "@id"):
                    continue
                types = types_of(node)
                kinds = TERMS[owner_of(types, property)]["properties"][property]
                for item in value if isinstance(value, list) else [value]:
                    shown = f"{path}: {types}.{property} = {item!r}, not {kinds}"
                    assert any(fits(item, kind, types_by_id) for kind in kinds), shown


def resolved(value, by_id, above=()):
    """A value with what its references lead to, but not where one leads back to where it stands.

    ``by_id`` holds every thing where it is described most fully.
    """
    if isinstance(value, list):
        return [resolved(item, by_id, above) for item in value]
    if not isinstance(value, dict):
        return value
    id = value.get("@id")
    if id in above:
        return value
    full = by_id.get(id, {}) | value
    return {key: resolved(item, by_id, (*above, id)) for key, item in full.items()}


@pytest.mark.parametrize("type", [name for name in FEATURES["$defs"] if name[0].isupper()])
def test_each_type_has_what_search_asks_for(full_graphs, type):
    schema = {"$ref": f"#/$defs/{type}", "$defs": FEATURES["$defs"]}
    check = Draft202012Validator(schema)
    fullest = {}
    for node in sorted(nodes_in([*full_graphs.values()]), key=len):
        fullest[node.get("@id", id(node))] = node
    nodes = [node for node in fullest.values() if type in types_of(node)]
    assert nodes
    for node in nodes:
        errors = check.iter_errors(resolved(node, fullest))
        assert [f"{node.get('@id')}: {error.message}" for error in errors] == []


def test_every_listed_term_is_used(full_graphs):
    types, properties, strings = set(), set(), set()
    for node in nodes_in([*full_graphs.values()]):
        types.update(*(lineage(name) for name in types_of(node)))
        named = [name for name in node if not name.startswith("@")]
        properties.update((owner_of(types_of(node), name), name) for name in named)
        strings.update(node.get("dayOfWeek", ()))
        strings.update(
            node[name] for name in ("eventAttendanceMode", "eventStatus") if name in node
        )
    members = {name for name, term in TERMS.items() if "members" in term}
    listed = {(name, p) for name, term in TERMS.items() for p in term.get("properties", ())}
    assert listed - properties == set()
    assert set(TERMS) - types - members == {"Enumeration"}
    days = {f"https://schema.org/{day}" for name in members for day in TERMS[name]["members"]}
    assert days - strings == set()


def test_nothing_is_empty(full_graphs):
    def values(value):
        yield value
        if isinstance(value, list | dict):
            for item in value.values() if isinstance(value, dict) else value:
                yield from values(item)

    found = list(values([*full_graphs.values()]))
    assert [value for value in found if value is None or value in ("", [], {})] == []
    assert [value for value in found if isinstance(value, bool)] == []


def test_no_ratings_no_reviews_no_praise(graphs):
    text = json.dumps(graphs)
    for term in ("Rating", 'Review"', 'review"', "sameAs", "the best", "award"):
        assert term not in text


def test_every_reference_leads_to_a_node_of_the_site(full_graphs):
    described = {node["@id"] for node in nodes_in([*full_graphs.values()]) if "@id" in node}
    referred = set(re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(full_graphs)))
    assert referred
    assert referred - described == set()


def test_a_thing_says_the_same_on_every_page(full_graphs):
    def reference(value):
        if isinstance(value, list):
            return [reference(item) for item in value]
        return {"@id": value["@id"]} if isinstance(value, dict) and "@id" in value else value

    said = defaultdict(lambda: defaultdict(list))
    for node in nodes_in([*full_graphs.values()]):
        for property, value in node.items():
            if "@id" in node and reference(value) not in said[node["@id"]][property]:
                said[node["@id"]][property].append(reference(value))
    assert [values for n in said.values() for values in n.values() if len(values) > 1] == []


def test_ids_of_things_never_meet_the_ids_of_headings(site, graphs):
    anchors = {
        f"{ADDRESS}{document.path}#{id}" for document in site.documents for id in document.body.ids
    }
    things = [n for n in nodes_in([*graphs.values()]) if "@id" in n and n["@type"] != "Question"]
    assert anchors
    assert anchors.isdisjoint(node["@id"] for node in things)


@pytest.mark.parametrize(
    ("path", "types"),
    [
        ("/", ["WebPage"]),
        ("/treatments/", ["CollectionPage"]),
        ("/treatments/needling/", ["MedicalWebPage"]),
        ("/team/", ["CollectionPage"]),
        ("/team/ann/", ["ProfilePage"]),
        ("/blog/", ["CollectionPage"]),
        ("/blog/first/", ["MedicalWebPage"]),
        ("/blog/second/", ["WebPage"]),
        ("/blog/2025/", ["CollectionPage"]),
        ("/blog/topics/pain/", ["CollectionPage"]),
        ("/blog/by/bo/", ["CollectionPage"]),
        ("/questions/", ["MedicalWebPage", "FAQPage"]),
        ("/side-effects/", ["MedicalWebPage", "CollectionPage"]),
        ("/sources/", ["CollectionPage"]),
        ("/contact/", ["ContactPage"]),
        ("/new-patients/", ["WebPage"]),
        ("/risks/", ["MedicalWebPage"]),
        ("/404.html", ["WebPage"]),
    ],
)
def test_each_kind_of_page_has_its_type(graphs, path, types):
    page = graphs[path]["@graph"][0]
    assert types_of(page) == types
    assert page["@id"] == page["url"] == ADDRESS + path
    assert page["audience"] == {"@type": "Patient"}
    assert page["inLanguage"] == "en-US"
    assert page["isPartOf"] == {"@id": f"{ADDRESS}/#_website"}


def test_a_review_is_told_only_where_there_was_one(graphs):
    page = the(graphs["/treatments/needling/"], "MedicalWebPage")
    assert page["lastReviewed"] == "2026-04-01"
    assert page["reviewedBy"]["name"] == "Ann Li"
    assert "reviewedBy" not in the(graphs["/blog/first/"], "MedicalWebPage")
    assert the(graphs["/blog/first/"], "MedicalWebPage")["lastReviewed"] == "2026-05-05"
    assert "lastReviewed" not in the(graphs["/treatments/tape/"], "MedicalWebPage")


def test_breadcrumbs_end_in_the_page_itself(graphs):
    steps = the(graphs["/blog/first/"], "BreadcrumbList")["itemListElement"]
    assert [(step["position"], step["name"], step["item"]["@id"]) for step in steps] == [
        (1, "Home", f"{ADDRESS}/"),
        (2, "Blog", f"{ADDRESS}/blog/"),
        (3, "What is “needling”?", f"{ADDRESS}/blog/first/"),
    ]
    assert of_type(graphs["/"], "BreadcrumbList") == []
    assert "breadcrumb" not in graphs["/"]["@graph"][0]


def test_the_clinic_stands_in_full_on_two_pages_only(graphs):
    full = [path for path, graph in graphs.items() if of_type(graph, "MedicalClinic")]
    assert sorted(full) == ["/", "/contact/"]
    clinic = the(graphs["/contact/"], "MedicalClinic")
    assert clinic["@type"] == ["MedicalClinic", "Physiotherapy"]
    assert clinic["name"] == "Small & Quiet"
    assert clinic["telephone"] == "+15555550100"
    assert clinic["geo"] == {"@type": "GeoCoordinates", "latitude": 0, "longitude": -104.5}
    assert [service["name"] for service in clinic["availableService"]] == [
        "Needling & more",
        "Tape",
    ]


def test_opening_hours(graphs):
    clinic = the(graphs["/"], "MedicalClinic")
    weekdays, weekend = clinic["openingHoursSpecification"]
    assert weekdays["dayOfWeek"][0] == "https://schema.org/Monday"
    assert (len(weekdays["dayOfWeek"]), weekdays["opens"], weekdays["closes"]) == (
        5,
        "08:00",
        "12:30",
    )
    assert weekend["dayOfWeek"] == ["https://schema.org/Saturday", "https://schema.org/Sunday"]


def test_days_with_other_hours_are_those_to_come_and_a_closed_day_does_not_open(graphs):
    assert the(graphs["/"], "MedicalClinic")["specialOpeningHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "name": "Juneteenth",
            "validFrom": "2026-06-19",
            "validThrough": "2026-06-19",
            "opens": "09:00",
            "closes": "10:00",
        },
        {
            "@type": "OpeningHoursSpecification",
            "name": "Independence Day",
            "validFrom": "2026-07-04",
            "validThrough": "2026-07-06",
            "opens": "00:00",
            "closes": "00:00",
        },
    ]


def test_a_treatment(graphs):
    treatment = the(graphs["/treatments/needling/"], "PhysicalTherapy")
    assert treatment["name"] == "Needling & more"
    assert treatment["alternateName"] == ["Dry needling"]
    assert treatment["howPerformed"] == "You lie down. The needle goes in."
    assert treatment["preparation"] == (
        "Before, do: Eat & drink. Wear loose clothes. Before, do not: Do not hurry."
    )
    assert treatment["followup"] == "Rest. And wait."
    (mild,) = treatment["adverseOutcome"]
    assert (mild["name"], mild["@type"]) == ("Bruising", "MedicalSignOrSymptom")
    assert mild["description"] == (
        "Common (1 to 10 in 100): about 8 in 100 treatments. How long it lasts: several days."
        " What to do: Nothing special."
    )
    (serious,) = treatment["seriousAdverseOutcome"]
    assert (serious["name"], serious["@type"]) == ("Collapsed lung", "MedicalCondition")
    assert serious["description"].startswith("Not known (we have read no figure). ")
    assert "preparation" not in the(graphs["/treatments/tape/"], "PhysicalTherapy")


def test_a_page_cites_its_sources_and_those_of_its_side_effects(graphs):
    cited = the(graphs["/treatments/needling/"], "MedicalWebPage")["citation"]
    assert cited == [
        {
            "@type": "CreativeWork",
            "@id": f"{ADDRESS}/sources/#plain-text",
            "name": "On tape",
            "creditText": "Lee A",
            "datePublished": "2020",
        },
        {
            "@type": "CreativeWork",
            "@id": f"{ADDRESS}/sources/#brady-2014",
            "name": "Adverse events",
            "creditText": "Brady S, et al.",
            "datePublished": "2014",
            "url": "https://doi.org/10.1179/2042618613Y.0000000044",
        },
    ]


def test_a_post(graphs, site):
    post = the(graphs["/blog/first/"], "BlogPosting")
    assert post["headline"] == "What is “needling”?"
    assert (post["datePublished"], post["dateModified"]) == ("2026-05-04", "2026-05-06")
    assert post["author"]["@id"] == f"{ADDRESS}/team/ann/#_person"
    assert post["publisher"] == {"@id": f"{ADDRESS}/#_clinic"}
    assert post["wordCount"] == site.posts[0].words
    assert post["about"] == [{"@id": f"{ADDRESS}/treatments/needling/#_therapy"}]
    assert [work["name"] for work in post["citation"]] == ["Adverse events"]
    second = the(graphs["/blog/second/"], "BlogPosting")
    assert second["dateModified"] == second["datePublished"]


def test_side_effects_shown_by_reference_are_those_of_the_treatment(graphs):
    there = the(graphs["/treatments/needling/"], "PhysicalTherapy")
    here = the(graphs["/blog/first/"], "PhysicalTherapy")
    assert here["@id"] == there["@id"]
    for outcome in ("adverseOutcome", "seriousAdverseOutcome"):
        assert here[outcome] == there[outcome]
    assert "howPerformed" not in here


def test_a_therapist(graphs):
    person = the(graphs["/team/ann/"], "Person")
    assert (person["name"], person["honorificSuffix"]) == ("Ann Li", "PT, MPT")
    assert person["hasCredential"][1] == {
        "@type": "EducationalOccupationalCredential",
        "name": "Master of physical therapy",
        "alternateName": "MPT",
        "credentialCategory": "degree",
    }
    assert (person["jobTitle"], person["identifier"]) == ("Physical therapist", "CO 12345")
    assert (person["description"], person["image"]) == (
        "Ann listens.",
        {"@id": f"{ADDRESS}/team/ann/#_picture"},
    )
    picture = the(graphs["/team/ann/"], "ImageObject")
    assert picture["url"] == f"{ADDRESS}/images/room.png"
    assert (picture["width"], picture["height"]) == ("40 px", "30 px")
    assert [language["name"] for language in person["knowsLanguage"]] == ["English", "Spanish"]
    assert person["worksFor"] == {"@id": f"{ADDRESS}/#_clinic"}
    assert "hasCredential" not in the(graphs["/team/bo/"], "Person")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/treatments/", ["Needling & more", "Tape"]),
        ("/team/", ["Ann Li", "Bo"]),
        ("/blog/", ["What is “needling”?", "Rest"]),
        ("/blog/2025/", ["Rest"]),
        ("/blog/topics/pain/", ["What is “needling”?"]),
        ("/blog/by/bo/", ["Rest"]),
        ("/side-effects/", ["Bruising", "Bruising", "Collapsed lung"]),
        ("/sources/", ["Adverse events", "On tape"]),
    ],
)
def test_a_list_holds_what_the_page_lists_in_its_order(graphs, path, names):
    items = the(graphs[path], "ItemList")["itemListElement"]
    assert [item["position"] for item in items] == list(range(1, len(names) + 1))
    assert [item["item"].get("name") or item["item"]["headline"] for item in items] == names


def test_the_blog_lists_as_many_posts_as_its_template_shows(site, monkeypatch):
    template = (THEME / "templates/pages/blog.html").read_text("utf-8")
    assert "site.latest" in template
    monkeypatch.setattr("practice.site.site.LATEST", 1)
    blog = json.loads(json_ld_of(site, site.page("blog")))
    assert len(the(blog, "ItemList")["itemListElement"]) == 1


@pytest.mark.parametrize(
    ("path", "questions"),
    [
        ("/treatments/needling/", []),
        ("/blog/first/", ["And you?"]),
        ("/new-patients/", []),
        (
            "/questions/",
            [
                "Where do I park?",
                "Does it hurt?",
                "Person?",
                "Does it itch?",
                "What do I bring?",
            ],
        ),
        ("/", []),
    ],
)
def test_each_question_is_on_one_page(graphs, path, questions):
    pages = of_type(graphs[path], "FAQPage")
    shown = [question for page in pages for question in page["mainEntity"]]
    assert [question["name"] for question in shown] == questions
    assert len(of_type(graphs[path], "Question")) == len(questions)
    if "Does it hurt?" in questions:
        question = shown[questions.index("Does it hurt?")]
        assert question["@id"] == f"{ADDRESS}/treatments/needling/#does-it-hurt"
        answer = "It “can” — for a moment & no longer. Then it stops."
        assert question["acceptedAnswer"] == {"@type": "Answer", "text": answer}


def test_one_fact_in_one_place(tmp_path):
    content = write_practice(tmp_path / "content")
    before = graphs_of(loaded(content))
    file = content / "treatments" / "needling.md"
    changed = file.read_text("utf-8").replace("about 8 in 100", "about 9 in 100")
    file.write_text(changed, "utf-8")
    after = graphs_of(loaded(content))
    assert "about 8 in 100" not in json.dumps(after)
    told = {path for path, graph in after.items() if "about 9 in 100" in json.dumps(graph)}
    assert told == {"/treatments/needling/", "/blog/first/", "/side-effects/"}
    assert {path for path in after if after[path] != before[path]} == told


@pytest.mark.parametrize(
    "path", ["/treatments/needling/", "/blog/first/", "/questions/", "/new-patients/", "/risks/"]
)
def test_questions_and_side_effects_are_words_of_the_page(site, graphs, path):
    document = next(document for document in site.documents if document.path == path)
    page = Renderer(site, THEME, ADDRESS).page(document)
    blocks = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL).replace("</p>", "</p> ")
    body = " ".join(plain(blocks).split())
    for question in of_type(graphs[path], "Question"):
        assert question["name"] in body
        assert question["acceptedAnswer"]["text"] in body
    for name in ("MedicalSignOrSymptom", "MedicalCondition"):
        for effect in of_type(graphs[path], name):
            assert effect["name"] in body
            for word, meaning in FREQUENCY_MEANING.items():
                if effect["description"].startswith(word.capitalize()):
                    assert meaning in body


def test_the_same_site_gives_the_same_bytes(site):
    def scripts():
        return [json_ld_of(site, document) for document in site.documents]

    assert scripts() == scripts()


WORDS = st.text() | st.sampled_from(
    ["</script>", "</SCRIPT ", "<!--", "-->", "]]>", "&lt;", "\u2028"]
)


@given(st.lists(WORDS).map("".join))
def test_no_text_can_leave_the_script_element(text):
    graph = {"@context": "https://schema.org", text: [text, {"name": text}]}
    script = structured_data.script(graph)
    assert not re.search("[<>&\u2028\u2029\n\r]", script)
    assert json.loads(script) == graph
    assert html.unescape(script) == script
    assert script.__html__() == script


def test_what_an_editor_writes_cannot_leave_the_script_element(tmp_path):
    """The reader refuses such a title; this is the wall behind it."""
    site = loaded(write_practice(tmp_path / "content"))
    attack = "</script><script>alert(1)</script><!-- Rest"
    post = site.document("posts/second.md")
    post = replace(post, meta=post.meta.model_copy(update={"title": attack}))
    script = json_ld_of(site, post)
    assert "<" not in script
    assert the(json.loads(script), "BlogPosting")["headline"] == attack


def test_several_locations_are_parts_of_the_practice(full_graphs):
    clinic = the(full_graphs["/"], "MedicalClinic")
    own = f"{ADDRESS}/locations/alder-falls/#_clinic"
    assert clinic["department"] == [{"@id": own}]
    falls = the(full_graphs["/locations/alder-falls/"], "MedicalClinic")
    assert falls["@id"] == own
    assert falls["parentOrganization"] == {"@id": clinic["@id"]}
    assert falls["telephone"] == "+15555550130"
    assert falls["address"]["streetAddress"] == "2 Mill Road"
    assert falls["openingHoursSpecification"][0]["opens"] == "09:00"
    pages = [path for path in full_graphs if path.startswith("/locations/")]
    mains = {path: the(full_graphs[path], "WebPage")["mainEntity"]["@id"] for path in pages}
    assert sorted(mains.values()) == sorted([own, clinic["@id"]])


def test_several_authors_are_a_list(full_graphs):
    bo, practice, robin = the(full_graphs["/blog/second/"], "BlogPosting")["author"]
    assert bo["@id"] == f"{ADDRESS}/team/bo/#_person"
    assert practice == {"@id": f"{ADDRESS}/#_clinic"}
    assert robin == {
        "@type": "Person",
        "name": "Robin",
        "description": "A doctor.",
        "url": "https://www.example.com/robin",
    }


@pytest.mark.parametrize(
    ("more", "mode", "where"),
    [
        ("", "Offline", ["Place"]),
        ("place: Library\n", "Offline", ["Place"]),
        ("online: true\n", "Online", ["VirtualLocation"]),
        ("online: true\nplace: Library\n", "Mixed", ["Place", "VirtualLocation"]),
    ],
)
def test_an_event_says_when_where_and_for_how_much(tmp_path, more, mode, where):
    content = write_practice(tmp_path / "content")
    (content / "events").mkdir()
    (content / "events/talk.md").write_text(EVENT.format(price="$40", more=more), "utf-8")
    graphs = graphs_of(loaded(content))
    event = the(graphs["/events/talk/"], "Event")
    assert (event["startDate"], event["endDate"]) == ("2026-07-01T18:00", "2026-07-01T19:30")
    assert event["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    places = event["location"] if isinstance(event["location"], list) else [event["location"]]
    assert [place["@type"] for place in places] == where
    assert event["organizer"] == {"@id": f"{ADDRESS}/#_clinic"}
    assert (event["offers"]["price"], event["offers"]["priceCurrency"]) == ("40", "USD")
    (item,) = the(graphs["/events/"], "ItemList")["itemListElement"]
    assert item["item"]["@id"] == event["@id"]
