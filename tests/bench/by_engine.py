"""`python -m tests.bench.by_engine up STACK`, in a checkout of its own: preparation by the program itself.

The real engine and plugins, and of the cluster layer what comes before kubeadm. Its last line is how many
seconds the engine took.
"""

import signal
import sys
import time

import pulumi

from local.keys import make_keys
from local.progress import Progress
from local.stack import open_stack
from local.up import PARALLEL
from settings import load
from stacks import cluster
from stacks.registrations import wait_by_registration


def program() -> None:
    """What takes the place of `__main__.py`."""
    wait_by_registration()
    cluster.prepare(load(pulumi.Config(), pulumi.get_stack()))


def main() -> None:
    """Prepare the machines of the stack."""
    # A polite kill ends as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    make_keys()
    local = open_stack(sys.argv[2], Progress())
    began = time.monotonic()
    local.stack.up(
        parallel=PARALLEL,
        continue_on_error=True,
        config_file=local.config_file,
        color="never",
        suppress_outputs=True,
        program=program,
        on_output=print,
    )
    print(f"{time.monotonic() - began:.2f}")


if __name__ == "__main__":
    main()
