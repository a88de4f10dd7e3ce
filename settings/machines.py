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

    INVENTORY = "inventory"  # a server that exists; metalml never creates or deletes it
    LOCAL = "local"  # a system container on this computer, made and deleted with the stack


class Role(StrEnum):
    """What a machine does in the cluster."""

    CONTROL_PLANE = "control-plane"  # API server, scheduler, controller manager, etcd; no workloads
    WORKER = "worker"


class Effect(StrEnum):
    """What a taint does to pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


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
    value: LabelValue = ""
    effect: Effect = Effect.NO_SCHEDULE


class LoginSettings(Model):
    """How the operator's SSH reaches a machine. `machineDefaults` has the same keys for all machines."""

    user: User = "root"
    ssh_port: Port = 22  # sshd's own default
    # ssh's own default. As written, with ~ unexpanded, so that the same stack gives the same inputs on every
    # computer. The public half (a .pub file) will do where an agent holds the private one.
    private_key_file: LocalPath = "~/.ssh/id_ed25519"


class MachineSettings(LoginSettings):
    """One machine. Its name is its identity: host name, node name, and the name of its resources."""

    name: Label
    provider: Provider = Provider.INVENTORY
    role: Role
    address: Address
    # The part of the cluster's podRange whose pods run here. Needed by the `routed` network only.
    pod_range: Network | None = None
    # Required for inventory machines; a local machine's key is known from its making.
    host_key: HostKey | None = None
    # true, or what it has: {count: 8, product: NVIDIA-L40S}.
    gpu: MachineGpu = None
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    taints: Items[TaintSettings] = ()
