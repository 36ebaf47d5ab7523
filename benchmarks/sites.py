"""The corpus as a site of each generator: the same words, and pages of the same kinds.

Every site has a page for each post (title, date, author, topic, text), lists by topic, author and
year, a home page with the newest ten posts, and an Atom feed, all with the same small style sheet.
Headings have ids and quotes are typographic everywhere, as Hugo has them by itself. Ours has more:
its whole theme, checks, structured data, pages for treatments and therapists. Hugo and Eleventy can
also be given our theme for the page of a post, as far as it can be ported (`full_theme.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from benchmarks import corpus
from benchmarks.corpus import Post
from benchmarks.full_theme import Ported

ROOT = Path(__file__).parent.parent
CSS = """\
body { max-width: 45rem; margin: 0 auto; padding: 1rem; font: 1.125rem/1.6 sans-serif }
table { border-collapse: collapse } td, th { border: 1px solid; padding: .25rem .5rem }
nav a { margin-right: 1rem }
"""
NOTICES = ("privacy-practices", "good-faith-estimate", "nondiscrimination", "accessibility")
"""Pages that have to say something before a practice can be published."""
NAMES = [f"{a} {b}" for a, b in zip(corpus.FIRST_NAMES, corpus.LAST_NAMES, strict=True)]


def write(files: dict[Path, str]) -> None:
    """Write text files, their folders too."""
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(files: dict[Path, bytes]) -> None:
    """Write files of any kind, their folders too."""
    for file, data in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def ours(folder: Path, count: int) -> Path:
    """Our own practice; returns the file of the first post, as the others do."""
    corpus.write_practice(folder / "content", count)
    settings = (
        'SITEURL = "https://www.example.com"\nPATH = "content"\nOUTPUT_PATH = "output"\n'
        f"THEME = {str(ROOT / 'theme')!r}\n"
        'PLUGINS = ["practice"]\nTIMEZONE = "America/Los_Angeles"\n'
        'DEFAULT_LANG = "en"\nLOCALE = ["C"]\n'
    )
    target = {"to": "folder", "path": "www", "host": "nginx"}
    publishing = f"from pelicanconf import *\nPUBLISH = {target!r}\n"
    write({folder / "pelicanconf.py": settings, folder / "publishconf.py": publishing})
    for notice in NOTICES:
        with (folder / f"content/pages/{notice}.md").open(
            "a", encoding="utf-8", newline="\n"
        ) as file:
            file.write("\nYou have a right to know this.\n" * 10)
    return folder / "content/posts/post-00000.md"


def _posts(folder: Path, count: int, matter: Callable[[Post], dict[str, object]]) -> Path:
    for post in corpus.posts(count):
        fields = "\n".join(f"{name}: {json.dumps(value)}" for name, value in matter(post).items())
        file = folder / f"{post.slug}.md"
        write({file: f"---\n{fields}\n---\n\n{corpus.portable(post)}"})
    return folder / "post-00000.md"


# --- Stock Pelican ---

PELICAN_BASE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}
</title><link rel="stylesheet" href="/theme/site.css"></head><body>
<nav><a href="/">Home</a><a href="/archives.html">All posts</a></nav>
<main>{% block main %}{% endblock %}</main></body></html>
"""
PELICAN_LIST = """\
{% extends "base.html" %}{% block title %}NAME{% endblock %}{% block main %}<h1>NAME</h1><ul>
{% for article in ARTICLES %}<li><a href="/{{ article.url }}">{{ article.title }}</a>
{{ article.date.strftime("%Y-%m-%d") }}</li>{% endfor %}</ul>{% endblock %}
"""
PELICAN_ARTICLE = """\
{% extends "base.html" %}{% block title %}{{ article.title }}{% endblock %}{% block main %}
<h1>{{ article.title }}</h1><p>{{ article.date.strftime("%Y-%m-%d") }} by
<a href="/{{ article.author.url }}">{{ article.author }}</a> in
<a href="/{{ article.category.url }}">{{ article.category }}</a></p>
{{ article.content }}{% endblock %}
"""


