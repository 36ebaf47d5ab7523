"""PDFs: who made them, what they run and carry, in every spelling of the same file.

Not tested here: files that are none at all (`bad/`), and where messages come out (`test_bad.py`).
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import logging
import os
import random
import re
import shutil
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from practice import checks
from practice.checks import pdf, pdf_content
from practice.site.assemble import load
from practice.support import platform, time_limit

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "bad" / "base"
DATA, ACTIVE, BROKEN = "pdf-data", "pdf-active", "pdf-broken"


def new():
    made = Pdf.new()
    made.add_blank_page()
    return made


def script(**more):
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)", **more)


def action(kind, **more):
    return Dictionary(S=Name(f"/{kind}"), **more)


def annotation(made, kind, **more):
    found = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array([0, 0, 9, 9]), **more)
    made.pages[0].Annots = Array([made.make_indirect(found)])
    return found


# --- What is put into a file ---


def info(made):
    made.docinfo["/Author"] = "Ana Ruiz"


def manager(made):
    made.docinfo["/Manager"] = "Ana Ruiz"


def metadata(made, text):
    made.Root.Metadata = made.make_stream(text, Type=Name.Metadata, Subtype=Name.XML)


def xmp(inside, prefix="dc", namespace="http://purl.org/dc/elements/1.1/"):
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:{prefix}="{namespace}" {inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


CREATOR = "><dc:creator><rdf:Seq><rdf:li>Ana Ruiz</rdf:li></rdf:Seq></dc:creator>"


def xmp_creator(made):
    metadata(made, xmp(CREATOR).encode())


def xmp_creator_of_another_prefix(made):
    metadata(made, xmp(CREATOR.replace("dc:", "q:"), prefix="q").encode())


def xmp_in_utf_16(made):
    metadata(made, xmp(CREATOR).encode("utf-16"))


def xmp_attribute(made):
    metadata(made, xmp('dc:x="" pdf:Author="Ana Ruiz">').encode())


def xmp_without_a_prefix(made):
    creator = CREATOR.replace("dc:", "").replace(
        "<creator>", '<creator xmlns="http://purl.org/dc/elements/1.1/">'
    )
    metadata(made, xmp(creator).encode())


def xmp_with_a_long_gap(made):
    metadata(made, xmp(CREATOR.replace("<rdf:Seq>", " " * 9_000 + "<rdf:Seq>")).encode())


def xmp_by_reference(made):
    metadata(made, xmp('><dc:creator rdf:resource="mailto:ana@example.com"/>').encode())


def xmp_of_no_type(made):
    made.pages[0].Metadata = made.make_stream(
        zlib.compress(xmp(CREATOR).encode()), Filter=Name.FlateDecode
    )


def author_in_small_letters(made):
    made.docinfo["/author"] = "Ana Ruiz"


def author_of_an_email(made):
    made.docinfo["/_AuthorEmailDisplayName"] = "Ana Ruiz"


def author_by_reference(made):
    made.docinfo["/Author"] = made.make_indirect(pikepdf.String("Ana Ruiz"))


def xmp_of_a_picture(made):
    picture = made.make_stream(b"\0", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    picture.Metadata = made.make_stream(xmp(CREATOR).encode(), Type=Name.Metadata, Subtype=Name.XML)
    made.pages[0].Resources = Dictionary(XObject=Dictionary(X=picture))


def comment(made):
    annotation(made, "Text", T="Ana Ruiz", Contents="Is this right?")


def signature(made):
    made.Root.AcroForm = Dictionary(
        Fields=Array([Dictionary(FT=Name.Sig, V=Dictionary(Type=Name.Sig, Name="Ana Ruiz"))])
    )


def signature_of_no_type(made):
    signed = Dictionary(Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]), Contents=b"x")
    made.Root.AcroForm = Dictionary(Fields=Array([Dictionary(FT=Name.Sig, V=signed)]))


def photo_with_position(made, filters=None):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = exif.get_ifd(0x8825)
    raw = io.BytesIO()
    Image.new("RGB", (8, 8)).save(raw, "JPEG", exif=exif)
    found = made.make_stream(
        zlib.compress(raw.getvalue()) if filters else raw.getvalue(),
        Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
    )  # fmt: skip
    found.Filter = filters or Name.DCTDecode
    made.pages[0].Resources = Dictionary(XObject=Dictionary(X=found))


def packed_photo_with_position(made):
    photo_with_position(made, Array([Name.FlateDecode, Name.DCTDecode]))


def photo_as_text_with_position(made):
    photo_with_position(made)
    photo = made.pages[0].Resources.XObject.X
    coded = base64.a85encode(photo.read_raw_bytes()) + b"~>"
    photo.write(coded, filter=Array([Name.ASCII85Decode, Name.DCTDecode]))


def photo_with_photographer(made):
    field = b"\x1c\x02\x50" + len(b"Ana Ruiz").to_bytes(2, "big") + b"Ana Ruiz"
    block = b"8BIM\x04\x04\0\0" + len(field).to_bytes(4, "big") + field + b"\0"
    segment = b"Photoshop 3.0\0" + block
    raw = io.BytesIO()
    Image.new("RGB", (8, 8)).save(
        raw, "JPEG", extra=b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment
    )
    photo_with_position(made)
    photo = made.pages[0].Resources.XObject.X
    photo.write(zlib.compress(raw.getvalue()), filter=Array([Name.FlateDecode, Name.DCTDecode]))


def script_in_names(made):
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["x", script()])))


def script_on_opening(made):
    made.Root.OpenAction = script()


def script_as_a_stream(made):
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=made.make_stream(b"app.alert(1)"))


def script_on_closing(made):
    made.Root.AA = Dictionary(WC=script())


def script_of_a_page(made):
    made.pages[0].AA = Dictionary(O=script())


def script_of_an_annotation(made):
    annotation(made, "Link", A=script())


def script_of_a_field(made):
    field = Dictionary(FT=Name.Tx, T="x", AA=Dictionary(K=script()))
    made.Root.AcroForm = Dictionary(Fields=Array([made.make_indirect(field)]))


def script_after_a_harmless_action(made):
    annotation(made, "Link", A=action("GoTo", D="x", Next=Array([script()])))


def script_in_a_link(made):
    annotation(made, "Link", A=action("URI", URI="javascript:alert(1)"))


def script_in_a_link_with_a_tab(made):
    annotation(made, "Link", A=action("URI", URI="java\tscript:alert(1)"))


def script_in_the_base_of_links(made):
    made.Root.URI = Dictionary(Base="javascript:")
    annotation(made, "Link", A=action("URI", URI="alert(1)"))


def windows_share(made):
    annotation(made, "Link", A=action("URI", URI=r"\\elsewhere\share"))


def print_on_opening(made):
    made.Root.OpenAction = action("Named", N=Name.Print)


def picture_elsewhere(made):
    form = made.make_stream(b"", Type=Name.XObject, Subtype=Name.Form)
    form.OPI = Dictionary({"/2.0": Dictionary(F="x.tif")})
    made.pages[0].Resources = Dictionary(XObject=Dictionary(X=form))


def program(made):
    annotation(made, "Link", A=action("Launch", F="x.exe"))


def sending(made):
    annotation(made, "Link", A=action("SubmitForm", F="https://elsewhere.example"))


def importing(made):
    annotation(made, "Link", A=action("ImportData", F="x.fdf"))


def other_file(made):
    annotation(made, "Link", A=action("GoToR", F="x.pdf", D="y"))


def embedded_place(made):
    annotation(made, "Link", A=action("GoToE", D="y"))


def address_on_opening(made):
    made.Root.OpenAction = action("URI", URI="https://elsewhere.example")


def form_on_opening(made):
    made.Root.OpenAction = action("ResetForm")


def address_after_a_page_is_shown(made):
    made.Root.OpenAction = action(
        "GoTo", D="x", Next=action("URI", URI="https://elsewhere.example")
    )


def address_of_a_page(made):
    made.pages[0].AA = Dictionary(O=action("URI", URI="https://elsewhere.example"))


def attachment(made):
    made.attachments["x.txt"] = b"Words."


def attachment_of_an_annotation(made):
    inside = made.make_stream(b"Words.", Type=Name.EmbeddedFile)
    annotation(made, "FileAttachment", FS=Dictionary(F="x", EF=Dictionary(F=inside)))


def associated_file(made):
    inside = made.make_stream(b"Words.")
    made.Root.AF = Array([Dictionary(F="x", EF=Dictionary(F=inside))])


def portfolio(made):
    made.Root.Collection = Dictionary()


def film(made):
    annotation(made, "RichMedia", RichMediaContent=Dictionary())


def screen(made):
    annotation(made, "Screen")


def model(made):
    annotation(made, "3D")


def xfa(made):
    made.Root.AcroForm = Dictionary(Fields=Array([]), XFA=made.make_stream(b"<x/>"))


def stream_elsewhere(made):
    found = made.make_stream(b"")
    found.F = Dictionary(F="x.txt")
    made.pages[0].Contents = found


def picture_of_another_file(made):
    form = made.make_stream(b"", Type=Name.XObject, Subtype=Name.Form)
    form.Ref = Dictionary(F="x.pdf", Page=0)
    made.pages[0].Resources = Dictionary(XObject=Dictionary(X=form))


def loose(made):
    """An object in a place of no meaning."""
    made.trailer["/Loose"] = made.make_indirect(script())


PERSONAL = [
    info, manager, xmp_creator, xmp_creator_of_another_prefix, xmp_in_utf_16, xmp_attribute,
    xmp_without_a_prefix, xmp_with_a_long_gap, xmp_by_reference, xmp_of_no_type,
    author_in_small_letters, author_of_an_email, author_by_reference,
    xmp_of_a_picture, comment, signature, signature_of_no_type, photo_with_position,
    packed_photo_with_position, photo_as_text_with_position, photo_with_photographer,
]  # fmt: skip
RUNNING = [
    script_in_names, script_on_opening, script_as_a_stream, script_on_closing, script_of_a_page,
    script_of_an_annotation, script_of_a_field, script_after_a_harmless_action, script_in_a_link,
    script_in_a_link_with_a_tab, script_in_the_base_of_links, windows_share, print_on_opening,
    picture_elsewhere,
    program, sending, importing, other_file, embedded_place, address_on_opening, form_on_opening,
    address_after_a_page_is_shown, address_of_a_page, attachment, attachment_of_an_annotation,
    associated_file, portfolio, film, screen, model, xfa, stream_elsewhere,
    picture_of_another_file, loose,
]  # fmt: skip


# --- How the file is written ---


def saved(made, **options):
    raw = io.BytesIO()
    made.save(raw, static_id=True, **options)
    return raw.getvalue()


def plain(made):
    return saved(made, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def packed(made):
    """Objects stand in streams."""
    return saved(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def for_the_web(made):
    return saved(made, linearize=True)


def hexadecimal(made):
    """Each name has a letter that is written as a number; the table of objects is off then."""
    raw = plain(made)
    names = {name for names in (pdf_content.TELLING.findall(raw),) for name in names}
    for name in sorted(names, key=len, reverse=True):
        raw = raw.replace(name, name[:1] + b"#%02x" % name[1] + name[2:])
    return raw


def without_a_table(made):
    """The table of objects is lost, as after a cut; programs find the objects all the same."""
    raw = plain(made)
    return raw[: raw.index(b"xref\n")] + raw[raw.index(b"trailer") :]


def by_reference(made):
    """Every value stands in an object of its own."""
    for found in list(made.objects):
        holder = found if isinstance(found, Dictionary) else None
        for key, value in list(holder.items()) if holder is not None else ():
            if key not in ("/Type", "/Kids", "/Count", "/Parent"):
                holder[key] = made.make_indirect(value)
    return plain(made)


def changed_since(made):
    """The next version of the file, appended to it, has nothing of it any more."""
    raw = plain(made)
    clean = plain(new())
    start = clean.index(b"1 0 obj")
    body = clean[start : clean.index(b"xref\n")]
    return raw + b"\n" + body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


WRITTEN = [
    plain, packed, for_the_web, hexadecimal, without_a_table, by_reference, changed_since,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITTEN)
@pytest.mark.parametrize("put", PERSONAL)
def test_data_about_people_is_found(put, write):
    made = new()
    put(made)
    assert [code for code, _, _ in pdf.look(write(made))] == [DATA]


@pytest.mark.parametrize("write", WRITTEN)
@pytest.mark.parametrize("put", RUNNING)
def test_what_runs_or_is_carried_along_is_found(put, write):
    made = new()
    put(made)
    assert [code for code, _, _ in pdf.look(write(made))] == [ACTIVE]


# --- What may be published ---


def ordinary(made):
    """A leaflet with a title, links, bookmarks, fields to fill in and a place to begin."""
    made.docinfo["/Title"] = "Leaflet"
    made.docinfo["/Author"] = " "
    made.docinfo["/Creator"] = "Some program"
    metadata(made, xmp(
        "><dc:title>Leaflet</dc:title><dc:creator/><xmp:CreatorTool>Some program</xmp:CreatorTool>"
        "<dc:creator><rdf:Seq><rdf:li></rdf:li></rdf:Seq></dc:creator>"
        '<x photoshop:ColorMode="3" photoshop:ICCProfile="sRGB"/>'
    ).encode())  # fmt: skip
    annotation(made, "Link", A=action("URI", URI="https://a.example/x"), F=4)
    made.Root.OpenAction = Array([made.pages[0].obj, Name.Fit])
    made.Root.AcroForm = Dictionary(Fields=Array([
        Dictionary(FT=Name.Tx, T="Your name"), Dictionary(FT=Name.Sig, T="Sign here"),
    ]))  # fmt: skip
    made.Root.StructTreeRoot = Dictionary(
        Type=Name.StructTreeRoot, K=Array([Dictionary(Type=Name.StructElem, S=Name.P, T="x")])
    )
    made.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))


@pytest.mark.parametrize("write", WRITTEN)
def test_an_ordinary_leaflet_is_good(write):
    made = new()
    ordinary(made)
    assert pdf.look(write(made)) == ()


@pytest.mark.parametrize("address", ["https://a.example", "tel:+1555", "mailto:a@b.example", "x/y"])
def test_ordinary_links_are_good(address):
    made = new()
    annotation(made, "Link", A=action("URI", URI=address))
    assert pdf.look(plain(made)) == ()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "JavaScript:x", "data:text/html,x"])
def test_other_links_are_not(address):
    made = new()
    annotation(made, "Link", A=action("URI", URI=address))
    assert [code for code, _, _ in pdf.look(plain(made))] == [ACTIVE]


# --- Files that cannot be looked into ---


@pytest.mark.parametrize("passwords", [{"user": "x"}, {"owner": "x"}])
def test_a_locked_file_is_refused(passwords):
    raw = saved(new(), encryption=pikepdf.Encryption(**{"user": "", "owner": ""} | passwords))
    [(code, _, hint)] = pdf.look(raw)
    assert (code, "without a password" in hint) == (BROKEN, True)


@pytest.mark.parametrize("raw", [b"", b"Words.", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n" + b"x" * 999])
def test_a_file_that_is_no_pdf_is_refused(raw):
    assert [code for code, _, _ in pdf.look(raw)] == [BROKEN]


def too_much(raw):
    return pdf.look(raw) == (pdf.TOO_MUCH,)


def bomb(made, size=150_000_000):
    """The file with a stream that unpacks to much more, and each object in such a stream."""
    made.Root.X = made.make_indirect(pikepdf.String("a" * size))
    return packed(made)


def test_a_file_whose_objects_unpack_to_too_much_is_refused(monkeypatch):
    assert [code for code, _, _ in pdf.look(bomb(new()))] == [BROKEN]
    made = new()
    made.Root.X = Array([made.make_indirect(Dictionary(X="a" * 500)) for _ in range(9)])
    raw = packed(made)
    assert pdf.look(raw) == ()
    monkeypatch.setattr(pdf_content, "UNPACKED", 1000)
    assert too_much(raw)


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured in another way there")
def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path):
    file = tmp_path / "x.pdf"
    file.write_bytes(bomb(new()))
    code = """
