"""The environment of a shell in which `pulumi` itself works on the stacks of `make up`."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from local.engine.command import PROGRAM_COMMANDS
from local.paths import BINARIES, ENVIRONMENT, PULUMI_HOME, REPOSITORY, STACK_CONFIG

TEMPLATE = Path(__file__).with_name("shell.sh")


def write_shell_environment(stack: str, variables: Mapping[str, str]) -> None:
    """Write the file that a shell sources; `variables` are those of the engine, but for PATH."""
    ENVIRONMENT.write_text(shell_environment(stack, variables))


def shell_environment(stack: str, variables: Mapping[str, str]) -> str:
    """The text of that file."""
    values = {
        "PATH": f"{shlex.quote(str(BINARIES))}:{shlex.quote(str(PULUMI_HOME / 'bin'))}",
        "STACK": shlex.quote(stack),
        "REPOSITORY": shlex.quote(str(REPOSITORY)),
        "SETTINGS": shlex.quote(str(STACK_CONFIG)),
        "PROGRAM_COMMANDS": " | ".join(sorted(PROGRAM_COMMANDS)),
        "VARIABLES": "\n".join(
            f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())
        ),
    }
    text = TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
