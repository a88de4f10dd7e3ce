"""Parts of pod specs that several programs share."""

from collections.abc import Mapping

from pulumi_kubernetes.core.v1 import (
    EnvVarArgs,
    EnvVarSourceArgs,
    HostPathVolumeSourceArgs,
    ObjectFieldSelectorArgs,
    TopologySpreadConstraintArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs


def from_field(name: str, path: str) -> EnvVarArgs:
    """An environment variable from a pod field (downward API), such as `spec.nodeName`."""
    source = EnvVarSourceArgs(field_ref=ObjectFieldSelectorArgs(field_path=path))
    return EnvVarArgs(name=name, value_from=source)


def host_directory(name: str, path: str, *, make: bool = False) -> VolumeArgs:
    """A hostPath volume; with `make` the kubelet creates a missing directory."""
    kind = "DirectoryOrCreate" if make else "Directory"
    return VolumeArgs(name=name, host_path=HostPathVolumeSourceArgs(path=path, type=kind))


def spread_over_nodes(pods: Mapping[str, str]) -> list[TopologySpreadConstraintArgs]:
    """Spread pods evenly over nodes; pods that cannot be spread are scheduled all the same."""
    return [
        TopologySpreadConstraintArgs(
            topology_key="kubernetes.io/hostname",
            max_skew=1,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=LabelSelectorArgs(match_labels=dict(pods)),
        )
    ]
