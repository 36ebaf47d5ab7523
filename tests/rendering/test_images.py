"""Pictures: every size and form, nothing of the camera in them, markup that loads the right one."""

from __future__ import annotations

import io
import re
import sqlite3

import html5lib
import pytest
from conftest import files_of
from PIL import Image, ImageCms, PngImagePlugin

from practice.build.run import build
from practice.problems import ProblemsFound
from practice.rendering import images
from practice.rendering.images import Pictures
from practice.site.site import Site

GPS = {1: "N", 2: (37.0, 46.0, 30.0), 3: "W", 4: (122.0, 25.0, 10.0)}
SECRETS = [b"SecretCamera", b"Exif", b"GPS", b"SecretComment", b"ICC_PROFILE", b"http://ns.adobe"]


def photo(file, size=(2000, 1000), orientation=1, **options):
    """A photo as a camera writes it: noise, GPS, a comment, its orientation."""
    file.parent.mkdir(parents=True, exist_ok=True)
    image = Image.effect_noise(size, 60).convert("RGB")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 4))  # red at the top left
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update(GPS)
    image.save(file, exif=exif, **options)
    return image


@pytest.fixture
def pictures(tmp_path):
    """The pictures of a site that has only pictures."""

    def made(*names: str, base: str = "") -> Pictures:
        static = frozenset(f"images/{name}" for name in names)
        site = Site.__new__(Site)
        site.content, site.static = tmp_path / "content", static
        return Pictures(site, base, tmp_path / "cache")

    return made


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_a_photo_in_every_size(pictures, tmp_path):
    photo(tmp_path / "content/images/room.jpg", comment=b"SecretComment")
    made = {path: opened(make()) for path, _, make, _ in pictures("room.jpg").files()}
    sizes = {re.sub(r"\.\w{8}-", "-", path): (i.format, i.size) for path, i in made.items()}
    assert sizes == {
        "images/room.jpg": ("JPEG", (1600, 800)),
        "assets/room-400.avif": ("AVIF", (400, 200)),
        "assets/room-800.avif": ("AVIF", (800, 400)),
        "assets/room-1600.avif": ("AVIF", (1600, 800)),
        "assets/room-400.jpg": ("JPEG", (400, 200)),
        "assets/room-800.jpg": ("JPEG", (800, 400)),
        "assets/room-1600.jpg": ("JPEG", (1600, 800)),
    }


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.avif"])
def test_nothing_of_the_camera_is_left(pictures, tmp_path, name):
    file = tmp_path / "content/images" / name
    options = {}
    if name.endswith("png"):
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "SecretComment")
    photo(file, (600, 300), **options)
    assert b"SecretCamera" in file.read_bytes()  # it was there
    for path, _, make, _ in pictures(name).files():
        content = make()
        assert not [secret for secret in SECRETS if secret in content], path
        image = opened(content)
        assert not image.getexif()
        assert not {"exif", "icc_profile", "comment", "Comment", "xmp", "dpi"} & image.info.keys()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_is_shown_upright(pictures, tmp_path, orientation):
    photo(tmp_path / "content/images/a.jpg", (600, 300), orientation)
    found = pictures("a.jpg")
    picture = found["a.jpg"]
    size = (600, 300) if orientation in (1, 3) else (300, 600)
    assert (picture.width, picture.height) == size
    image = opened(found.content(picture, picture.widths[-1], "JPEG"))
    assert image.size == size
    width, height = image.size
    corner = {1: (5, 5), 3: (-5, -5), 6: (-5, 5), 8: (5, -5)}[orientation]
    red, green, _ = image.getpixel((corner[0] % width, corner[1] % height))
    assert (red > 200, green < 80) == (True, True)


def test_a_drawing_stays_sharp_and_see_through(pictures, tmp_path):
    file = tmp_path / "content/images/a.png"
    file.parent.mkdir(parents=True)
    image = Image.new("RGBA", (900, 300))
    image.paste((0, 90, 60, 255), (0, 0, 450, 300))
    image.save(file)
    found = pictures("a.png")
    for path, _, make, _ in found.files():
        made = opened(make()).convert("RGBA")
        assert made.getpixel((made.width - 2, 2))[3] == 0, path
        assert made.getpixel((2, 2))[3] > 250, path
    assert found["a.png"].fallback == "PNG"


def test_a_small_picture_is_not_blown_up(pictures, tmp_path):
    photo(tmp_path / "content/images/a.jpg", (500, 250))
    assert pictures("a.jpg")["a.jpg"].widths == (400, 500)


def test_a_color_profile_is_applied(pictures, tmp_path):
    file = tmp_path / "content/images/a.jpg"
    file.parent.mkdir(parents=True)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (300, 300), (10, 200, 30)).save(file, icc_profile=profile, quality=95)
    found = pictures("a.jpg")
    made = opened(found.content(found["a.jpg"], 300, "JPEG"))
    assert [abs(a - b) < 6 for a, b in zip(made.getpixel((9, 9)), (10, 200, 30), strict=True)]
    assert "icc_profile" not in made.info


def markup(text: str):
    return html5lib.parse(text, namespaceHTMLElements=False).find("body")


