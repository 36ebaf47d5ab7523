"""Pictures: each one in several sizes, as AVIF and in a format that every browser reads.

Published pictures are encoded again from their pixels, without EXIF data, positions and texts that
a camera or a program added. The results are cached by the content of the source file.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import ClassVar, NoReturn, ParamSpec, TypeVar
from urllib.parse import quote

from markupsafe import Markup

from practice.content.pictures import shown_alt
from practice.paths import display_path_of, published_picture
from practice.problems import Problem, ProblemsFound
from practice.rendering import pixels
from practice.rendering.links import target_path
from practice.rendering.pixels import Examined
from practice.rendering.refused import BROKEN, SMALLER, WIDEST, Refused, too_large
from practice.site.site import Site
from practice.support import platform, time_limit
from practice.support.cache_folder import cache_folder
from practice.support.store import RAW, Codec, Store, json_codec

P = ParamSpec("P")
R = TypeVar("R")

WIDTHS = (400, 800, WIDEST)
"""Widths in pixels: a phone, a phone with twice the density, a wide screen."""
REM = re.compile(r"([\d.]+)rem")
TEXT_COLUMN = "(min-width: 48rem) 42rem, 100vw"
"""The display width of a picture in a text, in the syntax of `sizes`."""
LARGEST_BYTES = 60_000_000
"""The most bytes of a picture; a photo of 50 million pixels has about 25 million."""
READ_SECONDS, ENCODE_SECONDS = 4.0, 7.0
"""Seconds that it may take to read a picture, and to make one size of it, which reads it again.

A photo of 12 million pixels takes 0.3 and 2 seconds. Both limits together are the time after which
a build names a picture that is too slow.
"""
ENDINGS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF", ".svg": "PNG",
}  # fmt: skip
"""The format in which a picture is published at its own address, by the ending of its name."""
IMG = re.compile(r'<img\b(?P<attributes>(?:[^>"]|"[^"]*")*)>')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
OURS = "{static}/images/"
SLOW = Refused(
    "picture-slow",
    "the picture takes too long to read or to convert",
    SMALLER + ", or save it anew as JPEG or PNG in a picture program",
)
ENDED = Refused("picture-broken", "the picture ended the program that read it", BROKEN.hint)
CHANGED = Refused(
    "picture-broken", "the picture has changed while it was read", "wait a moment, and try again"
)
UNCERTAIN = (SLOW, ENDED)
"""What may be the fault of a busy machine."""


@dataclass(frozen=True)
class Picture:
    """A picture of the practice."""

    source: Path
    name: str
    """Below `content/images/`."""
    examined: Examined
    digest: str

    @property
    def width(self) -> int:
        """The width in pixels, after turning it upright."""
        return self.examined.width

    @property
    def height(self) -> int:
        """The height in pixels, after turning it upright."""
        return self.examined.height

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths to make, none larger than the picture itself."""
        largest = min(self.width, WIDTHS[-1])
        return (*(width for width in WIDTHS if width < largest), largest)

    @property
    def fallback(self) -> str:
        """The format for browsers that do not know AVIF."""
        return "PNG" if self.examined.drawing else "JPEG"

    def path(self, width: int, format: str) -> str:
        """Return the output path of one size: ``assets/sarah.1f3c9a02-800.avif``."""
        ending = {"JPEG": "jpg"}.get(format, format.lower())
        return size_path(self.name, self.digest[:8], width, ending)

    def height_at(self, width: int) -> int:
        """Return the height for a width."""
        return max(1, round(self.height * width / self.width))


def size_path(name: str, digest: str, width: int, ending: str) -> str:
    """Return the output path of one size of the picture ``name`` below `content/images/`."""
    return f"assets/{name.rpartition('.')[0]}.{digest}-{width}.{ending}"


def needed(widths: tuple[int, ...], sizes: str) -> tuple[int, ...]:
    """Return the widths that screens need for a display width: all, unless it is fixed in `rem`.

    A `rem` is 16 pixels of the page, and a pixel of the page at most three of the screen.
    """
    fixed = REM.fullmatch(sizes)
    if not fixed:
        return widths
    most = 3 * 16 * float(fixed[1])
    return tuple(width for i, width in enumerate(widths) if i == 0 or widths[i - 1] < most)


