"""What publishing says on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from practice.publish.release import Plan
from practice.publish.store import Published

MOST = 12
"""Files of a kind that a plan names one by one."""


def plan_in_words(made: Plan, target: str) -> str:
    """A plan in words: what is added, changed and deleted, with sizes."""
    if made.nothing:
        return f"{target} holds release {made.new.id} already: nothing to do."
    before = made.live.release.files if made.live.release else {}
    sizes = {path: file.size for path, file in [*before.items(), *made.new.files.items()]}
    lines = [f"Release {made.new.id} for {target}"]
    parts = (
        ("added", made.added),
        ("changed", made.changed),
        ("deleted", made.deleted),
        ("kept for one more release", made.retired),
    )
    for name, paths in parts:
        total = sum(sizes.get(path, 0) for path in paths)
        lines.append(f"  {len(paths)} {name}, {human(total)}")
        lines.extend(f"    {path}  {human(sizes.get(path, 0))}" for path in paths[:MOST])
        if len(paths) > MOST:
            lines.append(f"    and {len(paths) - MOST} more")
    return "\n".join(lines)


def human(size: int) -> str:
    """A size in bytes, as people read it (1 KB is 1,000 bytes)."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def history_in_words(history: Sequence[Published], live: str) -> str:
    """The releases, newest first, with the one that is live marked."""
    if not history:
        return "Nothing was published from here yet."
    lines = [f"{'':2}{'release':14}{'published (UTC)':28}{'files':>6}{'size':>10}  commit"]
    newest = (
        len(history)
        - 1
        - next((n for n, line in enumerate(reversed(history)) if line.id == live), len(history))
    )
    for number, line in reversed(list(enumerate(history))):
        mark = "* " if number == newest else "  "
        when = f"{line.when} (back)" if line.back else line.when
        commit = line.commit[:12] or "with changes"
        lines.append(f"{mark}{line.id:14}{when:28}{line.files:>6}{human(line.size):>10}  {commit}")
    return "\n".join([*lines, "* is live"])
