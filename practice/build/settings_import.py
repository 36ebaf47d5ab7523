"""How a settings file is run: with the modules of its own folder, as they are now."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def importing_from(folder: Path) -> Iterator[None]:
    """Let a settings file import modules of its folder: `publishconf.py` imports `pelicanconf`.

    Nothing is kept of them, neither the modules nor their bytecode. Otherwise the settings of
    another practice could be taken for these. Python reuses cached bytecode as long as the size of
    a file and its modification time, in whole seconds, are the same, so an edit such as `nginx` to
    `caddy` could go unnoticed.
    """
    place = str(folder.absolute())
    before, known = sys.dont_write_bytecode, set(sys.modules)
    sys.dont_write_bytecode = True
    sys.path.insert(0, place)
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
        with suppress(ValueError):  # a settings file may have taken it out
            sys.path.remove(place)
        for name in sys.modules.keys() - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).parent == Path(place):
                del sys.modules[name]
