"""Active content: what would run a script is refused, and were it not, it would still not run.

Three walls, each tried alone: content that is refused with its line (the first), the cleaning of
HTML and the escaping of fields (the second, with the first one left out), and the policy that
the server sends (the third, with raw vectors). A control shows that the vectors do run where no
wall is, and so that these tests can fail.

Not tested here: which message a piece of HTML gets (`test_bad.py`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import pytest
from browsers import context_of, launched
from pydantic import BaseModel

from practice.content.body import Heading
from practice.content.body_parser import parse
from practice.content.markdown import clean
from practice.content.models import Clinic, Post
from practice.content.reader import read_document, read_model
from practice.hosting import headers
from practice.rendering.renderer import Renderer
from practice.site.assemble import load

ROOT = Path(__file__).parents[2]
ADDRESS = "https://www.example.com"
PAGES = ("treatments", "team", "posts", "pages")
RUNS_WITHOUT_WALLS = 40
"""Vectors that have to run in the control; some only ran in browsers of old."""

VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script >alert(1)</script >",
    "<script/x>alert(1)</script>",
    "<script src=data:text/javascript,alert(1)></script>",
    "<script type=module>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src=x/onerror=alert(1)>",
    '<img src="x" onerror="&#97;lert(1)">',
    "<img src=`x` onerror=alert(1)>",
    "<img src=x:x onerror\n=\nalert(1)>",
    '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" onload=alert(1)>',
    "<image src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>',
    "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<math><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)></select>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<div onmouseover=alert(1)>x</div>",
    "<p onclick=alert(1)>x</p>",
    "<b onpointerenter=alert(1)>x</b>",
    "<style>@keyframes x{}</style><p style=animation-name:x onanimationstart=alert(1)>x</p>",
    "<video><source onerror=alert(1)></video>",
    "<video src=x onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<iframe onload=alert(1)></iframe>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="java&#10;script:alert(1)">x</a>',
    '<a href="&#106;&#97;vascript:alert(1)">x</a>',
    '<a href="javascript&colon;alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<form action="javascript:alert(1)"><button>x</button></form>',
    '<form><button formaction="javascript:alert(1)">x</button></form>',
    '<math href="javascript:alert(1)">x</math>',
    "<marquee onstart=alert(1)>x</marquee>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template><img src=x onerror=alert(1)>",
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    '<base href="javascript:/a/-alert(1)///////"><a href="../a">x</a>',
    '<link rel=stylesheet href="data:text/css,x" onload=alert(1)>',
    "<x onfocus=alert(1) tabindex=1 id=x>x</x>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml ?><img src=x onerror=alert(1)>",
]
MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x]( javascript:alert(1) )",
    "[x](<javascript:alert(1)>)",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](x)',
    '![x](x "onerror=alert(1)//")',
    "<javascript:alert(1)>",
    "[<img src=x onerror=alert(1)>](https://www.example.com/)",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "> <svg onload=alert(1)>",
    "- <svg onload=alert(1)>",
    "## <svg onload=alert(1)>",
    "/// key-point | <svg onload=alert(1)>\n\nWords.\n///",
    "/// faq\n\n### <svg onload=alert(1)>\n\nWords.\n///",
]
KEPT = {
    # ids, choices and addresses: the models let nothing else in, and templates compute with them
    *("aliases", "author", "country", "days", "doi", "how_common", "id", "image", "kind", "level"),
    *("hero_image", "icon", "logo", "picture"),
    *("language", "menu", "page", "photo", "pmid", "read", "reviewed_by", "severity", "sources"),
    *(
        "status",
        "topics",
        "treatment",
        "treatments",
        "opens",
        "closes",
        "phone",
        "figure",
        "compared",
    ),
    *("brand_color", "ends", "hero_focus", "hero_image", "location", "logo", "starts"),
}
ADDRESSES = {"booking_url", "map_url", "url"}

WATCH = """
window.alert = () => window.ran();
"""
PROVOKE = """
async () => {
  const events = ["mouseover", "mouseenter", "pointerenter", "pointerover", "focus", "click"];
  for (const element of [...document.querySelectorAll("*")]) {
    for (const name of events) {
      const web = element.closest("a[href]")?.href ?? "";
      if (name === "click" && /^(https?|mailto|tel):/.test(String(web))) continue;
      try { element.dispatchEvent(new MouseEvent(name, {bubbles: true, cancelable: true})); }
      catch {}
    }
    if (element.matches("a[href]") && /script/i.test(element.protocol ?? "")) element.click();
  }
  // The page's own clock: what is due before comes before, however busy the machine is.
  await new Promise((done) => setTimeout(done, 25));
}
"""


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


class Tab:
    """A tab that shows any HTML at the site's own address, and knows what ran."""

    def __init__(self, browser):
        self.context = context_of(browser)
        self.context.route("**/*", self._answer)
        self.runs = 0
        self.context.expose_binding("ran", self._ran)
        self.context.add_init_script(WATCH)
        self.page = None
        self.html, self.policy = "", ""

    def _ran(self, *_):
        self.runs += 1

    def _answer(self, route):
        if route.request.url != f"{ADDRESS}/" or not route.request.is_navigation_request():
            route.abort()
            return
        policy = {"Content-Security-Policy": self.policy} if self.policy else {}
        route.fulfill(body=self.html, content_type="text/html; charset=utf-8", headers=policy)

    def ran(self, html, policy=""):
        """Whether anything ran in a page, the policy being sent or not."""
        self.html, self.policy, self.runs = html, policy, 0
        self.page = self.page or self.context.new_page()
        self.page.goto(f"{ADDRESS}/", wait_until="load")
        self.page.evaluate(PROVOKE)
        return self.runs > 0


