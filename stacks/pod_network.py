"""The pod network of the settings: static routes on the nodes, or Calico, which runs as pods."""

import pulumi
import pulumi_kubernetes

from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache
from components.network.calico import RELEASE, Calico, CalicoArgs, calico_definitions
from components.network.calico_installation import InstallationSpec
from components.network.routed import RoutedNetwork
from settings import PodNetwork, Settings
from stacks.machines import firewall_of


def routed(settings: Settings) -> RoutedNetwork | None:
    """The configuration of the network `routed` on each machine; None with another network."""
    cluster = settings.cluster
    if cluster.network is not PodNetwork.ROUTED:
        return None
    machines = firewall_of(settings).machines
    return RoutedNetwork(
        inside=(str(cluster.pod_range), str(cluster.service_range), *machines), mtu=cluster.mtu
    )


def install_pod_network(
    settings: Settings, kubernetes: pulumi_kubernetes.Provider, kubeconfig: pulumi.Output[str]
) -> tuple[pulumi.Resource, ...]:
    """Register a pod network that runs as pods; nothing with `routed`.

    It depends on the API server only, so that a worker which cannot join does not keep other nodes NotReady.
    """
    cluster = settings.cluster
    if cluster.network is not PodNetwork.CALICO:
        return ()
    kinds = calico_definitions(release_cache())
    calico = Calico(
        "calico",
        CalicoArgs(
            installation=InstallationSpec(
                pod_range=str(cluster.pod_range),
                machine_range=None if cluster.machine_range is None else str(cluster.machine_range),
                machine_mtu=cluster.mtu,
            ),
            operator_image=settings.image("tigera-operator"),
            definitions=Definitions(
                release=RELEASE,
                objects=kinds,
                # Calico itself creates nearly all objects of these CRDs, and they have no use without it.
                internal=[kind["metadata"]["name"] for kind in kinds],
                kubeconfig=kubeconfig,
            ),
        ),
        pulumi.ResourceOptions(provider=kubernetes),
    )
    return (calico,)
