"""Structured data: JSON-LD with the terms of schema.org, release 30.

Every string comes from the models that the page itself shows. An entity is described on its own
page and referenced by its ``@id`` elsewhere. There are no ratings, reviews or claims of benefit.
Terms: ``https://schema.org/<term>``; those used are in ``tests/schema_org_terms.yaml``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from markupsafe import Markup

from practice.content.document import Document, is_of
from practice.content.markdown import plain
from practice.content.models import (
    FREQUENCY_MEANING,
    Do,
    Dont,
    Event,
    Faq,
    Hours,
    HoursException,
    PhoneLine,
    Post,
    Question,
    Review,
    SideEffect,
    SideEffects,
    Therapist,
    Treatment,
    Video,
)
from practice.paths import slug
from practice.site.authors import Writer
from practice.site.events import number_of
from practice.site.formatting import tel
from practice.site.locations import PlaceToVisit
from practice.site.site import Site
from practice.site.view import View
from practice.site.web_addresses import picture_address

Node = dict[str, object]
SizeOf = Callable[[str], tuple[int, int]]
"""The width and height in pixels of a published picture, by its name below `content/images/`."""

CONTEXT = "https://schema.org"
CLINIC = ["MedicalClinic", "Physiotherapy"]
"""`Physiotherapy` is the business type; `MedicalClinic` adds `availableService`."""
PAGE_TYPES: dict[str, str | list[str]] = {
    "treatments": "CollectionPage",
    "treatment": "MedicalWebPage",
    "team": "CollectionPage",
    "therapist": "ProfilePage",
    "blog": "CollectionPage",
    "year": "CollectionPage",
    "topic": "CollectionPage",
    "by-therapist": "CollectionPage",
    "questions": ["MedicalWebPage", "FAQPage"],
    "side-effects": ["MedicalWebPage", "CollectionPage"],
    "sources": "CollectionPage",
    "contact": "ContactPage",
    "events": "CollectionPage",
}
"""The type of a page by its kind; all other pages are a `WebPage`."""
THINGS = {"treatment": "therapy", "therapist": "person", "post": "post", "event": "event"}
"""What a page with one main subject calls it in its `@id`, by the kind of page."""
ESCAPES = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
SECTION = re.compile(r"<h2\b[^>]*>(.*?)</h2>", re.DOTALL)


def graph(site: Site, address: str, view: View, document: Document | None, size_of: SizeOf) -> Node:
    """Return a page and its content as one graph (https://www.w3.org/TR/json-ld11/#named-graphs).

    ``address`` is the site's address without a trailing slash; ``document`` is None for a list of
    posts.
    """
    page = _Page(site, address, view, document, size_of)
    nodes = [page.itself(), page.way(), page.questions(), *page.things()]
    return {"@context": CONTEXT, "@graph": [node for node in nodes if node]}


def json_ld(
    site: Site, address: str, view: View, document: Document | None, size_of: SizeOf
) -> Markup:
    """Return the structured data of a page for its script element; parameters as in `graph`."""
    return script(graph(site, address, view, document, size_of))


def script(graph: Node) -> Markup:
    """Return a graph as the text of a script element that its content cannot close.

    ``</script`` and ``<!--`` cannot occur, so the HTML parser never leaves the script
    (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements).
    """
    text = json.dumps(graph, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(ESCAPES))  # noqa: S704  # every sign of HTML is escaped


@dataclass(frozen=True)
class _Page:
    site: Site
    address: str
    view: View
    document: Document | None
    size_of: SizeOf

    # --- The page, its breadcrumbs, its questions ---

    def itself(self) -> Node:
        """Return the page (`WebPage`), identified by its address."""
        view = self.view
        kind: str | list[str] = PAGE_TYPES.get(view.kind, "WebPage")
        if kind == "WebPage" and self._about:
            kind = "MedicalWebPage"
        return _node(
            kind,
            view.canonical,
            url=view.canonical,
            name=view.title,
            description=view.description,
            inLanguage=self.site.clinic.language,
            isPartOf=self._here("/", "website"),
            breadcrumb=view.breadcrumbs and self._here(view.path, "breadcrumb"),
            primaryImageOfPage=self._picture(),
            audience=_node("Patient"),
            **self._review(),
            about=() if view.kind == "post" else self._subjects(),
            mainEntity=self._main(),
            hasPart=self._here(view.path, "faq") if self._has_faq() else None,
            citation=self._cited() if view.kind == "treatment" else (),
        )

    def way(self) -> Node | None:
        """Return the breadcrumbs (`BreadcrumbList`), worded as on the page."""
        if not self.view.breadcrumbs:
            return None
        steps = [
            ("Home" if crumb.path == "/" else crumb.title, self.address + crumb.path)
            for crumb in self.view.breadcrumbs
        ]
        steps.append((self.view.title, self.view.canonical))
        return _node(
            "BreadcrumbList",
            self._id(self.view.path, "breadcrumb"),
            itemListElement=[
                _node("ListItem", position=number, name=name, item={"@id": url})
                for number, (name, url) in enumerate(steps, 1)
            ],
        )

    def questions(self) -> Node | None:
        """Return the questions of a page with other content (`FAQPage`, part of the page)."""
        if not self._has_faq():
            return None
        return _node("FAQPage", self._id(self.view.path, "faq"), mainEntity=list(self._questions()))

    def things(self) -> Iterator[Node]:
        """Yield what the page is about, in full where this is its own page."""
        kind, document = self.view.kind, self.document
        if kind in ("home", "contact"):
            yield self._clinic()
        if kind == "home":
            yield self._website()
        if self._place and not self._place.is_first:
            yield self._location(self._place)
        if document:
            yield from self._own(document)
            for number, video in enumerate(document.body.of_type(Video), 1):
                yield self._video(video, number)
        for treatment in self._about:
            yield self._about_treatment(treatment)
        if self._items:
            yield self._list()
        if kind == "side-effects":
            for treatment in self.site.treatments:
                yield {
                    **self._treatment_name(treatment),
                    **self._outcomes(treatment, by_reference=True),
                }

    def _own(self, document: Document) -> Iterator[Node]:
        """Yield the full description of what the document is about."""
        if is_of(document, Treatment):
            yield self._treatment(document)
        if is_of(document, Therapist):
            yield self._therapist(document)
        if is_of(document, Post):
            yield self._post(document)
        if is_of(document, Event):
            yield self._event(document)

    # --- Parts of the page ---

    @cached_property
    def _place(self) -> PlaceToVisit | None:
        """Return the location that the page is about."""
        if self.view.kind != "location":
            return None
        return next(p for p in self.site.locations if p.path == self.view.path)

    def _picture(self) -> Node | None:
        """Return the page's picture (`ImageObject`) with its description."""
        if not self.view.image:
            return None
        id = self._id(self.view.path, "picture")
        return self._image(self.view.image_name, id, self.view.image_alt)

    def _image(self, name: str, id: str | None = None, description: str = "") -> Node:
        """Return a published picture with its size (`ImageObject`)."""
        width, height = self.size_of(name)
        return _node(
            "ImageObject",
            id,
            url=picture_address(self.address, name),
            description=description,
            width=f"{width} px",  # https://schema.org/Distance
            height=f"{height} px",
        )

    def _same_picture(self) -> Node | None:
        """Return a reference to the page's picture."""
        return self._here(self.view.path, "picture") if self.view.image else None

    def _review(self) -> Node:
        """Return `lastReviewed` and `reviewedBy`, which schema.org defines for pages only."""
        review = self.document.meta.review if self.document else Review()
        if not review.on:
            return {}
        found: Node = {"lastReviewed": review.on.isoformat()}
        if review.by:
            found["reviewedBy"] = self._person_name(self.site.therapist(review.by))
        return found

    def _main(self) -> object:
        """Return the main subject of the page (`mainEntity`): its questions, entity or list."""
        kind, path = self.view.kind, self.view.path
        if kind == "questions":
            return list(self._questions())
        if kind in ("home", "contact") or (self._place and self._place.is_first):
            return self._here("/", "clinic")
        if self._place:
            return self._here(path, "clinic")
        if kind in THINGS:
            return self._here(path, THINGS[kind])
        return self._here(path, "list") if self._items else None

    @cached_property
    def _about(self) -> list[Document[Treatment]]:
        """Return the treatments of a post, and those whose side effects the text includes."""
        if not self.document:
            return []
        ids = dict.fromkeys(self.document.meta.treatments if is_of(self.document, Post) else ())
        ids.update(dict.fromkeys(self._shown_effects))
        return [self.site.treatment(id) for id in ids if self._is_other(id)]

    def _subjects(self) -> list[Node]:
        return [self._here(treatment.path, "therapy") for treatment in self._about]

    def _is_other(self, treatment: str) -> bool:
        return self.view.path != self.site.treatment(treatment).path

    @cached_property
    def _shown_effects(self) -> tuple[str, ...]:
        """Return the treatments whose side effects the text includes with `/// side-effects`."""
        callouts = self.document.body.of_type(SideEffects) if self.document else ()
        return tuple(callout.treatment for callout in callouts)

    def _cited(self) -> list[Node]:
        """Return the works that the document and its side effects cite (`citation`), in order."""
        document = self.document
        if not document:
            return []
        effects = document.meta.side_effects if is_of(document, Treatment) else ()
        own = document.meta.named_ids.get("sources", ())
        ids = dict.fromkeys(chain(own, *(effect.sources for effect in effects)))
        return [self._source(id) for id in ids]

    def _source(self, id: str) -> Node:
        """Return a study or official text (`CreativeWork`); its authors are a `creditText`."""
        source = self.site.sources[id]
        return _node(
            "CreativeWork",
            f"{self.address}/sources/#{id}",
            name=source.title,
            creditText=source.authors,
            datePublished=str(source.year),
            url=source.link,
        )

    # --- Questions ---

    def _has_faq(self) -> bool:
        return self.view.kind != "questions" and any(self._shown_questions())

    def _questions(self) -> Iterator[Node]:
        """Return every question on the page with its answer (`Question`), without duplicates."""
        found = {
            f"{self.address}{owner.path}#{question.id}": question
            for owner, question in self._shown_questions()
        }
        for id, question in found.items():
            answer = _node("Answer", text=plain(question.answer))
            yield _node("Question", id, name=plain(question.question), acceptedAnswer=answer)

    def _shown_questions(self) -> Iterator[tuple[Document, Question]]:
        """Yield the questions that are marked up on this page: each is on one page of the site.

        Those of treatments and pages are on the page of all questions, those of a post are its own.
        """
        is_list = self.view.kind == "questions"
        if self.document and (is_list or is_of(self.document, Post)):
            for faq in self.document.body.of_type(Faq):
                yield from ((self.document, question) for question in faq.questions)
        if is_list:
            for group in self.site.question_groups:
                for question in group.questions:
                    yield group.document, question

    # --- The clinic ---

    def _website(self) -> Node:
        """Return the site as a whole (`WebSite`)."""
        clinic = self.site.clinic
        return _node(
            "WebSite",
            self._id("/", "website"),
            url=f"{self.address}/",
            name=clinic.name,
            description=clinic.summary,
            inLanguage=clinic.language,
            publisher=self._here("/", "clinic"),
        )

    def _clinic(self) -> Node:
        """Return the full description of the clinic, at its first location."""
        clinic = self.site.clinic
        return _node(
            CLINIC,
            self._id("/", "clinic"),
            url=f"{self.address}/",
            name=clinic.name,
            slogan=clinic.tagline,
            description=clinic.summary,
            telephone=_digits(clinic.phone),
            faxNumber=next((_digits(n.number) for n in clinic.phones if n.kind == "fax"), None),
            contactPoint=[_number(line) for line in clinic.phones if line.kind != "fax"],
            sameAs=[profile.url for profile in clinic.profiles],
            email=clinic.email,
            logo=self._image(clinic.logo) if clinic.logo else None,
            image=self._image(clinic.hero_image) if clinic.hero_image else None,
            **_place(self.site.locations[0]),
            department=[self._here(place.path, "clinic") for place in self.site.location_pages[1:]],
            knowsLanguage=[_node("Language", name=language) for language in clinic.languages],
            availableService=[
                self._treatment_name(treatment) for treatment in self.site.treatments
            ],
        )

    def _location(self, place: PlaceToVisit) -> Node:
        """Return a further location, as a part of the practice (`parentOrganization`)."""
        clinic = self.site.clinic
        return _node(
            CLINIC,
            self._id(place.path, "clinic"),
            url=self.address + place.path,
            name=f"{clinic.name}, {place.name}",
            telephone=_digits(place.phone),
            parentOrganization=self._here("/", "clinic"),
            **_place(place),
        )

    # --- Treatments and their side effects ---

    def _treatment_name(self, treatment: Document[Treatment]) -> Node:
        """Return a reference to a treatment (`PhysicalTherapy`: a therapy, not a business)."""
        url = self.address + treatment.path
        return _node(
            "PhysicalTherapy", self._id(treatment.path, "therapy"), name=treatment.title, url=url
        )

    def _treatment(self, treatment: Document[Treatment]) -> Node:
        """Return the full description of a treatment: procedure, preparation, aftercare, risks."""
        return {
            **self._treatment_name(treatment),
            **_filled(
                alternateName=list(treatment.meta.also_called),
                description=treatment.meta.summary,
                howPerformed=_section(treatment, "what_happens"),
                preparation=_section(treatment, "prepare"),
                followup=_section(treatment, "aftercare"),
            ),
            **self._outcomes(treatment),
        }

    def _about_treatment(self, treatment: Document[Treatment]) -> Node:
        """Return a treatment that a text is about, with side effects if the text has them."""
        if treatment.slug not in self._shown_effects:
            return self._treatment_name(treatment)
        return {**self._treatment_name(treatment), **self._outcomes(treatment)}

    def _outcomes(self, treatment: Document[Treatment], *, by_reference: bool = False) -> Node:
        """Return side effects by severity (`adverseOutcome`, `seriousAdverseOutcome`)."""
        found: dict[str, list[Node]] = {"mild": [], "serious": []}
        for effect in treatment.meta.side_effects:
            node = self._effect(treatment, effect)
            found[effect.severity].append({"@id": node["@id"]} if by_reference else node)
        return _filled(adverseOutcome=found["mild"], seriousAdverseOutcome=found["serious"])

    def _effect(self, treatment: Document[Treatment], effect: SideEffect) -> Node:
        """Return a side effect; its description holds the frequency, which has no property."""
        serious = effect.severity == "serious"
        return _node(
            "MedicalCondition" if serious else "MedicalSignOrSymptom",
            self._id(treatment.path, f"effect_{slug(effect.name)}"),
            name=effect.name,
            description=_facts(effect),
        )

    # --- People and posts ---

    def _person_name(self, therapist: Document[Therapist]) -> Node:
        """Return a reference to a therapist (`Person`), as in a byline."""
        return _node(
            "Person",
            self._id(therapist.path, "person"),
            name=therapist.meta.name,
            honorificSuffix=therapist.meta.letters,
            url=self.address + therapist.path,
        )

    def _therapist(self, therapist: Document[Therapist]) -> Node:
        """Return the full description of a therapist; the license is an `identifier`."""
        meta = therapist.meta
        return {
            **self._person_name(therapist),
            **_filled(
                jobTitle=meta.role,
                description=meta.summary,
                identifier=meta.license,
                image=self._same_picture(),
                worksFor=self._here("/", "clinic"),
                knowsLanguage=[_node("Language", name=language) for language in meta.languages],
                hasCredential=[
                    _node(
                        "EducationalOccupationalCredential",
                        name=credential.stands_for,
                        alternateName=credential.abbreviation,
                        credentialCategory=credential.kind,
                    )
                    for credential in meta.credentials
                ],
            ),
        }

    def _author(self, writer: Writer) -> Node:
        """Return a reference to an author: a therapist, the practice, or a guest."""
        if writer.therapist:
            return self._person_name(writer.therapist)
        if writer.is_practice:
            return self._here("/", "clinic")
        return _node("Person", name=writer.name, description=writer.about, url=writer.url)

    def _post_name(self, post: Document[Post]) -> Node:
        """Return a reference to a post (`BlogPosting`), as in a list of posts."""
        return _node(
            "BlogPosting",
            self._id(post.path, "post"),
            url=self.address + post.path,
            headline=post.title,
            description=post.meta.summary,
            datePublished=post.meta.date.isoformat(),
        )

    def _post(self, post: Document[Post]) -> Node:
        """Return the full description of a post: author, dates, subjects and sources."""
        meta = post.meta
        return {
            **self._post_name(post),
            **_filled(
                dateModified=(meta.modified or meta.date).isoformat(),
                author=_one_or_many([self._author(w) for w in self.site.authors_of(post)]),
                publisher=self._here("/", "clinic"),
                inLanguage=self.site.clinic.language,
                image=self._same_picture(),
                wordCount=post.words,
                about=self._subjects(),
                citation=self._cited(),
            ),
        }

    def _event_name(self, event: Document[Event]) -> Node:
        """Return a reference to an event (`Event`), as in the list of events."""
        meta = event.meta
        times = (f"T{meta.starts}" if meta.starts else "", f"T{meta.ends}" if meta.ends else "")
        return _node(
            "Event",
            self._id(event.path, "event"),
            url=self.address + event.path,
            name=event.title,
            description=meta.summary,
            startDate=f"{meta.date}{times[0]}",
            endDate=f"{meta.last}{times[1]}" if times[1] or not times[0] else None,
        )

    def _event(self, event: Document[Event]) -> Node:
        """Return the full description of an event: how, where, by whom, and what it costs.

        Source: https://developers.google.com/search/docs/appearance/structured-data/event
        """
        meta, url = event.meta, event.meta.sign_up_url or self.address + event.path
        place = self.site.location_of(event)
        where: list[Node] = []
        if place:
            where.append(
                _node("Place", name=self.site.clinic.name, address=_place(place)["address"])
            )
        elif meta.place:
            where.append(_node("Place", name=meta.place, address=meta.place))
        here = "Mixed" if where else "Online"
        if meta.online:
            where.append(_node("VirtualLocation", url=url))
        mode = here if meta.online else "Offline"
        number = number_of(meta.price) if meta.price else None
        return {
            **self._event_name(event),
            **_filled(
                eventAttendanceMode=f"{CONTEXT}/{mode}EventAttendanceMode",
                eventStatus=f"{CONTEXT}/EventScheduled",
                location=_one_or_many(where),
                organizer=self._here("/", "clinic"),
                image=self._same_picture(),
                offers=number and _node("Offer", price=number, priceCurrency="USD", url=url),
            ),
        }

    def _video(self, video: Video, number: int) -> Node:
        """Return a video of the text (`VideoObject`).

        Source: https://developers.google.com/search/docs/appearance/structured-data/video
        """
        return _node(
            "VideoObject",
            self._id(self.view.path, f"video_{number}"),
            name=video.title,
            description=video.description,
            thumbnailUrl=picture_address(self.address, video.picture),
            thumbnail=self._image(video.picture),
            uploadDate=video.published.isoformat(),
            duration=video.duration,
            embedUrl=video.player.address,
            transcript=plain(video.details),
        )

    # --- Lists ---

    def _list(self) -> Node:
        """Return the list on a page, in order (`ItemList`)."""
        return _node(
            "ItemList",
            self._id(self.view.path, "list"),
            itemListElement=[
                _node("ListItem", position=number, item=item)
                for number, item in enumerate(self._items, 1)
            ],
        )

    @cached_property
    def _items(self) -> list[Node]:
        """Return the entities that a list page shows."""
        site, kind = self.site, self.view.kind
        if kind == "treatments":
            return [
                {**self._treatment_name(treatment), "description": treatment.meta.summary}
                for treatment in site.treatments
            ]
        if kind == "team":
            return [
                {**self._person_name(person), "jobTitle": person.meta.role} for person in site.team
            ]
        if kind == "side-effects":
            return [
                self._effect(use.treatment, use.effect)
                for letter in site.effect_index
                for entry in letter.entries
                for use in entry.uses
            ]
        if kind == "events" and site.events:
            return [self._event_name(event) for event in site.events.coming]
        if kind == "sources":
            return [self._source(id) for id in site.sources]
        return [self._post_name(post) for post in self._listed_posts()]

    def _listed_posts(self) -> tuple[Document[Post], ...]:
        if self.view.kind == "blog":
            return self.site.latest
        if self.document or self._place or self.view.kind == "events":
            return ()
        return self.site.posts_at(self.view.path)

    # --- Identifiers ---

    def _id(self, path: str, thing: str) -> str:
        """Return the `@id` of an entity on a page; its underscore avoids the ids of headings."""
        return f"{self.address}{path}#_{thing}"

    def _here(self, path: str, thing: str) -> Node:
        return {"@id": self._id(path, thing)}


def _section(treatment: Document[Treatment], field: str) -> str:
    """Return the text of a treatment's section, with its `do` and `dont` lists."""
    heading, current = Treatment.SECTIONS[field], ""
    found: list[str] = []
    for part in treatment.body.parts:
        if isinstance(part, str):
            texts = SECTION.split(part)
            names = [current, *(plain(name) for name in texts[1::2])]
            found += [t for name, t in zip(names, texts[::2], strict=True) if name == heading]
            current = names[-1]
        elif current == heading and isinstance(part.callout, Do | Dont):
            found += [f"{part.callout.title}:", *part.callout.items]
    return plain(" ".join(found))


def _facts(effect: SideEffect) -> str:
    """Return the frequency, duration and advice of a side effect, labelled as on the page."""
    common = f"{effect.frequency.capitalize()} ({FREQUENCY_MEANING[effect.frequency]})"
    facts = [f"{common}: {effect.figure}" if effect.figure else common]
    if effect.compared:
        facts.append(f"Without the treatment: {effect.compared}")
    if effect.lasts:
        facts.append(f"How long it lasts: {effect.lasts}")
    if effect.what_to_do:
        facts.append(f"What to do: {effect.what_to_do}")
    return " ".join(fact if fact.endswith((".", "!", "?")) else f"{fact}." for fact in facts)


def _place(place: PlaceToVisit) -> Node:
    """Return where a location is and when it is open; `hasMap` is a link, no map is embedded."""
    address, geo = place.address, place.geo
    return _filled(
        address=_node(
            "PostalAddress",
            streetAddress=address.street,
            addressLocality=address.city,
            addressRegion=address.region,
            postalCode=address.postal_code,
            addressCountry=address.country,
        ),
        geo=geo and _node("GeoCoordinates", latitude=geo.latitude, longitude=geo.longitude),
        hasMap=place.map_url,
        openingHoursSpecification=[_hours(hours) for hours in place.hours if hours.minutes],
        specialOpeningHoursSpecification=[_day(day) for day in place.coming_exceptions],
    )


def _hours(hours: Hours) -> Node:
    """Return the hours of some weekdays (`OpeningHoursSpecification`)."""
    return _node(
        "OpeningHoursSpecification",
        dayOfWeek=[f"{CONTEXT}/{day.capitalize()}" for day in hours.days],
        opens="00:00" if hours.all_day else hours.opens,
        closes="23:59" if hours.all_day else hours.closes,
    )


def _day(day: HoursException) -> Node:
    """Return the hours of one day or several; closed is from 00:00 to 00:00.

    Source: https://developers.google.com/search/docs/appearance/structured-data/local-business
    """
    return _node(
        "OpeningHoursSpecification",
        name=day.note,
        validFrom=day.date.isoformat(),
        validThrough=day.last.isoformat(),
        opens=day.opens or "00:00",
        closes=day.closes or "00:00",
    )


def _number(line: PhoneLine) -> Node:
    """Return a further phone number (`ContactPoint`)."""
    extension = f";ext={line.extension}" if line.extension else ""
    return _node("ContactPoint", contactType=line.label, telephone=_digits(line.number) + extension)


def _digits(number: str) -> str:
    return tel(number).removeprefix("tel:")


def _one_or_many(nodes: list[Node]) -> Node | list[Node]:
    return nodes[0] if len(nodes) == 1 else nodes


def _node(type: str | list[str], id: str | None = None, **properties: object) -> Node:
    """Return a node without its empty properties."""
    return {"@type": type, **({"@id": id} if id else {}), **_filled(**properties)}


def _filled(**properties: object) -> Node:
    return {name: value for name, value in properties.items() if value not in (None, "", (), [])}
