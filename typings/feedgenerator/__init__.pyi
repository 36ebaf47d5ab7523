import datetime as dt
from collections.abc import Iterable

class SyndicationFeed:
    items: list[dict[str, str | None]]
    def __init__(
        self,
        title: str,
        link: str,
        description: str,
        language: str | None = None,
        author_email: str | None = None,
        author_name: str | None = None,
        author_link: str | None = None,
        subtitle: str | None = None,
        categories: Iterable[str] | None = None,
        feed_url: str | None = None,
        feed_copyright: str | None = None,
        feed_guid: str | None = None,
        ttl: str | None = None,
        stylesheets: Iterable[str] | None = None,
        **kwargs: str,
    ) -> None: ...
    def add_item(
        self,
        title: str,
        link: str,
        description: str,
        author_email: str | None = None,
        author_name: str | None = None,
        author_link: str | None = None,
        pubdate: dt.datetime | None = None,
        comments: str | None = None,
        unique_id: str | None = None,
        unique_id_is_permalink: bool | None = None,
        categories: Iterable[str] = (),
        item_copyright: str | None = None,
        ttl: str | None = None,
        content: str | None = None,
        updateddate: dt.datetime | None = None,
        enclosures: object = None,
        **kwargs: str,
    ) -> None: ...
    def writeString(self, encoding: str) -> str: ...

class Atom1Feed(SyndicationFeed): ...

def get_tag_uri(url: str, date: dt.datetime) -> str: ...
