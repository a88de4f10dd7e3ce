"""The pod network that the settings ask for: routes on the machines, or Calico, which runs as pods."""

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
    """What each machine is told of the network `routed`; None with another."""
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
    """Install the network that runs as pods; with `routed` there is none.

    It waits for the API server only, so that one worker which cannot join keeps no other from being Ready.
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
                # Its own programs make nearly all of them, and without the network they are for nothing.
                internal=[kind["metadata"]["name"] for kind in kinds],
                kubeconfig=kubeconfig,
            ),
        ),
        pulumi.ResourceOptions(provider=kubernetes),
    )
    return (calico,)
