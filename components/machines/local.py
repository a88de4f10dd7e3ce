"""Local machines: system containers on this computer that stand in for rented servers."""

from dataclasses import dataclass

import pulumi
from pulumi_command import local

SCRIPT = "bash components/machines/scripts/local-machine.sh"


@dataclass(frozen=True, kw_only=True)
class LocalMachineArgs:
    """Root filesystem, network and SSH key of a local machine."""

    cluster: str
    address: str
    pod_range: str | None
    root: str
    """Folder on this computer with the root filesystem: the read-only lower layer of all machines."""
    network: str
    """Name of the machines' podman network."""
    machine_range: str
    public_key_of: str
    """Private key file; its public key is in root's authorized_keys."""


class LocalMachine(pulumi.ComponentResource):
    """A system container with systemd and an SSH server, at a fixed address; removed on destroy."""

    host_key: pulumi.Output[str]
    """The machine's SSH host key, read through podman at creation, not over the network."""
    container: local.Command

    def __init__(self, name: str, args: LocalMachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:machines:LocalMachine", name, None, opts)
        self.container = local.Command(
            f"{name}-machine",
            create=f"{SCRIPT} create",
            delete=f"{SCRIPT} delete",
            environment={
                "METALML_CLUSTER": args.cluster,
                "METALML_NAME": name,
                "METALML_ADDRESS": args.address,
                "METALML_POD_RANGE": args.pod_range or "",
                "METALML_ROOT": args.root,
                "METALML_NETWORK": args.network,
                "METALML_MACHINE_RANGE": args.machine_range,
                "METALML_KEY_FILE": args.public_key_of,
            },
            logging=local.Logging.STDERR,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.host_key = self.container.stdout
        self.register_outputs({})
