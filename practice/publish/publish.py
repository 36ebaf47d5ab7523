"""Publishing, in order: build -> finish -> fit to go? -> plan -> deliver -> verify.

Nothing at the target is touched before the site is built, checked and compared with what is
live. Every step can be cut short; the next run ends right.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from practice.build import report
from practice.build.run import Built, build
from practice.problems import Problem, ProblemsFound, UsageError
from practice.publish import preflight, sbom, verify
from practice.publish.history import FOLDER, History, Published
from practice.publish.messages import plan_in_words
from practice.publish.postprocess import finish, write_server_files
from practice.publish.release import LiveState, Plan, Release, of_folder, plan
from practice.publish.settings import FILE, PublishSettings, load
from practice.publish.targets import choose
from practice.site import redirects
from practice.support.output_folder import locked

HEADERS_ARE_OURS = ("nginx", "caddy", "apache", "cloudfront")
"""Hosts that send the headers of `practice.headers` to the letter."""


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    dry_run: bool = False
    yes: bool = False
    allow_sample: bool = False
    verify: bool = False


@dataclass(frozen=True)
class Console:
    """How a command talks to the one who gave it."""

    step: Callable[[str], None]
    """Told what is being done."""
    say: Callable[[str], None]
    """Told what has to be seen."""
    confirm: Callable[[str], bool]
    """Asked a question; without a terminal the answer is yes."""
    offer: Callable[[str], bool]
    """Asked whether to change the content; without a terminal the answer is no."""


@dataclass(frozen=True)
class Outcome:
    """What a publish has done."""

    plan: Plan
    target: str
    done: bool
    """False for a dry run, for a no, and where nothing had changed."""
    checked: int = 0
    """Files that were asked for and found right."""


def publish(options: Options, console: Console, file: Path = FILE) -> Outcome:
    """Build the site and make it live.

    Raises ``ProblemsFound`` for what must not go live, ``UsageError`` for what cannot be done; in
    both cases before the target is touched, but for an upload that breaks off.
    """
    settings = load(file)
    target = choose.of(settings)
    history = History(settings.folder)
    history.folder.mkdir(exist_ok=True)
    with locked(history.folder / "publish"):
        site = history.folder / "site"
        built = build(output=site, settings_file=file, step=console.step)
        console.step("Making it light and searchable")
        finish(built, settings)
        release = of_folder(site, commit_of(settings.folder))
        console.step("Looking at what is live")
        live = target.live()
        candidate = Candidate(
            built, settings, release, live, 0 if live.release else target.foreign()
        )
        refuse(candidate, options, console)
        if built.warnings:
            console.say(report.problems(built.warnings, "They stop nothing."))
        made = plan(live, release)
        console.say(plan_in_words(made, target.name, whole=options.dry_run))
        if made.nothing:
            outcome = Outcome(made, target.name, done=False)
        elif options.dry_run or not (options.yes or console.confirm("Publish this?")):
            return Outcome(made, target.name, done=False)
        else:
            history.keep(release, site)
            target.deliver(made, site, console.step)
            history.add(release, target.name)
            outcome = Outcome(made, target.name, done=True)
        beside(built, settings, console)
        if options.verify:
            try:
                checked = check(settings, made, built, console)
            except ProblemsFound as error:
                raise ProblemsLive(error.problems, outcome) from error
            outcome = Outcome(made, target.name, outcome.done, checked)
        return outcome


class ProblemsLive(ProblemsFound):
    """The release is live, and the live site does not answer as it should."""

    def __init__(self, problems: list[Problem], outcome: Outcome) -> None:
        super().__init__(problems)
        self.outcome = outcome


@dataclass(frozen=True)
class Candidate:
    """What may go live, and what it would go over."""

    built: Built
    settings: PublishSettings
    release: Release
    live: LiveState
    foreign: int


def refuse(candidate: Candidate, options: Options, console: Console) -> None:
    """Raise everything that speaks against going live, all at once."""
    site, settings = candidate.built.site, candidate.settings
    release, live = candidate.release, candidate.live.release
    samples = list(preflight.samples(site))
    if samples and options.allow_sample:
        count = candidate.built.samples
        texts = "1 text has" if count == 1 else f"{count} texts have"
        what = f"{texts} been reviewed by no clinician" if count else "the practice is invented"
        console.say(f"SAMPLE TEXT GOES LIVE: {what}. Patients must not rely on this site.")
        samples = []
    invalid = list(preflight.invalid(site, release, live))
    problems = [
        *preflight.address(settings, allow_sample=options.allow_sample),
        *preflight.reviews(site),
        *samples,
        *preflight.notices(site),
        *invalid,
    ]
    if not options.yes:
        problems += preflight.size(site, release, live)
        problems += preflight.foreign(settings, candidate.foreign)
    if invalid and problems == invalid and not options.dry_run:
        write_redirects(candidate.built, invalid, console)
    if problems:
        raise ProblemsFound(problems)


def write_redirects(built: Built, invalid: Sequence[Problem], console: Console) -> None:
    """Offer to write the redirects that are missing; they take effect with the next run."""
    lines = [problem.hint.split("`")[1] for problem in invalid]
    file = built.site.content / redirects.FILE
    console.say("These addresses would be gone. They could lead on:\n  " + "\n  ".join(lines))
    if not console.offer(f"Write them into {invalid[0].path}?"):
        return
    before = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    start = before if before.endswith("\n") or not before else f"{before}\n"
    file.write_text(start + "".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    raise UsageError(
        f"{len(lines)} redirects are in {invalid[0].path}: look at them, then publish again"
    )


def beside(built: Built, settings: PublishSettings, console: Console) -> None:
    """Write what belongs to a release and not into it: server configuration and SBOM."""
    folder = settings.folder / FOLDER / "server"
    for file in write_server_files(settings, redirects.of(built.site), folder):
        name = file.relative_to(settings.folder).as_posix()
        console.say(f"New settings for your web server: {name}")
    text = sbom.bill(settings.folder)
    if text:
        (settings.folder / FOLDER / "sbom.cdx.json").write_text(
            text, encoding="utf-8", newline="\n"
        )


def check(settings: PublishSettings, made: Plan, built: Built, console: Console) -> int:
    """Ask the live site for every file, and for every address that it had before."""
    console.step("Asking the live site for every file")
    with_headers = settings.target.host in HEADERS_ARE_OURS
    problems = verify.files(settings.address, made.new, with_headers=with_headers)
    gone = [moved.source for moved in redirects.of(built.site) if moved.target is None]
    before = made.live.release.addresses if made.live.release else set()
    problems += verify.addresses(settings.address, before, gone)
    if problems:
        raise ProblemsFound(problems)
    return len(made.new.files)


def rollback(options: Options, console: Console, to: str = "", file: Path = FILE) -> Outcome:
    """Make an earlier release live again: the one before, or one whose id begins with ``to``."""
    settings = load(file)
    target = choose.of(settings)
    history = History(settings.folder)
    if not history.folder.is_dir():
        raise UsageError("nothing was published from here yet, so there is nothing to go back to")
    with locked(history.folder / "publish"), tempfile.TemporaryDirectory() as folder:
        live = target.live()
        release = earlier(history, live, to)
        made = plan(live, release)
        console.say(plan_in_words(made, target.name, whole=options.dry_run))
        if (
            made.nothing
            or options.dry_run
            or not (options.yes or console.confirm("Go back to this?"))
        ):
            return Outcome(made, target.name, done=False)
        tree = Path(folder)
        history.unpack(release, tree)
        target.deliver(made, tree, console.step)
        history.add(release, target.name, back=True)
        return Outcome(made, target.name, done=True)


def earlier(history: History, live: LiveState, to: str) -> Release:
    """The release to go back to."""
    published = before_it(history.entries)
    now = live.release.id if live.release else ""
    if to:
        found = [
            id for id in dict.fromkeys(line.id for line in history.entries) if id.startswith(to)
        ]
    else:
        found = published[: published.index(now)][-1:] if now in published else published[-1:]
    if not to and now in published and not found:
        raise UsageError(
            "what is live is the oldest release that is known here, so there is none before it: "
            "`uv run inv rollback --to …` with the beginning of another's id makes that one live"
        )
    release = history.get(found[0]) if len(found) == 1 else None
    if release is None:
        raise UsageError(
            "that release is not kept here: `uv run inv releases` lists those that are; an older "
            "one comes back by publishing its commit"
        )
    return release


def before_it(history: Iterable[Published]) -> list[str]:
    """The ids of the releases on which the last one of a history stands, oldest first, and its own.

    A release that was gone back from is not among them: nobody who goes back again wants it.
    """
    ids: list[str] = []
    for line in history:
        if line.back and line.id in ids:
            del ids[ids.index(line.id) + 1 :]
            continue
        if line.id in ids:
            ids.remove(line.id)
        ids.append(line.id)
    return ids


def releases(file: Path = FILE) -> tuple[list[Published], str]:
    """The history, oldest first, and the id of the release that is live."""
    settings = load(file)
    live = choose.of(settings).live()
    return History(settings.folder).entries, live.release.id if live.release else ""


def commit_of(folder: Path) -> str:
    """The commit that a folder is at, or nothing where it has changes or is no repository."""
    try:
        changes = subprocess.run(  # git, no shell
            ["git", "status", "--porcelain"],  # noqa: S607  # git is where the system has it
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
        )
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  # as above
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return "" if changes.stdout else head.stdout.strip()
