"""What Kueue gives out: flavors of machines, and the share of them that each team's queue has.

Its objects are kueue.x-k8s.io/v1beta2. Kueue has to answer before they are made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.gpu.node_marks import PRODUCT_LABEL, TAINT
from components.kubernetes.labels import OURS
from components.queueing.api import API_VERSION
from settings.gpu_resources import GPU
from settings.quantities import canonical
from settings.queueing import LOCAL_QUEUE

# Teams in one cohort lend each other what they do not use.
COHORT = "metalml"
# The flavor of CPU and memory: those of any machine.
MACHINES = "machines"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """How much of a resource a queue has for itself, and how much more it may borrow."""

    own: str
    borrowed: str


@dataclass(frozen=True, kw_only=True)
class TeamQueueArgs:
    """The share of a team that is given out by its queue."""

    team: str
    """Its name, which is that of its namespace."""
    cpu: Amount
    memory: Amount
    gpus: Mapping[str, Amount] = field(default_factory=dict)
    """By product, as the label nvidia.com/gpu.product has it."""
    flavors: Sequence[pulumi.Resource]
    """What must be there before the queue: without them it is inactive."""


class TeamQueue(pulumi.ComponentResource):
    """A ClusterQueue with the team's share, and the LocalQueue through which its namespace uses it.

    The share is there before the namespace and goes after it: Kueue keeps a ClusterQueue while a job runs
    that it has let begin, and with the namespace go its jobs.
    """

    share: pulumi.Resource
    """The ClusterQueue, which has to be there before the team's namespace."""

    def __init__(self, name: str, args: TeamQueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:queueing:TeamQueue", name, None, opts)
        self._team = args.team
        self.share = CustomResource(
            name,
            api_version=API_VERSION,
            kind="ClusterQueue",
            metadata=ObjectMetaArgs(name=args.team, labels=OURS),
            spec=_cluster_queue(args),
            opts=ResourceOptions(parent=self, depends_on=list(args.flavors)),
        )
        self.register_outputs({})

    def open(self, namespace: Input[str]) -> Output[str]:
        """Make the LocalQueue; its name, as Jobs of the team have to say it, known when they can."""
        queue = CustomResource(
            self._team,
            api_version=API_VERSION,
            kind="LocalQueue",
            metadata=ObjectMetaArgs(name=LOCAL_QUEUE, namespace=namespace, labels=OURS),
            spec={"clusterQueue": self._team},
            opts=ResourceOptions(parent=self, depends_on=[self.share]),
        )
        return queue.id.apply(lambda _: LOCAL_QUEUE)


def register_flavors(products: Sequence[str], opts: ResourceOptions) -> list[pulumi.Resource]:
    """Register a flavor for the machines, and one for each product of GPUs."""
    made: list[pulumi.Resource] = [_flavor(MACHINES, {}, opts)]
    for product in products:
        spec = {
            # Kueue puts both on the pods that it lets begin.
            "nodeLabels": {PRODUCT_LABEL: product},
            "tolerations": [{"key": TAINT[0], "operator": "Exists", "effect": TAINT[2]}],
        }
        made.append(_flavor(flavor_of(product), spec, opts))
    return made


def flavor_of(product: str) -> str:
    """The name of a product's flavor: nvidia-l40s for NVIDIA-L40S."""
    return product.lower().replace("_", "-")


def _flavor(name: str, spec: Mapping[str, Any], opts: ResourceOptions) -> CustomResource:
    return CustomResource(
        name,
        api_version=API_VERSION,
        kind="ResourceFlavor",
        metadata=ObjectMetaArgs(name=name, labels=OURS),
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
        # Without it a LocalQueue of another namespace could name this queue.
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": args.team}},
        # What was lent comes back when its owner has work; within the team the priority decides.
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
                        # Kueue writes a queue again when it takes it over, with amounts in this form.
                        "nominalQuota": canonical(amounts[resource].own),
                        "borrowingLimit": canonical(amounts[resource].borrowed),
                    }
                    for resource in resources
                ],
            }
            for flavor, amounts in flavors.items()
        ],
    }
