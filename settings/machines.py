"""The machines of a cluster: servers that exist, or system containers on this computer."""

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.base import Items, Model, wrong
from settings.fields import Address, Label, LabelKey, LabelValue, LocalPath, Network, Port, User
from settings.gpu import MachineGpu

HOST_KEY_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)


class Provider(StrEnum):
    """Where a machine comes from."""

    INVENTORY = "inventory"
    """A server that exists; metalml never creates or deletes it."""
    LOCAL = "local"
    """A system container on this computer, made and deleted with the stack."""


class Role(StrEnum):
    """What a machine does in the cluster."""

    CONTROL_PLANE = "control-plane"
    """API server, scheduler, controller manager, etcd; no workloads."""
    WORKER = "worker"
    """Workloads."""


class Effect(StrEnum):
    """What a taint does to pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    """New pods are kept off."""
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    """New pods are kept off where there is room elsewhere."""
    NO_EXECUTE = "NoExecute"
    """New pods are kept off, and those that run are evicted."""


def _host_key(value: Any) -> str:
    """Type and key of a line of /etc/ssh/ssh_host_*_key.pub; its comment is dropped."""
    words = value.split() if isinstance(value, str) else []
    try:
        kind, key = words[0], base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error):
        kind, key = "", b""
    fields = _ssh_fields(key)
    if kind not in HOST_KEY_TYPES or len(fields) < 2 or fields[0] != kind.encode():
        raise wrong(
            f"the machine's public host key, '<type> <base64>' with a type of {', '.join(HOST_KEY_TYPES)}",
            "copy the line from /etc/ssh/ssh_host_ed25519_key.pub on the machine's own console",
        )
    return f"{kind} {words[1]}"


def _ssh_fields(key: bytes) -> list[bytes]:
    """The fields of a key, each of which tells its length; none if a paste was cut short."""
    fields = []
    while key:
        length = int.from_bytes(key[:4], "big")
        field, key = key[4 : 4 + length], key[4 + length :]
        if len(field) != length:
            return []
        fields.append(field)
    return fields


HostKey = Annotated[str, BeforeValidator(_host_key)]


class TaintSettings(Model):
    """A taint that the node gets when it joins."""

    key: LabelKey
    """Key of the taint. A machine has each key and effect once."""

    value: LabelValue = ""
    """Value of the taint. Empty: it has none."""

    effect: Effect = Effect.NO_SCHEDULE
    """What happens to pods that do not tolerate it."""


class LoginSettings(Model):
    """How the operator's SSH reaches a machine."""

    user: User = "root"
    """Who logs in. A user other than root needs sudo without a password."""

    # sshd's own default.
    ssh_port: Port = 22
    """Port of the SSH server."""

    # ssh's own default.
    private_key_file: LocalPath = "~/.ssh/id_ed25519"
    """Private key on this computer, which only you can read (`chmod 600`).

    The public half (a `.pub` file) will do where an agent or a hardware key holds the private one. `~` stays
    as it is written, so that the same stack gives the same inputs on every computer.
    """


class MachineSettings(LoginSettings):
    """One machine. Its name is its identity: host name, node name, and the name of its resources.

    `user`, `sshPort` and `privateKeyFile` are as `cluster.machineDefaults` says where it does not say them.
    """

    name: Label
    """Name of the machine. With another name it is another machine: the old one leaves the cluster."""

    provider: Provider = Provider.INVENTORY
    """Where the machine comes from."""

    role: Role
    """What the machine does in the cluster."""

    address: Address
    """Address at which this computer and the other machines reach it, and which its node has."""

    pod_range: Network | None = None
    """The part of `cluster.podRange` whose pods run here.

    `network: routed` needs it; `calico` divides the range itself, and refuses it. `null`: none.
    """

    host_key: HostKey | None = None
    """The machine's public host key, from its own console: `cat /etc/ssh/ssh_host_ed25519_key.pub`.

    Required for `inventory`. `null`: for `local`, whose key is known from its making.
    """

    gpu: MachineGpu = None
    """Whether the machine has GPUs (docs/gpu.md): `true`, or what they are. A control plane has none.

    Default: `false`.
    """

    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels of the node.

    Those below `kubernetes.io` and `k8s.io` are refused, but for what a kubelet may set.
    """

    taints: Items[TaintSettings] = ()
    """Taints of the node."""
