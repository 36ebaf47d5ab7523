"""Callouts in a stock Pelican blog, whose theme, reader and writer are Pelican's own.

Every run here is a real `pelican` in a process of its own. Not tested here: what is wrong with a
callout as such (`tests/content`), and how callouts look in our own theme (`tests/rendering`).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from browsers import axe, launched
from conftest import ROOT, environment
from markdown import Markdown

from practice.content.body import Body
from practice.content.callouts_in_text import NEED_A_SITE, find
from practice.content.models import CALLOUTS
from practice.plugin.callouts import STYLE_SHEET, Blog, CalloutsExtension
from practice.rendering.callouts import CLASS, CalloutTemplates, follows_system, style_sheet
from practice.rendering.renderer import Renderer

BLOG = ROOT / "tests" / "fixtures" / "blog"
THEMES = ("simple", "notmyidea")
SETTINGS = {
    "AUTHOR": "A. Writer",
    "SITENAME": "A stock blog",
    "SITEURL": "https://blog.example",
    "PATH": "content",
    "TIMEZONE": "UTC",
    "PLUGINS": ["practice"],
    "PRACTICE_MODE": "callouts",
}
POST = "dry-needling-in-short.html"


@dataclass
class Run:
    """What a run of `pelican` has printed and made."""

    code: int
    printed: str
    output: Path

    def page(self, name: str) -> str:
        return (self.output / name).read_text("utf-8")


def pelican(folder: Path, *options: str, **changes) -> Run:
    """Run `pelican` in a folder whose ``content`` is the blog's."""
    lines = [f"{name} = {value!r}\n" for name, value in (SETTINGS | changes).items()]
    (folder / "pelicanconf.py").write_text("".join(lines), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "-s", "pelicanconf.py", *options],
        cwd=folder,
        env=environment(COLUMNS="500", NO_COLOR="1", PYTHONPATH=str(ROOT)),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr, folder / "output")


@pytest.fixture(scope="module")
def blogs(tmp_path_factory) -> dict[str, Run]:
    """The stock blog in each theme of Pelican's."""
    found = {}
    for theme in THEMES:
        folder = tmp_path_factory.mktemp(theme)
        shutil.copytree(BLOG, folder / "content")
        found[theme] = pelican(folder, "-t", theme, RELATIVE_URLS=True)
        assert found[theme].code == 0, found[theme].printed
    return found


