from collections.abc import Callable
from typing import Any

from pelican.contents import Content
from pelican.readers import Readers

class Generator:
    settings: dict[str, Any]
    context: dict[str, Any]
    path: str
    output_path: str
    readers: Readers
    get_template: Callable[[str], object]
    def __init__(
        self,
        context: dict[str, Any],
        settings: dict[str, Any],
        path: str,
        theme: str,
        output_path: str,
        readers_cache_name: str = "",
        **kwargs: Any,
    ) -> None: ...

class ArticlesGenerator(Generator):
    articles: list[Content]

class StaticGenerator(Generator):
    staticfiles: list[Content]

class PagesGenerator(Generator):
    pages: list[Content]
    hidden_pages: list[Content]
