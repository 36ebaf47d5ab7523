"""Legal: the notices that a US practice has to publish, and the dates by which things fall due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from practice.paths import display_path_of
from practice.problems import Problem
from practice.site.site import Site

INSURANCE_DAYS = 183
"""Days after which the list of insurance plans has to be checked again."""


def notices(site: Site) -> Iterator[Problem]:
    """The pages of the legal notices exist, and no required notice is missing.

    The model requires their dates. The preflight checks of publishing look at their text.
    """
    path = f"{display_path_of(site.content)}/clinic.yaml"
    published = site.published_slugs("pages")
    for name, notice in site.clinic.notices.by_name.items():
        if notice and notice.page not in published:
            message = f"the page for the notice `{name}` does not exist"
            hint = f"write `pages/{notice.page}.md`, or correct the name"
            if notice.page in site.slugs["pages"]:
                message = f"the page for the notice `{name}` is a draft"
                hint = f"delete `status: draft` from `pages/{notice.page}.md`"
            line = site.clinic_data.line_of(("notices", name, "page"))
            yield Problem(path, line, "notice-page", message, hint)
    if site.clinic.receives_federal_funds and not site.clinic.notices.nondiscrimination:
        message = "the nondiscrimination notice is missing"
        hint = "a practice that receives federal funds has to publish it (45 CFR 92.10)"
        line = site.clinic_data.line_of(("notices",))
        yield Problem(path, line, "notice-missing", message, hint)


def insurance(site: Site) -> Iterator[Problem]:
    """The list of insurance plans was checked within the last six months."""
    checked = site.clinic.insurance.checked
    path = f"{display_path_of(site.content)}/clinic.yaml"
    line = site.clinic_data.line_of(("insurance", "checked"))
    if checked > site.build_date:
        message = f"`checked` is {checked}, which is in the future"
        yield Problem(path, line, "date-future", message, "correct the date")
    if (site.build_date - checked).days > INSURANCE_DAYS:
        message = f"the list of insurance plans was last checked on {checked}"
        hint = "check it with the insurers, then update `checked`"
        yield Problem(path, line, "insurance-old", message, hint)


def falls_due(site: Site, days: int = 60) -> list[tuple[dt.date, str, str]]:
    """Yield what falls due within ``days`` days: the date, the file, and what has to be done."""
    last = site.build_date + dt.timedelta(days=days)
    found = [
        (due, document.display_path, "review of the text")
        for document in site.documents
        if (due := document.meta.review.due)
    ]
    for event in site.events.coming if site.events else ():
        ends = event.meta.last + dt.timedelta(days=1)
        found.append((ends, event.display_path, "publishing again (end of an event)"))
    if "clinic" not in site.unread:
        check = site.clinic.insurance.checked + dt.timedelta(days=INSURANCE_DAYS)
        path = f"{display_path_of(site.content)}/clinic.yaml"
        found.append((check, path, "check of the list of insurance plans"))
        for entry in site.clinic.announcements:
            ends = entry.last_day + dt.timedelta(days=1)
            for day, what in ((entry.first_day, "start"), (ends, "end")):
                if day and day > site.build_date:
                    found.append((day, path, f"publishing again ({what} of an announcement)"))
    return sorted(entry for entry in found if entry[0] <= last)