import pathlib, resource, sys
from practice.checks import pdf
raw = pathlib.Path(sys.argv[1]).read_bytes()
pdf.look(b"%PDF-")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert pdf.look(raw)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, file], cwd=ROOT, capture_output=True, check=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(run.stdout) * unit < 60_000_000


def test_metadata_that_unpacks_to_too_much_is_refused():
    made = new()
    made.pages[0].Metadata = made.make_stream(
        zlib.compress(b" " * 40_000_000), Type=Name.Metadata, Filter=Name.FlateDecode
    )
    assert too_much(plain(made))


def test_a_packing_without_a_limit_is_refused_where_objects_are_packed():
    made = new()
    made.Root.X = Dictionary(Filter=Name("/LZWDecode"))
    assert too_much(packed(made).replace(b"/XRef", b"/X#52ef", 1) + b"/L#5aWDecode ")
    assert pdf.look(plain(made)) == ()


def test_too_many_pages_are_refused(monkeypatch):
    made = new()
    made.add_blank_page()
    assert pdf.look(plain(made)) == ()
    monkeypatch.setattr(pdf_content, "PAGES", 1)
    assert too_much(plain(made))


def test_what_nests_too_deeply_to_be_read_is_refused():
    made = new()
    made.trailer["/Deep"] = made.make_indirect(Array([script()]))
    raw = plain(made)
    start, end = raw.index(b"[ <<"), raw.index(b">> ]") + 4
    raw = raw[:start] + b"[" * 600 + raw[start:end] + b"]" * 600 + raw[end:]
    assert [code for code, _, _ in pdf.look(raw)] == [BROKEN]