@pytest.fixture(params=THEMES)
def blog(request, blogs) -> Run:
    return blogs[request.param]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A blog with one post to write."""
    (tmp_path / "content").mkdir()
    return tmp_path


def write(folder: Path, text: str, name: str = "post.md") -> None:
    header = f"Title: {name}\nDate: 2026-01-01\n\n"
    (folder / "content" / name).write_text(header + text, "utf-8")


# --- A blog in a theme of others ---------------------------------------------------------------


def test_every_callout_is_shown_in_any_theme(blog):
    page = blog.page(POST)
    assert "///" not in page
    assert "level: " not in page
    names = {name.replace("side-effect", "side-effects") for name in CALLOUTS} - NEED_A_SITE.keys()
    shown = set(re.findall(r'<div class="(?:callout )?([\w-]+)', page))
    assert names - {"side-effectss"} <= shown


def test_a_callout_is_what_our_own_theme_shows(kitchen_sink):
    """Our own site and a stock blog show the same HTML for the same callouts."""
    text = (BLOG / "needling.md").read_text("utf-8")
    spans, problems = find("content/x.md", "x.md", text.split("\n"))
    assert problems == []
    shown = CalloutTemplates(kitchen_sink.theme)
    ours = Renderer(kitchen_sink.site, kitchen_sink.theme, kitchen_sink.address)
    for span in spans:
        if "{filename}" not in repr(span.part.callout):
            body = Body(parts=(span.part,))
            assert str(ours.parts(body)).strip() in shown.html(span.part, "")


def test_the_rest_of_the_text_is_the_blogs_own(blog):
    page = blog.page(POST)
    assert "<b>raw HTML</b>, which is the blog's own business" in page
    assert '<div class="highlight">' in page
    assert '<a href="./another-post.html">the other post</a>' in page
    assert page.index("Text between.") > page.index("Collapsed lung")


def test_only_pages_with_a_callout_link_the_style_sheet(blog):
    assert (blog.output / "theme" / STYLE_SHEET).is_file()
    for file in blog.output.rglob("*.html"):
        html = file.read_text("utf-8")
        links = re.findall(rf'<link rel="stylesheet" href="([^"]*{STYLE_SHEET})\?\w+">', html)
        assert len(links) == (f'class="{CLASS}"' in html), file
        for link in links:
            assert (file.parent / link).resolve() == (blog.output / "theme" / STYLE_SHEET).resolve()
            assert html.index(link) < html.index("</head>")
    assert STYLE_SHEET in blog.page("pages/about.html")
    assert STYLE_SHEET not in blog.page("another-post.html")


def test_questions_have_addresses_that_are_unique_in_the_blog(blog):
    assert 'id="needling-how-long-does-it-last"' in blog.page(POST)
    page = blog.page("index.html")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_feeds_have_the_words_without_drawings(folder):
    shutil.copytree(BLOG, folder / "content", dirs_exist_ok=True)
    run = pelican(folder, FEED_ALL_ATOM="feeds/all.atom.xml")
    assert run.code == 0, run.printed
    feed = run.page("feeds/all.atom.xml")
    assert "Call 911 now if you have:" in feed
    assert "svg" not in feed
    assert f'href="https://blog.example/theme/{STYLE_SHEET}?' in run.page(POST)


def test_a_theme_can_link_the_style_sheet_itself(folder):
    write(folder, "/// do\n\n- x\n///\n")
    theme = Path(shutil.copytree(pelican_theme("simple"), folder / "theme"))
    base = theme / "templates" / "base.html"
    own = f'<link rel="stylesheet" href="/theme/{STYLE_SHEET}">'
    base.write_text(base.read_text("utf-8").replace("</head>", f"{own}\n</head>"), "utf-8")
    run = pelican(folder, "-t", "theme")
    assert run.page("postmd.html").count(STYLE_SHEET) == 1


def pelican_theme(name: str) -> Path:
    import pelican as package  # noqa: PLC0415  # the function above has its name

    return Path(package.__file__).parent / "themes" / name


def test_a_blog_can_show_a_callout_by_a_template_of_its_own(folder):
    write(folder, "/// do\n\n- x\n///\n")
    own = folder / "own" / "callouts" / "do.html"
    own.parent.mkdir(parents=True)
    own.write_text("{% macro show(callout, level) %}OWN {{ callout.title }}{% endmacro %}", "utf-8")
    run = pelican(folder, THEME_TEMPLATES_OVERRIDES=["own"])
    assert "OWN Do" in run.page("postmd.html")


# --- Mistakes ----------------------------------------------------------------------------------

WRONG = {
    "/// do\n\nSleep.\n///\n": (4, "callout-list"),
    "/// do\n\n- sleep\n": (4, "callout-open"),
    "words\n\n/// note\n\nwords\n///\n": (6, "callout-unknown"),
    "/// get-help | Call us\n    levl: urgent\n\nwords\n///\n": (5, "field-unknown"),
    "/// key-point\n\n<b>x</b>\n///\n": (6, "raw-html"),
    "/// key-point\n\n**x\n///\n": (6, "markup-unknown"),
    "/// side-effects | needling\n///\n": (4, "callout-site"),
    "/// faq | needling\n///\n": (4, "callout-site"),
    "/// side-effect | X\n    how-common: rare\n    sources: a-2020\n///\n": (6, "callout-site"),
    "/// testimonial | X\n    authorization-on-file: true\n\nwords\n///\n": (4, "callout-site"),
    "/// key-point\n\n[x](javascript:alert(1))\n///\n": (6, "link-scheme"),
    "- x\n\n    /// do\n\n    - y\n    ///\n": (6, "callout-indented"),
}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory) -> Run:
    """A run over one post for each mistake, and a good one."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "content").mkdir()
    for number, text in enumerate(WRONG):
        write(folder, text, f"wrong-{number}.md")
    write(folder, "words\n", "good.md")
    return pelican(folder)


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[code for _, code in WRONG.values()])
def test_a_wrong_callout_is_named_with_file_and_line(wrong, number):
    line, code = list(WRONG.values())[number]
    assert f"content/wrong-{number}.md:{line}: {code} " in wrong.printed


def test_a_wrong_callout_stops_the_run_before_a_page_is_written(wrong):
    assert wrong.code == 1
    assert "Traceback" not in wrong.printed
    assert not list(wrong.output.rglob("*.html"))
    assert "good.md:" not in wrong.printed


