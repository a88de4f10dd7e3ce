"""How much of the program's stack goes into the state with each resource."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Frames: six of the SDK from the resource's constructor on, then where it is made.
FRAMES = 7


@contextmanager
def short_traces() -> Iterator[None]:
    """While this lasts, the SDK tells the engine only the last frames of where a resource is made.

    Whole stacks are half of a state that the engine writes twice with every step, and nothing reads them. An
    exception is shown with its whole traceback all the same: that is made after this has ended.
    """
    before = getattr(sys, "tracebacklimit", None)
    # Of a stack the newest frames are kept.
    sys.tracebacklimit = FRAMES
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
