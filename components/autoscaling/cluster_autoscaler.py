"""Cluster Autoscaler with the cloud provider `externalgrpc`: a gRPC server of the user rents machines."""

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
# The ConfigMap with the autoscaler's status report.
STATUS = "cluster-autoscaler-status"
READ = ("get", "list", "watch")


@dataclass(frozen=True, kw_only=True)
class ClusterAutoscalerArgs:
    """The autoscaler's image, and the gRPC cloud provider, which adds and deletes nodes."""

    image: str
    """Of the cluster's minor version: the autoscaler simulates the scheduler of that version."""
    provider_host: str
    provider_port: int
    provider_secret: str
    """Secret in kube-system with `tls.crt`, `tls.key` and `ca.crt`, for mTLS: without it, any client of the
    provider could delete all machines."""
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_dns_name("provider_secret", self.provider_secret)
        if not self.provider_host or not 1 <= self.provider_port <= 65535:
            raise ValueError(
                f"provider_host {self.provider_host!r} must not be empty, "
                f"and provider_port {self.provider_port} must be between 1 and 65535"
            )


class ClusterAutoscaler(pulumi.ComponentResource):
    """Adds nodes for unschedulable pods, and removes unneeded nodes.

    The provider defines the node groups and their sizes.
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
    """The --cloud-config of `--cloud-provider=externalgrpc`: the provider's address and TLS files."""
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
            # Choose the node group with the least idle CPU and memory after scale-up: GPU nodes are
            # expensive.
            "--expander=least-waste",
            # Model servers have an emptyDir; by default it would block the removal of their nodes.
            "--skip-nodes-with-local-storage=false",
        ],
        ports={"metrics": 8085},
        liveness=Probe(path="/health-check", port="metrics"),
        readiness=Probe(path="/metrics", port="metrics"),
        # The requests of the release for a cluster of this size.
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
        # The autoscaler reads the address only when it starts.
        annotations={"metalml/provider": f"{args.provider_host}:{args.provider_port}"},
        wait_for=args.wait_for,
    )


def _rbac() -> RbacRules:
    """Based on the rules of the release: read what the scheduler reads, evict pods, taint nodes."""
    return RbacRules(
        cluster=[
            policy_rule(READ, "", ["namespaces", "pods", "services", "replicationcontrollers"]),
            policy_rule(READ, "", ["persistentvolumes", "persistentvolumeclaims"]),
            policy_rule((*READ, "update", "patch"), "", ["nodes"]),
            policy_rule(("create",), "", ["pods/eviction"]),
            policy_rule(("update",), "", ["pods/status"]),
            policy_rule(("create", "patch", "update"), "", ["events"]),
            policy_rule(READ, "apps", ["daemonsets", "replicasets", "statefulsets"]),
            policy_rule(READ, "batch", ["jobs", "cronjobs"]),
            policy_rule(READ, "policy", ["poddisruptionbudgets"]),
            policy_rule(
                READ,
                "storage.k8s.io",
                ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"],
            ),
            policy_rule(READ, "resource.k8s.io", ["resourceclaims", "resourceslices", "deviceclasses"]),
        ],
        namespaces={
            KUBE_SYSTEM: [
                policy_rule(("create",), "coordination.k8s.io", ["leases"]),
                policy_rule(("get", "update"), "coordination.k8s.io", ["leases"], only=[NAME]),
                policy_rule(("create", *READ), "", ["configmaps"]),
                policy_rule(("update", "delete"), "", ["configmaps"], only=[STATUS]),
            ]
        },
    )
