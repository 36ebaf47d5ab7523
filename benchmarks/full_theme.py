"""Our theme for other generators: a page that we have built, with the words of a post left out.

What is the same on every page stays as it is: header, menu, footer, most of the structured data. We
make it once for all pages, too. Titles, dates, names, links to lists and the text are put in by the
templates of the other generator. The table of contents is Hugo's own; Eleventy has none, so it gets
one that is always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks import corpus

TEXT, AFTER = '<div class="prose">', '<dl class="facts facts-page">'
"""Where the text of a post begins, and what follows it."""
CONTENTS, CONTENTS_END = '<ol class="plain">\n<li><a href="#', "</ol>"


@dataclass(frozen=True)
class Ported:
    """A post's page of ours, cut at the words of the post."""

    page: str
    assets: dict[str, bytes]
    """The files that the page loads, by their paths."""

    def with_places(self, places: dict[str, str], contents: str = "") -> str:
        """Return the page with a template's expressions in the places of the post's own words.

        ``places`` are the expressions for `title`, `summary`, `address`, `day`, `long_day`,
        `author`, `topic` and `content`; ``contents`` is the one for a table of contents.
        """
        post = next(corpus.posts(1))
        words = {
            "title": escape(post.title),
            "summary": escape(post.summary),
            "address": f"/blog/{post.slug}/",
            "day": str(post.date),
            "long_day": f"{post.date:%B} {post.date.day}, {post.date.year}",
            "author": f'<a href="/team/{corpus.author_id(post)}/">',
            "topic": f'<a href="/blog/topics/{corpus.TOPICS[post.topic].lower()}/">',
        }
        start, end = self.page.index(TEXT) + len(TEXT), self.page.index(AFTER)
        page = f"{self.page[:start]}{{content}}</div>\n{self.page[end:]}"
        for name, word in words.items():
            if word not in page:
                raise ValueError(f"the page of our theme does not hold the {name}: {word}")
            page = page.replace(word, places[name])
        if contents:
            start = page.index(CONTENTS)
            end = page.index(CONTENTS_END, start) + len(CONTENTS_END)
            page = page[:start] + contents + page[end:]
        return page.replace("{content}", places["content"])


def ported(output: Path) -> Ported:
    """Return the theme from a site of ours that was built into ``output``."""
    page = (output / "blog/post-00000/index.html").read_text(encoding="utf-8")
    files = (file for file in (output / "assets").iterdir() if file.is_file())
    return Ported(page, {f"assets/{file.name}": file.read_bytes() for file in files})
