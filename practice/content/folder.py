"""The content folder: which files belong in it, and what they hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from practice.content.document import Document, InvalidDocument, ReadResult
from practice.content.front_matter import Data
from practice.content.models import (
    KINDS,
    Clinic,
    Page,
    Source,
    SourceCheck,
    Topic,
)
from practice.content.reader import file_link, model_of, read_data, read_document, read_models
from practice.paths import display_path_of, is_reserved
from practice.problems import Problem

SOURCES_CHECKED = "sources-checked.yaml"
"""What `inv check --sources` has found; it is written by that command."""
LISTS = ("sources.yaml", SOURCES_CHECKED, "topics.yaml")
YAML_FILES = ("clinic.yaml", *LISTS, "redirects.yaml", "checks.yaml")
FOLDERS = (*KINDS, "images", "files", "fonts")
TELLING = (*YAML_FILES, "treatments", "team")
"""What is in the content folder of a practice, and hardly in that of another blog."""
STATIC = {
    "images": {".png", ".jpg", ".jpeg", ".webp", ".avif", ".svg"},
    "files": {".pdf"},
    "fonts": {".otf", ".ttf", ".woff2"},
}
"""The endings of files that may be published, by folder."""
DRAWING = "open it in a drawing program and export it as PNG, 1600 pixels wide"
ONE_FRAME = "save one frame as PNG or JPEG; to show the movement, link to a video"
PHOTO = "open it in a picture program and save it as JPEG or PNG"
OTHER_PICTURES = {
    ".ai": DRAWING, ".eps": DRAWING, ".gif": ONE_FRAME, ".heic": PHOTO,
    ".heif": PHOTO, ".bmp": PHOTO, ".jfif": PHOTO, ".jp2": PHOTO, ".jxl": PHOTO, ".psd": PHOTO,
    ".tif": PHOTO, ".tiff": PHOTO,
}  # fmt: skip
"""How to make a picture that can be published of one that cannot, by the ending of its name."""
JUNK = re.compile(r"\..*|.*~|#.*#|Thumbs\.db|desktop\.ini|Icon\r", re.IGNORECASE)
"""Files that editors and operating systems create; they are never read or published."""
BAD_NAME = re.compile(r"[\x00-\x1f\x7f?#%\\:*\"<>|\ud800-\udfff]|^[^\w.]+\.\w+$")
"""Names that cannot be part of an address, or not on every system; and names without a word."""


ReadAll = Callable[[Path, Sequence[str]], Iterable[ReadResult]]
"""Reads documents by their paths below a content folder: `read_each`, or a cached reader."""


@dataclass
class Content:
    """The contents of a content folder, file by file."""

    folder: Path
    clinic: Clinic | None = None
    clinic_data: Data = field(default_factory=Data)
    sources: dict[str, Source] = field(default_factory=dict)
    source_checks: dict[str, SourceCheck] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    documents: dict[str, Document | None] = field(default_factory=dict)
    """By path below the folder, in the order in which they are found; None is an invalid file."""
    invalid: dict[str, InvalidDocument | None] = field(default_factory=dict)
    """The files that are not valid documents now, with their text if they have one."""
    static: frozenset[str] = frozenset()
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    """By file; the empty name holds the problems of the folder itself."""


def is_practice(folder: Path) -> bool:
    """Whether a folder is meant to be the content of a practice, however much is missing."""
    return any((folder / name).exists() for name in TELLING)


def read_each(folder: Path, sources: Sequence[str]) -> Iterator[ReadResult]:
    """Read documents one by one."""
    display_path = display_path_of(folder)
    for source in sources:
        kind = KINDS[source.split("/")[0]]
        yield read_document(kind, folder / source, source, f"{display_path}/{source}")


def read_content(folder: Path, read_all: ReadAll = read_each) -> Content:
    """Read every file of a content folder."""
    content = Content(folder)
    read_clinic(content)
    read_lists(content)
    read_files(content, read_all)
    return content


def read_clinic(content: Content) -> None:
    """Read `clinic.yaml`; if it is invalid, the previous clinic stays."""
    display_path = f"{display_path_of(content.folder)}/clinic.yaml"
    data, problems = read_data(content.folder / "clinic.yaml", display_path)
    clinic, problems = model_of(Clinic, data, problems, display_path)
    content.problems["clinic.yaml"] = problems
    if clinic:
        content.clinic, content.clinic_data = clinic, data


def read_lists(content: Content) -> None:
    """Read sources, what was checked of them, and topics; previous ones stay for invalid ones."""
    display_path = display_path_of(content.folder)
    name = "sources.yaml"
    sources, content.problems[name] = read_models(
        Source, content.folder / name, f"{display_path}/{name}", unique=("doi", "pmid")
    )
    content.sources = {**content.sources, **sources} if content.problems[name] else sources
    name = SOURCES_CHECKED
    checked: dict[str, SourceCheck] = {}
    content.problems[name] = []
    if (content.folder / name).exists():
        checked, content.problems[name] = read_models(
            SourceCheck, content.folder / name, f"{display_path}/{name}"
        )
    before = content.source_checks if content.problems[name] else {}
    content.source_checks = {**before, **checked}
    name = "topics.yaml"
    topics, content.problems[name] = read_models(
        Topic, content.folder / name, f"{display_path}/{name}", unique=("name",)
    )
    content.topics = {**content.topics, **topics} if content.problems[name] else topics


def read_files(content: Content, read_all: ReadAll = read_each) -> None:
    """Find and read every document; for an invalid one, the previous version stays."""
    problems: list[Problem] = []
    display_path = display_path_of(content.folder)
    found = list(_files(content.folder, display_path, problems))
    static = frozenset(source for source in found if source.split("/")[0] in STATIC)
    sources = [source for source in found if source not in static]
    before, content.documents, content.invalid = content.documents, {}, {}
    content.static = static
    for name in set(content.problems) - {"clinic.yaml", *LISTS}:
        del content.problems[name]
    content.problems[""] = problems
    for source, (read, wrong) in zip(sources, read_all(content.folder, sources), strict=True):
        if isinstance(read, Document):
            content.documents[source] = read
        else:
            content.invalid[source] = read
            content.documents[source] = before.get(source)
        content.problems[source] = wrong


def _files(content: Path, display_path: str, problems: list[Problem]) -> Iterator[str]:
    """Yield every content file in a fixed order; report files that do not belong here."""
    for folder, names, files in os.walk(content):
        here = Path(folder).relative_to(content).as_posix()
        names[:] = sorted(name for name in names if not JUNK.fullmatch(name))
        for name in [*names, *sorted(name for name in files if not JUNK.fullmatch(name))]:
            source = name if here == "." else f"{here}/{name}"
            is_folder = name in names
            problem = _refused(Path(folder, name), source, f"{display_path}/{source}", is_folder)
            if problem:
                problems.append(problem)
                if is_folder:
                    names.remove(name)
            elif not is_folder and source not in YAML_FILES:
                yield source


def _refused(path: Path, source: str, display_path: str, is_folder: bool) -> Problem | None:
    """Return the problem of a file or folder that does not belong here, or None."""
    top, _, rest = source.partition("/")
    if path.is_symlink():
        return file_link(display_path)
    if BAD_NAME.search(path.name):
        return _bad_name(display_path, path.name)
    if is_reserved(path.name):
        message = f"`{path.name.partition('.')[0]}` is a name that Windows keeps for a device"
        hint = "give it another name, so that the folder can be used on every computer"
        return Problem(display_path, 1, "file-name", message, hint)
    if path.name != path.name.rstrip(". "):
        message = "the name ends with a dot or a space, which Windows leaves out"
        return Problem(display_path, 1, "file-name", message, "delete it from the end of the name")
    if is_folder:
        below_a_page = top == Page.FOLDER and rest and "/" not in rest
        if (top in FOLDERS and not rest) or top in STATIC or below_a_page:
            return None
        hint = "the content folder may contain these folders: " + ", ".join(FOLDERS)
        return Problem(
            display_path,
            1,
            "folder-unexpected",
            "the content folder has no place for this folder",
            hint,
        )
    if not path.is_file():
        message = "this is neither a file nor a folder"
        return Problem(display_path, 1, "file-unexpected", message, "delete it")
    expected = (top in KINDS and path.suffix == ".md") or (
        path.suffix.lower() in STATIC.get(top, ())
    )
    if (rest and expected) or source in YAML_FILES:
        return None
    message = "the content folder has no place for this file"
    return Problem(display_path, 1, "file-unexpected", message, _place_of(path, top))


def _bad_name(display_path: str, name: str) -> Problem:
    if not any(character.isalnum() for character in name.rpartition(".")[0]):
        message = "the file name has no letters or digits"
    else:
        message = "the file name contains a character that a web address cannot have"
    printable = display_path.encode("utf-8", "backslashreplace").decode("utf-8")
    printable = re.sub(r"[\x00-\x1f\x7f]", "�", printable)
    return Problem(
        printable, 1, "file-name", message, "rename it with letters, digits and hyphens only"
    )


def _place_of(path: Path, top: str) -> str:
    if top == "images" and path.suffix.lower() in OTHER_PICTURES:
        return OTHER_PICTURES[path.suffix.lower()]
    if top in STATIC:
        return f"`{top}` may contain files that end in " + ", ".join(sorted(STATIC[top]))
    if path.suffix == ".md":
        return "move it to one of " + ", ".join(KINDS)
    for folder, endings in STATIC.items():
        if path.suffix.lower() in endings:
            return f"move it to `{folder}`"
    return "delete it, or keep it outside the content folder"
