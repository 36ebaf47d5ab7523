"""Models of `clinic.yaml`: the locations, phones, announcements, fees and notices of a practice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from practice.content.models.documents import PagePicture
from practice.content.models.fields import Model, field
from practice.content.models.hours import HoursException, WeekHours
from practice.content.models.leaflets import Leaflets
from practice.content.models.values import (
    BrandColor,
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
    ZipCode,
    between,
)
from practice.content.pictures import DECORATIVE
from practice.paths import slug_without_accents


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


class PhoneLine(Model):
    """A further number of the practice: a fax, a line for text messages, a direct line."""

    label: Text = field("What or whom the number is for", example="Billing")
    number: Phone = field("With the country code", example="+1 555 555 0124")
    extension: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,8}$")] | None = field(
        "The extension, its digits only", None, example="12"
    )
    kind: Literal["phone", "text", "fax"] = field("How it is used", "phone")


class Location(Model):
    """A further location of the practice, with a page of its own."""

    name: Text = field("What patients call it", example="Alder Falls")
    address: Address = field("Where it is")
    geo: Geo | None = field("Where it is on the map", None)
    map_url: WebAddress = field("A link to a map; nothing is embedded")
    phone: Phone | None = field("Its own number, if it has one", None)
    hours: WeekHours = field("Its opening hours")
    exceptions: tuple[HoursException, ...] = field(
        "Days with other hours, if they differ from the exceptions of the whole practice", ()
    )
    parking: Text | None = field("Where to park", None)
    access: Text | None = field("Steps, ramp, lift, doors, restroom", None)
    booking_url: WebAddress | None = field("Its own booking page, if it has one", None)

    @property
    def id(self) -> str:
        """The name as a part of its address: ``alder-falls``."""
        return slug_without_accents(self.name)


class Announcement(Model):
    """Something that all visitors should know for some time, at the top of every page."""

    text: Text = field("One or two sentences", example="Our parking lot is closed this week.")
    first_day: Date | None = field("The first day; without it, it is shown at once", None)
    last_day: Date = field("The last day; after it, it goes by itself")
    page: Text | None = field(
        "A file that says more, below `content/`", None, example="pages/contact.md"
    )
    url: WebAddress | None = field("An address elsewhere that says more", None)
    link_label: Text = field("What the link says", "Read more")
    important: Flag = field("True for what changes a visit, such as closing days", False)

    @model_validator(mode="after")
    def _can_be_shown(self) -> Announcement:
        if self.first_day and self.last_day < self.first_day:
            raise PydanticCustomError("last_first", "`last_day` is before `first_day`")
        if self.page and self.url:
            raise PydanticCustomError("two_links", "`page` and `url` are both given")
        return self


class Profile(Model):
    """The practice on another site, as a plain link."""

    name: Text = field("What the site is called", example="Instagram")
    url: WebAddress = field("The address of the practice there")


class Fonts(Model):
    """Fonts of the practice, as files below `content/fonts/`; each says its weight and slant."""

    text: Texts = field(
        "The files of the font for texts", (), example="[source-sans.woff2, source-sans-italic.ttf]"
    )
    headings: Texts = field("The files of the font for headings", (), example="lora.woff2")


class Fee(Model):
    """What a visit costs without insurance."""

    service: Text = field("What it is", example="First visit and evaluation")
    minutes: Annotated[int, between(1, 1440)] | None = field(
        "How long it takes", None, example="60"
    )
    price: Price = field(
        "The price, with its sign; also a range, `from $40` or `free`", example="$110 to $150"
    )
    per: Text | None = field("What the price is for, if not the visit", None, example="block of 5")
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
    brand_color: BrandColor | None = field(
        "The practice's color; the other colors of the site follow it", None, example='"#7a1f5c"'
    )
    logo: Text | None = field(
        "A picture below `content/images/`, shown beside the name", None, example="logo.png"
    )
    logo_has_name: Flag = field(
        "True where the logo shows the name, so that it stands alone", False
    )
    icon: Text | None = field(
        "A square picture below `content/images/` for browser tabs and home screens; without it, "
        "the theme's icon in the practice's color",
        None,
        example="icon.svg",
    )
    fonts: Fonts | None = field("The practice's own fonts", None)
    hero_image: Text | None = field(
        "A picture below `content/images/` for the top of the home page", None
    )
    hero_image_alt: Text | None = field(
        "What that picture shows, or `none` for a decoration; needed with it", None
    )
    hero_focus: Literal["center", "left", "right", "top", "bottom"] = field(
        "The part of that picture that is never cut off", "center"
    )
    language: Literal["en-US"] = field("The language of the site", "en-US")
    address: Address = field("Where the clinic is; with several locations, the first of them")
    location_name: Text | None = field(
        "What patients call this location, if there are others; without it, the city", None
    )
    geo: Geo | None = field("Where it is on the map", None)
    map_url: WebAddress = field("A link to a map; nothing is embedded")
    phone: Phone = field("With the country code", example="+1 555 555 0123")
    phones: tuple[PhoneLine, ...] = field("Further numbers, such as a fax", ())
    email: Email | None = field("For questions that are not private", None)
    hours: WeekHours = field("Opening hours")
    exceptions: tuple[HoursException, ...] = field("Days with other hours, at every location", ())
    locations: tuple[Location, ...] = field("Further locations", ())
    announcements: tuple[Announcement, ...] = field("What all visitors should know now", ())
    profiles: tuple[Profile, ...] = field("The practice on other sites, linked in the footer", ())
    parking: Text | None = field("Where to park", None)
    access: Text | None = field("Steps, ramp, lift, doors, restroom", None)
    booking_url: WebAddress = field("Where patients book")
    booking_label: Text = field("What the booking button says", "Book an appointment")
    fees: tuple[Fee, ...] = field("What a visit costs without insurance", ())
    insurance: Insurance = field("Plans the clinic takes")
    languages: Texts = field("Languages spoken")
    leaflets: Leaflets = field("Leaflets for patients to take home", Leaflets())
    funding: Text | None = field(
        "Who pays for the site's texts, and what the practice earns by them; shown on each", None
    )
    emergency_note: Text = field("What to do in an emergency, shown at the foot of every page")
    receives_federal_funds: Flag = field("Whether Section 1557 applies (Medicare, Medicaid)")
    notices: Notices = field("Legal notices and their dates")
    sample: Flag = field("True while the clinic is invented", False)

    @property
    def pictures(self) -> tuple[PagePicture, ...]:
        """The pictures of the practice as a whole."""
        logo = PagePicture("logo", self.logo, self.name) if self.logo else None
        icon = PagePicture("icon", self.icon, DECORATIVE) if self.icon else None
        return tuple(found for found in (logo, icon, self.hero) if found)

    @property
    def hero(self) -> PagePicture | None:
        """The picture at the top of the home page."""
        if not self.hero_image:
            return None
        return PagePicture("hero_image", self.hero_image, self.hero_image_alt)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every phone number of the practice."""
        theirs = (location.phone for location in self.locations if location.phone)
        return (self.phone, *(line.number for line in self.phones), *theirs)
