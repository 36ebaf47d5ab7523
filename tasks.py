"""The commands: `uv run inv --list`. Each one calls `practice` and prints what it says.

An installed package offers those that concern a site as `practice build` and so on.

What only one command needs is imported there: a build that finds nothing changed would spend most
of its time on loading the rest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from practice.build import report
from practice.paths import command_of, display_path_of
from practice.problems import ProblemsFound, UsageError
from practice.support import extras, garbage
from practice.support.cache_folder import why_not_used
from practice.support.console import accept_every_character

accept_every_character(sys.stdout, sys.stderr)

if TYPE_CHECKING:
    from practice.publish import publish as publishing

BUILT, PROBLEMS, USAGE_ERROR = 0, 1, 2
"""Exit codes of `build`."""


@task(
    help={
        "content": "the practice's folder (default: the settings' PATH)",
        "output": "where the site goes (default: the settings' OUTPUT_PATH)",
        "settings": "the settings file",
    }
)
def build(
    _context: Context, content: str = "", output: str = "", settings: str = "pelicanconf.py"
) -> None:
    """Build the site."""
    from practice.build.command import build_if_changed

    given = Path(content) if content else None, Path(output) if output else None
    with garbage.paused(), command_errors(report.AS_IT_WAS) as progress:
        said, built = build_if_changed(Path(settings), *given, progress)
        progress.end()
        print(said)
        if built:
            garbage.keep_all()  # Python collects once more when it ends


@task(
    help={
        "content": "the practice's folder (default: the settings' PATH)",
        "browser": "open the browser (--no-browser: only print the address)",
        "port": "where to listen (default: the first free one from 8000 on)",
        "host": "an address of this machine by which others may see the preview",
        "page": "the address to open first, such as /blog/",
        "editor": "how to open a file, such as 'code --goto {file}:{line}'",
        "settings": "the settings file",
    }
)
def preview(
    _context: Context,
    content: str = "",
    browser: bool = True,
    port: int = 0,
    host: str = "",
    page: str = "/",
    editor: str = "",
    settings: str = "pelicanconf.py",
) -> None:
    """Show the site in a browser, as it would be now; it follows every edit."""
    with command_errors("Nothing can be shown."):
        with extras.needed("preview", "the preview"):
            from practice.preview import start

        start.run(
            Path(settings),
            Path(content) if content else None,
            host=host,
            port=port,
            page=page,
            browser=browser,
            editor=editor,
        )


@task(
    positional=["kind"],
    help={
        "kind": "post, treatment, therapist, staff, page, event, location or source",
        "field": "a field that is known, such as 'author=sarah-dominguez'; may be repeated",
        "title": "the title of a text, or the name of a treatment, person or location",
        "doi": "of a source: ask Crossref what it is",
        "pmid": "of a source: ask PubMed what it is",
        "file": "of sources: read them from a RIS or BibTeX file",
        "preview": "show it in the preview (--no-preview: only write the file)",
        "settings": "the settings file",
    },
    iterable=["field"],
)
def new(
    _context: Context,
    kind: str,
    field: list[str] | None = None,
    title: str = "",
    doi: str = "",
    pmid: str = "",
    file: str = "",
    preview: bool = True,
    settings: str = "pelicanconf.py",
) -> None:
    """Begin a text, or add a location or a source; what is not said is asked."""
    from practice.authoring import new_entry
    from practice.authoring import scaffold as beginning
    from practice.build.settings import load_settings

    given = {name.strip(): value for name, _, value in (f.partition("=") for f in field or ())}
    if title:
        given[beginning.title_field(kind)] = title
    with command_errors("Nothing was written."):
        found = load_settings(Path(settings), None, None)
        content, ask = Path(found["PATH"]), input if sys.stdin.isatty() else None
        try:
            if kind == "location":
                line = new_entry.new_location(content, given, ask)
                print(f"Written: {display_path_of(content / 'clinic.yaml')}:{line}")
                return
            if kind == "source":
                refs = Path(file) if file else None
                ids = new_entry.new_sources(content, given, ask, doi=doi, pmid=pmid, file=refs)
                print(f"Written: {display_path_of(content / 'sources.yaml')}: {', '.join(ids)}")
                return
            made = beginning.make(kind, content, given, ask, found["TIMEZONE"])
        except beginning.CannotWrite as error:
            raise UsageError(str(error)) from error
        except EOFError as error:  # Ctrl-D where an answer was asked for
            raise UsageError("\nNothing was written.") from error
    print(f"Written: {display_path_of(made.file)}")
    if not preview:
        return
    with command_errors("Nothing can be shown."):
        with extras.needed("preview", "the preview"):
            from practice.preview import start

        running = start.running(content)
        if running:
            start.open_in(running, made.address, Path(settings))
        else:
            start.run(Path(settings), page=made.address)


@task(
    help={
        "sizes": "numbers of posts (default: 100,1000,10000, or 100 with --quick)",
        "only": "generators, separated by semicolons, such as 'ours;Hugo'",
        "again": "measure what was measured before, too",
        "quick": "100 posts in about two minutes; only print the figures",
    }
)
def bench(
    _context: Context, sizes: str = "", only: str = "", again: bool = False, quick: bool = False
) -> None:
    """Measure ours beside other generators, and write benchmarks/README.md."""
    command = ["uv", "run", "--group", "bench", "python", "-m", "benchmarks.run"]
    command += ["--sizes", sizes] if sizes else []
    command += ["--only", only] if only else []
    command += ["--again"] if again else []
    command += ["--quick"] if quick else []
    raise Exit(code=subprocess.run(command, check=False).returncode)  # no shell


@task(
    help={
        "dry-run": "only show what would change",
        "yes": "ask nothing, and go on where the site is empty or much smaller than before",
        "allow-sample": "let sample text go live, for a trial",
        "verify": "ask the live site for every file when all is done",
        "init": "ask where the site goes, and write that into the settings file",
        "settings": "the settings file",
    }
)
def publish(
    _context: Context,
    dry_run: bool = False,
    yes: bool = False,
    allow_sample: bool = False,
    verify: bool = False,
    init: bool = False,
    settings: str = "publishconf.py",
) -> None:
    """Make the site live: build, check, show what changes, upload."""
    with command_errors("Nothing was published.") as progress:
        with extras.needed("publish", "publishing"):
            from practice.publish import publish as publishing
            from practice.publish import wizard as init_questions

        if init and not sys.stdin.isatty():
            raise UsageError(
                "`--init` asks questions, so it needs a terminal; docs/publishing.md says what to "
                "write into the settings file without it"
            )
        if init:
            print(init_questions.ask(Path(settings), input, print))
            return
        options = publishing.Options(dry_run, yes, allow_sample, verify)
        back = f"`{command_of('rollback')}{_also(settings, 'publishconf.py')}`"
        with _live_all_the_same(progress, f" To go back: {back}."):
            outcome = publishing.publish(options, _console(progress), Path(settings))
        progress.end()
        if outcome.done:
            print(outcome.live)
            if outcome.plan.live.release:
                print(f"To go back: {back}.")
        elif not dry_run and not outcome.plan.nothing:
            print("Nothing was published.")
        if outcome.checked:
            print(f"The live site answered with all {outcome.checked} files as they are meant.")


@task(
    help={
        "to": "the first signs of a release's id (default: the release before)",
        "dry-run": "only show what would change",
        "yes": "ask nothing",
        "settings": "the settings file",
    }
)
def rollback(
    _context: Context,
    to: str = "",
    dry_run: bool = False,
    yes: bool = False,
    settings: str = "publishconf.py",
) -> None:
    """Make an earlier release live again."""
    with command_errors("Nothing was changed.", cached=False) as progress:
        with extras.needed("publish", "going back"):
            from practice.publish import publish as publishing

        options = publishing.Options(dry_run, yes)
        with _live_all_the_same(progress):
            outcome = publishing.rollback(options, _console(progress), to, Path(settings))
        progress.end()
        if outcome.done:
            print(outcome.live)


@task(help={"settings": "the settings file"})
def releases(_context: Context, settings: str = "publishconf.py") -> None:
    """List the releases that can be brought back."""
    with command_errors("", cached=False) as progress:
        with extras.needed("publish", "the list of releases"):
            from practice.publish import messages
            from practice.publish import publish as publishing

        history, live = publishing.releases(Path(settings))
        progress.end()
        print(messages.history_in_words(history, live))


@contextmanager
def _live_all_the_same(progress: report.Progress, then: str = "") -> Iterator[None]:
    """Print the problems of a release that is live, and end with an exit code that says so."""
    from practice.publish.publish import ProblemsLive

    try:
        yield
    except ProblemsLive as error:
        progress.end()
        print(error.outcome.live)
        said = report.problems(error.problems, f"The release is live all the same.{then}")
        print(said, file=sys.stderr)
        raise Exit(code=PROBLEMS) from error


def _also(settings: str, usual: str) -> str:
    """The option that names a settings file, where it is not the usual one."""
    return "" if settings == usual else f" --settings {settings}"


@contextmanager
def command_errors(then: str, *, cached: bool = True) -> Iterator[report.Progress]:
    """Run a command; what stops it is printed, and gives the exit code.

    ``cached`` is whether it uses the cache: one line says if it cannot.
    """
    progress = report.Progress()
    if cached and (unused := why_not_used()):
        print(unused, file=sys.stderr)
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:  # and not of who has started us in the background, say
        signal.signal(signal.SIGINT, _stop)
    try:
        yield progress
    except ProblemsFound as error:
        progress.end()
        print(report.problems(error.problems, then), file=sys.stderr)
        raise Exit(code=PROBLEMS) from error
    except UsageError as error:
        progress.end()
        print(error, file=sys.stderr)
        raise Exit(code=USAGE_ERROR) from error
    except Exit:
        raise
    except BrokenPipeError:  # the reader (for example `head`) closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        from practice.support import faults

        progress.end()
        problem = faults.problem_of(error)
        print(report.problems([problem], then), file=sys.stderr)
        of_system = isinstance(error, OSError) and problem.code == "system"
        raise Exit(code=USAGE_ERROR if of_system else PROBLEMS) from error
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End on Ctrl-C, and say nothing of the files that were just being opened."""
    sys.unraisablehook = lambda _: None
    raise KeyboardInterrupt


