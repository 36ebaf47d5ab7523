from collections.abc import Callable
from typing import Any

class Pelican:
    settings: dict[str, Any]
    delete_outputdir: bool
    run: Callable[[], None]
    def __init__(self, settings: dict[str, Any]) -> None: ...
