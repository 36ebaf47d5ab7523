from typing import Any

DEFAULT_CONFIG: dict[str, Any]

def read_settings(
    path: str | None = None, override: dict[str, Any] | None = None
) -> dict[str, Any]: ...
def get_settings_from_file(path: str) -> dict[str, Any]: ...
