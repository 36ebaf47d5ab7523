"""What publishing says on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from practice.paths import command_of
from practice.publish.history import Published
from practice.publish.release import SIBLINGS, UNKNOWN, LiveState, Others, Plan

MOST = 12
"""The most files of one kind that a plan lists."""


NONE = Others()


def plan_in_words(made: Plan, target: str, others: Others = NONE, *, whole: bool = False) -> str:
    """Return a plan as text: added, changed and deleted files; ``whole`` lists every file.

    ``others`` are the files at the target that were not published from here.
    """
    if made.nothing:
        return f"{target} already has release {made.new.id}: nothing to do."
    before = made.live.release.files if made.live.release else {}
    held = made.live.retired | before | made.new.files
    sizes = {path: file.size for path, file in held.items() if file != UNKNOWN}
    lines = [f"Release {made.new.id} for {target}"]
    parts = (
        ("added", made.added),
        ("changed", made.changed),
        ("deleted", made.deleted),
        ("kept until the next release", made.retired),
    )
    for name, paths in parts:
        known = [sizes[path] for path in paths if path in sizes]
        siblings = {path + ending for path in paths for ending in SIBLINGS}
        files = [path for path in paths if path not in siblings]
        size = f", {human(sum(known))}" if known else ""
        size += " with their compressed copies" if len(files) < len(paths) else ""
        lines.append(f"  {len(files)} {name}{size}")
        named = files if whole else files[:MOST]
        lines.extend(f"    {path}{_size(path, sizes)}" for path in named)
        if len(files) > len(named):
            lines.append(f"    and {len(files) - len(named)} more: `--dry-run` names all")
    most = None if whole else MOST
    if others.replaced:
        lines.append(f"  not published from here, and replaced: {names(others.replaced, most)}")
    if others.stay:
        lines.append(f"  not published from here, and left as they are: {names(others.stay, most)}")
    return "\n".join(lines)


def names(paths: Sequence[str], most: int | None = MOST) -> str:
    """Return paths in one line, at most so many of them."""
    shown = ", ".join(f"`{path}`" for path in paths[:most])
    return shown + (f" and {len(paths) - most} more" if most and len(paths) > most else "")


def _size(path: str, sizes: Mapping[str, int]) -> str:
    """Return the size of a file and of its smallest compressed copy, or an empty string."""
    if path not in sizes:
        return ""
    sent = [sizes[path + ending] for ending in SIBLINGS if path + ending in sizes]
    return f"  {human(sizes[path])}" + (f" ({human(min(sent))} compressed)" if sent else "")


def human(size: int) -> str:
    """Return a size in bytes as KB or MB (1 KB is 1,000 bytes)."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def history_in_words(history: Sequence[Published], live: LiveState) -> str:
    """Return the releases as a table, newest first; the live one is marked."""
    if not history:
        return "Nothing has been published from here yet."
    now = live.release.id if live.release else ""
    text = f"{_table(history, now)}\n* is live"
    if any(line.only_at_target for line in history):
        text += (
            "\n+ was published from another copy, and is stored at the target only; "
            f"`{command_of('rollback --to …')}` can bring it back"
        )
    if any(line.only_at_target and line.id == now for line in history):
        text += f"\nLive now: {live.described()}"
    return text


def _table(history: Sequence[Published], live: str) -> str:
    lines = [f"{'':2}{'release':14}{'published (UTC)':28}{'files':>6}{'size':>10}  commit"]
    newest = max((n for n, line in enumerate(history) if line.id == live), default=-1)
    for number, line in reversed(list(enumerate(history))):
        mark = ("*" if number == newest else " ") + ("+" if line.only_at_target else " ")
        when = f"{line.when} (back)" if line.back else line.when
        commit = line.commit[:12] or "with changes"
        lines.append(f"{mark}{line.id:14}{when:28}{line.files:>6}{human(line.size):>10}  {commit}")
    return "\n".join(lines)