def stock(folder: Path, count: int) -> Path:
    """Stock Pelican, with its own Markdown reader and a small theme."""
    templates = folder / "theme/templates"
    lists = {
        "index": ("Home", "articles[:10]"),
        "archives": ("All posts", "articles[:10]"),
        "category": ("{{ category }}", "articles"),
        "author": ("{{ author }}", "articles"),
        "period_archives": ("{{ period | join }}", "articles"),
    }
    files = {
        templates / f"{name}.html": PELICAN_LIST.replace("NAME", title).replace("ARTICLES", which)
        for name, (title, which) in lists.items()
    }
    files |= {
        templates / "base.html": PELICAN_BASE,
        templates / "article.html": PELICAN_ARTICLE,
        folder / "theme/static/site.css": CSS,
        folder / "pelicanconf.py": (
            'SITEURL = ""\nSITENAME = "Benchmark"\nPATH = "content"\nTHEME = "theme"\nPLUGINS = []\n'
            'TIMEZONE = "America/Los_Angeles"\nDEFAULT_LANG = "en"\nTHEME_STATIC_PATHS = ["static"]\n'
            'ARTICLE_URL = "{slug}/"\nARTICLE_SAVE_AS = "{slug}/index.html"\n'
            'YEAR_ARCHIVE_SAVE_AS = "{date:%Y}/index.html"\nTAG_SAVE_AS = ""\n'
            'DIRECT_TEMPLATES = ["index", "archives"]\nDEFAULT_PAGINATION = False\n'
            'FEED_ALL_ATOM = "feed.xml"\nFEED_DOMAIN = "https://www.example.com"\n'
            "CATEGORY_FEED_ATOM = None\nAUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None\n"
            "TRANSLATION_FEED_ATOM = None\n"
            'MARKDOWN = {"extensions": ["extra", "meta", "toc", "smarty"]}\n'
        ),
    }
    write(files)
    for post in corpus.posts(count):
        text = (
            f"Title: {post.title}\nDate: {post.date}\nAuthor: {corpus.author_name(post)}\n"
            f"Category: {corpus.TOPICS[post.topic]}\nSlug: {post.slug}\nSummary: {post.summary}\n\n"
        )
        write({folder / "content" / f"{post.slug}.md": text + corpus.portable(post)})
    return folder / "content/post-00000.md"


# --- Hugo ---

