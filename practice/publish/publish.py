"""Publishing, in order: build -> assemble -> preflight -> plan -> deliver -> verify.

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
from practice.paths import command_of
from practice.problems import Problem, ProblemsFound, UsageError
from practice.publish import preflight, sbom, verify
from practice.publish.history import FOLDER, History, Published
from practice.publish.messages import plan_in_words
from practice.publish.postprocess import assemble, write_server_files
from practice.publish.release import LiveState, Others, Plan, Release, plan
from practice.publish.settings import FILE, PublishSettings, load
from practice.publish.targets import choose
from practice.site import redirects
from practice.support.output_folder import locked

HEADERS_ARE_OURS = ("nginx", "caddy", "apache", "cloudfront")
"""Hosts that send exactly the headers of `practice.hosting.headers`."""


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    dry_run: bool = False
    yes: bool = False
    allow_sample: bool = False
    verify: bool = False


@dataclass(frozen=True)
class Console:
    """How a command communicates with the person who runs it."""

    step: Callable[[str], None]
    """Called with the name of each step."""
    say: Callable[[str], None]
    """Called with text to print."""
    confirm: Callable[[str], bool]
    """Asks a yes-or-no question; without a terminal the answer is yes."""
    offer: Callable[[str], bool]
    """Asks whether to change the content; without a terminal the answer is no."""


@dataclass(frozen=True)
class Outcome:
    """The result of a publish."""

    plan: Plan
    target: str
    done: bool
    """False for a dry run, after the answer no, and where nothing had changed."""
    checked: int = 0
    """The number of files that were verified on the live site."""


def publish(options: Options, console: Console, file: Path = FILE) -> Outcome:
    """Build the site and publish it.

    Raises ``ProblemsFound`` for what must not be published and ``UsageError`` for what cannot be
    done. Both happen before the target changes, except when an upload breaks off.
    """
    settings = load(file)
    target = choose.of(settings)
    history = History(settings.folder)
    history.folder.mkdir(exist_ok=True)
    with locked(history.folder / "publish"):
        built = build(output=history.folder / "site", settings_file=file, step=console.step)
        console.step("Compressing the pages and building the search index")
        tree = assemble(built, settings, history.folder / "release")
        release = Release(tree.files, commit_of(settings.folder))
        console.step("Checking what is live")
        live = target.live()
        made = plan(live, release)
        others = Others() if made.nothing else target.others(made)
        candidate = Candidate(built, settings, release, live, others)
        refuse(candidate, options, console)
        if built.warnings:
            console.say(report.problems(built.warnings, "Warnings do not block publishing."))
        console.say(plan_in_words(made, target.name, others, whole=options.dry_run))
        if made.nothing:
            outcome = Outcome(made, target.name, done=False)
        elif options.dry_run or not (options.yes or console.confirm("Publish this?")):
            return Outcome(made, target.name, done=False)
        else:
            history.keep(release, tree.folder)
            target.deliver(made, tree.folder, console.step)
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
    """The release is live, but the live site does not respond as expected."""

    def __init__(self, problems: list[Problem], outcome: Outcome) -> None:
        super().__init__(problems)
        self.outcome = outcome


@dataclass(frozen=True)
class Candidate:
    """A release to publish, and the live release that it would replace."""

    built: Built
    settings: PublishSettings
    release: Release
    live: LiveState
    others: Others


def refuse(candidate: Candidate, options: Options, console: Console) -> None:
    """Raise every reason not to publish, all at once."""
    site, settings = candidate.built.site, candidate.settings
    release, live = candidate.release, candidate.live.release
    samples = list(preflight.samples(site))
    if samples and options.allow_sample:
        count = candidate.built.samples
        texts = "1 text has" if count == 1 else f"{count} texts have"
        what = f"{texts} not been reviewed by a clinician" if count else "the practice is a sample"
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
        problems += preflight.foreign(settings, candidate.live, candidate.others)
    if invalid and problems == invalid and not options.dry_run:
        write_redirects(candidate.built, invalid, console)
    if problems:
        raise ProblemsFound(problems)


def write_redirects(built: Built, invalid: Sequence[Problem], console: Console) -> None:
    """Offer to add the missing redirects; they take effect with the next run."""
    lines = [problem.hint.split("`")[1] for problem in invalid]
    file = built.site.content / redirects.FILE
    console.say("These addresses would be removed. They could redirect:\n  " + "\n  ".join(lines))
    if not console.offer(f"Add them to {invalid[0].path}?"):
        return
    before = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    start = before if before.endswith("\n") or not before else f"{before}\n"
    file.write_text(start + "".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    raise UsageError(
        f"{len(lines)} redirects were added to {invalid[0].path}: check them, then publish again"
    )


def beside(built: Built, settings: PublishSettings, console: Console) -> None:
    """Write the files that accompany a release: server configuration and SBOM."""
    folder = settings.folder / FOLDER / "server"
    for file in write_server_files(settings, redirects.of(built.site), folder):
        name = file.relative_to(settings.folder).as_posix()
        console.say(f"New settings for your web server: {name}")
    file = settings.folder / FOLDER / "sbom.cdx.json"
    try:
        file.write_text(sbom.bill(settings.folder), encoding="utf-8", newline="\n")
    except sbom.Unavailable as why:
        file.unlink(missing_ok=True)  # an earlier one would be wrong
        console.say(f"No list of the packages used (`sbom.cdx.json`): {why}")


def check(settings: PublishSettings, made: Plan, built: Built, console: Console) -> int:
    """Request every file of the live site, and every address that it had before."""
    console.step("Checking every file on the live site")
    with_headers = settings.target.host in HEADERS_ARE_OURS
    problems = verify.files(settings.address, made.new, with_headers=with_headers)
    gone = [moved.source for moved in redirects.of(built.site) if moved.target is None]
    before = made.live.release.addresses if made.live.release else set()
    problems += verify.addresses(settings.address, before, gone)
    if problems:
        raise ProblemsFound(problems)
    return len(made.new.files)


def rollback(options: Options, console: Console, to: str = "", file: Path = FILE) -> Outcome:
    """Publish an earlier release again: the previous one, or one whose id starts with ``to``."""
    settings = load(file)
    target = choose.of(settings)
    history = History(settings.folder)
    if not history.folder.is_dir():
        raise UsageError(
            "nothing has been published from here yet, so there is no release to go back to"
        )
    with locked(history.folder / "publish"), tempfile.TemporaryDirectory() as folder:
        live = target.live()
        release = earlier(history, live, to)
        made = plan(live, release)
        others = Others() if made.nothing else target.others(made)
        console.say(plan_in_words(made, target.name, others, whole=options.dry_run))
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
    """Return the release to go back to."""
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
            "the live release is the oldest one that is stored here: to go to another, use "
            f"`{command_of('rollback --to …')}` with the first characters of its id"
        )
    release = history.get(found[0]) if len(found) == 1 else None
    if release is None:
        raise UsageError(
            f"that release is not stored here: `{command_of('releases')}` lists those that are; to "
            "bring back an older one, publish its commit"
        )
    return release


def before_it(history: Iterable[Published]) -> list[str]:
    """Return the ids of the releases before the live one, oldest first, and its own.

    Releases that a rollback undid are left out: another rollback must not return to them.
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
    """Return the history, oldest first, and the id of the live release."""
    settings = load(file)
    live = choose.of(settings).live()
    return History(settings.folder).entries, live.release.id if live.release else ""


def commit_of(folder: Path) -> str:
    """Return the commit of a folder; empty if it has changes or is not a repository."""
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
