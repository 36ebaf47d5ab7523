"""Nothing in the content becomes configuration of a server: hostile redirects on real servers.

The redirects are made directly, without the checks that refuse most of them.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import tempfile
import unicodedata
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import publishing
import pytest
import servers
import tools
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from practice.hosting import apache, caddy, cloudflare, cloudfront, headers, netlify, nginx
from practice.site.redirects import Redirect
from practice.site.web_addresses import encoded_path

INJECTIONS = (
    '";}\nlocation /admin { return 200 "in"; }\n#',
    "#x;}\nlocation /admin { return 200; }",
    '"\nRedirect 302 /admin /in\n#',
    '"\nErrorDocument 404 in\n',
    '" 301\n}\nrespond /admin in\nhandle {\n',
    " 301!\n/admin /in 200!\n",
    "\r\nX-In: 1",
    "\nimport /etc/passwd\n",
    "${HOME}",
    "{$HOME}",
    "{env.HOME}",
    "{http.request.host}",
    "$uri",
    "$1",
    "%{ENV:PATH}",
    "%1",
    "\\",
    '\\"',
    "\\\\",
    "*",
    ":splat",
    "</If>",
    "'); throw 1; ('",
    "\u2028",
)
ASKED = "space ñ ; \" { } $ \\ # % & ' ( ) [ ] | ^ < > ` + , = ~ @ ! * : ? "
ALPHABET = [*"ab.-_ ñ中;\"{}$\\#%&'()[]|^<>`+,=~@!*:?\n\t", "\u0301"]
BASES = ("", "/some/clinic-1.x")


def texts(alphabet=ALPHABET):
    plain = st.text(st.sampled_from(alphabet), min_size=1, max_size=8)
    parts = st.one_of(plain, st.sampled_from(INJECTIONS))
    return st.lists(parts, min_size=1, max_size=3).map("".join)


def is_name(text: str) -> bool:
    return "/" not in text and not text.startswith(".") and not text.endswith((".gz", ".br"))


names = texts().map(lambda text: text.replace("/", "")).filter(lambda text: text and is_name(text))
paths = names.map(lambda name: f"/{unicodedata.normalize('NFC', name)}/")
files = texts([sign for sign in ALPHABET if sign not in "?#\n\t"]).map(
    lambda text: "".join(sign for sign in text if sign.isprintable() and sign not in "/?#")
)
targets = st.one_of(
    st.none(),
    files.map(lambda name: f"/files/x{encoded_path(name)}.pdf"),
    texts().map(lambda rest: f"/team/?q={rest}"),
    texts().map(lambda rest: f"/team/#{rest}"),
    texts().map(lambda rest: f"https://elsewhere.org/x?y={rest}"),
)
many = st.lists(
    st.builds(Redirect, paths, targets, st.just("x"), st.just(1)),
    min_size=1,
    max_size=30,
    unique_by=lambda redirect: redirect.source,
)
KNOWN = [
    Redirect(f"/{name}/", target, "x", number)
    for number, (name, target) in enumerate(
        [(sign, f"/team/#{sign}") for sign in ASKED.split()]
        + [(f"a{text.replace('/', '')}", f"/team/?{text}") for text in INJECTIONS]
        + [(f"b{text.replace('/', '')}", None) for text in INJECTIONS]
        + [("New patient form.pdf", "/files/New%20form%20%28ñ%29.pdf")]
        + [("path", f"/files/{encoded_path('a${HOME} $1 {$HOME} &')}.pdf")]
    )
]
hostile = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


@contextmanager
def site():
    """A folder for a server's settings, and a site that each server's user can read."""
    with tempfile.TemporaryDirectory() as folder:
        www = Path(folder, "www")
        www.mkdir()
        Path(folder).chmod(0o755)
        (www / "index.html").write_text("<h1>Home</h1>")
        (www / "404.html").write_text("<h1>Not found</h1>")
        for base in BASES:
            for name in ("search/index.html", "images/x.png"):
                file = www / base.strip("/") / name
                file.parent.mkdir(parents=True)
                file.write_text("x")
        yield Path(folder), www


def ask(address: str, path: str) -> tuple[int, Message]:
    """The status and the headers that a server answers with."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        asked = http.client.HTTPSConnection(parts.netloc, context=publishing.unverified())
    else:
        asked = http.client.HTTPConnection(parts.netloc)
    asked.request("GET", path)
    answer = asked.getresponse()
    answer.read()
    asked.close()
    assert "X-In" not in answer.headers
    return answer.status, answer.headers


