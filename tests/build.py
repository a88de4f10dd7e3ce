"""`python -m tests.build`: builds what the cluster `full` runs, before the lanes begin.

Beside the lanes the builds, which the longest of them waits for, would get a part of the processors only.
"""

import signal
import sys

from local.errors import Problem
from local.needs import read_needs
from local.prepare import build
from local.progress import Progress


def main() -> int:
    """Build; return the process's exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = Progress()
    try:
        build(read_needs("full"), progress)
    except Problem as problem:
        progress.say(f"\nerror: {problem}")
        return 1
    except KeyboardInterrupt:
        progress.say("\nstopped. `make test` goes on from here")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
