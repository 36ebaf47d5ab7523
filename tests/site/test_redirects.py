"""Redirects: what an editor may write, what is refused, and each host's words for them.

How real servers follow them is tested in `test_headers.py`.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import unicodedata
from urllib.parse import quote

import html5lib
import publishing
import pytest
import tools
from conftest import settings_text

from practice.build.run import build
from practice.hosting import apache, caddy, cloudflare, cloudfront, netlify, nginx
from practice.problems import ProblemsFound
from practice.site import redirects
from practice.site.assemble import load
from practice.site.redirects import Redirect

MOVED = [
    Redirect("/a.b/", "/team/", "x", 1),
    Redirect("/far/", "https://elsewhere.org/x", "x", 1),
    Redirect("/lost/", None, "x", 1),
]


def problems_of(content, tmp_path, text: str) -> list[tuple[int, str]]:
    (content / "redirects.yaml").write_text(text, "utf-8")
    with pytest.raises(ProblemsFound) as error:
        build(content, tmp_path / "site")
    return [
        (problem.line, problem.code)
        for problem in error.value.problems
        if problem.path.endswith("redirects.yaml")
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/old/: /nowhere/", "redirect-dead"),
        ("/old/: nowhere", "redirect-target"),
        ("/old/: http://elsewhere.org/", "redirect-target"),
        ("/old/: https://elsewhere.org/a b", "redirect-target"),
        ("/old/: javascript:alert(1)", "redirect-target"),
        ("/old/: //elsewhere.org/", "redirect-target"),
        ("/old/: https:///team/", "redirect-target"),
        ("/old/: https://localhost/", "redirect-target"),
        ("/old/: https://a..org/", "redirect-target"),
        ("/old/: https://me@elsewhere.org/", "redirect-target"),
        ("/old/: https://elsewhere.org:99999/", "redirect-target"),
        ("/old/: https://[elsewhere.org/", "redirect-target"),
        ("/old/: https://elsewhere.org/a%0Ab", "redirect-target"),
        ("/old/: https://elsewhere.org/a%2Fb", "redirect-target"),
        ("/old/: https://elsewhere.org/?100%", "redirect-target"),
        ("/old/: 'https://elsewhere.org/#x;}{'", "redirect-target"),
        ("/old/: '/team/#x;}{'", "redirect-target"),
        ('/old/: "/team/#x;}\\x0alocation /admin { proxy_pass http://x; }"', "redirect-target"),
        ("/old/: '/team/?q=a b'", "redirect-target"),
        ("/old/: '/team/#no-such-section'", "redirect-fragment"),
        ("/old/: /contact/#page-no-such-section", "redirect-fragment"),
        ("/old.pdf: /contact/#page-no-such-section", "redirect-fragment"),
        ("/old/: /questions/#no-such-question", "redirect-fragment"),
        ("/old/: /feed.xml#x", "redirect-fragment"),
        ("/old/:", "redirect-target"),
        ("/old/: [/team/]", "redirect-target"),
        ("old: /team/", "redirect-address"),
        ("/old/?p=1: /team/", "redirect-address"),
        ("'/old/#top': /team/", "redirect-address"),
        ("/100%/: /team/", "redirect-address"),
        ("/a%F1os/: /team/", "redirect-address"),
        ("/a%2Fb/: /team/", "redirect-address"),
        ("/a%0Ab/: /team/", "redirect-address"),
        ('"/a\\nb/": /team/', "redirect-address"),
        ("/a//b/: /team/", "redirect-address"),
        ("/%2E%2E/x/: /team/", "redirect-address"),
        ("/../x/: /team/", "redirect-address"),
        ("/.x/: /team/", "redirect-address"),
        ("//elsewhere.org/: /team/", "redirect-address"),
        ("/team/: /treatments/", "redirect-taken"),
        ("/feed.xml: /team/", "redirect-taken"),
        ("/team/index.html: /treatments/", "redirect-taken"),
        ("/%74eam/: /treatments/", "redirect-taken"),
        ("/feed.xml/: /team/", "redirect-taken"),
        ("/blog/2026/index.html/: /team/", "redirect-taken"),
        ("/CNAME/: /team/", "redirect-taken"),
        ("just words", "yaml"),
    ],
)
def test_what_is_refused(content, tmp_path, line, code):
    found = problems_of(content, tmp_path, f"/fine/: /team/\n{line}\n")
    assert code in {name for _, name in found}
    if code != "yaml":
        assert found == [(2, code)]


def test_chains_and_doubles_are_refused(content, tmp_path):
    found = problems_of(content, tmp_path, "/a/: /b/\n/b/: /team/\n/c/: /team/\n/c: /team/\n")
    assert found == [(1, "redirect-chain"), (4, "redirect-twice")]


@pytest.mark.parametrize(
    "other", ["/a%20b%C3%B1.pdf", "/a%20bn%CC%83.pdf", "/a%20b\u00f1.pdf", "/a b%c3%b1.pdf"]
)
@pytest.mark.parametrize("target", ["/team/", "gone"])
def test_each_spelling_is_the_same_address(content, tmp_path, other, target):
    found = problems_of(content, tmp_path, f"/x/: /x/\n/a bn\u0303.pdf: gone\n{other}: {target}\n")
    assert found == [(1, "redirect-chain"), (3, "redirect-twice")]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_target_leads_to_the_file_as_it_is_named(content, tmp_path, form):
    name = unicodedata.normalize(form, "Niños.pdf")
    publishing.pdf(content / "files" / name)
    (content / "redirects.yaml").write_text("/a/: /files/Niños.pdf\n", "utf-8")
    [redirect] = redirects.of(build(content, tmp_path / "site").site)
    assert redirect.location("") == f"/files/{quote(name)}"


def test_pages_that_need_the_same_name_for_a_file_and_a_folder_are_refused(content, tmp_path):
    found = problems_of(content, tmp_path, "/old.html: /team/\n/old.html/x/: /team/\n")
    assert found == [(1, "redirect-taken"), (2, "redirect-taken")]


@pytest.mark.parametrize(
    "line",
    [
        "/o ld/: /team/",
        "/o%20ld/: /team/",
        "/über/: gone",
        "/files/Años;[draft] (2).pdf: /team/",
        "/a\\b/: /team/",
        "'/a;}/': /team/",
        "'/a\"b/': /team/",
        "/a%23b%3F%25/: gone",
        "/$x/: /team/",
        "/old/: /team/#page-main",
        "/old/: /search/?q=dry%20needling&x=1",
        "/old/: https://es.wikipedia.org/wiki/Niño_(cantante)?x=$1&y='z'#Años",
        "/old/: https://elsewhere.org:8443/?x=%2F",
        f"/{'long-' * 60}/: /team/",
    ],
)
def test_what_is_accepted(content, tmp_path, line):
    (content / "redirects.yaml").write_text(f"{line}\n", "utf-8")
    site = build(content, tmp_path / "site").site
    assert len(redirects.of(site)) >= 1


def test_a_target_is_sent_percent_encoded(content, tmp_path):
    publishing.pdf(content / "files" / "Años (2).pdf")
    text = (
        "/a/: /files/Años (2).pdf\n/b/: /files/A%C3%B1os%20(2).pdf\n/c/: /search/?q=ñ$1\n"
        "/d/: https://es.wikipedia.org/wiki/Niño\n"
    )
    (content / "redirects.yaml").write_text(text, "utf-8")
    site = build(content, tmp_path / "site").site
    assert [redirect.location("/b") for redirect in redirects.of(site)] == [
        "/b/files/A%C3%B1os%20%282%29.pdf",
        "/b/files/A%C3%B1os%20%282%29.pdf",
        "/b/search/?q=%C3%B1%241",
        "https://es.wikipedia.org/wiki/Ni%C3%B1o",
    ]
    assert 'href="/files/A%C3%B1os%20%282%29.pdf"' in (tmp_path / "site/a/index.html").read_text()


@pytest.mark.parametrize(
    "line",
    [
        '"/a\\nb/": /team/',
        '"/a\\nb/":',
        '"/a/": "/team/\\x0ax"',
        "/a/: '/team/#a%0Ab'",
        "/a/: '/x/#a%0Ab'",
    ],
)
def test_a_message_stays_on_one_line(content, line):
    (content / "redirects.yaml").write_text(f"{line}\n", "utf-8")
    site, _ = load(content, dt.date(2026, 11, 1))
    [problem] = redirects.check(site)
    assert "\n" not in problem.headline + problem.hint


@pytest.mark.parametrize("name", ['a"b', "a:b", "a\\b", "..\\..\\b", "a.", "a ", "a?b", "x" * 256])
def test_no_page_is_written_that_not_every_system_can_store(name):
    assert Redirect(f"/x/{name}/y/", "/team/", "x", 1).fallback is None


def test_an_address_can_be_given_up_and_have_an_alias(content, tmp_path):
    add_aliases(content, "a-plain-post", "/plain/")
    (content / "redirects.yaml").write_text("/plain/: gone\n")
    with pytest.raises(ProblemsFound, match="redirect-twice"):
        build(content, tmp_path / "site")


def test_two_that_lead_to_each_other_are_refused(content, tmp_path):
    found = problems_of(content, tmp_path, "/a/: /b/\n/b/: /a/\n")
    assert found == [(1, "redirect-chain"), (2, "redirect-chain")]


def add_aliases(content, name: str, aliases: str):
    file = content / "posts" / f"{name}.md"
    file.write_text(file.read_text("utf-8").replace("---\n", f"---\naliases: {aliases}\n", 1))


def test_aliases_lead_to_their_document(content, tmp_path):
    add_aliases(content, "a-plain-post", "[/2019/05/plain.html, /plain]")
    site = build(content, tmp_path / "site").site
    found = {(r.source, r.target) for r in redirects.of(site)}
    assert {
        ("/2019/05/plain.html", "/blog/a-plain-post/"),
        ("/plain/", "/blog/a-plain-post/"),
    } <= found
    assert (tmp_path / "site" / "2019" / "05" / "plain.html").is_file()


def test_an_alias_of_two_documents_is_refused(content, tmp_path):
    for name in ("a-plain-post", "another-plain-post"):
        add_aliases(content, name, "/plain/")
    with pytest.raises(ProblemsFound, match="redirect-twice"):
        build(content, tmp_path / "site")


@pytest.mark.parametrize("base", ["", "/some/clinic"])
def test_the_page_that_leads_on(content, tmp_path, base):
    (content / "redirects.yaml").write_text(
        "/old/: /team/\n/far/: https://elsewhere.org/x\n/old.pdf: /team/\n/lost/: gone\n"
    )
    settings = tmp_path / "settings.py"
    settings.write_text(settings_text(SITEURL=f"https://host.practice-site.org{base}"))
    build(content, tmp_path / "site", settings)
    page = html5lib.parse(
        (tmp_path / "site/old/index.html").read_text(), namespaceHTMLElements=False
    )
    [refresh] = [m for m in page.iter("meta") if m.get("http-equiv")]
    assert refresh.get("content") == f"0; url={base}/team/"
    [link] = page.iter("a")
    assert link.get("href") == f"{base}/team/"
    [canonical] = [e for e in page.iter("link") if e.get("rel") == "canonical"]
    assert canonical.get("href") == f"https://host.practice-site.org{base}/team/"
    far = (tmp_path / "site/far/index.html").read_text()
    assert 'href="https://elsewhere.org/x"' in far
    assert "refresh" not in far
    assert not (tmp_path / "site/old.pdf").exists()  # a page is no PDF: the host has to lead on
    assert not (tmp_path / "site/lost").exists()


def test_each_hosts_words():
    assert netlify.redirects(MOVED, "/b") == (
        "/b/a.b/ /b/team/ 301!\n/b/far/ https://elsewhere.org/x 301!\n/b/lost/ /b/404.html 404!\n"
    )
    assert cloudflare.redirects(MOVED, "") == (
        "/a.b/ /team/ 301\n/far/ https://elsewhere.org/x 301\n"
    )
    assert nginx.redirects(MOVED, "") == (
        'location = "/a.b/" { return 301 "/team/"; }\n'
        'location = "/far/" { return 301 "https://elsewhere.org/x"; }\n'
        'location = "/lost/" { return 410; }\n'
    )
    assert apache.redirects(MOVED[:1], "") == 'RedirectMatch 301 "^/a\\\\x2eb/$" "/team/"\n'
    assert caddy.redirects(MOVED[1:], "") == (
        '@moved1 path_regexp "^/far/$"\nredir @moved1 "https://elsewhere.org/x" 301\n'
        '@moved2 path_regexp "^/lost/$"\nerror @moved2 410\n'
    )


def test_cloudfronts_function_does_what_it_says(tmp_path):
    node = tools.required("node")
    asked = ["/", "/team/", "/team", "/feed.xml", "/a.b/", "/far/", "/lost/", "/constructor"]
    file = tmp_path / "f.js"
    file.write_text(
        cloudfront.function(MOVED, "")
        + f"console.log(JSON.stringify({json.dumps(asked)}"
        + ".map(uri => handler({ request: { uri } }))))"
    )
    run = subprocess.run([node, str(file)], capture_output=True, text=True, check=True)
    answers = dict(zip(asked, json.loads(run.stdout), strict=True))
    assert answers["/"]["uri"] == "/index.html"
    assert answers["/team/"]["uri"] == "/team/index.html"
    assert answers["/feed.xml"]["uri"] == "/feed.xml"
    assert answers["/team"]["headers"]["location"]["value"] == "/team/"
    assert answers["/a.b/"]["headers"]["location"]["value"] == "/team/"
    assert answers["/far/"]["headers"]["location"]["value"] == "https://elsewhere.org/x"
    assert answers["/lost/"]["statusCode"] == 410
    assert answers["/constructor"]["statusCode"] == 301
