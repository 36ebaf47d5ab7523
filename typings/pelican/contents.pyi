from collections.abc import Callable
from typing import Any

class Content:
    settings: dict[str, Any]
    document: Any  # one of ours; Pelican makes each entry of the metadata an attribute
    source_path: str
    _content: str
    _get_content: Callable[[], str]
    @property
    def save_as(self) -> str: ...
    def __init__(
        self,
        content: str | None,
        metadata: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        source_path: str | None = None,
        context: dict[str, Any] | None = None,
    ) -> None: ...

class Article(Content): ...
class Page(Content): ...
