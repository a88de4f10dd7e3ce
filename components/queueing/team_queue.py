"""ResourceFlavors, and each team's ClusterQueue and LocalQueue.

The custom resources are kueue.x-k8s.io/v1beta2. Kueue's webhooks must be ready before they are created.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.gpu.node_labels import PRODUCT_LABEL, TAINT
from components.kubernetes.labels import COMMON_LABELS
from components.queueing.api import API_VERSION
from settings.gpu_resources import GPU
from settings.quantities import canonical
from settings.queueing import LOCAL_QUEUE

# ClusterQueues in one cohort lend each other unused quota.
COHORT = "metalml"
# The ResourceFlavor for CPU and memory, of any node.
MACHINES = "machines"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """nominalQuota and borrowingLimit of a resource, as quantities."""

    nominal: str
    borrowing_limit: str


@dataclass(frozen=True, kw_only=True)
class TeamQueueArgs:
    """The quota of a team's ClusterQueue."""

    team: str
    """The team's name, which is also the name of its namespace."""
    cpu: Amount
    memory: Amount
    gpus: Mapping[str, Amount] = field(default_factory=dict)
    """By product, as in the node label nvidia.com/gpu.product."""
    flavors: Sequence[pulumi.Resource]
    """The ResourceFlavors: without them the ClusterQueue is inactive."""


class TeamQueue(pulumi.ComponentResource):
    """A ClusterQueue with the team's quota, and the LocalQueue in its namespace.

    The ClusterQueue is created before the namespace and deleted after it: its finalizer stays while it has
    admitted workloads, and deleting the namespace deletes those.
    """

    cluster_queue: pulumi.Resource
    """The ClusterQueue, which the team's namespace depends on."""

    def __init__(self, name: str, args: TeamQueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:queueing:TeamQueue", name, None, opts)
        self._team = args.team
        self.cluster_queue = CustomResource(
            name,
            api_version=API_VERSION,
            kind="ClusterQueue",
            metadata=ObjectMetaArgs(name=args.team, labels=COMMON_LABELS),
            spec=_cluster_queue(args),
            opts=ResourceOptions(parent=self, depends_on=list(args.flavors)),
        )
        self.register_outputs({})

    def register_local_queue(self, namespace: Input[str]) -> Output[str]:
        """Register the LocalQueue; returns the value of the queue label for the team's Jobs."""
        queue = CustomResource(
            self._team,
            api_version=API_VERSION,
            kind="LocalQueue",
            metadata=ObjectMetaArgs(name=LOCAL_QUEUE, namespace=namespace, labels=COMMON_LABELS),
            spec={"clusterQueue": self._team},
            opts=ResourceOptions(parent=self, depends_on=[self.cluster_queue]),
        )
        return queue.id.apply(lambda _: LOCAL_QUEUE)


def register_flavors(products: Sequence[str], opts: ResourceOptions) -> list[pulumi.Resource]:
    """Register a ResourceFlavor for CPU and memory, and one per GPU product."""
    flavors: list[pulumi.Resource] = [_flavor(MACHINES, {}, opts)]
    for product in products:
        spec = {
            # Kueue adds both to the pods of admitted Jobs.
            "nodeLabels": {PRODUCT_LABEL: product},
            "tolerations": [{"key": TAINT[0], "operator": "Exists", "effect": TAINT[2]}],
        }
        flavors.append(_flavor(flavor_of(product), spec, opts))
    return flavors


def flavor_of(product: str) -> str:
    """The name of a GPU product's ResourceFlavor: nvidia-l40s for NVIDIA-L40S."""
    return product.lower().replace("_", "-")


def _flavor(name: str, spec: Mapping[str, Any], opts: ResourceOptions) -> CustomResource:
    return CustomResource(
        name,
        api_version=API_VERSION,
        kind="ResourceFlavor",
        metadata=ObjectMetaArgs(name=name, labels=COMMON_LABELS),
        spec=dict(spec),
        opts=opts,
    )


def _cluster_queue(args: TeamQueueArgs) -> Mapping[str, Any]:
    """The `spec` of the team's ClusterQueue."""
    groups = [
        _group(("cpu", "memory"), {MACHINES: {"cpu": args.cpu, "memory": args.memory}}),
    ]
    if args.gpus:
        groups.append(
            _group((GPU,), {flavor_of(product): {GPU: amount} for product, amount in args.gpus.items()})
        )
    return {
        "cohortName": COHORT,
        # Otherwise a LocalQueue in another namespace could use this ClusterQueue.
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": args.team}},
        # A team reclaims lent quota from any queue in the cohort; within a team, lower priorities are
        # preempted.
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
        "resourceGroups": groups,
    }


def _group(resources: Sequence[str], flavors: Mapping[str, Mapping[str, Amount]]) -> Mapping[str, Any]:
    return {
        "coveredResources": list(resources),
        "flavors": [
            {
                "name": flavor,
                "resources": [
                    {
                        "name": resource,
                        # The canonical form: Kueue updates a ClusterQueue and writes quantities in it.
                        "nominalQuota": canonical(amounts[resource].nominal),
                        "borrowingLimit": canonical(amounts[resource].borrowing_limit),
                    }
                    for resource in resources
                ],
            }
            for flavor, amounts in flavors.items()
        ],
    }