class Pictures:
    """The pictures of a site: their markup and their files.

    ``base`` is the path below which the site is hosted; ``cache`` the folder for made pictures.
    """

    def __init__(self, site: Site, base: str, cache: Path | None = None) -> None:
        self.site = site
        self.base = base
        self._cache = cache
        self._known: dict[str, Picture] = {}
        self._slow: set[str] = set()
        """Digests of pictures that took too long in one size, and would in the next."""

    def __getitem__(self, name: str) -> Picture:
        """Return a picture by its name below `content/images/`; may raise ProblemsFound."""
        name = unicodedata.normalize("NFC", name)
        if name not in self._known:
            source = self.site.file_of(f"images/{name}")
            digest, found = self._check(source)
            if isinstance(found, Refused):
                _refuse(found, display_path_of(source))
            self._known[name] = Picture(source, name, found, digest.hex())
        return self._known[name]

    def size_of(self, name: str) -> tuple[int, int]:
        """Return the width and height in pixels of a picture as it is published."""
        picture = self[name]
        width = picture.widths[-1]
        return width, picture.height_at(width)

    @property
    def digests(self) -> list[tuple[str, str]]:
        """Every picture's name and the digest of its content."""
        names = sorted(path for path in self.site.static if path.startswith("images/"))
        return [(name, self[name.removeprefix("images/")].digest) for name in names]

    def html(
        self,
        name: str,
        alt: str,
        sizes: str = TEXT_COLUMN,
        loading: str = "lazy",
        *,
        css: str = "",
        title: str = "",
    ) -> Markup:
        """Return a picture as `<picture>`, for templates: ``{{ picture("room.jpg", "…") }}``.

        ``sizes`` is its display width (https://html.spec.whatwg.org/#sizes-attributes);
        ``loading`` is `eager` for the first visible picture; ``css`` is its class.
        """
        picture = self[name]
        largest = picture.widths[-1]
        widths = needed(picture.widths, sizes)
        extra = _css_class(css, picture)
        extra += Markup(' title="{}"').format(title) if title else ""
        return Markup(
            '<picture><source type="image/avif" srcset="{avif}" sizes="{sizes}">'
            '<img{extra} src="{src}" srcset="{srcset}" sizes="{sizes}" width="{width}"'
            ' height="{height}" alt="{alt}" loading="{loading}"{first} decoding="async"></picture>'
        ).format(
            avif=self._srcset(picture, widths, "AVIF"),
            srcset=self._srcset(picture, widths, picture.fallback),
            src=self._address(picture.path(widths[-2:][0], picture.fallback)),
            sizes=sizes,
            width=largest,
            height=picture.height_at(largest),
            alt=shown_alt(alt),
            loading=loading,
            first=Markup(' fetchpriority="high"') if loading == "eager" else "",
            extra=extra,
        )

    def address(self, name: str) -> str:
        """Return the address of a picture in its smallest size, for icons: `picture_address`."""
        picture = self[name]
        return self._address(picture.path(picture.widths[0], picture.fallback))

    def small(self, name: str, alt: str, css: str = "") -> Markup:
        """Return a picture that is always shown small as `<img>`, for templates: `small_picture`.

        ``css`` is its class.
        """
        picture = self[name]
        width = picture.widths[0]
        return Markup(
            '<img{css} src="{src}" width="{width}" height="{height}" alt="{alt}">'
        ).format(
            css=_css_class(css, picture),
            src=self.address(name),
            width=width,
            height=picture.height_at(width),
            alt=shown_alt(alt),
        )

    def fill(self, text: str, sizes: str = TEXT_COLUMN) -> str:
        """Return our own Markdown's HTML with every picture of the practice as `<picture>`.

        ``sizes`` is the display width, as in ``html``.
        """

        def picture(match: re.Match[str]) -> str:
            values = dict(ATTRIBUTE.findall(match["attributes"]))
            source = target_path(values.get("src", ""))
            if not source.startswith(OURS):
                return match[0]
            alt, title = (html.unescape(values.get(key, "")) for key in ("alt", "title"))
            return self.html(source.removeprefix(OURS), alt, sizes, title=title)

        return IMG.sub(picture, text)

    def files(self) -> Iterator[tuple[str, str, Callable[[], bytes], bool]]:
        """Yield every file to publish: output path, source, content, and whether it is cached."""
        for path in sorted(self.site.static):
            if not path.startswith("images/"):
                continue
            display_path = f"{display_path_of(self.site.content)}/{path}"
            try:
                picture = self[path.removeprefix("images/")]
            except ProblemsFound as error:
                yield path, display_path, partial(_raise, error), True
                continue
            format = ENDINGS[picture.source.suffix.lower()]
            own = f"images/{published_picture(picture.name)}"
            sizes = [(own, picture.widths[-1], format)]
            sizes += [
                (picture.path(width, format), width, format)
                for width in picture.widths
                for format in ("AVIF", picture.fallback)
            ]
            cached = self._store.has(_key(picture, width, format) for _, width, format in sizes)
            for out, width, format in sizes:
                content = partial(self.content, picture, width, format)
                yield out, display_path, content, _key(picture, width, format) in cached

    def content(self, picture: Picture, width: int, format: str) -> bytes:
        """Return a picture in one size and format, from the cache if possible.

        Raises ``ProblemsFound`` if it takes too long or has changed since it was examined.
        """
        key = _key(picture, width, format)
        found = self._store.get([key]).get(key)
        if found is None:
            found = self._made(picture, width, format)
            self._store.put({key: found})
        return found

    def _made(self, picture: Picture, width: int, format: str) -> bytes:
        display_path = display_path_of(picture.source)
        if picture.digest in self._slow:
            _refuse(SLOW, display_path)
        raw = picture.source.read_bytes()
        if _digest(raw).hex() != picture.digest:
            _refuse(CHANGED, display_path)
        size = (width, picture.height_at(width))
        drawing = picture.examined.drawing
        found = _in_time(ENCODE_SECONDS, pixels.encode, raw, size, format, drawing=drawing)
        if isinstance(found, Refused):
            if found == SLOW:
                self._slow.add(picture.digest)
            _refuse(found, display_path)
        return found

    @cached_property
    def _store(self) -> Store[bytes]:
        return Store(self._folder, "pictures", RAW)

    @cached_property
    def _check(self) -> PictureCheck:
        return PictureCheck(self._folder)

    @cached_property
    def _folder(self) -> Path | None:
        return self._cache or cache_folder(self.site.content)

    def _srcset(self, picture: Picture, widths: tuple[int, ...], format: str) -> str:
        return ", ".join(
            f"{self._address(picture.path(width, format))} {width}w" for width in widths
        )

    def _address(self, path: str) -> str:
        return f"{self.base}/{quote(path)}"


