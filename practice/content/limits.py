"""Limits on the size and the structure of a text."""

from __future__ import annotations

SIZE = 1_000_000
"""Bytes that a text may have: as much as a long book."""
NESTING = 12
"""How deep lists and quotations may stand in each other."""
BRACKETS = 40
"""How many brackets of a paragraph may be open at once."""
COLUMNS = 40
"""How many columns a table may have."""
