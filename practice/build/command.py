"""The command `build`: answered at once where nothing has changed, else a build.

It loads what a build needs only when there is something to build.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from practice.build import report
from practice.build.last_build import LastBuild

if TYPE_CHECKING:
    from practice.build.run import Built


Asked = tuple[Path, Path | None, Path | None]
_changed: dict[Asked, LastBuild] = {}
"""The sites that ``unchanged`` has found to need a build, until they are built."""


def unchanged(settings: Path) -> str | None:
    """Return what to print if nothing has changed since the last build, or None.

    If None, ``build_if_changed`` builds the site without comparing all files a second time.
    """
    last = LastBuild(settings, None, None)
    said = last.report()
    if said is None:
        _changed[settings, None, None] = last
    return said


def build_if_changed(
    settings: Path,
    content: Path | None = None,
    output: Path | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> tuple[str, Built | None]:
    """Build a site unless nothing has changed since its last build.

    The parameters and errors are those of ``practice.build.run.build``. Returns what to print, and
    the build; None if there was nothing to build.
    """
    last = _changed.pop((settings, content, output), None)
    if last is None:
        last = LastBuild(settings, content, output)
        if said := last.report():
            return said, None
    from practice.build import run  # noqa: PLC0415  # see above

    built = run.build(content, output, settings, step)
    last.record(built.inputs, built.output, built.state, report.unchanged(built))
    return report.summary(built), built
