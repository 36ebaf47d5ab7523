"""One practice of a group, in a process of its own: `python -m practice.fleet.one build FOLDER`.

Settings files are Python, and `publishconf.py` imports a module `pelicanconf` of its own folder. A
process for each practice keeps them apart, and one that fails leaves the others alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from practice.build import report
from practice.build.command import build_if_changed
from practice.fleet.result import PracticeResult, State, as_json
from practice.problems import Problem, ProblemsFound, UsageError, errors

SETTINGS = {"build": "pelicanconf.py", "check": "pelicanconf.py", "publish": "publishconf.py"}
"""The settings file that each command reads, in the practice's folder."""
YES, SAMPLE, DRY_RUN = "--yes", "--allow-sample", "--dry-run"
"""The options of publishing that a group can be given."""

NOT_CHANGED = "This practice was not changed. The others were not affected."

Done = tuple[State, str, Sequence[Problem]]


def main() -> None:
    """Run the command in the folder, and print the result as JSON."""
    command, folder, *options = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a settings file or a plugin prints is no result
    with answers:
        answers.write(as_json([run(command, Path(folder), options)]).encode())


def run(command: str, folder: Path, options: Sequence[str] = ()) -> PracticeResult:
    """Run a command for the practice in a folder, which becomes the working folder."""
    started = time.monotonic()
    try:
        os.chdir(folder)
        state, text, problems = RUN[command](Path(SETTINGS[command]), options)
    except ProblemsFound as error:
        state, problems = "problems", error.problems
        text = report.problems(problems, NOT_CHANGED)
    except UsageError as error:
        state, text, problems = "unusable", str(error), ()
    except Exception as error:  # noqa: BLE001  # whatever it is, the other practices go on
        from practice.support import faults  # noqa: PLC0415  # rarely needed

        state, problems = "problems", [faults.problem_of(error)]
        text = report.problems(problems, NOT_CHANGED)
    seconds = round(time.monotonic() - started, 3)
    return PracticeResult(str(folder), state, text, tuple(problems), seconds)


def _tell(step: str) -> None:
    """Report a step on standard error, as a sign of progress."""
    print(step, file=sys.stderr, flush=True)  # noqa: T201  # the process that started it reads it


def _build(settings: Path, _options: Sequence[str]) -> Done:
    text, built = build_if_changed(settings, step=_tell)
    return ("done", text, built.warnings) if built else ("unchanged", text, ())


def _check(settings: Path, _options: Sequence[str]) -> Done:
    from practice.build.settings import load_settings  # noqa: PLC0415  # a build does not need it
    from practice.checks import report as checks_report  # noqa: PLC0415  # as above

    found = load_settings(settings, None, None)
    checked = checks_report.check(Path(found["PATH"]), found["TIMEZONE"])
    state: State = "problems" if errors(checked.problems) else "done"
    return state, checks_report.as_text(checked), checked.problems


def _publish(settings: Path, options: Sequence[str]) -> Done:
    from practice.publish import publish as publishing  # noqa: PLC0415  # an extra

    said: list[str] = []
    console = publishing.Console(
        step=_tell, say=said.append, confirm=lambda _: True, offer=lambda _: False
    )
    chosen = publishing.Options(
        dry_run=DRY_RUN in options, yes=YES in options, allow_sample=SAMPLE in options
    )
    try:
        outcome = publishing.publish(chosen, console, settings)
    except publishing.ProblemsLive as error:
        said += [
            error.outcome.live,
            report.problems(error.problems, "The release is live all the same."),
        ]
        return "problems", "\n".join(said), error.problems
    if outcome.done:
        said.append(outcome.live)
    return "unchanged" if outcome.plan.nothing else "done", "\n".join(said), ()


RUN: dict[str, Callable[[Path, Sequence[str]], Done]] = {
    "build": _build,
    "check": _check,
    "publish": _publish,
}

if __name__ == "__main__":
    main()
