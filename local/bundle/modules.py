"""What the bundle is built from: one Go module each. The versions stand in the go.mod files."""

import re
from pathlib import Path

from components import versions
from local.gomodule import GoModule

_MODULES = Path(__file__).parent / "modules"
_CNI = "github.com/containernetworking/plugins/plugins"


def required_version(module: str, path: str) -> str:
    """The version of `path` that the go.mod of our module `module` requires, without its `v`."""
    text = (_MODULES / module / "go.mod").read_text()
    found = re.search(rf"^(?:require )?\s*{re.escape(path)} v(\S+)", text, re.MULTILINE)
    if not found:
        raise ValueError(f"{module}/go.mod does not require {path}")
    return found.group(1)


KUBERNETES_VERSION = required_version("kubernetes", "k8s.io/kubernetes")
ETCD_VERSION = required_version("etcd", "go.etcd.io/etcd/server/v3")
RCLONE_VERSION = required_version("rclone", "github.com/rclone/rclone")
COREDNS_VERSION = required_version("coredns", "github.com/coredns/coredns")
CONTAINERD_VERSION = required_version("containerd", "github.com/containerd/containerd/v2")


def _kubernetes_variables() -> dict[str, str]:
    major, minor, _ = KUBERNETES_VERSION.split(".")
    version = {"gitVersion": f"v{KUBERNETES_VERSION}", "gitMajor": major, "gitMinor": minor}
    return {
        **{f"k8s.io/component-base/version.{name}": value for name, value in version.items()},
        # Without it kubeadm takes its own build for a changed one.
        "k8s.io/component-base/version.gitTreeState": "clean",
        **{f"k8s.io/client-go/pkg/version.{name}": value for name, value in version.items()},
    }


KUBERNETES = GoModule(
    name="kubernetes",
    title=f"Kubernetes {KUBERNETES_VERSION} programs",
    version=KUBERNETES_VERSION,
    # Libraries decide how it reads objects.
    own_libraries=True,
    seconds=300,
    gibibytes=4,
    directory=_MODULES / "kubernetes",
    programs={
        name: f"k8s.io/kubernetes/cmd/{name}"
        for name in (
            "kubeadm",
            "kubelet",
            "kubectl",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kube-proxy",
        )
    },
    variables=_kubernetes_variables(),
)

ETCD = GoModule(
    name="etcd",
    title=f"etcd {ETCD_VERSION}",
    version=ETCD_VERSION,
    seconds=25,
    directory=_MODULES / "etcd",
    programs={"etcd": "go.etcd.io/etcd/server/v3"},
    variables={},
)

CONTAINERD = GoModule(
    name="containerd",
    title=f"containerd {CONTAINERD_VERSION}",
    version=CONTAINERD_VERSION,
    seconds=45,
    gibibytes=0.8,
    directory=_MODULES / "containerd",
    programs={
        name: f"github.com/containerd/containerd/v2/cmd/{name}"
        for name in ("containerd", "containerd-shim-runc-v2", "ctr")
    },
    variables={"github.com/containerd/containerd/v2/version.Version": f"v{CONTAINERD_VERSION}"},
)

CNI_PLUGINS = GoModule(
    name="cni-plugins",
    title="CNI plugins",
    version=required_version("cni-plugins", "github.com/containernetworking/plugins"),
    seconds=5,
    gibibytes=0.3,
    directory=_MODULES / "cni-plugins",
    programs={
        "bridge": f"{_CNI}/main/bridge",
        "loopback": f"{_CNI}/main/loopback",
        "host-local": f"{_CNI}/ipam/host-local",
        "portmap": f"{_CNI}/meta/portmap",
    },
    variables={},
)

COREDNS = GoModule(
    name="coredns",
    title=f"CoreDNS {COREDNS_VERSION}",
    version=COREDNS_VERSION,
    seconds=55,
    gibibytes=1,
    directory=_MODULES / "coredns",
    programs={"coredns": "metalml.local/coredns"},
    variables={},
)

METRICS_SERVER = GoModule(
    name="metrics-server",
    title="metrics-server",
    seconds=60,
    directory=_MODULES / "metrics-server",
    programs={"metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server"},
    variables={
        "k8s.io/client-go/pkg/version.gitVersion": "v"
        + required_version("metrics-server", "sigs.k8s.io/metrics-server")
    },
)

_VPA = "k8s.io/autoscaler/vertical-pod-autoscaler"
VERTICAL_POD_AUTOSCALER = GoModule(
    name="vertical-pod-autoscaler",
    title="VerticalPodAutoscaler",
    seconds=10,
    directory=_MODULES / "vertical-pod-autoscaler",
    programs={name: f"{_VPA}/pkg/{name}" for name in ("recommender", "updater", "admission-controller")},
    # Its version is written in its source.
    variables={},
)

