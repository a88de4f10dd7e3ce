"""The release files of other projects that a stack's settings need on this computer."""

from components.autoscaling.vertical_pod_autoscaler import VPA_CRDS
from components.gateway.crds import GATEWAY_API_FILES
from components.kubernetes.release_file import ReleaseFile
from components.monitoring.crds import MONITORING_FILES
from components.network.calico import CALICO_CRDS
from components.queueing.crds import KUEUE_FILES
from settings import Layer, PodNetwork, Settings


def releases_of(settings: Settings) -> tuple[ReleaseFile, ...]:
    """The files; the program downloads those that are not cached yet, `make up` may have other sources."""
    found: list[ReleaseFile] = []
    if settings.owns(Layer.CLUSTER) and settings.cluster.network is PodNetwork.CALICO:
        found.append(CALICO_CRDS)
    if settings.owns(Layer.PLATFORM) and settings.platform.vpa is not None:
        found.append(VPA_CRDS)
    if settings.owns(Layer.PLATFORM) and settings.platform.monitoring is not None:
        found += MONITORING_FILES
    gateway = settings.platform.gateway
    if settings.owns(Layer.PLATFORM) and gateway is not None and gateway.class_name is None:
        found += GATEWAY_API_FILES
    queueing = settings.platform.queueing
    if settings.owns(Layer.PLATFORM) and queueing is not None and queueing.install:
        found += KUEUE_FILES
    return tuple(found)
