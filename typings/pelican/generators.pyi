from collections.abc import Callable
from typing import Any

class Generator:
    settings: dict[str, Any]
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
