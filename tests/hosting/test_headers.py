"""Headers: one source, said in each host's words; nginx, Caddy and Apache really serve them.

Not tested here: Netlify, Cloudflare and CloudFront themselves, which need accounts. Their formats
are compared with what their documentation asks for.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import publishing
import pytest
import servers
from browsers import PATIENCE, launched, page_of

from practice.hosting import apache, caddy, cloudflare, cloudfront, headers, netlify
from practice.publish import postprocess, verify
from practice.publish.release import address_of, of_folder, served
from practice.publish.settings import load
from practice.site.outside import NOWHERE, Outside, in_page, together
from practice.site.redirects import Redirect

MOVED = [
    Redirect("/old/", "/treatments/", "x", 1),
    Redirect("/old.html", "/team/", "x", 1),
    Redirect("/lost/", None, "x", 1),
]


WATCH, ASK, KITCHEN_SINK = "/blog/watch/", "/blog/ask/", "/kitchen-sink/"
VIDEO = """\
/// video | A stretch
    url: https://youtu.be/aBcDeFgHiJk
    length: 2:30
    published: 2026-03-01
    description: June stretches.
    picture: arcs.png
    picture-alt: none
    captions: true
///
"""
FORM = """\
/// form | Write to us
    action: https://forms.example.com:8443/abc?d=e
    fields: [name, message]
///
"""
OUTSIDE = {
    WATCH: Outside(players=("https://www.youtube-nocookie.com",)),
    ASK: Outside(forms=("https://forms.example.com:8443",)),
    KITCHEN_SINK: Outside(("https://player.vimeo.com",), ("https://forms.example.com:8443",)),
}
"""What pages of the project below deal with; that of the kitchen sink has both."""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A practice that is published to a folder for nginx."""
    made = publishing.Project(tmp_path_factory.mktemp("headers"))
    made.to(to="folder", path="www", host="nginx")
    made.write("redirects.yaml", "".join(f"{r.source}: {r.target or 'gone'}\n" for r in MOVED))
    made.post("watch", words=VIDEO)
    made.post("ask", words=FORM)
    made.publish()
    return made


