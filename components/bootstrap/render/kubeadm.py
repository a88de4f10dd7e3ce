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
    """The kubeadm ClusterConfiguration."""

    name: str
    kubernetes_version: str
    endpoint: str
    """controlPlaneEndpoint, as host:port; immutable after kubeadm init."""
    pod_range: str
    service_range: str
    routed: bool
    """Pod CIDRs come from the settings, so kube-controller-manager allocates none."""
    scraped: bool
    """Whether kube-controller-manager, kube-scheduler and etcd's metrics listen on all addresses.

    The firewall restricts who can connect.
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
        # This check rejects cgroup v1, and looks for kernel modules that are not visible in a container.
        ignored.append("SystemVerification")
    if facts.container:
        ignored += ["Swap", "NumCPU"]
    if ignored:
        registration["ignorePreflightErrors"] = ignored
    return registration


def init_config(cluster: ClusterArgs, name: str, address: str, facts: Facts) -> str:
    """The four YAML documents for `kubeadm init`: kubeadm's own two, and those of kubelet and kube-proxy."""
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
                        # The cluster CA signs the kubelets' serving certificates, so they can be verified.
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
            # Serving certificates from the cluster CA instead of self-signed; our timer approves the CSRs.
            "serverTLSBootstrap": True,
            "rotateCertificates": True,
        },
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            # ipvs is deprecated, and iptables is slow with many Services.
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
        # An HTTP listener for metrics only; etcd's data still requires client certificates.
        etcd["extraArgs"] = _arguments({"listen-metrics-urls": f"http://0.0.0.0:{ETCD_METRICS_PORT}"})
    return etcd


def join_config(
    endpoint: str, name: str, address: str, taints: tuple[tuple[str, str, str], ...], facts: Facts
) -> str:
    """The JoinConfiguration of a worker. The join step replaces @TOKEN@ and @CA_HASH@ on the machine."""
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
            # Instead of kubeadm's five minutes: the API server is up by now, and an expired token never
            # works.
            "timeouts": {"discovery": "1m0s"},
        },
        sort_keys=False,
    )
