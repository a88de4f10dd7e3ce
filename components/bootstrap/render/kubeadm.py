"""kubeadm's configuration (kubeadm.k8s.io/v1beta4, the only version from Kubernetes 1.37 on)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from components.machines.facts import Facts

API_VERSION = "kubeadm.k8s.io/v1beta4"
ETCD_METRICS_PORT = 2381
CRI_SOCKET = "unix:///run/containerd/containerd.sock"


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What the whole cluster has in common."""

    name: str
    kubernetes_version: str
    endpoint: str
    """host:port of the API server for everybody; fixed at the first init."""
    pod_range: str
    service_range: str
    routed: bool
    """Machines have their own pod ranges, so the controller manager gives none out."""
    scraped: bool
    """Controller manager, scheduler and etcd's metrics answer on the machine's address, too.

    The firewall says to whom.
    """
    dns_image_tag: str | None = None
    etcd_image_tag: str | None = None


def _arguments(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _registration(
    name: str, address: str, taints: tuple[tuple[str, str, str], ...] | None, facts: Facts
) -> dict[str, Any]:
    registration: dict[str, Any] = {
        "name": name,
        "criSocket": CRI_SOCKET,
        "kubeletExtraArgs": _arguments({"node-ip": address}),
    }
    if taints is not None:
        registration["taints"] = [
            {"key": key, "effect": effect} | ({"value": value} if value else {})
            for key, value, effect in taints
        ]
    ignored = []
    if facts.cgroup == "v1" or facts.container:
        # It refuses cgroup v1, and looks for kernel modules that a container does not see.
        ignored.append("SystemVerification")
    if facts.container:
        ignored += ["Swap", "NumCPU"]
    if ignored:
        registration["ignorePreflightErrors"] = ignored
    return registration


def init_config(cluster: ClusterArgs, name: str, address: str, facts: Facts) -> str:
    """The four documents of `kubeadm init`."""
    local = {"127.0.0.1", address, cluster.endpoint.rpartition(":")[0]}
    components = {"profiling": "false"} | ({"bind-address": "0.0.0.0"} if cluster.scraped else {})
    controller_manager = components | ({"allocate-node-cidrs": "false"} if cluster.routed else {})
    documents: list[dict[str, Any]] = [
        {
            "apiVersion": API_VERSION,
            "kind": "InitConfiguration",
            "localAPIEndpoint": {"advertiseAddress": address, "bindPort": 6443},
            "nodeRegistration": _registration(name, address, None, facts),
        },
        {
            "apiVersion": API_VERSION,
            "kind": "ClusterConfiguration",
            "clusterName": cluster.name,
            "kubernetesVersion": f"v{cluster.kubernetes_version}",
            "controlPlaneEndpoint": cluster.endpoint,
            "networking": {"podSubnet": cluster.pod_range, "serviceSubnet": cluster.service_range},
            "apiServer": {
                "certSANs": sorted(local),
                "extraArgs": _arguments(
                    {
                        # Kubelets' serving certificates are signed by the cluster, so they can be verified.
                        "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt",
                        "profiling": "false",
                    }
                ),
            },
            "controllerManager": {"extraArgs": _arguments(controller_manager)},
            "scheduler": {"extraArgs": _arguments(components)},
            "dns": {"imageTag": cluster.dns_image_tag} if cluster.dns_image_tag else {},
            "etcd": {"local": _etcd(cluster)},
        },
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            # Signed by the cluster instead of by themselves; granted by our approver.
            "serverTLSBootstrap": True,
            "rotateCertificates": True,
        },
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            # ipvs is deprecated, iptables slow with many Services.
            "mode": "nftables",
            "clusterCIDR": cluster.pod_range,
        },
    ]
    if facts.conntrack == "read-only":
        # 0: leave the limits as they are.
        documents[3]["conntrack"] = {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        }
    return yaml.safe_dump_all(documents, sort_keys=False)


def _etcd(cluster: ClusterArgs) -> dict[str, Any]:
    etcd: dict[str, Any] = {"imageTag": cluster.etcd_image_tag} if cluster.etcd_image_tag else {}
    if cluster.scraped:
        # Metrics alone, without the certificates that its data asks for.
        etcd["extraArgs"] = _arguments({"listen-metrics-urls": f"http://0.0.0.0:{ETCD_METRICS_PORT}"})
    return etcd


def join_config(
    endpoint: str, name: str, address: str, taints: tuple[tuple[str, str, str], ...], facts: Facts
) -> str:
    """A worker's JoinConfiguration. @TOKEN@ and @CA_HASH@ are filled in on the machine, for one join."""
    return yaml.safe_dump(
        {
            "apiVersion": API_VERSION,
            "kind": "JoinConfiguration",
            "discovery": {
                "bootstrapToken": {
                    "apiServerEndpoint": endpoint,
                    "token": "@TOKEN@",
                    "caCertHashes": ["@CA_HASH@"],
                }
            },
            "nodeRegistration": _registration(name, address, taints, facts),
            # Of kubeadm's five minutes: the API server answers by then, and a token that is gone never will.
            "timeouts": {"discovery": "1m0s"},
        },
        sort_keys=False,
    )