def _console(progress: report.Progress) -> publishing.Console:
    """How publishing talks on a terminal; without one, nothing is asked."""
    from practice.publish import publish as publishing

    def say(text: str) -> None:
        progress.end()
        print(text, flush=True)

    def asked(question: str, otherwise: bool) -> bool:
        progress.end()
        if not sys.stdin.isatty():
            return otherwise
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    return publishing.Console(
        progress, say, lambda text: asked(text, True), lambda text: asked(text, False)
    )


@task(
    help={
        "content": "the practice's folder (default: the settings' PATH)",
        "format": "text, json, or github for annotations in its Actions",
        "sources": "ask Crossref and PubMed which studies were retracted or corrected",
        "snapshot": "a copy of the Retraction Watch data to look into, instead of asking",
        "publishing-too": "ask for reviews what publishing asks: an overdue one is an error",
        "settings": "the settings file",
    }
)
def check(
    _context: Context,
    content: str = "",
    format: str = "text",
    publishing_too: bool = False,
    sources: bool = False,
    snapshot: str = "",
    settings: str = "pelicanconf.py",
) -> None:
    """Check the content, and tell what falls due within 60 days."""
    from practice.build.settings import load_settings
    from practice.checks import report as checks_report

    with command_errors("Nothing was built.") as progress:
        if format not in checks_report.FORMATS:
            raise UsageError(f"`--format` is one of {', '.join(checks_report.FORMATS)}")
        found = load_settings(Path(settings), Path(content) if content else None, None)
        if sources or snapshot:
            from practice.evidence import check as evidence

            copy = Path(snapshot) if snapshot else None
            evidence.run(Path(found["PATH"]), found["TIMEZONE"], copy, progress)
            progress.end()
        checked = checks_report.check(
            Path(found["PATH"]), found["TIMEZONE"], publishing=publishing_too
        )
        print(checks_report.FORMATS[format](checked))
    if checked.errors:
        raise Exit(code=PROBLEMS)


