"""The command `practice` of an installed package: the tasks of `tasks.py` that concern a site."""

from __future__ import annotations

from importlib import import_module, metadata

from invoke.program import Program

from practice.paths import INSTALLED


def main() -> None:
    """Run the command line; `practice --list` shows the commands."""
    tasks = import_module("practice.tasks" if INSTALLED else "tasks")  # the wheel carries a copy
    version = metadata.version("practice-site")
    Program(name="practice", binary="practice", version=version, namespace=tasks.SITE).run()


if __name__ == "__main__":
    main()
