"""Stack traces of resource registrations, which this program keeps out of the state."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_traces() -> Iterator[None]:
    """In this context, the SDK sends no stack trace of a resource's registration to the engine.

    Full stack traces are half of a state, which the engine writes twice with every step, the last frame alone
    is a twenty-fifth, and nothing reads them. Exceptions still have full tracebacks: Python prints them after
    this context.
    """
    before = getattr(sys, "tracebacklimit", None)
    # The SDK searches this many of the newest frames for the resource's constructor, and finds none.
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