@task(
    positional=["command", "folder"],
    help={
        "command": "build, check or publish",
        "folder": "a folder that holds practices, or one practice; name more of them after `--`",
        "cluster": "the address of a Dask scheduler (default: this computer alone)",
        "workers": "how many practices at a time on this computer (default: one a processor)",
        "json": "a file to write the results into",
        "dry-run": "of publish: only show what would change",
        "yes": "of publish: go on where the site is empty or much smaller than before",
        "allow-sample": "of publish: let sample text go live, for a trial",
    },
)
def fleet(
    _context: Context,
    command: str,
    folder: str,
    cluster: str = "",
    workers: int = 0,
    json: str = "",
    dry_run: bool = False,
    yes: bool = False,
    allow_sample: bool = False,
) -> None:
    """Build, check or publish many practices; each one succeeds or fails alone."""
    from practice.fleet import one, practices, result, summary

    more = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    with command_errors("") as progress:
        if command not in one.SETTINGS:
            raise UsageError(f"`{command}` is not one of {', '.join(one.SETTINGS)}")
        found = practices.practices_in(map(Path, [folder, *more]), one.SETTINGS[command])
        chosen = {one.DRY_RUN: dry_run, one.YES: yes, one.SAMPLE: allow_sample}
        options = [option for option, given in chosen.items() if given]
        if options and command != "publish":
            raise UsageError(f"`{options[0]}` is an option of `publish`")
        from practice.fleet import run as running

        with summary.progress_bar(len(found)) as done:
            results = running.run(
                command, found, options, cluster=cluster, workers=workers, done=done
            )
        progress.end()
        if json:
            Path(json).write_text(result.as_json(results), encoding="utf-8", newline="\n")
        if wrong := summary.failures(results):
            print(f"{wrong}\n", file=sys.stderr)
        print(summary.table(results))
    if any(one_of_them.failed for one_of_them in results):
        raise Exit(code=PROBLEMS)


