"""Related posts: what is found, compared with the rule in its plainest form.

Not tested here: how they are shown (`test_site.py`).
"""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.site.related import RelatedPosts

DAY = dt.date(2026, 1, 1)


def post(day=0, name="a", treatments=(), topics=()):
    meta = SimpleNamespace(
        date=DAY + dt.timedelta(days=day), treatments=tuple(treatments), topics=tuple(topics)
    )
    return SimpleNamespace(source=f"posts/{name}.md", meta=meta)


def newest_first(posts):
    by_name = sorted(posts, key=lambda p: p.source)
    return tuple(sorted(by_name, key=lambda p: p.meta.date, reverse=True))


def rule(posts, of):
    """Up to three earlier posts that share a subject: most shared first, then newest."""

    def shared(other):
        return len({*of.meta.treatments} & {*other.meta.treatments}) + len(
            {*of.meta.topics} & {*other.meta.topics}
        )

    earlier = [
        other
        for other in newest_first(posts)
        if other.meta.date < of.meta.date
        or (other.meta.date == of.meta.date and other.source < of.source)
    ]
    return tuple(sorted(filter(shared, earlier), key=shared, reverse=True)[:3])


IDS = st.lists(st.sampled_from("xyz"), max_size=3)
POSTS = st.lists(
    st.builds(post, st.integers(0, 4), st.integers(0, 99).map("{:02}".format), IDS, IDS),
    max_size=25,
    unique_by=lambda p: p.source,
)


@settings(deadline=None)
@given(POSTS)
def test_related_posts_are_those_of_the_rule(posts):
    related = RelatedPosts(newest_first(posts))
    for one in posts:
        assert related.of(one) == rule(posts, one)


@settings(deadline=None)
@given(POSTS.filter(bool))
def test_a_draft_has_related_posts_too(posts):
    draft, *published = posts
    assert RelatedPosts(newest_first(published)).of(draft) == rule(published, draft)


@pytest.mark.parametrize("count", [500, 5000])
def test_a_post_is_compared_with_groups_of_posts_and_not_with_posts(count, monkeypatch):
    chance = random.Random(1)
    posts = newest_first(
        post(chance.randrange(3000), f"{n:05}", chance.choice("abcdef"), chance.choice("stuvw"))
        for n in range(count)
    )
    related = RelatedPosts(posts)
    asked = []
    earlier = related._earlier
    monkeypatch.setattr(related, "_earlier", lambda *of: asked.append(of) or earlier(*of))
    for number in range(0, count, count // 50):
        asked.clear()
        related.of(posts[number])
        assert len(asked) <= 6 * 5
