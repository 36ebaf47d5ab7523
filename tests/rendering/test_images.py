"""Pictures: every size and form, nothing of the camera in them, markup that loads the right one."""

from __future__ import annotations

import io
import os
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import html5lib
import pytest
from conftest import files_of
from PIL import Image, PngImagePlugin

from practice.build.run import build
from practice.problems import ProblemsFound
from practice.rendering import images, pixels
from practice.rendering.images import Pictures
from practice.rendering.refused import SMALLER, TOO_HIGH
from practice.site.site import Site
from practice.support import platform

GPS = {1: "N", 2: (37.0, 46.0, 30.0), 3: "W", 4: (122.0, 25.0, 10.0)}
SECRETS = [b"SecretCamera", b"Exif", b"SecretComment", b"ICC_PROFILE", b"http://ns.adobe"]
"""Nothing shorter: a picture of noise may hold any three letters."""


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
    monkeypatch.setattr(pixels, "encode", None)  # a second making would fail
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


def test_the_same_bytes_each_time(tmp_path):
    photo(tmp_path / "content/images/a.jpg", (500, 250))
    raw = (tmp_path / "content/images/a.jpg").read_bytes()
    for format in ("AVIF", "JPEG", "PNG", "WEBP"):
        first, second = (pixels.encode(raw, (400, 200), format, drawing=False) for _ in range(2))
        assert first == second


def test_a_picture_that_cannot_be_read_is_a_problem(pictures, tmp_path):
    folder = tmp_path / "content/images"
    photo(folder / "cut.jpg")
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:9000])
    (folder / "text.png").write_text("not a picture")
    (folder / "wrong.png").write_bytes(b"GIF89a")
    found = pictures("cut.jpg", "text.png", "wrong.png")
    problems = [(p.path.rpartition("/")[2], p.code) for p in images.readable(found.site)]
    assert problems == [(name, "picture-broken") for name in ("cut.jpg", "text.png", "wrong.png")]
    with pytest.raises(ProblemsFound, match=r"cut\.jpg:1: picture-broken"):
        found.html("cut.jpg", "A room")


@pytest.mark.parametrize("size", [(8000, 6500), (16_001, 10), (10, 16_001), (30_000, 30_000)])
def test_a_picture_of_too_many_pixels_is_refused(pictures, tmp_path, size):
    file = tmp_path / "content/images/a.png"
    file.parent.mkdir(parents=True)
    Image.new("1", size).save(file)
    [problem] = images.readable(pictures("a.png").site)
    assert (problem.code, problem.hint) == ("picture-large", SMALLER)


@pytest.mark.parametrize(
    ("size", "refused"),
    [((1600, 5000), False), ((1600, 5001), True), ((3200, 10_010), True), ((300, 5001), True)],
)
def test_a_picture_that_is_far_higher_than_wide_is_refused(pictures, tmp_path, size, refused):
    file = tmp_path / "content/images/a.png"
    file.parent.mkdir(parents=True)
    Image.new("1", size).save(file)
    found = list(images.readable(pictures("a.png").site))
    assert [(p.code, p.hint) for p in found] == [("picture-large", TOO_HIGH.hint)] * refused


def test_a_file_that_is_too_large_is_not_read(pictures, tmp_path, monkeypatch):
    photo(tmp_path / "content/images/a.jpg", (100, 100))
    monkeypatch.setattr(images, "LARGEST_BYTES", 1_000)
    monkeypatch.setattr(pixels, "examine", None)
    assert [p.code for p in images.readable(pictures("a.jpg").site)] == ["picture-large"]


def test_a_picture_whose_file_cannot_be_read_is_named(pictures, tmp_path):
    (tmp_path / "content/images/a.jpg").mkdir(parents=True)
    assert [p.code for p in images.readable(pictures("a.jpg").site)] == ["file-unreadable"]


