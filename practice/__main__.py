"""The command `practice` of an installed package: the tasks of `tasks.py` that concern a site.

A build that finds nothing changed is answered before the command line is loaded, which takes longer
than the answer.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the command line; `practice --list` shows the commands."""
    if said := answer(sys.argv[1:]):
        from practice.support.console import accept_every_character  # noqa: PLC0415  # see above

        accept_every_character(sys.stdout)
        print(said)  # noqa: T201  # as the command does
        return
    from importlib import import_module, metadata  # noqa: PLC0415  # see above

    from invoke.program import Program  # noqa: PLC0415  # as above

    from practice.paths import INSTALLED  # noqa: PLC0415  # as above

    tasks = import_module("practice.tasks" if INSTALLED else "tasks")  # the wheel carries a copy
    version = metadata.version("practice-site")
    Program(name="practice", binary="practice", version=version, namespace=tasks.SITE).run()


def answer(words: list[str]) -> str | None:
    """Return the answer to `build` if nothing has changed; None for every other command."""
    match words:
        case ["build"]:
            settings = "pelicanconf.py"
        case ["build", "--settings", named]:
            settings = named
        case _:
            return None
    from practice.build.command import unchanged  # noqa: PLC0415  # other commands do not need it

    return unchanged(Path(settings))


if __name__ == "__main__":
    main()
