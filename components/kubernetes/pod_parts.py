"""Parts that pods of different programs have alike."""

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
    """A variable with what the pod says about itself."""
    source = EnvVarSourceArgs(field_ref=ObjectFieldSelectorArgs(field_path=path))
    return EnvVarArgs(name=name, value_from=source)


def host_directory(name: str, path: str, *, make: bool = False) -> VolumeArgs:
    """A directory of the node."""
    kind = "DirectoryOrCreate" if make else "Directory"
    return VolumeArgs(name=name, host_path=HostPathVolumeSourceArgs(path=path, type=kind))


def over_machines(pods: Mapping[str, str]) -> list[TopologySpreadConstraintArgs]:
    """Evenly over machines where there is room: two on one machine are better than one."""
    return [
        TopologySpreadConstraintArgs(
            topology_key="kubernetes.io/hostname",
            max_skew=1,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=LabelSelectorArgs(match_labels=dict(pods)),
        )
    ]
