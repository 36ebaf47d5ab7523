"""The file `clinic.yaml` of a practice, changed for a test."""

from __future__ import annotations

import re


def set_fields(file, **values):
    """Give fields of one line other values, or add them."""
    text = file.read_text("utf-8")
    for name, value in values.items():
        text = f"{name}: {value}\n" + re.sub(rf"^{name}:.*\n", "", text, flags=re.MULTILINE)
    file.write_text(text, "utf-8")
