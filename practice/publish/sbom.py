"""SBOM: the packages that made the site, as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/).

`uv export` makes it from `uv.lock`. Its serial number and time are left out, so that the same lock
file and the same version of uv give the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

LOCK = "uv.lock"
EXPORT = (
    "export", "--quiet", "--frozen", "--offline", "--all-extras", "--no-default-groups",
    "--format", "cyclonedx1.5", "--preview-features", "sbom-export",
)  # fmt: skip
"""Read the lock file as it is, with all that may run and nothing that only developers use."""
SECONDS = 60


class Unavailable(Exception):
    """There is no SBOM; the text says why and what to do."""


def bill(folder: Path) -> str:
    """Return the SBOM of the project in a folder as JSON.

    Raises ``Unavailable`` where the lock file or uv is missing, or where uv cannot export.
    """
    if not (folder / LOCK).is_file():
        raise Unavailable(f"there is no `{LOCK}` beside the settings: `uv lock` writes one")
    uv = os.environ.get("UV") or shutil.which("uv")  # `uv run` says which one it is
    if not uv:
        raise Unavailable("the program `uv` is missing: see https://docs.astral.sh/uv/")
    try:
        done = subprocess.run(  # our own arguments, no shell
            [uv, *EXPORT],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=True,
        )
        made = json.loads(done.stdout)
        del made["serialNumber"], made["metadata"]["timestamp"]
    except subprocess.CalledProcessError as error:
        reason = str(error.stderr).strip().partition("\n")[0] or f"exit code {error.returncode}"
        raise Unavailable(f"`uv export` failed ({reason}): update uv, or run `uv lock`") from error
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
        raise Unavailable(f"`uv export` failed ({error}): update uv") from error
    return json.dumps(made, indent=2) + "\n"