@pytest.fixture(scope="module")
def live(project):
    """The address at which nginx serves it, with the settings that publishing has written."""
    written = project.folder / ".releases" / "server"
    own = written / "nginx-server.conf", written / "nginx-http.conf"
    with (
        servers.nginx(project.folder / "nginx", project.folder / "www", *own) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SSL_CERT_FILE", str(project.folder / "nginx" / "cert.pem"))
        yield address


def assert_headers(address, folder):
    release = of_folder(folder)
    paths = list(served(release.files))
    assert len(paths) > 30
    for path in paths:
        where = address_of(path)
        answer = verify.get(address + where)
        wanted = headers.of(where, OUTSIDE.get(where, NOWHERE))
        said = {name: answer.headers.get_all(name) for name in wanted}
        assert said == {name: [value] for name, value in wanted.items()}, where


def test_nginx_says_the_headers_of_every_file_and_each_once(project, live):
    assert_headers(live, project.folder / "www")


def test_nginx_says_the_headers_with_an_error_too(live):
    answer = verify.get(f"{live}/there-is-no-such-page/")
    assert answer.status == 404
    assert b"<h1>" in answer.body
    for name, value in headers.SECURITY.items():
        assert answer.headers[name] == value
    assert answer.headers["Content-Security-Policy"] == headers.policy(headers.POLICY)


def test_nginx_has_nothing_to_warn_about(project, live):
    assert verify.get(live).status == 200
    assert "[" not in (project.folder / "nginx" / "log").read_text()


def test_nginx_redirects(live):
    assert verify.get(f"{live}/old/").headers["Location"] == "/treatments/"
    assert verify.get(f"{live}/old.html").status == 301
    assert verify.get(f"{live}/lost/").status == 410


def test_nginx_serves_compressed_siblings(live):
    request = urllib.request.Request(f"{live}/", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.read(2) == b"\x1f\x8b"
    assert verify.get(f"{live}/index.html.gz").status == 404


def test_caddy(project, tmp_path):
    settings = caddy.site_settings("", MOVED, OUTSIDE)
    with servers.caddy(tmp_path / "caddy", project.folder / "www", settings) as address:
        assert_headers(address, project.folder / "www")
        assert verify.get(f"{address}/old/").headers["Location"] == "/treatments/"
        assert verify.get(f"{address}/lost/").status == 410
        missing = verify.get(f"{address}/there-is-no-such-page/")
        assert missing.status == 404
        assert b"<h1>" in missing.body


@pytest.fixture
def readable_by_all():
    """A folder that a server with a user of its own can read; those of pytest are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_apache(project, tmp_path, readable_by_all):
    www = Path(shutil.copytree(project.folder / "www", readable_by_all / "www"))
    (www / ".htaccess").write_text(apache.htaccess("", MOVED, OUTSIDE))
    with servers.apache(tmp_path / "apache", www) as address:
        assert_headers(address, www)
        assert verify.get(f"{address}/old/").headers["Location"].endswith("/treatments/")
        assert verify.get(f"{address}/lost/").status == 410
        missing = verify.get(f"{address}/there-is-no-such-page/")
        assert missing.status == 404
        assert b"<h1>" in missing.body


@pytest.mark.browser
def test_chromium_sees_no_violation_and_no_request_to_others(project, live):
    pages = sorted((project.folder / "www").rglob("*.html"))
    found, asked = [], set()
    with launched() as browser:
        page = page_of(browser, ignore_https_errors=True)
        page.on("console", lambda message: found.append((page.url, message.text)))
        page.on("pageerror", lambda error: found.append((page.url, str(error))))
        page.on("request", lambda request: asked.add(request.url.split("/")[2]))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.log(e.violatedDirective))"
        )
        for file in pages:
            path = address_of(file.relative_to(project.folder / "www").as_posix())
            if path not in ("/old/", "/old.html", "/lost/"):
                page.goto(live + path)
        assert page.evaluate("getComputedStyle(document.body).display") != "inline"
        # the counter-proof: what the policy forbids is seen
        assert not found
        page.evaluate("document.body.setAttribute('onclick', 'x()')")
        page.evaluate(
            "document.head.append(Object.assign(document.createElement('style'),"
            "{textContent: 'p{}'}))"
        )
        end = time.monotonic() + PATIENCE
        while not any("style-src" in text for _, text in found) and time.monotonic() < end:
            page.wait_for_timeout(20)  # in which playwright hands on what the console says
    assert len(pages) > 20
    assert [text for _, text in found if "style-src" in text]
    assert asked == {live.split("/")[2]}


# --- The score that the MDN HTTP Observatory would give ---


def observatory(said: dict[str, str], page: str) -> dict[str, int]:
    """What each test of the MDN HTTP Observatory adds to 100.

    From its published sources, github.com/mdn/mdn-http-observatory, `src/grader/charts.js` and
    `src/analyzer/tests/`, as of November 2026. Only the outcomes that this site can have are
    told apart; anything else is an error here.
    """
    policy = dict(part.strip().split(" ", 1) for part in said["Content-Security-Policy"].split(";"))
    sums = {}
    unsafe = re.search(r"'unsafe-(inline|eval)'|data:|https?:|\*", " ".join(policy.values()))
    assert not unsafe
    assert policy["form-action"] in ("'self'", "'none'")
    sums["content-security-policy"] = 10 if policy["default-src"] == "'none'" else 5
    assert "Set-Cookie" not in said
    sums["cookies"] = 0
    assert "Access-Control-Allow-Origin" not in said
    sums["cross-origin-resource-sharing"] = 0
    sums["redirection"] = 0  # the host's part: http leads to https on the same name
    private = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    sums["referrer-policy"] = 5 if said["Referrer-Policy"] in private else -5
    age = int(said["Strict-Transport-Security"].removeprefix("max-age="))
    sums["strict-transport-security"] = 0 if age >= 15_768_000 else -10
    scripts = _Scripts(page)
    assert all(source.startswith("/") for source in scripts.sources)
    sums["subresource-integrity"] = 0
    sums["x-content-type-options"] = 0 if said["X-Content-Type-Options"] == "nosniff" else -5
    sums["x-frame-options"] = 5 if policy["frame-ancestors"] in ("'none'", "'self'") else -20
    same = said["Cross-Origin-Resource-Policy"] in ("same-origin", "same-site")
    sums["cross-origin-resource-policy"] = 10 if same else 0
    corp = said["Cross-Origin-Embedder-Policy"] in ("require-corp", "credentialless")
    sums["cross-origin-embedder-policy"] = 10 if corp else 0
    same = said["Cross-Origin-Opener-Policy"] == "same-origin"
    sums["cross-origin-opener-policy"] = 10 if same else 0
    return sums


class _Scripts(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "script" and dict(attrs).get("src"):
            self.sources.append(dict(attrs)["src"])


@pytest.mark.parametrize("path", ["/", "/search/"])
def test_observatory(live, path):
    answer = verify.get(live + path)
    sums = observatory(dict(answer.headers), answer.body.decode())
    base = 100 + sum(value for value in sums.values() if value < 0)
    total = base + sum(value for value in sums.values() if value > 0) * (base >= 90)
    print(f"{path}: 100 {sums} = {total}")
    assert total == 150


# --- The formats that no server here can read ---


def test_each_file_matches_one_caching_rule_only():
    for folder in headers.CACHING:
        assert not [other for other in headers.CACHING if other != folder and other in folder]


def blocks(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    path = ""
    for line in text.splitlines():
        if line.startswith(" "):
            found[path].append(line.strip())
        else:
            path = line
            found[path] = []
    return found


def said_by(rules: dict[str, list[str]], address: str) -> dict[str, str]:
    """What a `_headers` file says of an address: rules add up, `!` takes back (Cloudflare)."""
    said: dict[str, list[str]] = {}
    for path, lines in rules.items():
        if not re.fullmatch(re.escape(path).replace(r"\*", ".*"), address):
            continue
        for line in lines:
            if line.startswith("! "):
                said.pop(line.removeprefix("! "), None)
            else:
                name, value = line.split(": ", 1)
                said.setdefault(name, []).append(value)
    return {name: ", ".join(values) for name, values in said.items()}


ADDRESSES = [
    WATCH, ASK, KITCHEN_SINK,
    "/", "/team/", "/search/", "/pagefind/pagefind.js", "/pagefind/fragment/x.pf_fragment",
    "/assets/site.12345678.css", "/images/a.png", "/files/a.pdf", "/feed.xml", "/404.html",
]  # fmt: skip


@pytest.mark.parametrize("base", ["", "/some/clinic"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_cloudflare_says_what_the_source_says(address, base):
    said = said_by(blocks(cloudflare.headers(base, OUTSIDE)), base + address)
    wanted = headers.of(address, OUTSIDE.get(address, NOWHERE))
    if wanted["Cache-Control"] == headers.SOON:
        del wanted["Cache-Control"]  # Cloudflare's own: asked about each time
    assert said == wanted


@pytest.mark.parametrize("address", ADDRESSES)
def test_netlify_says_no_header_twice_and_the_policy_of_the_search_everywhere(address):
    said = said_by(blocks(netlify.headers("", {})), address)
    wanted = headers.of(address)
    wanted["Content-Security-Policy"] = headers.policy(headers.SEARCH_POLICY)
    if wanted["Cache-Control"] == headers.SOON:
        del wanted["Cache-Control"]  # Netlify's own
    assert said == wanted


@pytest.mark.parametrize("search", [False, True])
def test_cloudfront_says_every_header(search):
    config = json.loads(
        cloudfront.headers_policy("https://clinic.practice-site.org", {}, search=search)
    )
    known = config["SecurityHeadersConfig"]
    wanted = headers.of("/search/" if search else "/")
    assert (
        known["ContentSecurityPolicy"]["ContentSecurityPolicy"]
        == (wanted["Content-Security-Policy"])
    )
    age = known["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    assert f"max-age={age}" == wanted["Strict-Transport-Security"]
    assert known["ReferrerPolicy"]["ReferrerPolicy"] == wanted["Referrer-Policy"]
    others = {i["Header"]: i["Value"] for i in config["CustomHeadersConfig"]["Items"]}
    assert config["CustomHeadersConfig"]["Quantity"] == len(others)
    said = {"Content-Security-Policy", "Strict-Transport-Security", "Referrer-Policy"}
    said |= {"X-Content-Type-Options", "Cache-Control"}
    assert others == {name: value for name, value in wanted.items() if name not in said}


def test_github_pages_carry_the_policy_themselves(tmp_path):
    project = publishing.Project(tmp_path).to(to="github", domain="clinic.practice-site.org")
    files = postprocess.host_files(load(project.settings), "", MOVED, {})
    assert files == {".nojekyll": "", "CNAME": "clinic.practice-site.org\n"}
    assert "frame-ancestors" not in headers.in_page("/")
    assert "'wasm-unsafe-eval'" in headers.in_page("/search/")


def test_only_the_search_may_run_webassembly():
    allowed = [address for address in ADDRESSES if "wasm" in headers.policy_of(address)]
    assert all(address.startswith(headers.SEARCH) for address in allowed)
    assert len(allowed) == 3


# --- Pages with a video or a form ---


def test_only_pages_that_need_them_name_other_sites(project):
    pages = {path: headers.of(path, OUTSIDE.get(path, NOWHERE)) for path in ADDRESSES}
    policies = {path: said["Content-Security-Policy"] for path, said in pages.items()}
    assert "frame-src https://www.youtube-nocookie.com" in policies[WATCH]
    assert "form-action 'self' https://forms.example.com:8443;" in policies[ASK]
    assert [path for path in policies if "frame-src" in policies[path]] == [
        WATCH,
        KITCHEN_SINK,
    ]
    assert {path for path in policies if "https:" in policies[path]} == OUTSIDE.keys()
    assert pages[WATCH]["Cross-Origin-Embedder-Policy"] == "unsafe-none"
    assert (
        'fullscreen=(self "https://www.youtube-nocookie.com")'
        in (pages[WATCH]["Permissions-Policy"])
    )
    assert pages[WATCH]["Permissions-Policy"].count("youtube") == len(headers.OF_PLAYERS)
    assert headers.differing(ASK, OUTSIDE[ASK]).keys() == {"Content-Security-Policy"}
    assert "camera=()" in pages[WATCH]["Permissions-Policy"]
    built = {
        address_of(file.relative_to(project.folder / "www").as_posix()): in_page(
            file.read_text("utf-8")
        )
        for file in (project.folder / "www").rglob("*.html")
    }
    assert {path: found for path, found in built.items() if found} == OUTSIDE


def test_hosts_with_one_policy_allow_what_any_page_needs():
    both = together(OUTSIDE)
    wanted = headers.of("/search/", both)
    del wanted["Cache-Control"]
    for address in ("/", WATCH):
        assert said_by(blocks(netlify.headers("", OUTSIDE)), address) == wanted
    config = json.loads(cloudfront.headers_policy("https://a.example", OUTSIDE, search=True))
    policy = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert policy == wanted["Content-Security-Policy"]
    others = {i["Header"]: i["Value"] for i in config["CustomHeadersConfig"]["Items"]}
    assert others["Cross-Origin-Embedder-Policy"] == "unsafe-none"


@pytest.mark.parametrize("host", ["github", "netlify"])
def test_pages_of_such_hosts_contain_the_policy_of_their_own(tmp_path, host):
    project = publishing.Project(tmp_path).to(to="folder", path="www", host=host)
    project.post("watch", words=VIDEO)
    project.post("ask", words=FORM)
    project.publish(dry_run=True)
    release = project.folder / ".releases" / "release"
    for file in release.rglob("*.html"):
        where = address_of(file.relative_to(release).as_posix())
        policy = headers.in_page(where, OUTSIDE.get(where, NOWHERE))
        assert f'content="{policy}">' in file.read_text("utf-8"), where
    assert len(list(release.rglob("*.html"))) > 30
