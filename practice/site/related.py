"""Finds the posts that are related to a post."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain

from practice.content.document import Document
from practice.content.models import Post

RELATED = 3
"""The most related posts that a post shows."""

Subjects = frozenset[tuple[str, str]]
"""The treatments and topics of a post: `("topic", "sleep")`."""


class RelatedPosts:
    """Finds related posts among posts that are sorted by date, newest first, then by file name.

    Posts with the same treatments and topics form a group. A post is compared with groups, not with
    posts, so that thousands of posts about a few subjects take no longer per post than a hundred.
    """

    def __init__(self, posts: Sequence[Document[Post]]) -> None:
        self.posts = posts
        self.order = [_order(post) for post in posts]
        self.groups: dict[Subjects, list[int]] = defaultdict(list)
        """Indices into ``posts``."""
        for index, post in enumerate(posts):
            self.groups[_subjects(post)].append(index)
        self.groups_about: dict[tuple[str, str], list[Subjects]] = defaultdict(list)
        for group in self.groups:
            for subject in group:
                self.groups_about[subject].append(group)

    def of(self, post: Document[Post]) -> tuple[Document[Post], ...]:
        """Return up to three earlier posts: those that share most subjects, of these the newest.

        A post of the same day is earlier if its file name sorts before. Later posts are left out
        because each new post would change the pages of many others.
        """
        subjects = _subjects(post)
        shared = Counter(chain.from_iterable(self.groups_about.get(s, ()) for s in subjects))
        found: list[int] = []
        for count in range(len(subjects), 0, -1):
            groups = (group for group, same in shared.items() if same == count)
            earlier = chain.from_iterable(self._earlier(group, post) for group in groups)
            found += sorted(earlier)[: RELATED - len(found)]
            if len(found) == RELATED:
                break
        return tuple(self.posts[index] for index in found)

    def _earlier(self, group: Subjects, post: Document[Post]) -> list[int]:
        """The newest posts of a group that are earlier than a post, as indices."""
        members = self.groups[group]
        day, name = _order(post)
        day_begins, here, day_ends = (
            bisect_left(members, bisect_left(self.order, place))
            for place in ((day, ""), (day, name), (day + 1, ""))
        )
        same_day = members[day_begins:here]
        return (same_day + members[day_ends : day_ends + RELATED])[:RELATED]


def _order(post: Document[Post]) -> tuple[int, str]:
    return -post.meta.date.toordinal(), post.source


def _subjects(post: Document[Post]) -> Subjects:
    return frozenset(
        [("treatment", id) for id in post.meta.treatments]
        + [("topic", id) for id in post.meta.topics]
    )
