"""A password that nobody chose, for a program that comes with a user of its own."""

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_command import local

SCRIPT = "components/scripts/password.sh"
# Of chance: as many bits as a key of AES-192 has.
BYTES = 24


class GeneratedPassword(pulumi.ComponentResource):
    """Made once on the operator's computer and kept in the state, encrypted.

    Another one is made when the Command is replaced: `pulumi up --target-replace <its URN>`.
    """

    text: Output[str]
    """The password: a secret, and not known in the preview before it is made."""

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