def assert_answers(address: str, base: str, redirects: list[Redirect]) -> None:
    for redirect in redirects:
        status, said = ask(address, quote(base + redirect.source))
        if redirect.target is None:
            assert status == 410, redirect
        else:
            assert status == 301, redirect
            wanted = urljoin(address, redirect.location(base))
            assert unquote(urljoin(address, said["Location"])) == unquote(wanted), redirect
            assert said["Location"].isascii(), redirect
    assert ask(address, "/")[0] == 200
    assert ask(address, "/admin")[0] == 404
    for path in ("/search/", "/images/x.png"):
        status, said = ask(address, base + path)
        assert status == 200
        assert said["Content-Security-Policy"] == headers.policy_of(path)
        assert said["Cache-Control"] == headers.caching_of(path)


@hostile
@given(many, st.sampled_from(BASES))
@example(KNOWN, "")
def test_nginx(redirects, base):
    with site() as (folder, www):
        own = [folder / "server.conf", folder / "http.conf"]
        own[0].write_text(nginx.server_settings(base, redirects, {}), "utf-8")
        own[1].write_text(nginx.http_settings(base, {}), "utf-8")
        with servers.nginx(folder / "nginx", www, *own) as address:
            assert_answers(address, base, redirects)


@hostile
@given(many, st.sampled_from(BASES))
@example(KNOWN, "")
def test_caddy(redirects, base):
    with site() as (folder, www):
        own = caddy.site_settings(base, redirects, {})
        with servers.caddy(folder / "caddy", www, own) as address:
            assert_answers(address, base, redirects)


@hostile
@given(many, st.sampled_from(BASES))
@example(KNOWN, "")
def test_apache(redirects, base):
    with site() as (folder, www):
        (www / ".htaccess").write_text(apache.htaccess(base, redirects, {}), "utf-8")
        with servers.apache(folder / "apache", www) as address:
            assert_answers(address, base, redirects)


# --- Formats that no server here can read ---


@given(many, st.sampled_from(BASES))
@example(KNOWN, "")
@pytest.mark.parametrize("host", [netlify, cloudflare])
def test_a_redirect_is_lines_of_three_words(host, redirects, base):
    lines = host.redirects(redirects, base).splitlines()
    expected = [r for r in redirects if r.target or host is netlify]
    by_source = {base + redirect.source: redirect for redirect in expected}
    assert {unquote(line.split(" ")[0]) for line in lines} == set(by_source)
    for line in lines:
        source, target, status = line.split(" ")
        redirect = by_source[unquote(source)]
        assert line.isascii()
        assert line.isprintable()
        assert not set("*:#") & set(source)
        assert target == (redirect.location(base) if redirect.target else f"{base}/404.html")
        assert status in (("301", "301!") if redirect.target else ("404!",))


@settings(max_examples=6, deadline=None)
@given(many, st.sampled_from(BASES))
@example(KNOWN, "")
def test_cloudfront(redirects, base):
    asked = [quote(base + redirect.source) for redirect in redirects]
    answers = cloudfront_answers(cloudfront.function(redirects, base), asked)
    for redirect, answer in zip(redirects, answers, strict=True):
        if redirect.target is None:
            assert answer["statusCode"] == 410
        else:
            assert answer["headers"]["location"]["value"] == redirect.location(base)


def cloudfront_answers(function: str, asked: list[str]) -> list[dict]:
    """What a CloudFront function makes of requests, by Node."""
    script = (
        f"{function}\nconsole.log(JSON.stringify({json.dumps(asked)}"
        ".map(uri => handler({ request: { uri } }))))"
    )
    run = subprocess.run(
        [tools.required("node"), "-"],
        input=script,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("start", ["//", "///", "/\\", "\\\\"])
def test_cloudfront_never_leads_to_another_site_by_slashes(start):
    [answer] = cloudfront_answers(cloudfront.function([], ""), [f"{start}elsewhere.org/x"])
    assert answer["headers"]["location"]["value"] == "/elsewhere.org/x/"


@pytest.mark.parametrize("search", [False, True])
@pytest.mark.parametrize("address", ["https://clínica.org/a b", f"https://{'long.' * 60}org"])
def test_cloudfronts_policy_has_a_name_that_amazon_accepts(address, search):
    name = json.loads(cloudfront.headers_policy(address, {}, search=search))["Name"]
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz-")
    assert len(name) <= 128
    assert name.endswith("-search") == search