def test_too_many_objects_versions_or_actions_are_refused(monkeypatch):
    many = new()
    many.Root.X = Array([many.make_indirect(Dictionary(X=n)) for n in range(50)])
    assert pdf.look(plain(many)) == ()
    assert too_much(plain(new()) + b"\n%%EOF" * 50)
    monkeypatch.setattr(pdf_content, "OBJECTS", 50)
    assert too_much(plain(many))
    endless = new()
    endless.Root.OpenAction = endless.make_indirect(action("GoTo", D="x"))
    endless.Root.OpenAction.Next = endless.Root.OpenAction
    assert too_much(plain(endless))


def test_damage_is_named_or_passed_over_in_silence(caplog, recwarn):
    """However a file is damaged, there is no traceback, no warning and nothing in the log."""
    made = new()
    ordinary(made)
    photo_with_position(made)
    chance = random.Random(1)
    for raw in (packed(made), plain(made)):
        for _ in range(150):
            damaged = bytearray(raw)
            for _ in range(chance.randrange(1, 30)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            cut = chance.choice([len(damaged), chance.randrange(len(damaged))])
            found = pdf.look(bytes(damaged[:cut]))
            assert {code for code, _, _ in found} <= {BROKEN, DATA, ACTIVE}
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert list(recwarn) == []


# --- In a practice ---


@pytest.fixture
def content(tmp_path):
    folder = Path(shutil.copytree(BASE, tmp_path / "content"))
    (folder / "files").mkdir()
    return folder


def site_of(content):
    site, _ = load(content, dt.date(2026, 6, 1))
    return site


def problems_of(content, kept=None):
    return [
        p for p in checks.run(site_of(content), kept=kept) if p.code.startswith(("pdf", "file"))
    ]


def test_messages_say_what_was_found_and_what_to_do(content):
    made = new()
    info(made)
    script_on_opening(made)
    attachment(made)
    (content / "files" / "x.PDF").write_bytes(plain(made))
    active, data = sorted(problems_of(content))
    assert str(data).endswith(f"pdf-data the file says who made it: Ana Ruiz\n    {pdf.PROPERTIES}")
    assert active.message == "the file carries another file and runs a script"
    assert active.hint == pdf.PRINT
    assert data.path.endswith("content/files/x.PDF")


def test_a_file_that_is_too_large_is_not_read(content, monkeypatch):
    (content / "files" / "x.pdf").write_bytes(plain(new()))
    monkeypatch.setattr(pdf, "LARGEST", 100)
    monkeypatch.setattr(pdf, "look", None)
    [problem] = problems_of(content)
    assert (problem.code, problem.hint) == (pdf.TOO_MUCH[0], pdf.TOO_MUCH[2])


def no_end(_raw):
    """A check that never ends, and that no exception and no signal can end."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def fault(_raw):
    """A check that ends its process, as a fault in C code does."""
    os._exit(11)


@pytest.mark.parametrize("signals", [True, False])
@pytest.mark.parametrize("check", [no_end, fault])
def test_a_file_that_takes_too_long_is_named_and_looked_at_again(
    content, tmp_path, monkeypatch, check, signals
):
    monkeypatch.setattr(platform, "TIMES_BY_SIGNAL", signals and platform.TIMES_BY_SIGNAL)
    (content / "files" / "x.pdf").write_bytes(plain(new()))
    kept = tmp_path / "kept"
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "SECONDS", 0.5)
        patch.setattr(pdf, "look", check)
        with ThreadPoolExecutor(1) as pool:  # where no signal arrives
            [problem] = pool.submit(lambda: list(pdf.documents(site_of(content), kept))).result()
    assert (problem.path[-11:], problem.code) == ("files/x.pdf", BROKEN)
    assert problem.hint == pdf.TOO_MUCH[2]
    assert problems_of(content, kept) == []


def test_a_file_is_looked_at_once_until_it_changes(content, tmp_path, monkeypatch):
    looked = []

    def call_here(_seconds, function, *raw):
        looked.extend(one for one in raw if one.startswith(b"%PDF"))  # and no picture
        return function(*raw)

    monkeypatch.setattr(time_limit, "call_in_process", call_here)
    made = new()
    file = content / "files" / "x.pdf"
    file.write_bytes(plain(made))
    kept = tmp_path / "kept"
    assert [problems_of(content, kept) for _ in range(2)] == [[], []]
    info(made)
    file.write_bytes(plain(made))
    assert [[p.code for p in problems_of(content, kept)] for _ in range(2)] == [[DATA], [DATA]]
    assert len(looked) == 2
