"""Reads from a PDF what it says about people and what it would run, within limits.

Every object of a file is looked at, also those that nothing refers to, and those of earlier
versions that the file still holds. Keys and names: ISO 32000-2 (PDF 2.0).
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, PikepdfError, Stream, String, settings
from PIL import Image, IptcImagePlugin, UnidentifiedImageError

LARGEST_STREAM = 16_000_000
"""Bytes of one stream once it is unpacked."""
UNPACKED = 60_000_000
"""Bytes of all streams that hold objects, once they are unpacked."""
OBJECTS = 200_000
PAGES = 2_000
VERSIONS = 20
"""Versions of one file, each appended to those before."""
CHAIN = 100
"""Actions that follow each other."""
settings.set_qpdf_limits(
    flate_max_memory=LARGEST_STREAM,
    png_max_memory=LARGEST_STREAM,
    run_length_max_memory=LARGEST_STREAM,
    tiff_max_memory=LARGEST_STREAM,
)

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # damage is named by our messages

PEOPLE = r"/_?(?:authors?|author_?e?mail\w*|manager|owner|last_?(?:modified|saved)_?by)"
"""Keys whose values are names of people, in any case: programs add some of their own."""
PERSON_KEY = re.compile(PEOPLE, re.IGNORECASE)
COMMENTS = {
    "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight",
    "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Redact", "/Projection",
    "/Watermark",
}  # fmt: skip
"""Annotations (`/Subtype`) whose title `/T` is the name of who wrote them."""
ACTIONS = {
    "/JavaScript": "runs a script",
    "/Launch": "starts a program",
    "/SubmitForm": "sends what is typed in to an address",
    "/ImportData": "opens another file",
    "/GoToR": "opens another file",
    "/GoToE": "opens another file",
    "/Thread": "opens another file",
    "/Rendition": "plays sound or film",
    "/Sound": "plays sound or film",
    "/Movie": "plays sound or film",
    "/RichMediaExecute": "plays sound or film",
    "/GoTo3DView": "shows a model in 3D",
}
"""Actions (`/S`) that are refused."""
PLACES = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
"""Names of actions (`/Named`) that show a place in the same file; another one prints it."""
KEYS = {
    "/JS": "runs a script",
    "/JavaScript": "runs a script",
    "/XFA": "holds a form that can run scripts (XFA)",
    "/EmbeddedFiles": "carries another file",
    "/EF": "carries another file",
    "/Collection": "carries another file",
    "/RichMediaContent": "plays sound or film",
    "/Renditions": "plays sound or film",
    "/3DD": "shows a model in 3D",
    "/OPI": "opens another file",
}
"""Keys that are refused."""
KINDS = {
    "/EmbeddedFile": "carries another file",
    "/FileAttachment": "carries another file",
    "/RichMedia": "plays sound or film",
    "/Screen": "plays sound or film",
    "/Movie": "plays sound or film",
    "/Sound": "plays sound or film",
    "/3D": "shows a model in 3D",
}
"""Annotations and streams (`/Type`, `/Subtype`) that are refused."""
SCHEMES = re.compile(r"(?:https?|mailto|tel):|(?![\w+.-]*:|\\)", re.IGNORECASE)
"""How the address of a link may begin; one without a scheme must not lead to a Windows share."""
TELLING = re.compile(
    rb"(?:(?i:%b)|%b)(?!\w)"
    % (
        PEOPLE.encode(),
        "|".join(
            sorted(
                {"/AA", "/OpenAction", "/URI", "/Base", "/Sig", "/ByteRange", "/F", "/Ref",
                 "/Metadata", "/XML", "/DCTDecode", "/JPXDecode"}
                | COMMENTS | ACTIONS.keys() | KEYS.keys() | KINDS.keys()
            )
        ).encode(),
    )
)  # fmt: skip
"""Names without which an object has nothing to say; most objects have none of them."""

PERSON = (
    rb"(?:creator|contributor|[Aa]uthors?|AuthorsPosition|CaptionWriter|Credit|Manager|Owner"
    rb"|LastModifiedBy|CreatorContactInfo|CreatorAddress|CreatorEMail|Ci\w+|GPS\w+)"
)
"""Local names of XMP properties about people and places. Any prefix may stand for a namespace."""
XMP_ELEMENT = re.compile(
    rb"<(?P<name>(?:[\w.-]{1,40}:)?%b)(?P<attributes>\s[^<>]*?)?(?P<empty>/)?>" % PERSON
)
XMP_ATTRIBUTE = re.compile(rb"\s[\w.-]{1,40}:%b\s*=\s*(?:\"\s*[^\"\s]|'\s*[^'\s])" % PERSON)
RESOURCE = re.compile(rb"[:\s]resource\s*=\s*[\"']\s*[^\"'\s]")
TAG = re.compile(rb"<[^>]*>")
EXIF_FIELDS = (0x8825, 0x013B, 0xA430, 0xA431)
"""Position, artist, owner and serial number of the camera (Exif 2.32, 4.6)."""
EXIF_MORE = 0x8769
"""The field that holds a second table of fields."""
IPTC_FIELDS = {(2, number) for number in (80, 85, 90, 92, 118, 122)}
"""Photographer and place of a photo, contact and writer (IPTC-IIM 4.2)."""

XMP_TELLS = "its description (XMP) says who made it"

LZW = re.compile(rb"/(?:L|#4[cC])(?:Z|#5[aA])(?:W|#57)(?:D|#44|[^\w#])")
PACKED_TABLE = re.compile(rb"/(?:X|#58)(?:R|#52)(?:e|#65)(?:f|#66)(?![\w#])")


class NotAPdf(Exception):
    """The file cannot be opened, or only with a password."""


class TooMuch(Exception):
    """The file holds or unpacks to more than the limits of this module."""


@dataclass
class PdfContent:
    """What is found in a file; dictionaries without values keep the order in which it was found."""

    names: dict[str, None] = field(default_factory=dict)
    """Names of people."""
    traces: dict[str, None] = field(default_factory=dict)
    """Other data about people, as sentences."""
    active: dict[str, None] = field(default_factory=dict)
    """What the file does, as predicates whose subject is the file."""


def read(raw: bytes) -> PdfContent:
    """Read a PDF from its bytes. Raises ``NotAPdf`` or ``TooMuch``."""
    content = PdfContent()
    _xmp(raw, content)  # also where it is a part of no object, or of an earlier version
    if LZW.search(raw) and PACKED_TABLE.search(raw):
        raise TooMuch  # qpdf has no limit for LZW, and unpacks the table of objects to open a file
    ends = [match.end() for match in re.finditer(rb"%%EOF", raw)]
    if len(ends) > VERSIONS:
        raise TooMuch
    try:
        _version(raw, content)
    except PikepdfError as error:
        raise NotAPdf from error
    for end in ends[:-1]:  # each is what the file was before a change (ISO 32000-2, 7.5.6)
        try:
            _version(raw[:end], content)
        except (PikepdfError, NotAPdf):
            continue  # the first part of a file that is prepared for the web is no version
    return content


def _version(raw: bytes, content: PdfContent) -> None:
    with Pdf.open(io.BytesIO(raw)) as pdf:
        if pdf.is_encrypted:
            raise NotAPdf
        _limit(pdf)
        objects = [found for found in (*pdf.objects, pdf.trailer) if isinstance(found, Object)]
        if len(pdf.pages) > PAGES or any("limits error" in text for text in pdf.get_warnings()):
            raise TooMuch  # qpdf leaves out what nests too deeply
        telling = [found for found in objects if TELLING.search(_written(found))]
        if any(isinstance(found, Name) for found in telling):
            telling = objects  # an object may refer to that name
        for found in telling:
            for holder in _dictionaries(found):
                _look(holder, content)


def _written(found: Object) -> bytes:
    """An object as it is written in a file, each name in its plain form."""
    own = found.stream_dict if isinstance(found, Stream) else found
    return own.unparse(resolved=True)


def _limit(pdf: Pdf) -> None:
    """Refuse a file that unpacks to more than the limits, before its objects are read."""
    table = pdf.get_xref_table().values()
    if len(table) > OBJECTS:
        raise TooMuch
    unpacked = 0
    for number in sorted({entry.obj_stream_number or 0 for entry in table if entry.type == 2}):
        packed = pdf.get_object(number, 0)
        if not isinstance(packed, Stream):
            continue
        if any(name.startswith("/LZW") for name in _filters(packed)):
            raise TooMuch
        try:
            unpacked += len(packed.read_bytes())
        except PikepdfError as error:
            raise TooMuch from error
        if unpacked > UNPACKED:
            raise TooMuch


def _dictionaries(found: Any) -> Iterator[Any]:
    """The dictionaries of an object: itself and those inside it, without other objects."""
    waiting = [found]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, Dictionary | Stream):
            yield holder
            inside: list[Any] = [holder[key] for key in holder.keys()]  # noqa: SIM118  # no mapping
        elif isinstance(holder, Array):
            inside = list(holder)
        else:
            continue
        waiting += [v for v in inside if isinstance(v, Object) and not v.is_indirect]


def _look(holder: Any, content: PdfContent) -> None:
    """Look at one dictionary or stream."""
    keys = set(holder.keys())
    kinds = {_text(holder.get("/Type")), _text(holder.get("/Subtype"))}
    _look_for_people(holder, keys, kinds, content)
    action = _text(holder.get("/S"))
    for key in sorted(KEYS.keys() & keys):
        content.active[KEYS[key]] = None
    for kind in sorted(KINDS.keys() & kinds):
        content.active[KINDS[kind]] = None
    if action in ACTIONS:
        content.active[ACTIONS[action]] = None
    addresses = ("".join(_text(holder.get(key)).split()) for key in ("/URI", "/Base"))
    if not all(map(SCHEMES.match, addresses)):
        content.active["has a link that runs something"] = None
    _look_at_triggers(holder, content)
    if isinstance(metadata := holder.get("/Metadata"), Stream):
        _look_at_data(metadata, {"/Metadata"}, content)
    if isinstance(holder, Stream):
        if "/F" in keys or ("/Ref" in keys and "/Form" in kinds):
            content.active["opens another file"] = None
        _look_at_data(holder, kinds, content)


def _look_for_people(holder: Any, keys: set[str], kinds: set[str], content: PdfContent) -> None:
    """Look for names in properties, comments and signatures."""
    for key in sorted(filter(PERSON_KEY.fullmatch, keys)):
        _name(_text(holder[key]), content)
    if kinds & COMMENTS and (who := _text(holder.get("/T"))):
        content.traces[f"a comment in it says who wrote it: {who}"] = None
    signed = "/Sig" in kinds and keys & {"/Name", "/ContactInfo", "/Cert", "/Contents"}
    if signed or ("/ByteRange" in keys and "/DocTimeStamp" not in kinds):
        content.traces["it carries the signature of a person"] = None


def _look_at_triggers(holder: Any, content: PdfContent) -> None:
    """Look at what happens by itself, when a file or page is opened, closed or printed."""
    waiting = [holder.get("/OpenAction")]
    more = holder.get("/AA")
    if isinstance(more, Dictionary):
        waiting += [value for _, value in more.items()]
    for _ in range(CHAIN):
        if not waiting:
            return
        action = waiting.pop()
        if not isinstance(action, Dictionary):
            continue  # a place in the file
        kind = _text(action.get("/S"))
        if kind == "/URI":
            content.active["opens an address by itself"] = None
        elif kind and kind not in ACTIONS and not _shows_a_place(action, kind):
            content.active["does something by itself"] = None
        following = action.get("/Next")
        waiting += list(following) if isinstance(following, Array) else [following]
    raise TooMuch


def _shows_a_place(action: Any, kind: str) -> bool:
    """Whether an action only shows a place in the same file."""
    return kind == "/GoTo" or (kind == "/Named" and _text(action.get("/N")) in PLACES)


def _look_at_data(stream: Stream, kinds: set[str], content: PdfContent) -> None:
    """Look at metadata, and at what a camera has written into a photo."""
    try:
        if kinds & {"/Metadata", "/XML"}:
            _xmp(stream.read_bytes(), content)
        elif "/Image" in kinds and _filters(stream)[-1:] in (["/DCTDecode"], ["/JPXDecode"]):
            _photo(_unpacked(stream), content)
    except PikepdfError as error:
        raise TooMuch from error


def _unpacked(stream: Stream) -> bytes:
    """Return the file of a photo, without what it is packed with besides its own format."""
    *outer, _ = _filters(stream)
    raw = stream.read_raw_bytes()
    if not outer:
        return raw
    with Pdf.new() as owner:
        return owner.make_stream(raw, Filter=Array([Name(name) for name in outer])).read_bytes()


def _xmp(raw: bytes, content: PdfContent) -> None:
    """Look for people in XMP (ISO 16684-1), in whatever Unicode encoding it is."""
    for text in {raw, raw.replace(b"\0", b"")}:
        for match in XMP_ELEMENT.finditer(text):
            end = text.find(b"</" + match["name"], match.end())
            inside = b"" if match["empty"] else text[match.end() : end if end >= 0 else None]
            _name(TAG.sub(b" ", inside).decode("utf-8", "replace"), content)
            if RESOURCE.search(match["attributes"] or b""):
                content.traces[XMP_TELLS] = None
        if XMP_ATTRIBUTE.search(text):
            content.traces[XMP_TELLS] = None


def _photo(raw: bytes, content: PdfContent) -> None:
    """Look at what a camera or a program has written into a photo: Exif, IPTC and XMP."""
    _xmp(raw, content)
    try:
        with warnings.catch_warnings():  # of damaged photos: they are shown as far as they can be
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(raw))
            exif = image.getexif()
            fields = {*exif, *exif.get_ifd(EXIF_MORE)}
            iptc = IptcImagePlugin.getiptcinfo(image) or {}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    if fields & {*EXIF_FIELDS} or IPTC_FIELDS & iptc.keys():
        content.traces["a photo in it says where, by whom or with which camera it was taken"] = None


def _filters(stream: Stream) -> list[str]:
    """What a stream is packed with, the outermost first."""
    found: Any = stream.get("/Filter")
    return [_text(name) for name in (found if isinstance(found, Array) else [found])]


def _text(value: Any) -> str:
    """A string or name in one line; nothing for anything else."""
    if isinstance(value, Name):
        text = bytes(value).decode("utf-8", "replace")
    elif isinstance(value, String):
        text = str(value)
    else:
        return ""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _name(text: str, content: PdfContent) -> None:
    words = " ".join(text.split())[:80].strip(" /")
    if words:
        content.names[words] = None
