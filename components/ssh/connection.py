"""The SSH connection to a machine."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How ssh on this computer connects to a machine. The values may be outputs of another stack."""

    name: str
    """The machine's name, and ssh's HostKeyAlias."""
    address: pulumi.Input[str]
    ssh_port: pulumi.Input[int]
    user: pulumi.Input[str]
    private_key_file: pulumi.Input[str]
    """Path on this computer as in the settings; empty: the ssh agent's keys and the client's default keys."""
    host_key: pulumi.Input[str]
    """Type and key, without a comment. Unknown for a local machine that is not created yet."""
    made_by: tuple[pulumi.Resource, ...] = ()
    """Resources that must exist before the machine is reachable."""

    def variables(self, prefix: str = "METALML") -> dict[str, pulumi.Input[str]]:
        """The environment variables that scripts/client/ssh.sh connects with."""
        return {
            f"{prefix}_NAME": self.name,
            f"{prefix}_ADDRESS": self.address,
            f"{prefix}_PORT": pulumi.Output.from_input(self.ssh_port).apply(lambda port: str(int(port))),
            f"{prefix}_USER": self.user,
            f"{prefix}_KEY_FILE": self.private_key_file,
            f"{prefix}_HOST_KEY": self.host_key,
        }