@pytest.fixture(scope="module")
def tab(browser):
    found = Tab(browser)
    yield found
    found.context.close()


@pytest.fixture(scope="module")
def renderer():
    site, problems = load(ROOT / "tests" / "kitchen-sink", dt.date(2026, 11, 1))
    assert problems == []
    return Renderer(site, ROOT / "theme", ADDRESS)


def poisoned(value, vector, address=""):
    """A model with a vector in every field that takes words; what holds HTML has it cleaned."""
    if isinstance(value, BaseModel):
        changed = {}
        for name, info in type(value).model_fields.items():
            old = getattr(value, name)
            if name in ADDRESSES:
                changed[name] = address or old
            elif name not in KEPT:
                from_text = info.json_schema_extra["place"] == "body"
                changed[name] = poisoned(old, clean(vector) if from_text else vector, address)
        return value.model_copy(update=changed)
    if isinstance(value, tuple):
        return tuple(poisoned(item, vector, address) for item in value)
    return vector if isinstance(value, str) else value


def poisoned_document(document, vector, address=""):
    parts = [
        part
        if isinstance(part, str)
        else dataclasses.replace(part, callout=poisoned(part.callout, vector, address))
        for part in document.body.parts
    ]
    outline = tuple(Heading(h.level, h.id, vector) for h in document.body.outline)
    body = dataclasses.replace(
        document.body, parts=(clean(vector), *parts, clean(vector)), outline=outline
    )
    return dataclasses.replace(document, meta=poisoned(document.meta, vector, address), body=body)


def pages_with(renderer, vector, address="", kinds=()):
    """A page of each of those kinds, or of every kind, by its kind.

    The vector stands in every field of everything that the page shows.
    """
    site = renderer.site
    other = dataclasses.replace(
        site,
        clinic=poisoned(site.clinic, vector, address),
        documents=tuple(poisoned_document(d, vector, address) for d in site.documents),
        sources={id: poisoned(s, vector, address) for id, s in site.sources.items()},
        topics={id: poisoned(t, vector, address) for id, t in site.topics.items()},
    )
    poisoned_renderer = renderer.for_site(other)
    seen = {}
    for document in other.documents:
        seen.setdefault(poisoned_renderer.template_of(document), document)
    return {
        kind: poisoned_renderer.page(document)
        for kind, document in seen.items()
        if not kinds or kind in kinds
    }


