"""Models of `clinic.yaml`: the address, opening hours, fees and notices of the practice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from practice.content.models.fields import Model, field
from practice.content.models.values import (
    Clock,
    Date,
    Email,
    Flag,
    Id,
    Phone,
    Price,
    Text,
    Texts,
    TwoLetters,
    WebAddress,
    Weekday,
    ZipCode,
    between,
    one_or_many,
)


class Address(Model):
    """A postal address."""

    street: Text = field("House number and street", example="200 Example Street, Suite 4")
    city: Text = field("City")
    region: TwoLetters = field("State, as its two letters", example="CA")
    postal_code: ZipCode = field("ZIP code", example="80000")
    country: TwoLetters = field("Country, as its two letters", "US")


class Geo(Model):
    """A place on the map, in degrees (WGS 84)."""

    latitude: Annotated[float, between(-90, 90)] = field("Degrees north", example="37.0")
    longitude: Annotated[float, between(-180, 180)] = field("Degrees east", example="-122.0")


class Hours(Model):
    """When the clinic is open, on one or more days of the week."""

    days: Annotated[tuple[Weekday, ...], BeforeValidator(one_or_many)] = field(
        "Days of the week", example="[monday, tuesday]"
    )
    opens: Clock = field("24-hour time", example="08:00")
    closes: Clock = field("24-hour time", example="18:00")

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        if self.closes <= self.opens:
            raise PydanticCustomError("hours_order", "the clinic closes before it opens")
        return self


class HoursException(Model):
    """A date with other hours than usual."""

    date: Date = field("The day", example="2026-12-25")
    opens: Clock | None = field("24-hour time; without it the clinic is closed all day", None)
    closes: Clock | None = field("24-hour time; needed with `opens`", None)
    note: Text = field("Why", example="Christmas Day")

    @model_validator(mode="after")
    def _both_times_in_order(self) -> HoursException:
        if (self.opens is None) != (self.closes is None):
            raise PydanticCustomError("hours_half", "one of the two times is missing")
        if self.opens and self.closes and self.closes <= self.opens:
            raise PydanticCustomError("hours_order", "the clinic closes before it opens")
        return self


class Fee(Model):
    """What a visit costs without insurance."""

    service: Text = field("What it is", example="First visit and evaluation")
    minutes: Annotated[int, between(1, 1440)] | None = field(
        "How long it takes", None, example="60"
    )
    price: Price = field("The price, with its sign", example="$150")
    note: Text | None = field("Anything that changes the price", None)


class Insurance(Model):
    """The insurance plans that the clinic accepts, and when the list was last checked."""

    checked: Date = field("When the list was last checked with the plans")
    accepted: Texts = field("The plans")
    note: Text | None = field("What to do if a plan is not listed", None)


class Notice(Model):
    """A legal notice: its page and its effective date."""

    page: Id = field("The page's file name, without `.md`", example="privacy-practices")
    effective: Date = field("The date it took effect")


class Notices(Model):
    """The notices that a US practice has to publish."""

    privacy_practices: Notice = field("HIPAA notice of privacy practices, 45 CFR 164.520(c)(3)(i)")
    good_faith_estimate: Notice = field("Good-faith estimate, 45 CFR 149.610(b)(1)(iii)")
    nondiscrimination: Notice | None = field(
        "Section 1557 notice; needed where the practice receives federal funds", None
    )
    accessibility: Notice = field("Accessibility statement, HHS Section 504")

    @property
    def by_name(self) -> dict[str, Notice | None]:
        """Every notice by its field; None for one that the practice does not have."""
        return dict(self)


class Clinic(Model):
    """The practice itself: `content/clinic.yaml`."""

    name: Text = field("The name on the door")
    tagline: Text = field("A few words under the name, on the home page")
    summary: Text = field("One or two sentences for search engines and the home page")
    language: Literal["en-US"] = field("The language of the site", "en-US")
    address: Address = field("Where the clinic is")
    geo: Geo | None = field("Where it is on the map", None)
    map_url: WebAddress = field("A link to a map; nothing is embedded")
    phone: Phone = field("With the country code", example="+1 555 555 0123")
    email: Email | None = field("For questions that are not private", None)
    hours: tuple[Hours, ...] = field("Opening hours")
    exceptions: tuple[HoursException, ...] = field("Days with other hours", ())
    parking: Text | None = field("Where to park", None)
    access: Text | None = field("Steps, ramp, lift, doors, restroom", None)
    booking_url: WebAddress = field("Where patients book")
    booking_label: Text = field("What the booking button says", "Book an appointment")
    fees: tuple[Fee, ...] = field("What a visit costs without insurance", ())
    insurance: Insurance = field("Plans the clinic takes")
    languages: Texts = field("Languages spoken")
    funding: Text | None = field(
        "Who pays for the site's texts, and what the practice earns by them; shown on each", None
    )
    emergency_note: Text = field("What to do in an emergency, shown at the foot of every page")
    receives_federal_funds: Flag = field("Whether Section 1557 applies (Medicare, Medicaid)")
    notices: Notices = field("Legal notices and their dates")
    sample: Flag = field("True while the clinic is invented", False)

    @field_validator("hours")
    @classmethod
    def _no_hours_twice(cls, hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
        spans: dict[str, list[Hours]] = {}
        for span in hours:
            for day in span.days:
                for other in spans.setdefault(day, []):
                    if span.opens < other.closes and other.opens < span.closes:
                        raise PydanticCustomError(
                            "hours_twice",
                            "{day} has two opening hours that overlap",
                            {"day": day.capitalize()},
                        )
                spans[day].append(span)
        return hours
