"""When Python's garbage collector does not run, and why.

The collector looks for objects that refer to each other in a circle and that nothing else refers
to. It runs each time some number of objects has been made, and looks at all that are younger than
its last runs. Loading modules and building a site make many objects that stay and few circles, so
it would find next to nothing. Without it, a command is loaded in 0.35 s instead of 0.41 s, and a
site is built 0.1 s (100 posts) or 0.3 s (1,000 posts) sooner.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Turn the garbage collector off within the block."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def keep_all() -> None:
    """Exclude all existing objects from later collections: after loading, or before the end.

    Call it inside ``paused``: the collector looks at everything new as soon as it is turned on.
    """
    gc.freeze()
