"""Runs a command for each practice of a group, on this computer or on a Dask cluster.

Dask (https://distributed.dask.org) distributes the practices to workers. If a worker dies, another
one takes over its practices. Each practice runs in its own process, see ``practice.fleet.one``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from practice.fleet.result import PracticeResult, from_json
from practice.problems import UsageError
from practice.support import extras, platform, supervised
from practice.support.cache_folder import environment_of_group

with extras.needed("fleet", "a group of practices"):
    from distributed import Client, KilledWorker, LocalCluster, as_completed

SILENT = 900.0
"""Seconds without output after which a practice is given up."""
CONNECT = 20.0
"""Seconds to wait for a cluster to answer."""


def run(
    command: str,
    practices: Sequence[Path],
    options: Sequence[str] = (),
    *,
    cluster: str = "",
    workers: int = 0,
    done: Callable[[PracticeResult], None] = lambda _: None,
) -> list[PracticeResult]:
    """Run a command for each practice, and return the results in the order of the practices.

    ``cluster`` is the address of a Dask scheduler, such as `tcp://10.0.0.5:8786`; its workers need
    this package and the same folders. Without one, ``workers`` practices run at a time on this
    computer (0: one for each processor). ``done`` is called with each result as it arrives. Raises
    ``UsageError`` if the cluster cannot be reached.
    """
    results: dict[str, PracticeResult] = {}
    with _connected(cluster, workers or platform.usable_processors()) as client:
        futures = client.map(
            run_in_process,
            [command] * len(practices),
            [str(folder) for folder in practices],
            [list(options)] * len(practices),
            key=[f"{command}-{number}-{folder}" for number, folder in enumerate(practices)],
            pure=False,
        )
        folders = {
            future.key: str(folder) for future, folder in zip(futures, practices, strict=True)
        }
        try:
            for future in as_completed(futures):
                folder = folders[future.key]
                error = future.exception()
                result = _ended(folder, _in_words(error)) if error else future.result()
                results[folder] = result
                done(result)
        except BaseException:  # mostly Ctrl-C; Dask would wait for running tasks
            client.cancel(futures)
            supervised.end_all()
            raise
    return [results[str(folder)] for folder in practices]


def run_in_process(command: str, folder: str, options: Sequence[str]) -> PracticeResult:
    """Run a command for one practice in its own process. Workers call this function."""
    environment = environment_of_group()
    program = [sys.executable, "-m", "practice.fleet.one", command, folder, *options]
    try:
        finished = supervised.run(
            program, limit=SILENT, cwd=supervised.ROOT, environment=environment
        )
    except supervised.NoProgress:
        return _ended(folder, f"there was no output for {SILENT:.0f} seconds")
    try:
        [result] = from_json(finished.stdout)
    except ValueError:
        last = finished.stderr.strip().rpartition("\n")[2]
        return _ended(folder, last or f"its process ended with exit code {finished.returncode}")
    return result


def _ended(folder: str, why: str) -> PracticeResult:
    return PracticeResult(folder, "ended", f"no result for this practice: {why}")


def _in_words(error: BaseException) -> str:
    if isinstance(error, KilledWorker):
        return "every worker that tried it ended"
    return f"{type(error).__name__}: {error}"


@contextmanager
def _connected(cluster: str, workers: int) -> Iterator[Client]:
    if cluster:
        try:
            client = Client(cluster, timeout=CONNECT)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the cluster `{cluster}` does not answer: check the address, and that a "
                f"scheduler runs there (`dask scheduler`): {error}"
            ) from error
        with client:
            yield client
        return
    # Workers are threads, because each practice has a process of its own.
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=workers,
            processes=False,
            dashboard_address="127.0.0.1:0",  # nothing listens to other computers
            worker_dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
        ) as local,
        Client(local) as client,
    ):
        yield client