def _css_class(css: str, picture: Picture) -> Markup:
    """Return the attribute `class`, with what a see-through picture needs, or nothing."""
    ground = f"on-{picture.examined.ground}-ground" if picture.examined.ground else ""
    names = f"{css} {ground}".strip()
    return Markup(' class="{}"').format(names) if names else Markup()


def _key(picture: Picture, width: int, format: str) -> bytes:
    return hashlib.sha256(f"{picture.digest} {width} {format}".encode()).digest()


class PictureCheck:
    """Examines pictures, each content once.

    Results are cached in ``folder``, unless it is None. One that another attempt may change, such
    as for lack of time, is kept in memory only.
    """

    _known: ClassVar[dict[bytes, Examined | Refused]] = {}

    def __init__(self, folder: Path | None) -> None:
        self._store: Store[Examined | Refused] = Store(folder, "examined", _codec())

    def __call__(self, source: Path) -> tuple[bytes, Examined | Refused]:
        """Return the digest of a picture's content, and what it is or why it is refused."""
        try:
            if source.stat().st_size > LARGEST_BYTES:
                return b"", too_large(f"the file is larger than {LARGEST_BYTES // 10**6} MB")
            raw = source.read_bytes()
        except OSError as error:
            hint = "check that the file may be read"
            return b"", Refused("file-unreadable", str(error.strerror), hint)
        key = _digest(raw)
        found = self._known.get(key) or self._store.get([key]).get(key)
        if found is None:
            found = _in_time(READ_SECONDS, pixels.examine, raw)
            if found not in UNCERTAIN:
                self._store.put({key: found})
        self._known[key] = found
        return key, found


@cache
def _codec() -> Codec[Examined | Refused]:
    return json_codec(Examined | Refused)


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(pixels.RECIPE.encode() + raw).digest()


def _in_time(
    seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R | Refused:
    """Return the result of a function that reads a picture, or why there is none."""
    try:
        return time_limit.call_in_process(seconds, function, *args, **kwargs)
    except time_limit.TooSlow:
        return SLOW
    except time_limit.ProcessEnded:
        return ENDED
    except Exception:  # noqa: BLE001  # encoders raise errors of many kinds
        return BROKEN


def readable(site: Site, kept: Path | None = None) -> Iterator[Problem]:
    """Report pictures that cannot be published: broken, cut, moving, too large or too slow.

    ``kept`` is the cache folder. Several pictures are examined at once.
    """
    check = PictureCheck(kept)
    paths = sorted(path for path in site.static if path.startswith("images/"))
    with ThreadPoolExecutor(platform.usable_processors()) as pool:
        for path, (_, found) in zip(
            paths, pool.map(lambda path: check(site.file_of(path)), paths), strict=True
        ):
            if isinstance(found, Refused):
                yield _problem(found, f"{display_path_of(site.content)}/{path}")


def icon(site: Site, kept: Path | None = None) -> Iterator[Problem]:
    """Report an icon of the practice that is not square; ``kept`` is the cache folder."""
    name = site.clinic.icon
    if not name or f"images/{name}" not in site.static:
        return
    _, found = PictureCheck(kept)(site.file_of(f"images/{name}"))
    if isinstance(found, Examined) and found.width != found.height:
        path = f"{display_path_of(site.content)}/clinic.yaml"
        line = site.clinic_data.line_of(("icon",))
        message = f"the icon `{name}` has {found.width} × {found.height} pixels"
        hint = "cut it so that it is square; 512 × 512 pixels are enough"
        yield Problem(path, line, "icon-shape", message, hint)


def _problem(refused: Refused, display_path: str) -> Problem:
    return Problem(display_path, 1, refused.code, refused.message, refused.hint)


def _refuse(refused: Refused, display_path: str) -> NoReturn:
    raise ProblemsFound([_problem(refused, display_path)])


def _raise(error: ProblemsFound) -> NoReturn:
    raise error
