"""The letters behind a name: what the usual ones stand for, and how they are written as YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator

KNOWN: dict[str, tuple[str, str]] = {
    "PT": ("Physical therapist", "license"),
    "PTA": ("Physical therapist assistant", "license"),
    "OT": ("Occupational therapist", "license"),
    "LMT": ("Licensed massage therapist", "license"),
    "LAT": ("Licensed athletic trainer", "license"),
    "DPT": ("Doctor of physical therapy", "degree"),
    "MPT": ("Master of physical therapy", "degree"),
    "MSPT": ("Master of science in physical therapy", "degree"),
    "OTD": ("Doctor of occupational therapy", "degree"),
    "ATC": ("Certified athletic trainer", "certificate"),
    "CCS": ("Cardiovascular and pulmonary clinical specialist", "certificate"),
    "CHT": ("Certified hand therapist", "certificate"),
    "CLT": ("Certified lymphedema therapist", "certificate"),
    "CSCS": ("Certified strength and conditioning specialist", "certificate"),
    "GCS": ("Geriatric clinical specialist", "certificate"),
    "NCS": ("Neurologic clinical specialist", "certificate"),
    "OCS": ("Orthopedic clinical specialist", "certificate"),
    "PCS": ("Pediatric clinical specialist", "certificate"),
    "SCS": ("Sports clinical specialist", "certificate"),
    "WCS": ("Women’s health clinical specialist", "certificate"),
}
"""What the letters behind the names of US clinicians stand for, and the kind of credential.

The names of the specialists are those of https://specialization.apta.org.
"""
QUESTION = "Letters behind the name, such as PT, DPT; press Enter for none: "


def items(value: str) -> Iterator[tuple[str, str, str]]:
    """Yield letters, what they stand for, and the kind, of ``PT, XYZ = Example / degree``.

    What is neither written nor known is empty.
    """
    for item in filter(None, map(str.strip, value.split(","))):
        letters, _, rest = (part.strip() for part in item.partition("="))
        stands_for, _, kind = (part.strip() for part in rest.partition("/"))
        known, usual = KNOWN.get(letters, ("", "license" if stands_for else ""))
        yield letters, stands_for or known, kind or usual


def completed(value: str, ask: Callable[[str], str]) -> str:
    """Ask for what the letters do not tell, and return the completed credentials."""
    found = []
    for letters, known, usual in items(value):
        meaning, kind = known, usual
        while not meaning:
            meaning = ask(f"What does {letters} stand for? ").strip()
        while kind not in ("license", "degree", "certificate"):
            kind = ask(f"Is {letters} a license, a degree or a certificate? ").strip().lower()
        found.append(f"{letters} = {meaning} / {kind}")
    return ", ".join(found)
