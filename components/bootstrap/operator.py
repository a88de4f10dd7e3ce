"""Commands that the operator's computer runs against a machine, with OpenSSH.

Every one is a local Command whose script is in scripts/operator. The script itself is how things travel and
no input; *what* reaches the machine (node scripts and file texts) is the Command's standard input, so that a
preview shows each line that will change on each machine, and nothing is run when nothing changed.
Private keys stay in their files: only the path is an input.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_command import local

from components.machines.machine import Connection

SCRIPTS = "components/bootstrap/scripts/operator"


def operator_command(
    name: str,
    script: str,
    machine: Connection,
    *,
    parent: pulumi.Resource,
    payload: pulumi.Input[str] | None = None,
    delete: str | None = None,
    control: Connection | None = None,
    variables: Mapping[str, str] | None = None,
    after: Sequence[pulumi.Resource] = (),
    secret: bool = False,
) -> local.Command:
    """A Command on `machine`.

    `script` and `delete` are a script of scripts/operator with its arguments; `control` is a second machine
    that the script talks to; a `secret` command's output is encrypted in the state and never logged.
    """
    environment = machine.variables() | dict(variables or {})
    if control is not None:
        environment |= control.variables("METALML_CONTROL")
    return local.Command(
        name,
        create=f"bash {SCRIPTS}/{script}",
        delete=None if delete is None else f"bash {SCRIPTS}/{delete}",
        stdin=payload,
        environment=environment,
        logging=local.Logging.NONE if secret else local.Logging.STDERR,
        add_previous_output_in_env=False,
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[*machine.made_by, *after],
            additional_secret_outputs=["stdout"] if secret else None,
        ),
    )
