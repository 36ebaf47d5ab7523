"""Publishing as a whole: what is refused, shown, done, verified, undone, and the commands.

Not tested here: the targets one by one (`test_publish_targets.py`).
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pikepdf
import publishing
import pytest
import servers
from conftest import ROOT
from invoke.exceptions import Exit
from publishing import tree_of

import tasks
from practice.problems import Problem, ProblemsFound, UsageError
from practice.publish import preflight, sbom, wizard
from practice.publish.publish import Options, publish, releases
from practice.publish.release import STATE, LiveState
from practice.publish.settings import TARGETS, Host, load


@pytest.fixture
def project(tmp_path):
    return publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")


def codes(error) -> set[str]:
    return {problem.code for problem in error.value.problems if problem.severity == "error"}


def www(project) -> Path:
    return project.folder / "www"


# --- Fit to go ---


def change(project, path: str, before: str, after: str) -> None:
    file = project.content / path
    text = file.read_text("utf-8")
    assert re.search(before, text, re.MULTILINE), path
    file.write_text(re.sub(before, after, text, count=1, flags=re.MULTILINE), "utf-8")


EMPTY_PAGE = "---\ntitle: A\nsummary: B\n---\n\nSoon.\n"
UNFIT = {
    "review-overdue": ("treatments/taping.md", "^next_review: .*", "next_review: 2026-10-15"),
    "sample": ("treatments/taping.md", "^reviewed:", "sample: true\nreviewed:"),
    "notice-empty": ("pages/privacy-practices.md", r"---\n(?:.|\n)*\Z", EMPTY_PAGE),
    "notice-hidden": ("pages/privacy-practices.md", "^menu: .*", "menu: none"),
    "notice-future": ("clinic.yaml", r"effective: \S+", "effective: 2027-01-01"),
    "link-dead": ("posts/a-plain-post.md", r"\Z", "\n[nowhere]({filename}nowhere.md)\n"),
}  # fmt: skip


@pytest.mark.parametrize("code", UNFIT)
def test_what_is_not_fit_is_refused_by_name(project, code):
    change(project, *UNFIT[code])
    with pytest.raises(ProblemsFound) as error:
        project.publish(yes=True)
    assert code in codes(error)
    assert not www(project).exists()


def test_every_reason_is_named_at_once(project):
    for code in ("review-overdue", "notice-hidden", "notice-future"):
        change(project, *UNFIT[code])
    with pytest.raises(ProblemsFound) as error:
        project.publish()
    assert {"review-overdue", "notice-hidden", "notice-future"} <= codes(error)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://clinic.practice-site.org", "address-https"),
        ("clinic.practice-site.org", "setting"),
        ("https://www.example.com", "address-sample"),
        ("https://clinic.example", "address-sample"),
        ("https://localhost", "address-sample"),
    ],
)
def test_an_address_that_is_not_real_is_refused(tmp_path, address, code):
    project = publishing.Project(tmp_path, address).to(to="folder", path="www")
    with pytest.raises(ProblemsFound) as error:
        project.publish()
    assert code in codes(error)


def test_sample_text_goes_live_only_when_asked_for_and_never_silently(project):
    change(project, *UNFIT["sample"])
    outcome = project.publish(allow_sample=True)
    assert outcome.done
    assert any("SAMPLE TEXT GOES LIVE: 1 text has" in line for line in project.said)


def test_an_invented_practice_goes_live_only_when_asked_for(project):
    change(project, "clinic.yaml", r"\A", "sample: true\n")
    with pytest.raises(ProblemsFound) as error:
        project.publish()
    assert codes(error) == {"sample"}
    assert project.publish(allow_sample=True).done
    assert any("GOES LIVE: the practice is a sample." in line for line in project.said)


def test_drafts_and_posts_to_come_are_never_in_it(project):
    project.post("a-secret", words="MAGIC-WORD-ONE")
    change(project, "posts/a-secret.md", "^date:", "status: draft\ndate:")
    project.post("next-year", date="2027-01-01", words="MAGIC-WORD-TWO")
    project.publish()
    assert not [p for p, content in tree_of(www(project)).items() if b"MAGIC-WORD" in content]
    assert not [p for p in tree_of(www(project)) if "a-secret" in p or "next-year" in p]


def test_a_site_that_shrinks_needs_a_yes(project):
    for number in range(6):
        project.post(f"extra-{number}")
    project.publish()
    lines = []
    for number in range(6):
        (project.content / "posts" / f"extra-{number}.md").unlink()
        lines.append(f"/blog/extra-{number}/: gone\n")
    project.write("redirects.yaml", "".join(lines))
    with pytest.raises(ProblemsFound) as error:
        project.publish()
    assert codes(error) == {"site-shrinks"}
    assert project.publish(yes=True).done


# --- Plan ---


def test_a_dry_run_shows_the_plan_and_touches_nothing(project):
    outcome = project.publish(dry_run=True)
    assert not outcome.done
    assert not www(project).exists()
    assert re.search(
        r"\d+ added, [\d.]+ (KB|MB)[^\n]*\n.*404\.html  [\d.]+ KB", "\n".join(project.said)
    )


def test_a_no_touches_nothing(project):
    talk = project.talk()
    talk = type(talk)(talk.step, talk.say, lambda _: False, talk.offer)
    outcome = publishing.publishing.publish(publishing.publishing.Options(), talk, project.settings)
    assert not outcome.done
    assert not www(project).exists()


def test_the_plan_of_one_post_more(project):
    project.publish()
    project.post("one-more")
    made = project.publish(dry_run=True).plan
    assert "blog/one-more/index.html" in made.added
    assert "blog/index.html" in made.changed
    assert made.deleted == ()


def test_publishing_again_finds_nothing_to_do(project):
    project.publish()
    before = tree_of(www(project))
    outcome = project.publish()
    assert outcome.plan.nothing
    assert not outcome.done
    assert tree_of(www(project)) == before


# --- Addresses are kept ---


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ("other-clinic.com", "is not the one of `SITEURL`"),
        ("practice-site.org", "is not the one of `SITEURL`"),
        ("https://clinic.practice-site.org/", "is not a domain"),
        ("clinic.practice-site.org/", "is not a domain"),
        ("clinic.practice-site.org:443", "is not a domain"),
        ("clinic practice-site.org", "is not a domain"),
        ("", "is not a domain"),
    ],
)
def test_a_domain_that_is_not_that_of_the_site_is_refused(project, domain, message):
    project.to(to="github", domain=domain)
    settings = load(project.settings)
    [problem] = preflight.domain(settings)
    line = project.settings.read_text("utf-8").split("\n")[problem.line - 1]
    assert line.startswith("PUBLISH")
    assert (problem.path, problem.code) == ("publishconf.py", "domain")
    assert message in problem.message
    assert '"domain": "clinic.practice-site.org"' in problem.hint


@pytest.mark.parametrize("domain", [None, "clinic.practice-site.org", "Clinic.Practice-Site.ORG"])
def test_the_domain_of_the_site_is_accepted(project, domain):
    project.to(to="github", domain=domain)
    assert list(preflight.domain(load(project.settings))) == []


def test_an_address_that_would_break_is_refused_with_its_redirect(project):
    project.post("short-lived", words="Ice or heat after a sprain: what helps, and for how long.")
    project.publish()
    (project.content / "posts" / "short-lived.md").rename(
        project.content / "posts" / "another-name.md"
    )
    with pytest.raises(ProblemsFound) as error:
        project.publish()
    [problem] = error.value.problems
    assert problem.code == "address-broken"
    assert "`/blog/short-lived/: /blog/another-name/`" in problem.hint
    with pytest.raises(UsageError, match="publish again"):
        project.publish(offer=True)
    assert project.publish().done
    moved = (www(project) / "blog" / "short-lived" / "index.html").read_text()
    assert "/blog/another-name/" in moved


def test_a_redirect_leads_to_no_other_page_and_each_is_asked_for(project):
    """A page without a successor gets no redirect, and a file one to its content."""
    project.post("moved", words="Ice or heat after a sprain: what helps, and for how long.")
    project.post("over", words="Tickets for the summer lottery.")
    (project.content / "files").mkdir(exist_ok=True)
    with pikepdf.new() as form:
        form.add_blank_page()
        form.save(project.content / "files" / "form.pdf")
    project.post("with-form", words="[The form]({static}/files/form.pdf).")
    project.publish()
    posts, files = project.content / "posts", project.content / "files"
    (posts / "moved.md").rename(posts / "elsewhere.md")
    (posts / "over.md").unlink()
    (files / "form.pdf").rename(files / "new-form.pdf")
    change(project, "posts/with-form.md", "form.pdf", "new-form.pdf")
    asked = []

    def offer(question: str) -> bool:
        asked.append(question)
        return "form" in question

    talk = replace(project.talk(), offer=offer)
    with pytest.raises(ProblemsFound) as error:
        publish(Options(), talk, project.settings)
    assert len(asked) == 2
    assert "`/blog/elsewhere/`" in asked[0]
    assert "new-form.pdf" in asked[1]
    assert "form.pdf: /files/new-form.pdf" in (project.content / "redirects.yaml").read_text()
    hints = {problem.message.split("`")[1]: problem.hint for problem in error.value.problems}
    assert hints["/blog/over/"] == "add `/blog/over/: gone` if nothing replaces it"
    assert hints.keys() == {"/blog/over/", "/blog/moved/"}


def test_an_alias_keeps_an_address(project):
    project.post("before")
    project.publish()
    (project.content / "posts" / "before.md").unlink()
    project.post("after")
    change(project, "posts/after.md", "^date:", "aliases: /blog/before/\ndate:")
    assert project.publish().done
    assert "url=/blog/after/" in (www(project) / "blog/before/index.html").read_text()


def test_what_is_gone_is_deleted_at_once(project):
    project.post("regretted", words="MAGIC-WORD")
    project.publish()
    (project.content / "posts" / "regretted.md").unlink()
    project.write("redirects.yaml", "/blog/regretted/: gone\n")
    project.publish()
    assert not [p for p, content in tree_of(www(project)).items() if b"MAGIC-WORD" in content]
    assert not (www(project) / "blog" / "regretted").exists()


# --- Verify, go back ---


@pytest.fixture
def served(project, monkeypatch):
    """The project behind nginx with TLS; its address is the real one."""
    project.publish()
    own = project.folder / ".releases" / "server"
    files = own / "nginx-server.conf", own / "nginx-http.conf"
    with servers.nginx(project.folder / "nginx", www(project), *files) as address:
        monkeypatch.setenv("SSL_CERT_FILE", str(project.folder / "nginx" / "cert.pem"))
        monkeypatch.setattr("practice.publish.verify.PATIENCE", (0,))
        project.address = address
        project.to(to="folder", path="www", host="nginx")
        yield project


def test_warnings_are_shown_before_anything_goes_live(project):
    change(project, "posts/a-plain-post.md", r"\Z", "\nCall (555) 555-0199, our old number.\n")
    project.publish()
    [told] = [line for line in project.said if "phone-other" in line]
    assert "warning" in told
    assert project.said.index(told) < next(
        number for number, line in enumerate(project.said) if line.startswith("Release")
    )


def test_verify_asks_for_every_file(served):
    outcome = served.publish(verify=True)
    assert outcome.done
    assert outcome.checked == len(outcome.plan.new.files)


def test_verify_names_what_is_wrong(served):
    served.publish()
    (www(served) / "team" / "index.html").write_text("something else")
    (www(served) / "feed.xml").unlink()
    with pytest.raises(ProblemsFound) as error:
        served.publish(verify=True)
    assert [(p.path, p.message) for p in error.value.problems if p.code == "verify-file"] == [
        (f"{served.address}/feed.xml", "answers 404"),
        (f"{served.address}/team/", "answers with different content"),
    ]


def test_a_release_that_is_live_is_never_said_not_to_be(project, monkeypatch, capsys):
    def wrong(*_):
        raise ProblemsFound([Problem("https://host.example/", 1, "verify-file", "answers 404")])

    monkeypatch.setattr("practice.publish.publish.check", wrong)
    with pytest.raises(Exit) as ended:
        tasks.publish.body(None, yes=True, verify=True, settings=str(project.settings))
    out, err = capsys.readouterr()
    assert ended.value.code == 1
    assert re.search(r"Live: release \w{12} at ", out)
    assert "answers 404" in err
    assert "The release is live all the same." in err
    assert f"`uv run inv rollback --settings {project.settings}`" in err
    assert "Nothing was published" not in err
    assert (www(project) / "index.html").is_file()


def test_verify_asks_for_the_addresses_of_before(served):
    served.post("moved")
    served.publish(verify=True)
    (served.content / "posts" / "moved.md").unlink()
    served.write("redirects.yaml", "/blog/moved/: /blog/\n")
    assert served.publish(verify=True).done


def test_rollback_brings_back_the_release_before_and_the_one_before_that(project):
    states = []
    for number in range(3):
        project.post(f"number-{number}")
        project.publish()
        states.append(_release_of(www(project)))
    project.rollback()
    assert _release_of(www(project)) == states[1]
    project.rollback()
    assert _release_of(www(project)) == states[0]
    with pytest.raises(UsageError, match="no release from before"):
        project.rollback()
    with pytest.raises(UsageError, match="no release with an id"):
        project.rollback("zzz")
    newest = [line.id for line in releases(project.settings)[0] if not line.back][-1]
    project.rollback(newest[:6])
    assert _release_of(www(project)) == states[2]
    history, live = releases(project.settings)
    assert live.release.id == newest
    assert [line.back for line in history] == [False] * 3 + [True] * 3


def test_rollback_brings_back_the_settings_of_the_server(project):
    """They belong to the release, and the server has to read them again."""
    server = project.folder / ".releases" / "server" / "nginx-server.conf"
    project.post("first")
    project.publish()
    before = server.read_text("utf-8")
    (project.content / "posts" / "first.md").unlink()
    project.write("redirects.yaml", "/blog/first/: gone\n/old/: /team/\n")
    project.publish()
    assert 'location = "/blog/first/" { return 410; }' in server.read_text("utf-8")
    project.said.clear()
    project.rollback()
    assert server.read_text("utf-8") == before
    assert "/blog/first/" not in before
    assert any("nginx-server.conf" in line for line in project.said)
    assert any("reload nginx" in line for line in project.said)


def test_settings_of_the_server_that_are_not_stored_are_made_from_the_release(project):
    """Its redirects are known, and its pages say which other sites they deal with."""
    server = project.folder / ".releases" / "server"
    project.post("first")
    project.publish()
    before = {file.name: file.read_text("utf-8") for file in server.iterdir()}
    assert "https://player.vimeo.com" in before["nginx-http.conf"]
    [stored] = [f for f in (project.folder / ".releases").glob("*.json") if len(f.stem) == 12]
    data = json.loads(stored.read_text("utf-8"))
    stored.write_text(json.dumps(data | {"server": {}}), "utf-8")
    project.post("second")
    project.publish()
    for file in server.iterdir():
        file.unlink()
    project.rollback()
    assert {file.name: file.read_text("utf-8") for file in server.iterdir()} == before


def _release_of(folder: Path) -> dict[str, bytes]:
    files = tree_of(folder)
    live = LiveState.from_text((folder / STATE).read_text())
    return {path: files[path] for path in live.release.files}


# --- The same bytes ---


def test_two_publishes_of_one_content_are_the_same_bytes(tmp_path):
    trees = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        project = publishing.Project(tmp_path / name).to(to="folder", path="www", host="nginx")
        os.environ["PRACTICE_CACHE"], before = str(tmp_path / name), os.environ["PRACTICE_CACHE"]
        try:
            project.publish()
        finally:
            os.environ["PRACTICE_CACHE"] = before
        state = {STATE: (www(project) / STATE).read_bytes()}
        trees.append(tree_of(www(project)) | state)
    assert trees[0].keys() == trees[1].keys()
    assert [path for path in trees[0] if trees[0][path] != trees[1][path]] == []


def test_the_bill_of_materials_names_what_runs_and_no_more():
    bill = json.loads(sbom.bill(ROOT))
    names = {component["name"] for component in bill["components"]}
    assert {"pelican", "pillow", "jinja2", "markupsafe"} <= names
    assert not names & {"pytest", "mypy", "practice-site"}
    for component in bill["components"]:
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        hashes = [h["content"] for r in component["externalReferences"] for h in r["hashes"]]
        assert hashes
        assert all(re.fullmatch("[0-9a-f]{64}", value) for value in hashes)
    refs = {component["bom-ref"] for component in bill["components"]}
    refs.add(bill["metadata"]["component"]["bom-ref"])  # an extra may name another of our own
    assert {ref for d in bill["dependencies"] for ref in d.get("dependsOn", ())} <= refs
    assert any(d.get("dependsOn") for d in bill["dependencies"])
    assert sbom.bill(ROOT) == sbom.bill(ROOT)


def fake_uv(tmp_path, script):
    """A program in the place of uv; a shell script is enough where there is a shell."""
    file = tmp_path / "uv-for-this-test"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'error: invalid value' >&2; exit 2", r"invalid value.*update uv"),
        ("exit 3", r"exit code 3"),
        ("echo nonsense", r"update uv"),
        ("echo '{}'", r"update uv"),
    ],
)
def test_where_uv_cannot_list_the_packages_the_reason_is_told(
    tmp_path, monkeypatch, script, reason
):
    (tmp_path / "uv.lock").touch()
    monkeypatch.setenv("UV", fake_uv(tmp_path, script))
    with pytest.raises(sbom.Unavailable, match=reason):
        sbom.bill(tmp_path)


def test_without_uv_there_is_no_list_of_packages(tmp_path, monkeypatch):
    (tmp_path / "uv.lock").touch()
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(sbom.Unavailable, match="`uv` is missing"):
        sbom.bill(tmp_path)


def test_the_list_of_packages_lies_beside_the_releases_or_a_line_says_why_not(project):
    project = project.to(to="folder", path="www", host="nginx")
    file = project.folder / ".releases" / "sbom.cdx.json"
    for name in ("uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, project.folder)
    project.publish()
    assert json.loads(file.read_text("utf-8"))["bomFormat"] == "CycloneDX"
    (project.folder / "uv.lock").unlink()
    project.publish()
    assert not file.exists()
    [line] = [line for line in project.said if file.name in line]
    assert "there is no `uv.lock`" in line


# --- Settings ---


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"to": "ftp"}, r"publishconf.py:\d+: `to` is not a kind of target: did you mean `sftp`"),
        ({"to": "folder", "pth": "x"}, r"`pth` is unknown: did you mean `path`"),
        ({"to": "folder"}, r"PUBLISH needs `path`: the folder that the web server serves"),
        ({"to": "sftp", "password": "x"}, r"`password` is a secret .* use PUBLISH_PASSWORD"),
        ({"to": "s3", "secret_access_key": "x"}, r"use AWS_SECRET_ACCESS_KEY"),
        ({"to": "sftp", "server": "s", "user": "u", "path": "/", "port": "x"}, r"`port`: "),
        ({"to": "rclone", "remote": ":s3,secret_access_key=x:y"}, r"`remote`: "),
    ],
)
def test_settings_that_are_wrong_say_where(project, said, message):
    with pytest.raises(UsageError, match=message):
        load(project.to(**said).settings)


def test_settings_without_a_target_point_to_the_questions(project):
    text = re.sub("^PUBLISH.*\n", "", project.settings.read_text(), flags=re.MULTILINE)
    project.settings.write_text(text)
    with pytest.raises(UsageError, match="--init"):
        project.publish()


@pytest.mark.parametrize("given", [
    ["https://clinic.practice-site.org/", "folder", "nginx", "www", ""],
    ["nonsense", "https://clinic.practice-site.org", "what", "sftp", "nginx",
     "sftp.practice-site.org", "22022", "me", "/www", "", ""],
    ["https://clinic.practice-site.org", "github", "", "", "clinic.practice-site.org"],
    ["https://clinic.practice-site.org", "ready", "netlify", ""],
    ["https://clinic.practice-site.org", "s3", "", "bucket/site", "", "", ""],
])  # fmt: skip
def test_the_questions_write_settings_that_work(project, given):
    for _ in range(2):  # written over, not beside
        answers = list(reversed(given))
        wizard.ask(project.settings, lambda _, left=answers: left.pop(), lambda _: None)
        assert answers == []
    settings = load(project.settings)
    assert settings.address == "https://clinic.practice-site.org"
    assert settings.target.to in given
    assert project.settings.read_text().count("PUBLISH = ") == 1


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (["www.practice-site.org"], "`www.practice-site.org` does not start with `https://`"),
        (["https://"], "has no host name"),
        (["https://clinic"], "has no host name"),
        (["https://[clinic"], "has no host name"),
        (["https://clinic.practice-site.org/our site"], "a space"),
        (["https://clinic.practice-site.org/?a=b"], "`?`"),
        (["+", "ftp"], "`ftp` is none of folder, ready, sftp"),
        (["+", "folder", "iis"], "`iis` is none of 'nginx', 'caddy'"),
        (["+", "folder", "nginx", ""], "an answer is needed"),
        (["+", "sftp", "", "sftp://practice-site.org"], "without `sftp://`"),
        (["+", "sftp", "", "practice-site.org", "two"], "`two` is not a whole number"),
        (["+", "sftp", "", "practice-site.org", "99999"], "the most is 65535"),
        (["+", "rclone", "", "no-colon"], "it is not `name:path`"),
        (["+", "s3", "", "s3://bucket"], "without `s3://`"),
        (["+", "github", "", "", "https://clinic.practice-site.org"], "is not a domain"),
        (["+", "github", "", "", "other-clinic.com"], "is not the one of `SITEURL`"),
    ],
)
def test_the_questions_say_why_an_answer_does_not_fit(tmp_path, answers, why):
    """The last answer does not fit, and is asked for again."""
    left = ["https://clinic.practice-site.org" if given == "+" else given for given in answers]
    said = []

    def answer(_: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    with pytest.raises(EOFError):
        wizard.ask(tmp_path / "publishconf.py", answer, said.append)
    assert said[-1].startswith("This does not fit: ")
    assert why in said[-1]
    assert [line for line in said if "does not fit" in line] == said[-1:]
    assert not (tmp_path / "publishconf.py").exists()


def test_a_path_of_windows_is_written_as_it_was_answered(project):
    path = r"C:\new\table"
    answers = ["", path, "nginx", "folder", "https://clinic.practice-site.org"]
    wizard.ask(project.settings, lambda _: answers.pop(), lambda _: None)
    assert str(load(project.settings).target.path) == path


DOCS = (ROOT / "docs" / "publishing.md").read_text("utf-8")
SNIPPETS = [ast.literal_eval(found) for found in re.findall(r"PUBLISH = (\{[^}]*\})", DOCS)]


@pytest.mark.parametrize("said", SNIPPETS, ids=str)
def test_the_settings_in_the_documentation_work(project, said):
    assert load(project.to(**said).settings).target.to == said["to"]


def test_the_documentation_shows_every_target_and_host():
    assert {said["to"] for said in SNIPPETS} == set(TARGETS)
    for host in get_args(Host):
        assert host == "other" or host in DOCS


# --- The commands ---


def command(*arguments: str, **options) -> subprocess.CompletedProcess:
    inv = str(Path(sys.executable).with_name("inv"))
    return subprocess.run(
        [inv, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False, **options
    )


def test_the_commands(project):
    settings = f"--settings={project.settings}"
    first = command("publish", settings)
    assert (first.returncode, first.stderr) == (0, "")
    assert re.search(r"Live: release \w{12} at .*www\.", first.stdout)
    project.post("one-more")
    assert command("publish", settings, "--yes").returncode == 0
    listed = command("releases", settings).stdout.splitlines()
    assert [line[0] for line in listed] == [" ", "*", " ", "*"]
    back = command("rollback", settings, "--yes")
    assert (back.returncode, back.stderr) == (0, "")
    assert not (www(project) / "blog" / "one-more").exists()


def test_the_command_ends_with_1_and_every_problem(project):
    change(project, *UNFIT["review-overdue"])
    run = command("publish", f"--settings={project.settings}")
    assert run.returncode == 1
    assert re.search(r"taping\.md:\d+: review-overdue the review was due on", run.stderr)
    assert "Nothing was published." in run.stderr
    assert "Traceback" not in run.stderr


def test_the_command_ends_with_2_where_settings_are_wrong(project):
    project.to(to="folder")
    run = command("publish", f"--settings={project.settings}")
    assert run.returncode == 2
    assert "PUBLISH needs `path`" in run.stderr
