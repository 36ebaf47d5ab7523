"""Pictures: each one in several sizes, as AVIF and in a format that every browser reads.

Published pictures are encoded again from their pixels, without EXIF data, positions and texts that
a camera or a program added. The results are cached by the content of the source file.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL import __version__ as pillow

from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound
from practice.rendering.links import target_path
from practice.site.site import Site
from practice.support.cache_folder import cache_folder
from practice.support.store import RAW, Store

WIDTHS = (400, 800, 1600)
"""Widths in pixels: a phone, a phone with twice the density, a wide screen."""
TEXT_COLUMN = "(min-width: 48rem) 42rem, 100vw"
"""The display width of a picture in a text, in the syntax of `sizes`."""
LARGEST = 50_000_000
"""The most pixels of a picture; a larger one is a mistake, or an attack on memory."""
ORIENTATION, TURNED = 0x0112, (5, 6, 7, 8)
"""The EXIF field for the orientation of the camera, and its values for upright pictures."""
RECIPE = f"1 {pillow}"
"""The version of the encoding; it changes whenever the same source would give other bytes."""
SAVE: dict[str, dict[str, object]] = {
    "AVIF": {"quality": 55, "speed": 6, "max_threads": 1},  # one thread: the same bytes everywhere
    "JPEG": {"quality": 80, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 80, "method": 4},
}
ENDINGS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF"}
IMG = re.compile(r'<img\b(?P<attributes>(?:[^>"]|"[^"]*")*)>')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
OURS = "{static}/images/"


@dataclass(frozen=True)
class Picture:
    """A picture of the practice. Sizes are in pixels, after turning it upright."""

    source: Path
    name: str
    """Below `content/images/`."""
    width: int
    height: int
    drawing: bool
    """Whether it has few colors or transparent parts, which PNG keeps and JPEG would not."""
    digest: str

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths to make, none larger than the picture itself."""
        largest = min(self.width, WIDTHS[-1])
        return (*(width for width in WIDTHS if width < largest), largest)

    @property
    def fallback(self) -> str:
        """The format for browsers that do not know AVIF."""
        return "PNG" if self.drawing else "JPEG"

    def path(self, width: int, format: str) -> str:
        """Return the output path of one size: ``assets/sarah.1f3c9a02-800.avif``."""
        stem = self.name.rpartition(".")[0]
        ending = {"JPEG": "jpg"}.get(format, format.lower())
        return f"assets/{stem}.{self.digest[:8]}-{width}.{ending}"

    def height_at(self, width: int) -> int:
        """Return the height for a width."""
        return max(1, round(self.height * width / self.width))


class Pictures:
    """The pictures of a site: their markup and their files.

    ``base`` is the path below which the site is hosted; ``cache`` the folder for made pictures.
    """

    def __init__(self, site: Site, base: str, cache: Path | None = None) -> None:
        self.site = site
        self.base = base
        self._cache = cache
        self._known: dict[str, Picture] = {}

    def __getitem__(self, name: str) -> Picture:
        """Return a picture by its name below `content/images/`; may raise ProblemsFound."""
        name = unicodedata.normalize("NFC", name)
        if name not in self._known:
            self._known[name] = read(self.site.file_of(f"images/{name}"), name)
        return self._known[name]

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
        extra = "".join(
            Markup(' {}="{}"').format(key, value)
            for key, value in {"class": css, "title": title}.items()
            if value
        )
        return Markup(
            '<picture><source type="image/avif" srcset="{avif}" sizes="{sizes}">'
            '<img{extra} src="{src}" srcset="{srcset}" sizes="{sizes}" width="{width}"'
            ' height="{height}" alt="{alt}" loading="{loading}"{first} decoding="async"></picture>'
        ).format(
            avif=self._srcset(picture, "AVIF"),
            srcset=self._srcset(picture, picture.fallback),
            src=self._address(picture.path(picture.widths[-2:][0], picture.fallback)),
            sizes=sizes,
            width=largest,
            height=picture.height_at(largest),
            alt=alt,
            loading=loading,
            first=Markup(' fetchpriority="high"') if loading == "eager" else "",
            extra=Markup(extra),  # noqa: S704  # made of escaped parts above
        )

    def fill(self, text: str) -> str:
        """Return our own Markdown's HTML with every picture of the practice as `<picture>`."""

        def picture(match: re.Match[str]) -> str:
            values = dict(ATTRIBUTE.findall(match["attributes"]))
            source = target_path(values.get("src", ""))
            if not source.startswith(OURS):
                return match[0]
            alt, title = (html.unescape(values.get(key, "")) for key in ("alt", "title"))
            return self.html(source.removeprefix(OURS), alt, title=title)

        return IMG.sub(picture, text)

    def files(self) -> Iterator[tuple[str, str, Callable[[], bytes], bool]]:
        """Yield every file to publish: output path, source, content, and whether it is cached."""
        for path in sorted(self.site.static):
            if not path.startswith("images/"):
                continue
            picture = self[path.removeprefix("images/")]
            display_path = f"{display_path_of(self.site.content)}/{path}"
            format = ENDINGS[picture.source.suffix.lower()]
            sizes = [(path, picture.widths[-1], format)]
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
        """Return a picture in one size and format, from the cache if possible."""
        key = _key(picture, width, format)
        found = self._store.get([key]).get(key)
        if found is None:
            found = make(picture, width, format)
            self._store.put({key: found})
        return found

    @cached_property
    def _store(self) -> Store[bytes]:
        return Store(self._cache or cache_folder(self.site.content), "pictures", RAW)

    def _srcset(self, picture: Picture, format: str) -> str:
        return ", ".join(
            f"{self._address(picture.path(width, format))} {width}w" for width in picture.widths
        )

    def _address(self, path: str) -> str:
        return f"{self.base}/{quote(path)}"


