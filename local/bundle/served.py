"""Images of what the cluster serves that can be built here, by the references that the settings name.

An image of the real programs keeps its real reference. A stand-in is called `metalml.local/...`, and the
stack that makes do with it says so in `metalml:images`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.versions import IMAGES
from local import cache
from local.bundle.images import LAYOUT, archive_of, image_of_program
from local.bundle.modules import (
    ALERTMANAGER,
    BLACKBOX_EXPORTER,
    KUBE_STATE_METRICS,
    KUEUE,
    METRICS_SERVER,
    NODE_EXPORTER,
    PROMETHEUS,
    PROMETHEUS_ADAPTER,
    PROMETHEUS_OPERATOR,
    PUSHGATEWAY,
    RCLONE,
    TRAEFIK,
    VERTICAL_POD_AUTOSCALER,
)
from local.gomodule import GoModule
from local.model_server import build as model_server
from local.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Served:
    """An image, and how it is built."""

    archive: str
    """File name in the bundle."""
    build: Callable[[Progress], cache.Entry]
    """Builds the cache entry that holds the archive, or finds it."""
    everywhere: bool = False
    """It runs on control planes, too."""
    module: GoModule | None = None
    """What its program is built from."""


# What images of these programs run as where nobody says otherwise: nobody.
NOBODY = "65534:65534"


def program(
    module: GoModule,
    name: str,
    reference: str,
    *,
    where: str = "/",
    user: str = NOBODY,
    everywhere: bool = False,
) -> Served:
    """An image with one program of a Go module, at the path where the vendor's image has it."""

    def build(progress: Progress) -> cache.Entry:
        entry = module.build(progress)
        key = cache.key_of(LAYOUT, name, reference, where, user, entry.digest)
        image = image_of_program(entry, name, reference, where=where, user=user)
        return archive_of(progress, name, f"Image of {name}", key, [image])

    return Served(archive=f"{name}.tar", build=build, everywhere=everywhere, module=module)


# GPUs that are none, behind the kubelet's real API. As root: the kubelet's sockets are root's.
PRETEND_GPU = GoModule(
    name="pretend-gpu",
    title="Pretend GPUs",
    seconds=5,
    directory=Path(__file__).parents[1] / "pretend_gpu",
    programs={"pretend-gpu": "metalml.local/pretend-gpu"},
    variables={},
)

SERVED = {
    "metalml.local/pretend-gpu:1": program(
        PRETEND_GPU, "pretend-gpu", "metalml.local/pretend-gpu:1", user=""
    ),
    IMAGES["traefik"]: program(TRAEFIK, "traefik", IMAGES["traefik"]),
    IMAGES["kueue"]: program(KUEUE, "kueue", IMAGES["kueue"]),
    # Where the vendor's images have them; the operator names no program in the pods that it makes.
    **{
        IMAGES[key]: program(module, name, IMAGES[key], where="/bin")
        for key, module, name in (
            ("prometheus", PROMETHEUS, "prometheus"),
            ("alertmanager", ALERTMANAGER, "alertmanager"),
            ("prometheus-operator", PROMETHEUS_OPERATOR, "operator"),
            ("prometheus-config-reloader", PROMETHEUS_OPERATOR, "prometheus-config-reloader"),
            ("blackbox-exporter", BLACKBOX_EXPORTER, "blackbox_exporter"),
            ("pushgateway", PUSHGATEWAY, "pushgateway"),
        )
    },
    IMAGES["node-exporter"]: program(
        NODE_EXPORTER, "node_exporter", IMAGES["node-exporter"], where="/bin", everywhere=True
    ),
    IMAGES["kube-state-metrics"]: program(
        KUBE_STATE_METRICS, "kube-state-metrics", IMAGES["kube-state-metrics"]
    ),
    IMAGES["metrics-server"]: program(METRICS_SERVER, "metrics-server", IMAGES["metrics-server"]),
    IMAGES["prometheus-adapter"]: program(PROMETHEUS_ADAPTER, "adapter", IMAGES["prometheus-adapter"]),
    **{
        IMAGES[f"vpa-{name}"]: program(VERTICAL_POD_AUTOSCALER, name, IMAGES[f"vpa-{name}"])
        for name in VERTICAL_POD_AUTOSCALER.programs
    },
    IMAGES["model-fetcher"]: program(RCLONE, "rclone", IMAGES["model-fetcher"], where="/usr/local/bin"),
    model_server.REFERENCE: Served(archive=model_server.IMAGE, build=model_server.build_model_server),
}
