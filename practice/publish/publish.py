"""Publishing, in order: build -> assemble -> preflight -> plan -> deliver -> verify.

Nothing at the target is touched before the site is built, checked and compared with what is
live. Every step can be cut short; the next run ends right.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from practice.build import report
from practice.build.run import Built, build
from practice.paths import command_of, display_path_of, save_as
from practice.problems import Problem, ProblemsFound, UsageError
from practice.publish import commits, likeness, preflight, sample, sbom, verify
from practice.publish.history import FOLDER, History, Published
from practice.publish.messages import plan_in_words
from practice.publish.postprocess import assemble, searchable, server_files
from practice.publish.release import LiveState, Others, Plan, Release, address_of, of_folder, plan
from practice.publish.settings import FILE, PublishSettings, load
from practice.publish.targets import choose
from practice.publish.targets.target import Target
from practice.site import redirects
from practice.site.web_addresses import as_text
from practice.support.environment import now
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
        release = Release(tree.files, commits.commit_of(settings.folder))
        console.step("Checking what is live")
        live = target.live()
        made = _signed(plan(live, release))
        others = Others() if made.nothing else target.others(made)
        candidate = Candidate(built, settings, release, live, others, history)
        refuse(candidate, options, console)
        if built.warnings:
            console.say(report.problems(built.warnings, "Warnings do not block publishing."))
        console.say(plan_in_words(made, target.name, others, whole=options.dry_run))
        server = server_files(settings, redirects.of(built.site))
        if made.nothing:
            outcome = Outcome(made, target.name, done=False)
        elif options.dry_run or not (options.yes or console.confirm("Publish this?")):
            return Outcome(made, target.name, done=False)
        else:
            keep_live(target, live, history, console)
            history.keep(release, tree.folder, server)
            target.deliver(made, tree.folder, console.step)
            history.add(release, target.name)
            outcome = Outcome(made, target.name, done=True)
        write_server_files(server, settings, console)
        write_bill(settings, console)
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
    history: History


def refuse(candidate: Candidate, options: Options, console: Console) -> None:
    """Raise every reason not to publish, all at once."""
    site, settings = candidate.built.site, candidate.settings
    release, live = candidate.release, candidate.live.release
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
    if not options.yes:
        problems += preflight.size(site, release, live)
        problems += preflight.foreign(settings, candidate.live, candidate.others)
        known = {entry.id for entry in candidate.history.entries}
        problems += preflight.order(settings, candidate.live, known)
    if invalid and problems == invalid and not options.dry_run:
        problems = write_redirects(candidate.built, gone, console)
    if problems:
        raise ProblemsFound(problems)


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
    same = {file.sha256: address_of(path) for path, file in release.files.items()}
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
        file.write_text(start + lines, encoding="utf-8", newline="\n")
        console.say(f"Added to {name}:\n  " + "\n  ".join(lines.splitlines()))
    left = {address: other for address, other in gone.items() if address not in added}
    if not left:
        raise UsageError(f"Check the new redirects in {name}, then publish again.")
    return list(preflight.invalid(built.site, left))


def keep_live(target: Target, live: LiveState, history: History, console: Console) -> None:
    """Store what is live before it is replaced, if another copy has published it.

    Without that, there would be no way back to it. If it cannot be stored, a line says so.
    """
    if live.release is None or live.dirty or history.get(live.release.id):
        return
    console.step("Keeping a copy of what is live")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            target.fetch(live.release, folder)
            why = "" if of_folder(folder).files == live.release.files else "its files have changed"
        except (UsageError, OSError) as error:
            why = str(error)
        if why:
            console.say(f"There will be no way back to what is live now: {why}")
            return
        history.keep(live.release, folder, {})
        history.add(live.release, target.name, when=live.when)


def _signed(made: Plan) -> Plan:
    """Return a plan with the time and the computer, which the state at the target will name."""
    return replace(made, when=now().isoformat(timespec="seconds"), by=platform.node())


RELOADED = {
    "nginx": "copy them to the server, then reload nginx (`nginx -t && nginx -s reload`)",
    "caddy": "copy it to the server, then reload Caddy (`caddy reload`)",
    "cloudfront": "update the function and the policies of the distribution",
}
"""What the owner of a server has to do when its settings have changed, by host."""


def write_server_files(
    files: Mapping[str, str], settings: PublishSettings, console: Console
) -> None:
    """Write the server's settings of the live release, and name those that have changed."""
    folder = settings.folder / FOLDER / "server"
    changed = []
    for name, text in files.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            changed.append(file.relative_to(settings.folder).as_posix())
    for name in changed:
        console.say(f"New settings for your web server: {name}")
    if changed:
        console.say(f"They take effect only when you {RELOADED[settings.target.host]}.")


def write_bill(settings: PublishSettings, console: Console) -> None:
    """Write the list of packages (SBOM) beside the releases."""
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
    moved = redirects.for_servers(redirects.of(built.site))
    gone = [one.source for one in moved if one.target is None]
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
        made = _signed(plan(live, release))
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
        write_server_files(history.server_files(release.id), settings, console)
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


def releases(file: Path = FILE) -> tuple[list[Published], LiveState]:
    """Return the history, oldest first, and what is live."""
    settings = load(file)
    return History(settings.folder).entries, choose.of(settings).live()
