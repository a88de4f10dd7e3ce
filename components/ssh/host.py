"""A machine on which a component runs things: each is a Command on this computer that uses OpenSSH.

The Command names a script of scripts/client. The script itself is how things travel and no input; *what*
reaches the machine (node scripts and file texts) is the Command's standard input, so that a preview shows
each line that will change on each machine, and nothing is run when nothing changed. Private keys stay in
their files: only the path is an input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_command import local

from components.ssh.connection import Connection

# Where Commands find scripts/client, from the root of the repository. It is in the state of every stack since
# 0.1.0, so it never changes: with another path every Command would run again (CONTRIBUTING.md).
ENTRY_POINTS = "components/bootstrap/scripts/operator"


@dataclass(frozen=True, kw_only=True)
class Host:
    """A machine, the component that runs things on it, and what must have happened before."""

    connection: Connection
    parent: pulumi.Resource
    after: Sequence[pulumi.Resource] = ()

    def step(
        self,
        name: str,
        payload: pulumi.Input[str],
        *,
        resource: str | None = None,
        clean: str | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> local.Command:
        """Run the node script of a payload as the machine's one step at a time (scripts/node/launch.sh).

        `name` is the step's; `resource` the Command's, by default <machine>-<name>. On destroy
        scripts/node/clean-<clean>.sh is run.
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

        `control` is a second machine that the script talks to; a `secret` Command's output is encrypted in
        the state and never logged.
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