def fields(model):
    """Every field of front matter that takes any words, with a value that is right."""
    return [name for name in model.model_fields if name in ("title", "summary")]


@pytest.mark.parametrize("vector", [*VECTORS, *MARKDOWN])
def test_the_first_wall_names_it_in_the_text(vector):
    body, problems = parse("content/posts/x.md", "posts/x.md", f"{vector}\n", 1)
    targets = [link.target.split(":")[0].strip().lower() for link in body.links]
    unsafe = [t for t in targets if t not in ("https", "http", "mailto", "tel")]
    assert problems or unsafe, "links are refused by the checks of links, all else right here"


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("name", fields(Post))
def test_the_first_wall_names_it_in_a_field(vector, name, tmp_path):
    quoted = vector.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    values = {"title": "A post", "date": "2026-05-10", "author": "ana", "summary": "Words."}
    values[name] = f'"{quoted}"'
    lines = "".join(f"{key}: {value}\n" for key, value in values.items())
    file = tmp_path / "x.md"
    file.write_text(f"---\n{lines}---\n\nWords.\n", "utf-8")
    _, problems = read_document(Post, file, "posts/x.md", "content/posts/x.md")
    assert {problem.line for problem in problems} == {2 if name == "title" else 5}


def test_the_first_wall_stands_before_the_clinic_too(tmp_path):
    file = tmp_path / "clinic.yaml"
    shutil.copyfile(ROOT / "tests" / "kitchen-sink" / "clinic.yaml", file)
    text = file.read_text("utf-8")
    file.write_text(text.replace("name: ", "name: <img src=x onerror=alert(1)> ", 1), "utf-8")
    line = text[: text.index("name: ")].count("\n") + 1
    _, problems = read_model(Clinic, file, "content/clinic.yaml")
    assert [(problem.line, problem.code) for problem in problems] == [(line, "raw-html")]


@pytest.mark.browser
def test_without_walls_the_vectors_run(tab):
    ran = [vector for vector in VECTORS if tab.ran(f"<!doctype html><body>{vector}")]
    assert len(ran) >= RUNS_WITHOUT_WALLS, sorted(set(VECTORS) - set(ran))


@pytest.mark.browser
def test_the_second_wall_lets_none_run(tab, renderer, figure):
    ran, shown = [], 0
    alone = [(vector, ("post",)) for vector in VECTORS]
    together = [("".join(VECTORS[start::7]), ()) for start in range(7)]
    for words, kinds in [*alone, *together]:
        for kind, html in pages_with(renderer, words, kinds=kinds).items():
            shown += 1
            ran.extend([(words, kind)] if tab.ran(html) else [])
    assert ran == []
    assert len(VECTORS) >= 45
    figure(f"vectors executed 0 of {len(VECTORS)}, in every field of {shown} pages, no policy")


@pytest.mark.browser
def test_the_policy_lets_none_run_even_raw(tab):
    policy = headers.policy_of("/")
    assert [vector for vector in VECTORS if tab.ran(f"<!doctype html><body>{vector}", policy)] == []


@pytest.mark.browser
def test_the_policy_stops_a_script_behind_a_link(tab, renderer):
    for html in pages_with(renderer, "Words", address="javascript:alert(1)").values():
        assert not tab.ran(html, headers.policy_of("/"))


@pytest.mark.browser
def test_markdown_lets_none_run(tab):
    for vector in MARKDOWN:
        body, _ = parse("content/posts/x.md", "posts/x.md", f"{vector}\n", 1)
        html = "".join(part for part in body.parts if isinstance(part, str))
        assert not tab.ran(f"<!doctype html><body>{html}"), vector