def test_a_wrong_callout_is_named_where_pelican_would_use_its_cache(folder):
    settings = {"CACHE_CONTENT": True, "LOAD_CONTENT_CACHE": True}
    write(folder, "/// do\n\nSleep.\n///\n")
    for _ in range(2):
        assert pelican(folder, **settings).code == 1
    write(folder, "/// do\n\n- sleep\n///\n")
    assert pelican(folder, **settings).code == 0


def test_settings_that_cannot_be_are_said_in_a_sentence(folder):
    write(folder, "words\n")
    other = pelican(folder, PRACTICE_MODE="callout")
    assert (other.code, "did you mean `callouts`?" in other.printed) == (1, True)
    blocks = pelican(folder, MARKDOWN={"extension_configs": {"pymdownx.blocks.details": {}}})
    assert (blocks.code, "`pymdownx.blocks.details`, which" in blocks.printed) == (1, True)
    assert "Traceback" not in other.printed + blocks.printed


def test_a_folder_that_is_no_practice_is_met_with_what_to_do(folder):
    write(folder, "words\n")
    run = pelican(folder, PRACTICE_MODE="site")
    assert run.code == 1
    assert "Traceback" not in run.printed
    for words in ("`content` is not", 'PRACTICE_MODE = "callouts"', "`clinic.yaml`", "`PLUGINS`"):
        assert words in run.printed


def test_another_reader_of_markdown_is_refused_by_name(folder):
    write(folder, "/// do\n\n- x\n///\n")
    (folder / "other_reader.py").write_text(
        "from pelican import signals\nfrom pelican.readers import BaseReader\n"
        "class Other(BaseReader):\n    enabled = True\n    file_extensions = ['md']\n"
        "    def read(self, path):\n        return 'x', {'title': 'x', 'date': '2026-01-01'}\n"
        "def use(readers): readers.reader_classes['md'] = Other\n"
        "def register(): signals.readers_init.connect(use)\n",
        "utf-8",
    )
    run = pelican(folder, PLUGINS=["practice", "other_reader"], PLUGIN_PATHS=["."])
    assert run.code == 1
    assert "the plugin `other_reader` reads Markdown in a way of its own" in run.printed


# --- The text around callouts ------------------------------------------------------------------


def convert(text: str) -> tuple[str, list]:
    """A text as Pelican's own Markdown makes it, with callouts, and the problems found."""
    settings = {"PATH": "content", "THEME": str(ROOT), "THEME_TEMPLATES_OVERRIDES": []}
    blog = Blog(settings)
    blog.file = Path("content/post.md")
    md = Markdown(extensions=["extra", "meta", CalloutsExtension(blog)])
    return md.convert(text), blog.problems


@pytest.mark.parametrize(
    "text",
    [
        "words\n\n    /// indented by code? no\n"[:7],
        "```\n/// do\n```\n",
        "A path: //server/share and https://a.example//b\n",
        "<div>\n\n*raw*\n\n</div>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]\n\n[^1]: note\n",
        "Title: x\nSummary: y\n\nwords\n",
    ],
)
def test_a_text_without_callouts_is_what_it_was(text):
    plain = Markdown(extensions=["extra", "meta"]).convert(text)
    assert convert(text) == (plain, [])


def test_a_callout_takes_the_level_below_the_heading_above():
    levels = ["", "## a\n\n", "### a\n\n", "###### a\n\n", "a\n---\n\n", "# a\n\n"]
    found = [convert(f"{above}/// do\n\n- x\n///\n")[0] for above in levels]
    assert [re.search(r'<(h\d) class="callout-title', html)[1] for html in found] == [
        *("h2", "h3", "h4", "h6", "h3", "h2")
    ]


def test_side_effects_are_one_list_unless_text_is_between():
    one = "/// side-effect | A\n    how-common: rare\n///\n\n"
    assert convert(one * 2)[0].count('<div class="side-effects">') == 1
    assert convert(f"{one}words\n\n{one}")[0].count('<div class="side-effects">') == 2


def test_nothing_in_a_callout_can_act():
    for text in ("[x](javascript:alert(1))", "<img src=x onerror=y>", "<script>x</script>"):
        html, problems = convert(f"/// key-point\n\n{text}\n///\n")
        assert problems, html


def test_lines_are_those_of_the_file():
    text = "Title: x\n\n" + "words\n\n" * 40 + "/// do\n\nSleep.\n///\n"
    _, problems = find("content/post.md", "post.md", text.split("\n"))
    assert [problem.line for problem in problems] == [83]


