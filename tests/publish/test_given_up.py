"""Addresses with spaces and accents: published, then given up."""

from __future__ import annotations

import shutil
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import publishing
import pytest
import servers

from practice.problems import ProblemsFound, UsageError
from practice.publish import postprocess, preflight, verify
from practice.publish.settings import PublishSettings, load
from practice.site.redirects import Redirect

FILES = (
    "New patient form.pdf",
    "Años.pdf",
    unicodedata.normalize("NFD", "Niños.pdf"),
    "[draft] It's Q&A; (2) $5 {a} `b`.pdf",
)


@pytest.fixture
def project(tmp_path):
    made = publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")
    publishing.pdf(tmp_path / "form.pdf")
    (made.content / "files").mkdir(exist_ok=True)
    for name in FILES:
        shutil.copyfile(tmp_path / "form.pdf", made.content / "files" / name)
    made.publish()
    for name in FILES:
        (made.content / "files" / name).unlink()
    return made


def refused(project, **options) -> list[str]:
    """The lines that the hints say to add: each address and `gone`."""
    with pytest.raises(ProblemsFound) as error:
        project.publish(**options)
    problems = error.value.problems
    assert {problem.code for problem in problems} == {"address-broken"}
    return [problem.hint.split("`")[-2] for problem in problems]


@contextmanager
def live(project):
    """The address at which nginx serves the project, with the settings of its last release."""
    server = project.folder / ".releases" / "server"
    own = server / "nginx-server.conf", server / "nginx-http.conf"
    with (
        servers.nginx(project.folder / "nginx", project.folder / "www", *own) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SSL_CERT_FILE", str(project.folder / "nginx" / "cert.pem"))
        yield address


def test_the_redirects_that_publishing_offers_are_accepted(project):
    moved = project.content / "files" / "Años (2).pdf"
    shutil.copyfile(project.folder / "form.pdf", moved)
    with pytest.raises(UsageError, match="publish again"):
        project.publish(offer=True)
    assert project.publish().done
    with live(project) as address:
        addresses = [f"/files/{name}" for name in FILES]
        assert verify.addresses(address, addresses, []) == []


def test_the_lines_of_the_hints_are_accepted(project):
    lines = refused(project)
    assert len(lines) == len(FILES)
    project.write("redirects.yaml", "".join(f"{line}\n" for line in lines))
    assert project.publish().done
    with live(project) as address:
        found = {name: verify.get(f"{address}/files/{quote(name)}").status for name in FILES}
    assert found == dict.fromkeys(FILES, 410)


@pytest.mark.parametrize("written", [quote, lambda path: unicodedata.normalize("NFC", path)])
def test_a_line_in_another_spelling_is_accepted(project, written):
    lines = [f"{written('/files/' + name)!r}: gone\n" for name in FILES[:-1]]
    project.write("redirects.yaml", "".join(lines))
    [gone] = refused(project)  # for the last file alone
    assert "draft" in gone


def test_the_feed_can_be_given_up_with_the_last_post(tmp_path):
    project = publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")
    project.publish()
    shutil.rmtree(project.content / "posts")
    lines = refused(project, yes=True)
    assert "/feed.xml: gone" in lines
    project.write("redirects.yaml", "".join(f"{line}\n" for line in lines))
    assert project.publish(yes=True).done


@pytest.mark.parametrize("host", ["nginx", "caddy"])
def test_servers_get_both_encodings_of_an_accent(tmp_path, host):
    project = publishing.Project(tmp_path).to(to="folder", path="www", host=host)
    moved = [Redirect("/files/Años.pdf", None, "x", 1)]
    [text] = [
        text
        for text in postprocess.server_files(load(project.settings), moved, {}).values()
        if "410" in text
    ]
    for form in ("NFC", "NFD"):
        assert unicodedata.normalize(form, "Años") in text


def test_a_redirect_is_never_offered_to_a_page_that_is_itself_redirected(tmp_path):
    project = publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")
    project.post("short-lived")
    project.write("redirects.yaml", "/blog/short-livee/: /team/\n")
    project.publish()
    (project.content / "posts" / "short-lived.md").unlink()
    assert refused(project, offer=True) == ["/blog/short-lived/: gone"]


@pytest.mark.parametrize(
    "path",
    ["/my clinic", "/clínica", "/a;b", "/a?b", "/a#b", "/a{b}", "/$a", "/../a", "/a%20b", "/a\nb"],
)
def test_a_base_path_that_a_server_could_misread_is_refused(path):
    def codes(address):
        settings = PublishSettings.model_construct(address=address, file=Path("publishconf.py"))
        return [problem.code for problem in preflight.base_path(settings)]

    assert codes(f"https://clinic.practice-site.org{path}") == ["address-path"]
    assert codes("https://clinic.practice-site.org/some/clinic-1.x") == []