RCLONE = GoModule(
    name="rclone",
    title=f"rclone {RCLONE_VERSION}",
    seconds=70,
    directory=_MODULES / "rclone",
    programs={"rclone": "github.com/rclone/rclone"},
    variables={"github.com/rclone/rclone/fs.Version": f"v{RCLONE_VERSION}"},
)

_TRAEFIK = "github.com/traefik/traefik/v3"
TRAEFIK = GoModule(
    name="traefik",
    title="Traefik",
    seconds=140,
    directory=_MODULES / "traefik",
    # Its logs need an older OpenTelemetry than 1.45.
    own_libraries=True,
    programs={"traefik": f"{_TRAEFIK}/cmd/traefik"},
    variables={f"{_TRAEFIK}/pkg/version.Version": required_version("traefik", _TRAEFIK).removeprefix("v")},
)

PROMETHEUS_ADAPTER = GoModule(
    name="prometheus-adapter",
    title="prometheus-adapter",
    seconds=45,
    directory=_MODULES / "prometheus-adapter",
    # Does not build with k8s.io 0.36.
    own_libraries=True,
    programs={"adapter": "sigs.k8s.io/prometheus-adapter/cmd/adapter"},
    variables={},
)

_KUEUE = "sigs.k8s.io/kueue"
KUEUE = GoModule(
    name="kueue",
    title="Kueue",
    seconds=75,
    directory=_MODULES / "kueue",
    programs={"kueue": f"{_KUEUE}/cmd/kueue"},
    variables={f"{_KUEUE}/pkg/version.GitVersion": "v" + required_version("kueue", _KUEUE)},
)


def _of_prometheus(
    name: str,
    title: str,
    path: str,
    packages: dict[str, str],
    *,
    seconds: int,
    version: str = "",
    own_libraries: bool = False,
) -> GoModule:
    """A module whose programs show their version as Prometheus' do; packages are below `path`."""
    version = version or required_version(name, path)
    return GoModule(
        name=name,
        title=title,
        directory=_MODULES / name,
        programs={program: f"{path}{package}" for program, package in packages.items()},
        variables={"github.com/prometheus/common/version.Version": version},
        own_libraries=own_libraries,
        seconds=seconds,
    )


# Its web page is not in the module: here it answers queries and no browser.
PROMETHEUS = _of_prometheus(
    "prometheus",
    "Prometheus",
    "github.com/prometheus/prometheus",
    {name: f"/cmd/{name}" for name in ("prometheus", "promtool")},
    # The module counts otherwise: 3.12 is v0.312.
    version=versions.PROMETHEUS,
    seconds=120,
)
ALERTMANAGER = _of_prometheus(
    "alertmanager",
    "Alertmanager",
    "github.com/prometheus/alertmanager",
    {name: f"/cmd/{name}" for name in ("alertmanager", "amtool")},
    # As Pushgateway, which says why.
    own_libraries=True,
    seconds=10,
)
PROMETHEUS_OPERATOR = _of_prometheus(
    "prometheus-operator",
    "Prometheus operator",
    "github.com/prometheus-operator/prometheus-operator",
    {name: f"/cmd/{name}" for name in ("operator", "prometheus-config-reloader")},
    seconds=25,
)
NODE_EXPORTER = _of_prometheus(
    "node-exporter",
    "node_exporter",
    "github.com/prometheus/node_exporter",
    {"node_exporter": ""},
    # Does not build with procfs 0.21.
    own_libraries=True,
    seconds=10,
)
BLACKBOX_EXPORTER = _of_prometheus(
    "blackbox-exporter",
    "blackbox_exporter",
    "github.com/prometheus/blackbox_exporter",
    {"blackbox_exporter": ""},
    # As Pushgateway, which says why.
    own_libraries=True,
    seconds=5,
)
KUBE_STATE_METRICS = _of_prometheus(
    "kube-state-metrics",
    "kube-state-metrics",
    "k8s.io/kube-state-metrics/v2",
    {"kube-state-metrics": ""},
    # Does not build with k8s.io 0.36.
    own_libraries=True,
    seconds=45,
)
PUSHGATEWAY = _of_prometheus(
    "pushgateway",
    "Pushgateway",
    "github.com/prometheus/pushgateway",
    {"pushgateway": ""},
    # Builds with prometheus/common 0.70, and panics at what is pushed. So Alertmanager and the blackbox
    # exporter keep theirs, too.
    own_libraries=True,
    seconds=5,
)