# --- The style sheet ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(blogs):  # noqa: ARG001  # what runs Pelican is done before the browser starts
    with launched() as found:
        yield found


@pytest.fixture(params=["light", "dark"])
def tab(request, browser):
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 360, "height": 800}
    )
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_callouts_have_contrast_and_no_violation_in_any_theme(blog, tab):
    tab.goto((blog.output / POST).as_uri())
    assert axe(tab, context=f".{CLASS}") == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_callouts_keep_to_their_column(blog, tab, width):
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto((blog.output / POST).as_uri())
    outside = tab.evaluate(
        f"""() => {{
        const right = element => element.getBoundingClientRect().right
        return [...document.querySelectorAll('.{CLASS} *')].filter(element =>
            !element.closest('.visually-hidden') && !element.closest('thead') &&
            right(element) > right(element.closest('.{CLASS}')) + 1)
            .map(element => element.outerHTML)
        }}"""
    )
    assert outside == []


STYLES = """selector => {
    const place = /size|width|height|origin|inset|^(top|left|right|bottom)$/
    const look = (element, pseudo) => {
        const style = getComputedStyle(element, pseudo)
        return [...style].filter(name => !place.test(name)).map(name => name + ':' + style[name])
    }
    return [...document.querySelectorAll(selector)].map(element => [
        element.outerHTML.slice(0, 60),
        ...[null, '::before', '::after'].map(pseudo => look(element, pseudo).join(';'))
    ])
}"""
"""What every element looks like, but for sizes, which depend on what stands around it."""


@pytest.mark.browser
def test_the_style_sheet_changes_nothing_else(blog, tab):
    """Ours is switched off and on: elements outside of callouts look the same."""
    tab.goto((blog.output / POST).as_uri())
    outside = f"body :not(.{CLASS}, .{CLASS} *)"
    with_it = tab.evaluate(STYLES, outside)
    tab.evaluate(f"() => document.querySelector('link[href*=\"{STYLE_SHEET}\"]').disabled = true")
    assert tab.evaluate(STYLES, outside) == with_it
    assert len(with_it) > 20


HOSTILE = """
#content h3, main h3 { color: red; text-transform: uppercase; border: 3px solid; float: right }
#content li, main li { list-style: square inside; margin: 9px; background: yellow }
#content li::before, main li::before { content: "!" }
#content p, main p, #content a, main a { color: white; padding: 7px; text-decoration: none }
#content table, main table, #content td, main th { border: 4px dotted; padding: 1px; color: red }
#content svg path, main svg path { fill: red; stroke: red; stroke-width: 9px }
#content .icon, main .icon, .callout, .do, .prose, .faq { display: inline; color: red; margin: 8px }
"""


@pytest.mark.browser
def test_the_rules_of_a_theme_do_not_enter_callouts(blog, tab):
    tab.goto((blog.output / POST).as_uri())
    inside = f".{CLASS} *"
    before = tab.evaluate(STYLES, inside)
    tab.add_style_tag(content=HOSTILE)
    assert tab.evaluate(STYLES, inside) == before
    assert len(before) > 60


@pytest.mark.browser
def test_colors_follow_the_page(blogs, browser):
    """`notmyidea` follows the system in silence; `simple` has one scheme, as the browser's."""
    for theme, expected in (("notmyidea", "dark"), ("simple", "light")):
        context = browser.new_context(color_scheme="dark")
        tab = context.new_page()
        tab.goto((blogs[theme].output / POST).as_uri())
        color = tab.evaluate(f"() => getComputedStyle(document.querySelector('.{CLASS}')).color")
        lightness = float(re.search(r"oklch\(([\d.]+)", color)[1])
        assert (lightness > 0.5) == (expected == "dark"), (theme, color)
        context.close()


def test_a_theme_that_names_its_scheme_decides(tmp_path):
    sheet = tmp_path / "static" / "a.css"
    sheet.parent.mkdir()
    sheet.write_text("@media (prefers-color-scheme: dark) { body { color: #fff } }", "utf-8")
    assert follows_system(tmp_path)
    sheet.write_text(f":root {{ color-scheme: light dark }} {sheet.read_text('utf-8')}", "utf-8")
    assert not follows_system(tmp_path)


def test_sizes_follow_the_text_around():
    sheet = style_sheet(ROOT / "theme")
    assert not re.search(r"\drem\b", sheet.partition(":is(")[0])
    assert ":root" not in sheet