def test_markup(pictures, tmp_path):
    photo(tmp_path / "content/images/a b,c.jpg", (1200, 600))
    found = pictures("a b,c.jpg", base="/some/clinic")
    body = markup(found.html("a b,c.jpg", 'A "room" & more', "50vw", "eager", css="page-image"))
    source, img = body.find("picture")
    assert source.get("type") == "image/avif"
    assert (img.get("width"), img.get("height")) == ("1200", "600")
    assert img.get("alt") == 'A "room" & more'
    assert img.get("class") == "page-image"
    assert (img.get("loading"), img.get("fetchpriority")) == ("eager", "high")
    assert source.get("sizes") == img.get("sizes") == "50vw"
    digest = found["a b,c.jpg"].digest[:8]
    assert img.get("srcset") == ", ".join(
        f"/some/clinic/assets/a%20b%2Cc.{digest}-{width}.jpg {width}w" for width in (400, 800, 1200)
    )
    named = {path for path, *_ in found.files()}
    for one in [*re.findall(r"(\S+) \d+w", source.get("srcset") + ", " + img.get("srcset"))]:
        path = one.removeprefix("/some/clinic/").replace("%20", " ").replace("%2C", ",")
        assert path in named


def test_pictures_in_markdown_are_filled_in_and_others_left(pictures, tmp_path):
    photo(tmp_path / "content/images/a.jpg", (300, 300))
    text = '<p><img src="{static}/images/a.jpg" alt="x &gt; y > z" title="T"></p><p>img</p>'
    body = markup(pictures("a.jpg").fill(text))
    img = body.find("p/picture/img")
    assert (img.get("alt"), img.get("title"), img.get("loading")) == ("x > y > z", "T", "lazy")
    other = '<img src="https://elsewhere/x.png" alt="">'
    assert pictures("a.jpg").fill(other) == other


def test_the_cache_is_kept_by_content(pictures, tmp_path, monkeypatch):
    file = tmp_path / "content/images/a.jpg"
    photo(file, (500, 250))
    first = {path: make() for path, _, make, _ in pictures("a.jpg").files()}
    monkeypatch.setattr(images, "make", None)  # a second making would fail
    assert {path: make() for path, _, make, _ in pictures("a.jpg").files()} == first
    monkeypatch.undo()
    photo(file, (520, 250))
    again = {path for path, *_ in pictures("a.jpg").files()}
    assert not {p for p in again if p.startswith("assets/")} & first.keys()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET value = substr(value, 1, length(value) / 2)",
        "UPDATE entry SET (value, checksum) = (SELECT value, checksum FROM entry LIMIT 1)",
        "UPDATE entry SET value = zeroblob(length(value))",
    ],
    ids=["cut", "swapped", "emptied"],
)
def test_a_cached_picture_that_was_changed_is_made_anew(pictures, tmp_path, change):
    photo(tmp_path / "content/images/a.jpg", (500, 250))
    first = {path: make() for path, _, make, _ in pictures("a.jpg").files()}
    connection = sqlite3.connect(tmp_path / "cache" / "pictures.sqlite")
    with connection:
        connection.execute(change)
    connection.close()
    for _ in range(2):
        assert {path: make() for path, _, make, _ in pictures("a.jpg").files()} == first


def test_the_same_bytes_each_time(pictures, tmp_path):
    photo(tmp_path / "content/images/a.jpg", (500, 250))
    picture = pictures("a.jpg")["a.jpg"]
    for format in ("AVIF", "JPEG", "PNG", "WEBP"):
        assert images.make(picture, 400, format) == images.make(picture, 400, format)


def test_a_picture_that_cannot_be_read_is_a_problem(pictures, tmp_path):
    folder = tmp_path / "content/images"
    photo(folder / "cut.jpg")
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:9000])
    (folder / "text.png").write_text("not a picture")
    (folder / "wrong.png").write_bytes(b"GIF89a")
    found = pictures("cut.jpg", "text.png", "wrong.png")
    problems = {(p.path.rpartition("/")[2], p.code) for p in images.readable(found.site)}
    assert problems == {("text.png", "picture-broken"), ("wrong.png", "picture-broken")}
    with pytest.raises(ProblemsFound, match=r"cut\.jpg:1: picture-broken"):
        found.content(found["cut.jpg"], 400, "JPEG")


def test_a_picture_of_too_many_pixels_is_refused(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(images, "LARGEST", 1000)
    photo(tmp_path / "content/images/a.jpg", (100, 100))
    [problem] = images.readable(pictures("a.jpg").site)
    assert problem.code == "picture-large"


def test_the_build_names_a_broken_picture_and_not_its_code(content, tmp_path):
    photo(content / "images" / "cut.jpg")
    (content / "images" / "cut.jpg").write_bytes(
        (content / "images" / "cut.jpg").read_bytes()[:9000]
    )
    with pytest.raises(ProblemsFound) as error:
        build(content, tmp_path / "site")
    assert {p.code for p in error.value.problems if p.severity == "error"} == {"picture-broken"}


def test_no_original_is_published(content, tmp_path):
    photo(content / "images" / "phone.jpg", (800, 600), comment=b"SecretComment")
    build(content, tmp_path / "site")
    for file in (tmp_path / "site").rglob("*phone*"):
        assert not [secret for secret in SECRETS if secret in file.read_bytes()], file
    assert (tmp_path / "site" / "images" / "phone.jpg").is_file()


def test_a_warm_cache_costs_little(content, tmp_path, monkeypatch):
    first = files_of(build(content, tmp_path / "site").output)
    monkeypatch.setattr(images, "make", None)  # a build that makes a picture again fails
    assert files_of(build(content, tmp_path / "site").output) == first
