"""Calls in threads, so that the preview goes on meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return the result of a call in a thread of its own.

    Unlike with ``asyncio.to_thread``, slow calls never use up the threads, and Ctrl+C does not wait
    for them.
    """
    done: Future[R] = Future()
    done.set_running_or_notify_cancel()

    def call() -> None:
        try:
            result = function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # the caller raises it
            done.set_exception(error)
        else:
            done.set_result(result)

    threading.Thread(target=call, daemon=True).start()
    return await asyncio.wrap_future(done)
