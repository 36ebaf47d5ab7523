from collections.abc import Sequence
from typing import Any

from pelican.contents import Content

class BaseReader:
    enabled: bool
    file_extensions: Sequence[str]
    settings: dict[str, Any]
    def __init__(self, settings: dict[str, Any]) -> None: ...
    def read(self, source_path: str) -> tuple[str | None, dict[str, Any]]: ...

class MarkdownReader(BaseReader):
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

class Readers:
    settings: dict[str, Any]
    reader_classes: dict[str, type[BaseReader]]
    def __init__(self, settings: dict[str, Any] | None = None, cache_name: str = "") -> None: ...
    def read_file(
        self,
        base_path: str,
        path: str,
        content_class: type[Content] = ...,
        fmt: str | None = None,
        context: dict[str, Any] | None = None,
        preread_signal: Any = None,
        preread_sender: Any = None,
        context_signal: Any = None,
        context_sender: Any = None,
    ) -> Content: ...
