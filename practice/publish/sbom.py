"""SBOM: what the site was made with, as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/).

It is read from `uv.lock` alone and carries no time and no random number: the same lock file
gives the same bytes.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

MADE_FROM = "uv.lock"


def bill(folder: Path) -> str | None:
    """The bill of materials of the project in a folder; None where it has no lock file."""
    lock = folder / MADE_FROM
    if not lock.is_file():
        return None
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    project = next(p for p in packages if "registry" not in p["source"])
    by_name = {package["name"]: package for package in packages}
    needed = sorted(_needed(project, by_name) - {project["name"]})
    data = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": _named("application", project)},
        "components": [_component(by_name[name]) for name in needed],
        "dependencies": [
            {
                "ref": _purl(by_name[name]),
                "dependsOn": sorted(
                    _purl(by_name[other["name"]]) for other in by_name[name].get("dependencies", ())
                ),
            }
            for name in [project["name"], *needed]
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def _needed(package: dict[str, Any], by_name: dict[str, dict[str, Any]]) -> set[str]:
    """A package and all that it needs to run; what only the developers use is left out."""
    found: set[str] = set()
    waiting = [package["name"]]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting.extend(other["name"] for other in by_name[name].get("dependencies", ()))
    return found


def _component(package: dict[str, Any]) -> dict[str, Any]:
    files = [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", ())]
    return _named("library", package) | {
        "externalReferences": [
            {
                "type": "distribution",
                "url": file["url"],
                "hashes": [{"alg": "SHA-256", "content": file["hash"].removeprefix("sha256:")}],
            }
            for file in files
        ]
    }


def _named(type: str, package: dict[str, Any]) -> dict[str, Any]:
    purl = _purl(package)
    return {
        "type": type,
        "bom-ref": purl,
        "name": package["name"],
        "version": package["version"],
        "purl": purl,
    }


def _purl(package: dict[str, Any]) -> str:
    return f"pkg:pypi/{package['name']}@{package['version']}"
