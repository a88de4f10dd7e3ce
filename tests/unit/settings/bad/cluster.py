"""The cluster's own settings."""

from tests.unit.settings.bad.mistake import Bad

CLUSTER = {
    "short version": Bad(
        change={"cluster.kubernetesVersion": 1.36},
        at="cluster.kubernetesVersion",
        says=("all three numbers",),
    ),
    "version with v": Bad(
        change={"cluster.kubernetesVersion": "v1.36.3"}, at="cluster.kubernetesVersion", says=("without v",)
    ),
    "version too old": Bad(
        change={"cluster.kubernetesVersion": "1.34.9"},
        at="cluster.kubernetesVersion",
        says=("1.35.0", "1.37"),
    ),
    "version too new": Bad(
        change={"cluster.kubernetesVersion": "1.38.0"}, at="cluster.kubernetesVersion", says=("newest 1.37",)
    ),
    "endpoint without port": Bad(
        change={"cluster.endpoint": "10.77.0.11"}, at="cluster.endpoint", says=("host:port",)
    ),
    "endpoint with a scheme": Bad(
        change={"cluster.endpoint": "https://10.77.0.11:6443"}, at="cluster.endpoint", says=("host:port",)
    ),
    "endpoint of a worker": Bad(
        change={"cluster.endpoint": "10.77.0.12:6443"},
        at="cluster.endpoint",
        says=("the address of worker-1, a worker",),
    ),
    "endpoint where no API server listens": Bad(
        change={"cluster.endpoint": "10.77.0.11:443"},
        at="cluster.endpoint",
        says=("the address of control-1 itself", "port 6443"),
    ),
    "unknown network": Bad(
        change={"cluster.network": "flannel"}, at="cluster.network", says=("'routed' or 'calico'",)
    ),
    "mtu too small": Bad(change={"cluster.mtu": 500}, at="cluster.mtu", says=("1280 or more",)),
    "mtu too large": Bad(change={"cluster.mtu": 65536}, at="cluster.mtu", says=("9216 or less",)),
    "cluster name no DNS label": Bad(
        change={"cluster.name": "Dev_1"}, at="cluster.name", says=("a DNS label",)
    ),
    "unknown source": Bad(
        change={"cluster.source": {"kind": "yum"}}, at="cluster.source", says=("'bundle'", "'apt'")
    ),
    "source without kind": Bad(
        change={"cluster.source": {"path": ".local/bundle"}}, at="cluster.source", says=("a key kind",)
    ),
    "key of another source": Bad(
        change={"cluster.source": {"kind": "apt", "path": "x"}},
        at="cluster.source.path",
        says=("kind, kubernetes, containerd",),
    ),
    "bundle not there": Bad(
        change={"cluster.source": {"kind": "bundle", "path": ".local/bundel"}},
        at="cluster.source.path",
        says=(".local/bundel, which has no MANIFEST", "`make up`"),
    ),
    "apt key with a short fingerprint": Bad(
        change={
            "cluster.source": {
                "kind": "apt",
                "kubernetes": {
                    "url": "https://a.example",
                    "keyUrl": "https://a.example/k",
                    "keyFingerprint": "9A296436",
                },
            }
        },
        at="cluster.source.kubernetes.keyFingerprint",
        says=("40 hexadecimal digits",),
    ),
    "nobody may administrate": Bad(
        change={"cluster.firewall.adminRanges": []}, at="cluster.firewall.adminRanges", says=("empty", "/32")
    ),
    "everybody may administrate": Bad(
        change={"cluster.firewall.adminRanges": ["10.77.0.1/32", "0.0.0.0/0"]},
        at="cluster.firewall.adminRanges[1]",
        says=("0.0.0.0/0", "a bastion or a VPN"),
    ),
    "reserve that is no quantity": Bad(
        change={"cluster.kubelet": {"systemReserved": {"cpu": "100 m", "memory": "256Mi"}}},
        at="cluster.kubelet.systemReserved.cpu",
        says=("a Kubernetes quantity",),
    ),
    "image collection upside down": Bad(
        change={"cluster.kubelet": {"imageGcHighPercent": 70}},
        at="cluster.kubelet.imageGcLowPercent",
        says=("80, with imageGcHighPercent 70",),
    ),
    "more than all of a disk": Bad(
        change={"cluster.kubelet": {"evictionHard": {"nodefsAvailablePercent": 110}}},
        at="cluster.kubelet.evictionHard.nodefsAvailablePercent",
        says=("99 or less",),
    ),
}
