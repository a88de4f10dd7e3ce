"""Rules about machines: who they are, how they are reached, what the cluster needs of them."""

import re
from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import duplicates, is_file, known, mistake, present
from settings.errors import Mistake
from settings.machines import Provider, Role
from settings.paths import SettingPath, at, each
from settings.stack import Settings

# What a kubelet may put on its own node although the prefix is Kubernetes'; with others it does not start.
KUBELET_LABELS = {
    "kubernetes.io/hostname",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
}
KUBELET_LABEL_PREFIXES = re.compile(r"(.+\.)?(node|kubelet)\.kubernetes\.io")
RESERVED_PREFIXES = re.compile(r"(.+\.)?(kubernetes|k8s)\.io")


def one_control_plane(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Without a control plane there is no cluster; more than one is for a later release."""
    roles = [machine.role for machine in settings.machines]
    if not known(settings.machines, *settings.machines, *roles):
        return
    count = roles.count(Role.CONTROL_PLANE)
    if count != 1:
        listed = (
            ", ".join(f"{machine.name}: {machine.role}" for machine in settings.machines) or "no machines"
        )
        do = (
            "give one machine the role control-plane"
            if count == 0
            else "make the others workers: this release handles one control plane, not several"
        )
        yield mistake(at.machines, listed, "exactly one machine with the role control-plane", do)


def unique_machines(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A machine is its name; two at one address would be one machine that joins twice."""
    machines = list(each(settings.machines, at.machines))
    yield from duplicates(
        ((path.name, machine.name) for path, machine in machines),
        "a name of the machine's own",
        "rename one; a machine that exists keeps its name",
    )
    # Machines behind one address differ by SSH port, but no Kubernetes node can share its address.
    yield from duplicates(
        ((path.address, machine.address) for path, machine in machines),
        "an address of the machine's own",
        "correct one of them",
    )


def host_keys(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A server's host key is known before the first connection; a local machine's from its making."""
    for path, machine in each(settings.machines, at.machines):
        place, key = path.host_key, machine.host_key
        if not known(key, machine.provider):
            continue
        if machine.provider is Provider.INVENTORY and key is None:
            yield mistake(
                place,
                "missing",
                "the machine's public host key, '<type> <base64>'",
                "copy the line from /etc/ssh/ssh_host_ed25519_key.pub on the machine's own console",
            )
        if machine.provider is Provider.LOCAL and key is not None:
            yield mistake(
                place, key, "nothing for a local machine", "remove it: the key is known from its making"
            )
    yield from duplicates(
        ((path.host_key, machine.host_key) for path, machine in each(settings.machines, at.machines)),
        "a host key of the machine's own",
        "if it is no copying mistake, the servers were cloned: make new host keys on one (ssh-keygen -A)",
    )


def private_keys(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """ssh ignores a private key that others can read, and then asks for a password that nobody types."""
    defaults = settings.cluster.machine_defaults
    checked: set[str] = set()
    for path, machine in each(settings.machines, at.machines):
        given = machine.private_key_file
        if not known(given) or given in checked:
            continue
        checked.add(given)
        from_defaults = given == defaults.private_key_file and "private_key_file" in defaults.model_fields_set
        place = at.cluster.machine_defaults if from_defaults else path
        yield from _private_key(given, place.private_key_file, directory)


def _private_key(given: str, path: SettingPath, directory: Path) -> Iterator[Mistake]:
    allowed = "a private key file that only you can read (mode 0600 or 0400)"
    file = directory / Path(given).expanduser()
    if not is_file(file):
        do = "correct the path; for dev, `make up` makes the key"
        yield mistake(path, f"{given}, which is not there", allowed, do)
    # The public half is for everybody; ssh then asks an agent for the private one.
    elif file.suffix != ".pub" and file.stat().st_mode & 0o077:
        mode = f"{file.stat().st_mode & 0o777:04o}"
        yield mistake(
            path, f"{given}, which others can read or write (mode {mode})", allowed, f"chmod 600 {given}"
        )


def node_labels(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A kubelet does not start with labels in Kubernetes' own name space, but for a few."""
    for path, machine in each(settings.machines, at.machines):
        if not known(machine.labels):
            continue
        for key in machine.labels:
            prefix = key.rpartition("/")[0]
            fine = key in KUBELET_LABELS or KUBELET_LABEL_PREFIXES.fullmatch(prefix)
            if RESERVED_PREFIXES.fullmatch(prefix) and not fine:
                yield mistake(
                    path.labels,
                    key,
                    "labels outside kubernetes.io and k8s.io, or below node.kubernetes.io",
                    "use a prefix of your own, such as example.com/",
                )


def unique_taints(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The API server refuses a node with two taints of one key and effect."""
    for path, machine in each(settings.machines, at.machines):
        yield from duplicates(
            (
                (place, f"{taint.key}:{taint.effect}")
                for place, taint in each(machine.taints, path.taints)
                if present(taint, taint.key, taint.effect)
            ),
            "one taint for each key and effect",
            "remove one",
        )


CHECKS = (one_control_plane, unique_machines, host_keys, private_keys, node_labels, unique_taints)
