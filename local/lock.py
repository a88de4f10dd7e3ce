"""One run at a time in a checkout."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from local.errors import Problem
from local.paths import REPOSITORY


@contextmanager
def only_run() -> Iterator[None]:
    """Hold the checkout's lock, the same that bootstrap.sh takes: its folder, so nothing is written for it.

    The kernel releases it with the process, however that ends.
    """
    folder = os.open(REPOSITORY, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise Problem(
            "another make up, preview or down is running in this checkout: wait for it to end"
        ) from None
    try:
        yield
    finally:
        os.close(folder)
