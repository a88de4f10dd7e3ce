"""Cluster Autoscaler for machines that somebody's own API rents: it asks a provider over gRPC."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import yaml
from pulumi import Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapVolumeSourceArgs,
    SecretVolumeSourceArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_name
from components.kubernetes.controller import API_SERVER_PORT, Controller, ControllerArgs, Probe
from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, policy_rule

NAME = "cluster-autoscaler"
CONFIGURATION_DIRECTORY = "/config"
CERTIFICATE_DIRECTORY = "/provider-certificate"
# What the program writes about itself, for people.
STATUS = "cluster-autoscaler-status"
LOOK = ("get", "list", "watch")


@dataclass(frozen=True, kw_only=True)
class ClusterAutoscalerArgs:
    """The program, and the provider that rents and returns machines for it."""

    image: str
    """Of the cluster's minor: it asks itself what that scheduler would do."""
    provider_host: str
    provider_port: int
    provider_secret: str
    """Secret in kube-system with `tls.crt`, `tls.key` and `ca.crt`. Whoever could call the provider without a
    certificate could return every machine."""
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_dns_name("provider_secret", self.provider_secret)
        if not self.provider_host or not 1 <= self.provider_port <= 65535:
            raise ValueError("provider_host and provider_port must name where the provider answers")


class ClusterAutoscaler(pulumi.ComponentResource):
    """Rents machines for pods that find no place, and returns machines that nothing needs.

    Which groups of machines there are, of what size, is the provider's knowledge: nothing here says it twice.
    """

    def __init__(self, name: str, args: ClusterAutoscalerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:autoscaling:ClusterAutoscaler", name, None, opts)
        child = ResourceOptions(parent=self)
        wanted = _controller_args(args)
        ConfigMap(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=wanted.labels),
            data={"cloud-config": cloud_configuration(args)},
            opts=child,
        )
        Controller(name, wanted, child)
        self.register_outputs({})


def cloud_configuration(args: ClusterAutoscalerArgs) -> str:
    """How the provider is reached, as `--cloud-provider=externalgrpc` reads it."""
    return yaml.safe_dump(
        {
            "address": f"{args.provider_host}:{args.provider_port}",
            "key": f"{CERTIFICATE_DIRECTORY}/tls.key",
            "cert": f"{CERTIFICATE_DIRECTORY}/tls.crt",
            "cacert": f"{CERTIFICATE_DIRECTORY}/ca.crt",
        },
        sort_keys=False,
    )


def _controller_args(args: ClusterAutoscalerArgs) -> ControllerArgs:
    return ControllerArgs(
        component="autoscaling",
        name=NAME,
        image=args.image,
        command=["/cluster-autoscaler"],
        args=[
            "--cloud-provider=externalgrpc",
            f"--cloud-config={CONFIGURATION_DIRECTORY}/cloud-config",
            f"--namespace={KUBE_SYSTEM}",
            # Of groups that would do, the one that leaves least of a machine unused: GPUs are what costs.
            "--expander=least-waste",
            # Model servers have a scratch directory; it would keep every machine rented for ever.
            "--skip-nodes-with-local-storage=false",
        ],
        ports={"metrics": 8085},
        liveness=Probe(path="/health-check", port="metrics"),
        readiness=Probe(path="/metrics", port="metrics"),
        # Its release's requests for a cluster of this size.
        requests={"cpu": "100m", "memory": "300Mi"},
        limits={"cpu": "500m", "memory": "600Mi"},
        rbac=_rbac(),
        egress_ports=(API_SERVER_PORT, args.provider_port),
        resolves_names=True,
        mounts={
            CONFIGURATION_DIRECTORY: VolumeArgs(
                name="configuration", config_map=ConfigMapVolumeSourceArgs(name=NAME)
            ),
            CERTIFICATE_DIRECTORY: VolumeArgs(
                name="certificate",
                secret=SecretVolumeSourceArgs(secret_name=args.provider_secret, default_mode=0o440),
            ),
        },
        # It reads the address at its start only.
        annotations={"metalml/provider": f"{args.provider_host}:{args.provider_port}"},
        wait_for=args.wait_for,
    )


def _rbac() -> RbacRules:
    """After the rules of its release: see what the scheduler sees, evict, mark and count machines."""
    return RbacRules(
        cluster=[
            policy_rule(LOOK, "", ["namespaces", "pods", "services", "replicationcontrollers"]),
            policy_rule(LOOK, "", ["persistentvolumes", "persistentvolumeclaims"]),
            policy_rule((*LOOK, "update", "patch"), "", ["nodes"]),
            policy_rule(("create",), "", ["pods/eviction"]),
            policy_rule(("update",), "", ["pods/status"]),
            policy_rule(("create", "patch", "update"), "", ["events"]),
            policy_rule(LOOK, "apps", ["daemonsets", "replicasets", "statefulsets"]),
            policy_rule(LOOK, "batch", ["jobs", "cronjobs"]),
            policy_rule(LOOK, "policy", ["poddisruptionbudgets"]),
            policy_rule(
                LOOK,
                "storage.k8s.io",
                ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"],
            ),
            policy_rule(LOOK, "resource.k8s.io", ["resourceclaims", "resourceslices", "deviceclasses"]),
        ],
        namespaces={
            KUBE_SYSTEM: [
                policy_rule(("create",), "coordination.k8s.io", ["leases"]),
                policy_rule(("get", "update"), "coordination.k8s.io", ["leases"], only=[NAME]),
                policy_rule(("create", *LOOK), "", ["configmaps"]),
                policy_rule(("update", "delete"), "", ["configmaps"], only=[STATUS]),
            ]
        },
    )