def _key(picture: Picture, width: int, format: str) -> bytes:
    return hashlib.sha256(f"{picture.digest} {width} {format}".encode()).digest()


def read(source: Path, name: str) -> Picture:
    """Read a picture's header."""
    raw = source.read_bytes()
    digest = hashlib.sha256(RECIPE.encode() + raw).hexdigest()
    with _opened(source) as image:
        width, height = image.size
        if image.getexif().get(ORIENTATION) in TURNED:
            width, height = height, width
        drawing = image.mode in ("1", "P", "PA", "LA", "RGBA") or "transparency" in image.info
    return Picture(source, name, width, height, drawing, digest)


def readable(site: Site) -> Iterator[Problem]:
    """Report pictures that cannot be opened or are too large."""
    for path in site.static:
        if path.startswith("images/"):
            try:
                _opened(site.content / path).close()
            except ProblemsFound as error:
                yield from error.problems


def make(picture: Picture, width: int, format: str) -> bytes:
    """Return the encoded pixels of a picture: upright, sRGB, scaled to a width, no metadata."""
    with _opened(picture.source) as image:
        try:
            image.load()
        except (OSError, SyntaxError, ValueError) as error:
            raise ProblemsFound([_broken(picture.source)]) from error
        upright = ImageOps.exif_transpose(image)
        pixels = _srgb(upright)
    if width < pixels.width:
        size = (width, picture.height_at(width))
        pixels = pixels.resize(size, Image.Resampling.LANCZOS)
    if format == "JPEG":
        pixels = pixels.convert("RGB")
    elif format == "PNG" and picture.drawing:
        pixels = pixels.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    pixels.info = {}
    buffer = io.BytesIO()
    pixels.save(buffer, format, **SAVE[format])
    return buffer.getvalue()


def _srgb(image: Image.Image) -> Image.Image:
    """Return an image as RGB or RGBA; a color profile is applied and removed."""
    see_through = image.mode in ("PA", "LA", "RGBA") or "transparency" in image.info
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
        except ImageCms.PyCMSError:
            pass  # an unreadable profile counts as none
    return image.convert("RGBA" if see_through else "RGB")


def _opened(source: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our limit is lower
            image = Image.open(source, formats=sorted(set(ENDINGS.values())))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ProblemsFound([_broken(source)]) from error
    if image.width * image.height > LARGEST:
        image.close()
        message = f"the picture has {image.width} × {image.height} pixels"
        hint = f"make it smaller: {WIDTHS[-1]} pixels wide is enough"
        raise ProblemsFound([Problem(display_path_of(source), 1, "picture-large", message, hint)])
    return image


def _broken(source: Path) -> Problem:
    hint = "open it in a picture program and save it again as JPEG or PNG"
    return Problem(display_path_of(source), 1, "picture-broken", "the picture cannot be read", hint)
