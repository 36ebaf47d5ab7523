"""Loads Pelican for the commands, without what they never use of it.

Pelican loads docutils for its reader of reStructuredText, which ``practice.hooks`` takes away
again: nearly a tenth of the time in which a site is built after one edit. Pelican asks whether
docutils is there (`RstReader.enabled`), and is told that it is not.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

ASKED_FOR = (
    "docutils",
    "docutils.core",
    "docutils.io",
    "docutils.parsers.rst.languages",
    "docutils.writers.html4css1",
    "pelican.rstdirectives",
)
"""What `pelican/readers.py` imports (Pelican 4.12)."""


class _Absent(ModuleType):
    """Stands for a module that is not there: it has only what Pelican takes from it by name."""

    HTMLTranslator = Writer = object

    def __bool__(self) -> bool:
        return False

    @staticmethod
    def get_language(code: str) -> str:
        """No words of docutils are ever needed in a language, so none is amiss."""
        return code


def load_pelican() -> None:
    """Load Pelican's readers; whoever imports docutils afterwards gets the real one.

    Pelican's own ``RstReader`` stays without it, and says so (`enabled`): a plugin that needs that
    reader cannot be loaded by our commands.
    """
    if "docutils" in sys.modules or "pelican.readers" in sys.modules:
        return
    sys.modules |= {name: _Absent(name) for name in ASKED_FOR}
    try:
        importlib.import_module("pelican.readers")
    finally:
        for name in ASKED_FOR:
            del sys.modules[name]
