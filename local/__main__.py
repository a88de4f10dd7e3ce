"""`python -m local up|preview|down|why [STACK]`: what the Makefile calls after bootstrap.sh."""

import argparse
import signal
import sys
import warnings
from contextlib import nullcontext

from pulumi.automation.errors import CommandError

from local.down import down
from local.errors import Problem
from local.events import engine_words
from local.lock import only_run
from local.preview import preview
from local.progress import Progress
from local.up import up
from local.why import why

COMMANDS = {"up": up, "preview": preview, "down": down, "why": why}


def main() -> int:
    """Run one command; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("stack", nargs="?", default="dev")
    arguments = parser.parse_args()
    # A polite kill ends as Ctrl-C does: with the programs that we started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Its event stream breaks when an engine is killed; we say so ourselves.
    warnings.filterwarnings("ignore", message="Error in event stream")
    progress = Progress()
    try:
        # Looking is for beside an `up`, too.
        with nullcontext() if arguments.command == "why" else only_run():
            COMMANDS[arguments.command](arguments.stack, progress)
    except Problem as problem:
        progress.say(f"\nerror: {problem}")
        return 1
    except CommandError as error:
        # Of the engine before it runs our program, such as a passphrase that does not fit.
        progress.say(f"\nerror: {engine_words(error)}")
        return 1
    except KeyboardInterrupt:
        progress.say(f"\nstopped. `make {arguments.command}` goes on from here")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
