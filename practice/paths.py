"""Addresses and the files that answer at them."""


def save_as(path: str) -> str:
    """The file, below the output folder, that answers at an address of the site."""
    return f"{path}index.html".lstrip("/") if path.endswith("/") else path.lstrip("/")