HUGO_BASE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="stylesheet" href="/site.css"></head><body>
<nav><a href="/">Home</a><a href="/posts/">All posts</a></nav>
<main><h1>{{ .Title }}</h1>{{ block "main" . }}{{ end }}</main></body></html>
"""
HUGO_ITEMS = """\
<ul>{{ range PAGES }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a>
{{ .Date.Format "2006-01-02" }}</li>{{ end }}</ul>
"""
HUGO_SINGLE = """\
{{ define "main" }}<p>{{ .Date.Format "2006-01-02" }} by
{{ range .GetTerms "authors" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }} in
{{ range .GetTerms "topics" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</p>
{{ .Content }}{{ end }}
"""


HUGO_PLACES = {
    "title": "{{ .Title }}",
    "summary": "{{ .Params.summary }}",
    "address": "{{ .RelPermalink }}",
    "day": '{{ .Date.Format "2006-01-02" }}',
    "long_day": '{{ .Date.Format "January 2, 2006" }}',
    "author": '{{ range .GetTerms "authors" }}<a href="{{ .RelPermalink }}">{{ end }}',
    "topic": '{{ range .GetTerms "topics" }}<a href="{{ .RelPermalink }}">{{ end }}',
    "content": "{{ .Content }}",
}


def hugo(folder: Path, count: int, ours: Ported | None = None) -> Path:
    """Hugo, with templates of its own, or with our theme for posts."""
    layouts = folder / "layouts"
    define = '{{ define "main" }}%s{{ end }}'
    config = {
        "baseURL": "https://www.example.com/",
        "title": "Benchmark",
        "taxonomies": {"topic": "topics", "author": "authors", "year": "years"},
        "outputs": {"home": ["html", "rss"], "section": ["html"], "term": ["html"], "taxonomy": []},
        "services": {"rss": {"limit": 20}},
    }
    newest = HUGO_ITEMS.replace("PAGES", "first 10 .Site.RegularPages")
    write(
        {
            folder / "hugo.json": json.dumps(config),
            folder / "static/site.css": CSS,
            layouts / "baseof.html": HUGO_BASE,
            layouts / "single.html": HUGO_SINGLE,
            layouts / "home.html": define % newest,
            layouts / "section.html": define % newest,
            layouts / "term.html": define % HUGO_ITEMS.replace("PAGES", ".Pages"),
        }
    )
    if ours:
        page = ours.with_places(HUGO_PLACES, contents="{{ .TableOfContents }}")
        # A template that defines no block is a page of its own.
        write({layouts / "single.html": page})
        write_bytes({folder / "static" / path: data for path, data in ours.assets.items()})
    return _posts(
        folder / "content/posts",
        count,
        lambda post: {
            "title": post.title,
            "date": str(post.date),
            "summary": post.summary,
            "topics": [corpus.TOPICS[post.topic]],
            "authors": [corpus.author_name(post)],
            "years": [str(post.date.year)],
            "url": f"/{post.slug}/",
        },
    )


# --- Eleventy ---

ELEVENTY_CONFIG = """\
import { feedPlugin } from "@11ty/eleventy-plugin-rss";
import anchor from "markdown-it-anchor";

export default function (config) {
  config.addPassthroughCopy("site.css");
  config.amendLibrary("md", (md) => md.set({ typographer: true }).use(anchor));
  config.addPassthroughCopy("assets");
  config.addFilter("longDay", (date) => new Date(date).toLocaleDateString("en-US",
    { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" }));
  config.addFilter("day", (date) => new Date(date).toISOString().slice(0, 10));
  config.addCollection("newest", (api) => api.getFilteredByTag("post").toReversed().slice(0, 10));
  const lists = (name, of) => config.addCollection(name, (api) => {
    const groups = {};
    for (const post of api.getFilteredByTag("post").toReversed()) (groups[of(post)] ??= []).push(post);
    return Object.entries(groups).map(([key, posts]) => ({ key, posts }));
  });
  lists("topics", (post) => post.data.topic);
  lists("authors", (post) => post.data.author);
  lists("years", (post) => post.date.getUTCFullYear());
  config.addPlugin(feedPlugin, {
    type: "atom", outputPath: "/feed.xml", collection: { name: "post", limit: 20 },
    metadata: { title: "Benchmark", base: "https://www.example.com/", author: { name: "B" } },
  });
  return { dir: { output: "output" } };
}
"""
ELEVENTY_BASE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="/site.css"></head><body>
<nav><a href="/">Home</a><a href="/posts/">All posts</a></nav>
<main><h1>{{ title }}</h1>{{ content | safe }}</main></body></html>
"""
ELEVENTY_POST = """\
---
layout: base.njk
---
<p>{{ date | day }} by <a href="/authors/{{ author | slugify }}/">{{ author }}</a> in
<a href="/topics/{{ topic | slugify }}/">{{ topic }}</a></p>
{{ content | safe }}
"""
ELEVENTY_ITEMS = """\
<ul>{% for post in POSTS %}<li><a href="{{ post.url }}">{{ post.data.title }}</a>
{{ post.date | day }}</li>{% endfor %}</ul>
"""


ELEVENTY_PLACES = {
    "title": "{{ title }}",
    "summary": "{{ summary }}",
    "address": "{{ page.url }}",
    "day": "{{ date | day }}",
    "long_day": "{{ date | longDay }}",
    "author": '<a href="/authors/{{ author | slugify }}/">',
    "topic": '<a href="/topics/{{ topic | slugify }}/">',
    "content": "{{ content | safe }}",
}


def eleventy(folder: Path, count: int, ours: Ported | None = None) -> Path:
    """Eleventy 3, with Nunjucks layouts, or with our theme for posts."""
    newest = ELEVENTY_ITEMS.replace("POSTS", "collections.newest")
    lists = {
        folder / f"{name}.njk": (
            f"---\nlayout: base.njk\npagination: {{data: collections.{name}, size: 1, alias: list}}\n"
            f"permalink: /{name}/{{{{ list.key | slugify }}}}/\n"
            "eleventyComputed: {title: '{{ list.key }}'}\n---\n"
            + ELEVENTY_ITEMS.replace("POSTS", "list.posts")
        )
        for name in ("topics", "authors", "years")
    }
    write(
        {
            **lists,
            folder / "package.json": '{"type": "module"}',
            folder / "eleventy.config.js": ELEVENTY_CONFIG,
            folder / "site.css": CSS,
            folder / "_includes/base.njk": ELEVENTY_BASE,
            folder / "_includes/post.njk": ELEVENTY_POST,
            folder / "index.njk": f"---\nlayout: base.njk\ntitle: Benchmark\n---\n{newest}",
            folder / "all.njk": (
                f"---\nlayout: base.njk\ntitle: All posts\npermalink: /posts/\n---\n{newest}"
            ),
            folder / "posts/posts.json": '{"layout": "post.njk", "tags": "post"}',
        }
    )
    if ours:
        write({folder / "_includes/post.njk": ours.with_places(ELEVENTY_PLACES)})
        write_bytes({folder / path: data for path, data in ours.assets.items()})
    return _posts(
        folder / "posts",
        count,
        lambda post: {
            "title": post.title,
            "date": str(post.date),
            "summary": post.summary,
            "author": corpus.author_name(post),
            "topic": corpus.TOPICS[post.topic],
            "permalink": f"/{post.slug}/",
        },
    )


# --- Zensical ---

ZENSICAL_SETTINGS = """\
[project]
site_name = "Benchmark"
site_url = "https://www.example.com/"
site_dir = "output"
nav = [{ Home = "index.md" }]
"""


def zensical(folder: Path, count: int) -> Path:
    """Zensical, with its own theme; it has no lists by topic, author or year, and no feed."""
    newest = "".join(f"- [{post.title}]({post.slug}.md)\n" for post in corpus.posts(min(count, 10)))
    write(
        {
            folder / "zensical.toml": ZENSICAL_SETTINGS,
            folder / "docs/index.md": f"# Benchmark\n\n{newest}",
        }
    )
    return _posts(folder / "docs", count, lambda post: {"title": post.title})