def no_end(*_args, **_kwargs):
    """A decoder or encoder that never ends, and that no exception and no signal can end."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def fault(*_args, **_kwargs):
    """A decoder that ends its process, as a fault in C code does."""
    os._exit(11)


def in_a_thread(work):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture(params=["signals", "no signals"])
def _system(request, monkeypatch):
    """A system with timer signals, and one without; no picture is known from other tests."""
    if request.param == "no signals":
        monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", False)
    monkeypatch.setattr(images.PictureCheck, "_known", {})


@pytest.mark.usefixtures("_system")
@pytest.mark.parametrize("place", [lambda work: work(), in_a_thread])
def test_a_picture_that_takes_too_long_to_read_is_named(pictures, tmp_path, monkeypatch, place):
    photo(tmp_path / "content/images/a.jpg", (100, 100))
    monkeypatch.setattr(images, "READ_SECONDS", 0.3)
    monkeypatch.setattr(pixels, "examine", no_end)
    found = pictures("a.jpg")
    [problem] = place(lambda: list(images.readable(found.site, tmp_path / "cache")))
    assert (problem.path.rpartition("/")[2], problem.code) == ("a.jpg", "picture-slow"), problem
    monkeypatch.setattr(pixels, "examine", None)  # another attempt would fail
    with pytest.raises(ProblemsFound, match=r"a\.jpg:1: picture-slow"):
        place(lambda: found.html("a.jpg", "A room"))


@pytest.mark.usefixtures("_system")
@pytest.mark.parametrize("place", [lambda work: work(), in_a_thread])
def test_a_picture_that_takes_too_long_to_encode_is_named(pictures, tmp_path, monkeypatch, place):
    photo(tmp_path / "content/images/a.jpg", (100, 100))
    found = pictures("a.jpg")
    picture = found["a.jpg"]
    monkeypatch.setattr(images, "ENCODE_SECONDS", 0.3)
    monkeypatch.setattr(pixels, "encode", no_end)
    for _ in range(2):
        with pytest.raises(ProblemsFound, match=r"a\.jpg:1: picture-slow"):
            place(lambda: found.content(picture, 100, "AVIF"))
        monkeypatch.setattr(pixels, "encode", None)  # the next size is not tried


def test_lack_of_time_is_not_cached_and_a_broken_picture_is(pictures, tmp_path, monkeypatch):
    photo(tmp_path / "content/images/a.jpg", (101, 100))
    (tmp_path / "content/images/b.jpg").write_text("no picture")
    site = pictures("a.jpg", "b.jpg").site

    def codes():
        monkeypatch.setattr(images.PictureCheck, "_known", {})  # as in the next command
        return [p.code for p in images.readable(site, tmp_path / "cache")]

    with monkeypatch.context() as patch:
        patch.setattr(pixels, "examine", fault)
        assert codes() == ["picture-broken", "picture-broken"]
    assert codes() == ["picture-broken"]
    monkeypatch.setattr(pixels, "examine", None)
    assert codes() == ["picture-broken"]


def test_a_picture_that_changes_while_the_site_is_built_is_not_cached(pictures, tmp_path):
    photo(tmp_path / "content/images/a.jpg", (300, 100))
    found = pictures("a.jpg")
    picture = found["a.jpg"]
    photo(tmp_path / "content/images/a.jpg", (300, 150))
    with pytest.raises(ProblemsFound, match="has changed"):
        found.content(picture, 300, "JPEG")
    after = pictures("a.jpg")
    assert opened(after.content(after["a.jpg"], 300, "JPEG")).size == (300, 150)


def test_a_moving_picture_is_refused(pictures, tmp_path):
    folder = tmp_path / "content/images"
    folder.mkdir(parents=True)
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "green", "blue")]
    for name in ("a.avif", "a.png", "a.webp"):
        frames[0].save(folder / name, save_all=True, append_images=frames[1:], duration=100)
    frames[0].save(folder / "camera.jpg", "MPO", save_all=True, append_images=frames[1:])
    found = pictures("a.avif", "a.png", "a.webp", "camera.jpg")
    problems = [(p.path.rpartition("/")[2], p.code) for p in images.readable(found.site)]
    assert problems == [(name, "picture-moving") for name in ("a.avif", "a.png", "a.webp")]


def test_a_refused_picture_stops_no_other_file(pictures, tmp_path):
    photo(tmp_path / "content/images/a.jpg", (100, 100))
    (tmp_path / "content/images/b.jpg").write_text("no picture")
    made = {path: make for path, _, make, _ in pictures("a.jpg", "b.jpg").files()}
    assert opened(made["images/a.jpg"]()).size == (100, 100)
    with pytest.raises(ProblemsFound, match=r"b\.jpg:1: picture-broken"):
        made["images/b.jpg"]()


@pytest.mark.parametrize(
    ("color", "ground"),
    [((0, 60, 40, 255), "light"), ((250, 250, 240, 255), "dark"), ((9, 9, 9, 0), "")],
    ids=["dark lines", "pale lines", "nothing"],
)
def test_a_see_through_picture_gets_a_ground_on_which_it_is_seen(pictures, tmp_path, color, ground):
    folder = tmp_path / "content/images"
    folder.mkdir(parents=True)
    image = Image.new("RGBA", (100, 80))
    image.paste(color, (10, 10, 90, 12))
    image.save(folder / "a.png")
    image.convert("RGB").save(folder / "opaque.png")
    found = pictures("a.png", "opaque.png")
    expected = f"on-{ground}-ground" if ground else None
    assert markup(found.html("a.png", "x")).find("picture/img").get("class") == expected
    assert markup(found.html("opaque.png", "x")).find("picture/img").get("class") is None


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
    for file in (tmp_path / "site").rglob("*phone*.*"):
        assert not [secret for secret in SECRETS if secret in file.read_bytes()], file
    assert (tmp_path / "site" / "images" / "phone.jpg").is_file()


def test_a_warm_cache_costs_little(content, tmp_path, monkeypatch):
    first = files_of(build(content, tmp_path / "site").output)
    monkeypatch.setattr(pixels, "encode", None)  # a build that makes a picture again fails
    assert files_of(build(content, tmp_path / "site").output) == first
