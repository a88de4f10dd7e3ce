"""`make preview`: what `make up` would change, line by line, before it does."""

import sys

from pulumi.automation.errors import CommandError

from local.errors import Problem
from local.events import Errors
from local.needs import read_needs
from local.prepare import prepare
from local.progress import Progress
from local.stack import open_stack
from local.up import PARALLEL


def preview(stack_name: str, progress: Progress) -> None:
    """Show the whole difference between the settings and what is there."""
    prepare(read_needs(stack_name), progress)
    local = open_stack(stack_name, progress)
    errors = Errors()
    try:
        local.stack.preview(
            parallel=PARALLEL,
            diff=True,
            config_file=local.config_file,
            color="always" if sys.stdout.isatty() else "never",
            suppress_outputs=True,
            on_output=progress.say,
            on_event=errors,
        )
    except CommandError as error:
        raise Problem(errors.told(error)) from error
