"""A random password for the built-in user of a program."""

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_command import local

SCRIPT = "components/scripts/password.sh"
# Random bytes: 192 bits.
BYTES = 24


class GeneratedPassword(pulumi.ComponentResource):
    """Generated once on this computer and stored in the state as a secret.

    To rotate it, replace the Command: `pulumi up --target-replace <its URN>`.
    """

    text: Output[str]
    """The password: a secret output, unknown in the preview of its creation."""

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:passwords:GeneratedPassword", name, None, opts)
        made = local.Command(
            name,
            create=f"bash {SCRIPT} {BYTES}",
            logging=local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=ResourceOptions(parent=self, additional_secret_outputs=["stdout"]),
        )
        self.text = Output.secret(made.stdout)
        self.register_outputs({})
