"""Runs scripts on a machine: each is a Command on this computer that uses the OpenSSH client.

The Command names a script of scripts/client. The script's text is only transport and no input of the Command.
*What* runs on the machine (node scripts and file contents) is the Command's standard input: a preview shows
each line that will change on each machine, and without a change nothing runs. Private keys stay in their
files: only the path is an input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_command import local

from components.ssh.connection import Connection

# The path of scripts/client in Commands, relative to the root of the repository. It is in the state of every
# stack since 0.1.0 and never changes: with another path every Command would run again (CONTRIBUTING.md).
ENTRY_POINTS = "components/bootstrap/scripts/operator"


@dataclass(frozen=True, kw_only=True)
class Host:
    """A machine to run scripts on."""

    connection: Connection
    parent: pulumi.Resource
    """The component that the Commands belong to."""
    after: Sequence[pulumi.Resource] = ()
    """What all Commands depend on."""

    def step(
        self,
        name: str,
        payload: pulumi.Input[str],
        *,
        resource: str | None = None,
        clean: str | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> local.Command:
        """Run the node script of a payload as a step; a machine runs one at a time (scripts/node/launch.sh).

        `name` names the step, `resource` the Command (default: <machine>-<name>). With `clean`, destroy runs
        scripts/node/clean-<clean>.sh.
        """
        return self.run(
            resource or f"{self.connection.name}-{name}",
            f"step.sh {name}",
            payload=payload,
            delete=None if clean is None else f"step.sh --clean {clean}",
            after=after,
        )

    def run(
        self,
        resource: str,
        script: str,
        *,
        payload: pulumi.Input[str] | None = None,
        delete: str | None = None,
        control: Connection | None = None,
        variables: Mapping[str, str] | None = None,
        after: Sequence[pulumi.Resource] = (),
        secret: bool = False,
    ) -> local.Command:
        """Run a script of scripts/client with its arguments, and `delete` on destroy.

        `control` is a second machine that the script connects to. The output of a `secret` Command is
        encrypted in the state and never logged.
        """
        environment = self.connection.variables() | dict(variables or {})
        if control is not None:
            environment |= control.variables("METALML_CONTROL")
        return local.Command(
            resource,
            create=f"bash {ENTRY_POINTS}/{script}",
            delete=None if delete is None else f"bash {ENTRY_POINTS}/{delete}",
            stdin=payload,
            environment=environment,
            logging=local.Logging.NONE if secret else local.Logging.STDERR,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(
                parent=self.parent,
                depends_on=[*self.connection.made_by, *self.after, *after],
                additional_secret_outputs=["stdout"] if secret else None,
            ),
        )
