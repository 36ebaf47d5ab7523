"""Other people's plugins beside ours: what they add is shown; what would do harm is refused.

The plugins of PyPI run in an environment of their own, made from the lock file. Those that are too
heavy or too rare to install are replaced by one of the same shape. Each run is a real process.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import CONTENT, ROOT, environment, files_of, settings_text

from practice.support.output_folder import MARKER

COMMANDS = {
    "build": ("-m", "invoke", "--search-root", str(ROOT), "build", "--settings", "settings.py"),
    "pelican": ("-m", "pelican", "-s", "settings.py"),
}
"""Both ways to make the site, which have to end alike."""


@dataclass
class Run:
    """What a run has printed and made."""

    code: int
    printed: str
    output: Path

    def files(self) -> dict[str, bytes]:
        return {name: data for name, data in files_of(self.output).items() if name != MARKER}

    def text(self, path: str) -> str:
        return (self.output / path).read_text("utf-8")


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """An interpreter with the plugins of the group `other-plugins`, and what a build needs."""
    folder = tmp_path_factory.mktemp("plugins") / "environment"
    command = ["uv", "sync", "--frozen", "--no-dev", "--no-install-project"]
    command += ["--group", "other-plugins", "--python", sys.executable]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(UV_PROJECT_ENVIRONMENT=str(folder), VIRTUAL_ENV=""),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(file for file in folder.glob("*/python*") if file.is_file())


@pytest.fixture
def project(tmp_path) -> Path:
    """A folder with the kitchen sink, a copy of the theme, and room for plugins and templates."""
    shutil.copytree(CONTENT["kitchen-sink"], tmp_path / "content")
    (tmp_path / "own").mkdir()
    return tmp_path


def write_settings(project: Path, *plugins: str, **changes) -> None:
    values = {
        "PATH": "content",
        "OUTPUT_PATH": "output",
        "PLUGINS": ["practice", *plugins],
        "PLUGIN_PATHS": [str(project)],
        "THEME_TEMPLATES_OVERRIDES": [str(project / "own")],
    }
    (project / "settings.py").write_text(settings_text(**values | changes), "utf-8")


def variables(project: Path, **changes: str) -> dict[str, str]:
    """The environment of a command, with a cache of the project's own."""
    same = {"COLUMNS": "500", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    return environment(**same, PRACTICE_CACHE=str(project / "kept"), **changes)


def run(python, project: Path, *plugins: str, command: str = "build", **changes) -> Run:
    """Make the project's site with some plugins beside ours."""
    write_settings(project, *plugins, **changes)
    done = subprocess.run(
        [str(python), *COMMANDS[command]],
        cwd=project,
        env=variables(project),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed, printed
    return Run(done.returncode, printed, project / "output")


def override(project: Path, template: str, addition: str) -> None:
    """Show something more at the end of a template's main part."""
    (project / "own" / template).write_text(
        f'{{% extends "!theme/{template}" %}}\n'
        f"{{% block content %}}{{{{ super() }}}}\n{addition}\n{{% endblock %}}\n",
        "utf-8",
    )


# --- What they add is shown ----------------------------------------------------------------------

NEIGHBORS = """<nav class="neighbors">
{% for other in (article.prev_article, article.next_article) if other %}
<a href="{{ other.document.path | url }}">{{ other.title }}</a>
{% endfor %}
</nav>"""


@pytest.mark.parametrize("command", COMMANDS)
def test_neighbors_are_shown_and_follow_a_new_post(python, project, command):
    override(project, "post.html", NEIGHBORS)
    first = run(python, project, "neighbors", command=command)
    assert first.code == 0, first.printed
    posts = sorted(
        (project / "content" / "posts").glob("*.md"),
        key=lambda file: re.search(r"^date: (.*)$", file.read_text("utf-8"), re.MULTILINE)[1],
    )
    shown = [link(first, file) for file in posts if link(first, file) is not None]
    assert len(shown) > 4
    assert [len(found) for found in shown] == [1, *[2] * (len(shown) - 2), 1]
    newest = posts[-1]
    new = newest.with_name("the-newest.md")
    text = newest.read_text("utf-8")
    new.write_text(re.sub(r"^title: .*$", "title: The newest", text, flags=re.MULTILINE), "utf-8")
    again = run(python, project, "neighbors", command=command)
    assert again.code == 0, again.printed
    assert any("/blog/the-newest/" in found for found in link(again, newest))


def link(run: Run, post: Path) -> list[str] | None:
    """The addresses of the neighbors that a post's page shows; None if it has no page."""
    file = run.output / "blog" / post.stem / "index.html"
    if not file.is_file():
        return None
    nav = re.search(r'<nav class="neighbors">(.*?)</nav>', file.read_text("utf-8"), re.DOTALL)[1]
    return re.findall(r'href="([^"]+)"', nav)


SIMILAR = """
from pelican import signals

def add(generator):
    for article in generator.articles:
        tags = {tag.name for tag in article.tags}
        others = [o for o in generator.articles if o is not article]
        article.similar_posts = [o for o in others if tags & {tag.name for tag in o.tags}]

def register():
    signals.article_generator_finalized.connect(add)
"""
"""The shape of `pelican-similar-posts`, which needs gensim."""


def test_posts_that_share_topics_are_found_by_their_tags(python, project):
    (project / "similar.py").write_text(SIMILAR, "utf-8")
    override(
        project,
        "post.html",
        "<p>SIMILAR {{ article.similar_posts | map(attribute='title') | join('; ') }}</p>"
        "<p>RELATED {{ article.related_posts | map(attribute='title') | join('; ') }}</p>",
    )
    made = run(python, project, "similar", "related_posts")
    assert made.code == 0, made.printed
    pages = [p.read_text("utf-8") for p in made.output.glob("blog/*/index.html")]
    pages = [page for page in pages if "SIMILAR" in page]
    assert len(pages) > 4
    for page in pages:
        similar = set(re.search("<p>SIMILAR (.*?)</p>", page)[1].split("; "))
        related = set(re.search("<p>RELATED (.*?)</p>", page)[1].split("; "))
        assert related <= similar
    assert any(re.search(r"<p>SIMILAR \w", page) for page in pages)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_site_map_of_a_plugin_lists_every_page(python, project, command):
    plain = run(python, project, command=command)
    assert plain.code == 0, plain.printed
    ours = set(re.findall("<loc>(.*?)</loc>", plain.text("sitemap.xml")))
    made = run(python, project, "sitemap", command=command)
    assert made.code == 0, made.printed
    theirs = re.findall("<loc>(.*?)</loc>", made.text("sitemap.xml"))
    assert "<priority>" in made.text("sitemap.xml")
    assert sorted(theirs) == sorted(ours)
    differing = {n for n, data in made.files().items() if plain.files().get(n) != data}
    assert differing <= {"sitemap.xml"}
    back = run(python, project, command=command)
    assert set(re.findall("<loc>(.*?)</loc>", back.text("sitemap.xml"))) == ours
    assert back.files() == plain.files()


def test_a_plugin_may_write_files_of_its_own_and_read_texts(python, project):
    """`seo` reports on the HTML of each text; `sitemap` writes a list as plain text."""
    made = run(python, project, "seo", "sitemap", SITEMAP={"format": "txt"})
    assert made.code == 0, made.printed
    assert "https://www.example.com/treatments/" in made.text("sitemap.txt")
    assert "blog/a-plain-post/" in (project / "seo_report.html").read_text("utf-8")


def test_an_attribute_that_no_plugin_has_set_is_named_at_its_line(python, project):
    override(project, "post.html", "{{ article.prev_article.title }}")
    made = run(python, project)
    assert made.code == 1
    assert re.search(r"own/post\.html:3: template-error .*prev_article", made.printed)
    assert not made.output.exists()


def test_the_preview_says_that_other_plugins_do_not_run(project):
    override(project, "post.html", NEIGHBORS)
    write_settings(project, "neighbors")
    command = [sys.executable, *COMMANDS["build"][:4], "preview", "--settings", "settings.py"]
    with subprocess.Popen(
        [*command, "--no-browser"],
        cwd=project,
        env=variables(project, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as preview:
        try:
            said = preview.stdout.readline()
            address = re.search(r"http://[^/]+", preview.stdout.readline())[0]
            with urllib.request.urlopen(f"{address}/blog/a-plain-post/") as answer:
                page = answer.read().decode()
        finally:
            preview.terminate()
    assert said.startswith("Other plugins do not run in the preview")
    assert said.endswith("neighbors.\n")
    assert re.search(r'<nav class="neighbors">\s*</nav>', page)


# --- What would do harm is refused ---------------------------------------------------------------

HEAD = "from pathlib import Path\nfrom pelican import signals\n"
WRITER = """
from pelican.writers import Writer

class Own(Writer):
    pass

def register():
    signals.get_writer.connect(own)

def own(pelican):
    return Own
"""
READER = """
from pelican.readers import BaseReader

class Own(BaseReader):
    enabled = True
    file_extensions = ["md"]

def register():
    pass
"""
FEED = """
def look(context, feed):
    pass

def register():
    signals.feed_generated.connect(look)
"""
TEMPLATE = """
from pelican.generators import Generator

class Own(Generator):
    def generate_output(self, writer):
        writer.write_file("x.html", self.get_template("archives"), self.context)

def own(pelican):
    return Own

def register():
    signals.get_generators.connect(own)
"""
PAGE = """
def change(path, context):
    Path(path).write_text("x", "utf-8")

def register():
    signals.content_written.connect(change)
"""
END = """
def change(pelican):
    for file in Path(pelican.output_path).rglob("*.html"):
        file.write_text("x", "utf-8")

def register():
    signals.finalized.connect(change)
"""
GONE = """
def change(pelican):
    Path(pelican.output_path, "index.html").unlink()

def register():
    signals.finalized.connect(change)
"""
TITLE = """
def change(generator):
    generator.articles[0].title = "x"

def register():
    signals.article_generator_finalized.connect(change)
"""
METADATA = """
def change(generator, metadata):
    metadata["title"] = "x"

def register():
    signals.article_generator_context.connect(change)
"""
TEXT = """
def change(content):
    if hasattr(content, "document"):
        content._content = "x"

def register():
    signals.content_object_init.connect(change)
"""
HIDDEN = """
def change(generator):
    generator.articles.pop()

def register():
    signals.article_generator_finalized.connect(change)
"""
FAILING = """
def fail(generator):
    raise ValueError("no luck")

def register():
    signals.article_generator_finalized.connect(fail)
"""
HARMFUL = {
    "writer": (WRITER, "brings a writer of its own"),
    "reader": (READER, "reads `.md` files in its own way"),
    "feed": (FEED, "changes feeds"),
    "template": (TEMPLATE, "makes pages from the template `archives`"),
    "page": (PAGE, "changes pages after they are made"),
    "end": (END, "has changed `404.html`"),
    "gone": (GONE, "has changed `index.html`"),
    "title": (TITLE, "changes the title of `content/posts/"),
    "metadata": (METADATA, "changes the title of `content/posts/"),
    "text": (TEXT, "changes the text of `content/"),
    "hidden": (HIDDEN, "takes `content/posts/"),
    "series": ("def register():\n    pass\n", "reads `series` in posts"),
}
"""By its name, a plugin, and what is said of it."""


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, Path]:
    """For each command, a project whose site is made without other plugins."""
    found = {}
    for command in COMMANDS:
        folder = tmp_path_factory.mktemp(command)
        shutil.copytree(CONTENT["kitchen-sink"], folder / "content")
        (folder / "own").mkdir()
        assert run(sys.executable, folder, command=command).code == 0
        found[command] = folder
    return found


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", HARMFUL)
def test_a_plugin_that_would_do_harm_is_refused_by_name(good, command, name):
    folder = good[command]
    code, message = HARMFUL[name]
    (folder / f"{name}.py").write_text(HEAD + code, "utf-8")
    kept = files_of(folder / "output")
    made = run(sys.executable, folder, name, command=command)
    assert made.code == 1, made.printed
    assert "plugin-refused" in made.printed
    assert message in made.printed
    assert f"`{name}`" in made.printed
    assert "take it out of `PLUGINS`" in made.printed
    assert files_of(folder / "output") == kept


@pytest.mark.parametrize("command", COMMANDS)
def test_a_plugin_that_fails_is_named_with_its_line(good, command):
    folder = good[command]
    (folder / "failing.py").write_text(HEAD + FAILING, "utf-8")
    kept = files_of(folder / "output")
    made = run(sys.executable, folder, "failing", command=command)
    assert made.code == 1
    assert "failing.py:5: plugin-failed the plugin `failing` has failed" in made.printed
    assert files_of(folder / "output") == kept


def test_a_plugin_of_pypi_that_changes_pages_is_refused_by_name(python, project):
    made = run(python, project, "seo", SEO_ENHANCER=True, SEO_REPORT=False)
    assert made.code == 1
    assert "the plugin `seo` changes pages after they are made" in made.printed
    assert not made.output.exists()