SITE = Collection(build, check, fleet, new, preview, publish, releases, rollback)
"""The commands that concern a site; the others are for those who change this project."""


@task(
    iterable=["only"],
    help={
        "setup": "first install the programs that tests start (--no-setup: install nothing)",
        "only": "a folder of tests, such as site; may be repeated. Lint and types are left out",
    },
)
def test(_context: Context, setup: bool = True, only: list[str] | None = None) -> None:
    """Run every check of the code: lint, types, unit, site and browser tests."""
    command = [sys.executable, "tests/run.py", *(() if setup else ("--no-setup",)), *(only or ())]
    raise Exit(code=subprocess.run(command, check=False).returncode)


@task
def docs(_context: Context) -> None:
    """Write the field tables of docs/writing.md and the list of what the sample says."""
    from practice.authoring import field_tables
    from practice.publish import sample
    from practice.site.assemble import load
    from practice.support.environment import today

    page = Path("docs/writing.md")
    page.write_text(
        field_tables.refresh(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n"
    )
    site, problems = load(Path("content"), today("UTC"), drafts=True)
    if site is None:
        raise Exit(report.problems(problems, "The list of the sample was not written."), PROBLEMS)
    sample.LIST.write_text(sample.listed(site), encoding="utf-8", newline="\n")
