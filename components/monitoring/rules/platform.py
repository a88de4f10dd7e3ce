"""The rules of the platform, independent of workloads."""

from collections.abc import Iterable

from components.monitoring.rules.control_plane import control_plane_groups
from components.monitoring.rules.gpus import gpu_groups
from components.monitoring.rules.logging import logging_groups
from components.monitoring.rules.nodes import node_groups
from components.monitoring.rules.requests import requests_group
from components.monitoring.rules.self_monitoring import self_monitoring_groups
from components.monitoring.rules.serving import serving_groups
from components.monitoring.rules.training import training_groups
from components.monitoring.rules.values import Group
from components.monitoring.rules.workloads import workload_groups


def platform_groups(teams: Iterable[str]) -> list[Group]:
    """The rule groups of the platform; alerts of a namespace go to its team, if it is one of `teams`."""
    names = tuple(teams)
    return [
        *self_monitoring_groups(),
        *node_groups(),
        *control_plane_groups(),
        *workload_groups(names),
        requests_group(),
        *gpu_groups(),
        *logging_groups(),
        *serving_groups(names),
        *training_groups(names),
    ]
