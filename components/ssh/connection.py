"""How a machine is reached over SSH."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How the operator's SSH reaches a machine. Its values may come from another stack."""

    name: str
    """The machine's name; SSH knows the host key under it."""
    address: pulumi.Input[str]
    ssh_port: pulumi.Input[int]
    user: pulumi.Input[str]
    private_key_file: pulumi.Input[str]
    """Path on the operator's computer as the settings have it; empty: the keys that ssh finds itself."""
    host_key: pulumi.Input[str]
    """Type and key, without a comment. A local machine's is known when it has been made."""
    made_by: tuple[pulumi.Resource, ...] = ()
    """What must exist before the machine can be reached."""

    def variables(self, prefix: str = "METALML") -> dict[str, pulumi.Input[str]]:
        """The environment by which the scripts of this computer reach the machine (scripts/client/ssh.sh)."""
        return {
            f"{prefix}_NAME": self.name,
            f"{prefix}_ADDRESS": self.address,
            f"{prefix}_PORT": pulumi.Output.from_input(self.ssh_port).apply(lambda port: str(int(port))),
            f"{prefix}_USER": self.user,
            f"{prefix}_KEY_FILE": self.private_key_file,
            f"{prefix}_HOST_KEY": self.host_key,
        }
