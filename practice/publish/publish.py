"""Publishing, in order: build -> assemble -> preflight -> plan -> deliver -> verify.

Nothing at the target is touched before the site is built, checked and compared with what is
live. Every step can be cut short; the next run ends right.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from practice.build import report
from practice.build.run import Built, build
from practice.paths import command_of, display_path_of, save_as
from practice.problems import Problem, ProblemsFound, UsageError
from practice.publish import commits, likeness, preflight, sample, sbom, server_settings, verify
from practice.publish.earlier import Earlier
from practice.publish.history import FOLDER, History, Published
from practice.publish.messages import plan_in_words
from practice.publish.postprocess import assemble, headers_of, searchable, server_files
from practice.publish.release import (
    LiveState,
    Others,
    Plan,
    Publication,
    RedirectData,
    Release,
    address_of,
    plan,
)
from practice.publish.settings import FILE, PublishSettings, load
from practice.publish.targets import choose
from practice.site import outside, redirects
from practice.site.web_addresses import as_text
from practice.support import faults
from practice.support.environment import now
from practice.support.files import write_file
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
    """Asks a question whose careful answer is no; without a terminal it is the answer."""


@dataclass(frozen=True)
class Outcome:
    """The result of a publish."""

    plan: Plan
    target: str
    done: bool
    """False for a dry run, after the answer no, and where nothing had changed."""
    checked: int = 0
    """The number of files that were verified on the live site."""

    @property
    def live(self) -> str:
        """The release and where it is live, in words."""
        return f"Live: release {self.plan.new.id} at {self.target}."


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
        release = Release(tree.files, commits.commit_of(settings.folder))
        console.step("Checking what is live")
        earlier = Earlier(history, target)
        live = earlier.live
        moved = redirects.of(built.site)
        publication = signed(redirects.as_data(moved))
        made = replace(plan(live, release), publication=publication)
        others = Others() if made.nothing else target.others(made)
        candidate = Candidate(built, settings, release, live, others, history)
        refuse(candidate, options, console)
        if built.warnings:
            console.say(report.problems(built.warnings, "Warnings do not block publishing."))
        console.say(plan_in_words(made, target.name, others, whole=options.dry_run))
        if options.dry_run or not (made.nothing or options.yes or console.confirm("Publish this?")):
            return Outcome(made, target.name, done=False)
        server = server_files(settings, moved, outside.by_address(built.site))
        if not made.nothing:
            keep_live(earlier, console)
        history.keep(release, tree.folder, server, publication.redirects)
        recorded = release.id in {line.id for line in history.entries}
        if not made.nothing:
            target.deliver(made, tree.folder, console.step)
        outcome = Outcome(made, target.name, done=not made.nothing)
        with finishing(outcome, "publish again") as step:
            if not made.nothing or not recorded:
                when = live.publication.when if made.nothing else ""
                with step("the release could not be recorded"):
                    history.add(release, target.name, when=when)
            with step("the settings for the web server could not be written"):
                server_settings.write(server, settings, console.say)
            with step("the list of packages could not be written"):
                write_bill(settings, console)
            if options.verify:
                with step("the live site could not be checked"):
                    checked = check(settings, made, built, console)
                    outcome = replace(outcome, checked=checked)
        return outcome


@contextmanager
def finishing(
    outcome: Outcome, then: str
) -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """Do what is left when a release is live; what fails does not keep the rest from being done.

    The value makes the context of a step from what is said if it fails. ``then`` is what to do
    after the cause is mended. Raises ``ProblemsLive`` with the problems of all steps.
    """
    problems: list[Problem] = []

    @contextmanager
    def step(failed: str) -> Iterator[None]:
        try:
            yield
        except ProblemsFound as error:
            problems.extend(error.problems)
        except OSError as error:
            message = f"{failed}: {error.strerror or error}"
            hint = f"check that the disk has room and that `{FOLDER}` can be written, then {then}"
            problems.append(Problem(FOLDER, 1, "live-unfinished", message, hint))
        except Exception as error:  # noqa: BLE001  # whatever it is, the release is live
            problems.append(faults.problem_of(error))

    yield step
    if problems:
        raise ProblemsLive(problems, outcome)


class ProblemsLive(ProblemsFound):
    """The release is live, but the site does not respond as expected, or a later step failed."""

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
    history: History


def refuse(candidate: Candidate, options: Options, console: Console) -> None:
    """Raise every reason not to publish, all at once."""
    site, settings = candidate.built.site, candidate.settings
    samples = [*preflight.samples(site), *sample.left(site)]
    if samples and options.allow_sample:
        count = candidate.built.samples
        texts = "1 text has" if count == 1 else f"{count} texts have"
        what = "parts of the sample practice are in it"
        if count:
            what = f"{texts} not been reviewed by a clinician"
        elif site.clinic.sample:
            what = "the practice is a sample"
        console.say(f"SAMPLE TEXT GOES LIVE: {what}. Patients must not rely on this site.")
        samples = []
    gone = successors(candidate)
    invalid = list(preflight.invalid(site, gone))
    problems = [
        *preflight.address(settings, allow_sample=options.allow_sample),
        *preflight.domain(settings),
        *preflight.base_path(settings),
        *preflight.reviews(site),
        *samples,
        *preflight.notices(site),
        *invalid,
    ]
    doubts = [] if options.yes else list(doubtful(candidate))
    if doubts and not problems and not options.dry_run:
        doubts = [doubt for doubt in doubts if not console.offer(f"{doubt}\nPublish all the same?")]
    problems += doubts
    if invalid and problems == invalid and not options.dry_run:
        problems = write_redirects(candidate.built, gone, console)
    if problems:
        raise ProblemsFound(problems)


def doubtful(candidate: Candidate) -> Iterator[Problem]:
    """Yield what the owner may well mean, but has to confirm, with a yes or with `--yes`."""
    release, live = candidate.release, candidate.live
    yield from preflight.size(candidate.built.site, release, live.release)
    yield from preflight.foreign(candidate.settings, live, candidate.others)
    if live.release and live.release.files != release.files:
        known = {entry.id for entry in candidate.history.entries}
        yield from preflight.order(candidate.settings, live, known)
    own = live.upload is not None and candidate.history.get(live.upload.id) is not None
    yield from preflight.interrupted(candidate.settings, live, known=own)


def successors(candidate: Candidate) -> dict[str, str | None]:
    """Return the live addresses that would no longer work, and what could replace each.

    A file is replaced by one with the same content, a page by one that says much of the same.
    """
    release, live = candidate.release, candidate.live.release
    gone = preflight.broken(candidate.built.site, release, live)
    if not gone or live is None:
        return {}
    pages = {
        address_of(path): (candidate.built.output / path).read_text(encoding="utf-8")
        for path in searchable(candidate.built, redirects.of(candidate.built.site))
    }
    moved = {one.fallback for one in redirects.of(candidate.built.site)}
    same = {
        file.sha256: address_of(path) for path, file in release.files.items() if path not in moved
    }
    found: dict[str, str | None] = {}
    for address in gone:
        path = save_as(address)
        found[address] = same.get(live.files[path].sha256)
        if found[address] is None and path.endswith(".html"):
            before = candidate.history.text(live, path)
            found[address] = likeness.successor(before, pages) if before else None
    return found


def write_redirects(
    built: Built, gone: Mapping[str, str | None], console: Console
) -> list[Problem]:
    """Ask for each address that has a successor whether to add the redirect.

    Returns the problems of those that are left. If none is left, it raises ``UsageError``: the new
    redirects are checked first, and take effect with the next run.
    """
    file = built.site.content / redirects.FILE
    name = display_path_of(file)
    added = {
        address: other
        for address, other in gone.items()
        if other
        and console.offer(
            f"`{as_text(address)}` would be removed. Redirect it to `{as_text(other)}`?"
        )
    }
    if added:
        before = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
        start = before if before.endswith("\n") or not before else f"{before}\n"
        lines = "".join(f"{as_text(old)}: {as_text(new)}\n" for old, new in added.items())
        write_file(file, (start + lines).encode("utf-8"))
        console.say(f"Added to {name}:\n  " + "\n  ".join(lines.splitlines()))
    left = {address: other for address, other in gone.items() if address not in added}
    if not left:
        raise UsageError(f"Check the new redirects in {name}, then publish again.")
    return list(preflight.invalid(built.site, left))


def keep_live(earlier: Earlier, console: Console) -> None:
    """Store what is live before it is replaced, if another copy has published it.

    Without that, there would be no way back to it. If it cannot be stored, a line says so.
    """
    live, history = earlier.live, earlier.history
    if live.release is None or history.get(live.release.id):
        return
    console.step("Keeping a copy of what is live")
    try:
        earlier.store(live)
    except (UsageError, OSError) as error:
        console.say(f"There will be no way back to what is live now: {error}")
        return
    history.add(live.release, earlier.target.name, when=live.publication.when)


def signed(moved: RedirectData | None, *, back: bool = False) -> Publication:
    """Return what the state at the target will record of a release with these redirects."""
    return Publication(now().isoformat(timespec="seconds"), platform.node(), back, moved)


def write_bill(settings: PublishSettings, console: Console) -> None:
    """Write the list of packages (SBOM) beside the releases."""
    file = settings.folder / FOLDER / "sbom.cdx.json"
    try:
        write_file(file, sbom.bill(settings.folder).encode("utf-8"))
    except sbom.Unavailable as why:
        file.unlink(missing_ok=True)  # an earlier one would be wrong
        console.say(f"No list of the packages used (`sbom.cdx.json`): {why}")


def check(settings: PublishSettings, made: Plan, built: Built, console: Console) -> int:
    """Request every file of the live site, and every address that it had before."""
    console.step("Checking every file on the live site")
    ours = settings.target.host in HEADERS_ARE_OURS
    sent = headers_of(settings, outside.by_address(built.site)) if ours else None
    problems = verify.files(settings.address, made.new, sent)
    moved = redirects.for_servers(redirects.of(built.site))
    gone = [one.source for one in moved if one.target is None]
    before = made.live.release.addresses if made.live.release else set()
    problems += verify.addresses(settings.address, before, gone)
    if problems:
        raise ProblemsFound(problems)
    return len(made.new.files)


def rollback(options: Options, console: Console, to: str = "", file: Path = FILE) -> Outcome:
    """Publish an earlier release again: the previous one, or one whose id starts with ``to``.

    It is stored on this computer, or the target still has it. Raises ``UsageError`` if not.
    """
    settings = load(file)
    target = choose.of(settings)
    history = History(settings.folder)
    history.folder.mkdir(exist_ok=True)
    with locked(history.folder / "publish"), tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        earlier = Earlier(history, target)
        if earlier.live.unpublished:
            raise UsageError(f"nothing has been published to {target.name} yet")
        chosen = earlier.chosen(to)
        if not options.dry_run:
            keep_live(earlier, console)
        release = earlier.unpack(chosen, tree)
        moved = history.redirects(release.id)
        data = None if moved is None else redirects.as_data(moved)
        publication = signed(data, back=True)
        made = replace(plan(earlier.live, release), publication=publication)
        others = Others() if made.nothing else target.others(made)
        console.say(f"Live now: {earlier.live.described()}")
        console.say(plan_in_words(made, target.name, others, whole=options.dry_run))
        if options.dry_run or not (
            made.nothing or options.yes or console.confirm("Go back to this?")
        ):
            return Outcome(made, target.name, done=False)
        recorded = [line.id for line in history.entries][-1:] == [release.id]
        if not made.nothing:
            target.deliver(made, tree, console.step)
        outcome = Outcome(made, target.name, done=not made.nothing)
        with finishing(outcome, f"run `{command_of(f'rollback --to {release.id}')}`") as step:
            if not made.nothing or not recorded:
                with step("the release could not be recorded"):
                    history.add(release, target.name, back=True)
            with step("the settings for the web server could not be written"):
                server_settings.write_stored(history, release.id, settings, console.say)
        return outcome


def releases(file: Path = FILE) -> tuple[list[Published], LiveState]:
    """Return what was published, oldest first, and what is live."""
    settings = load(file)
    earlier = Earlier(History(settings.folder), choose.of(settings))
    return earlier.entries, earlier.live
