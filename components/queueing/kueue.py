"""Kueue: lets Jobs begin that name a queue, when their team's share has room for all of their pods."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapVolumeSourceArgs,
    Service,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.aggregated_api import register_api
from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.crds import Definitions, deliver_definitions
from components.kubernetes.rbac import KUBE_SYSTEM
from components.kubernetes.service_certificate import (
    CERTIFICATE_DIRECTORY,
    ServiceCertificate,
    ServiceCertificateArgs,
    certificate_volume,
)
from components.queueing.api import VERSION, VISIBILITY_GROUP
from components.queueing.configuration import (
    HEALTH_PORT,
    VISIBILITY_PORT,
    WEBHOOK_PORT,
    kueue_configuration,
)
from components.queueing.rbac import kueue_rules
from components.queueing.webhooks import register_webhooks

NAME = "kueue"
CONFIGURATION_DIRECTORY = "/etc/kueue/configuration"
# Where its program wants certificates; for its metrics even where those are off.
METRICS_CERTIFICATE_DIRECTORY = "/etc/kueue/metrics/certs"
VISIBILITY_CERTIFICATE_DIRECTORY = "/visibility"


@dataclass(frozen=True, kw_only=True)
class KueueArgs:
    """The program, and the kinds that it works with."""

    image: str
    definitions: Definitions
    """Of the release that the program belongs to."""
    wait_for: Sequence[Resource] = ()


class Kueue(pulumi.ComponentResource):
    """Kueue for Jobs. Those that name no queue begin as without it.

    Removal: a queue stays until its last job has given back what it holds, and Kueue goes after the queues.
    """

    answers: Sequence[Resource]
    """What must be there before flavors, queues and Jobs that name one."""

    def __init__(self, name: str, args: KueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:queueing:Kueue", name, None, opts)
        child = ResourceOptions(parent=self)
        definitions = deliver_definitions(name, args.definitions, child)
        certificate = ServiceCertificate(
            f"{name}-certificate",
            ServiceCertificateArgs(service=NAME, namespace=KUBE_SYSTEM, secret=f"{NAME}-certificate"),
            child,
        )
        configuration = kueue_configuration()
        wanted = _controller_args(args, configuration, certificate, definitions)
        ConfigMap(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=wanted.labels),
            data={"kueue.yaml": configuration},
            opts=child,
        )
        controller = Controller(name, wanted, child)
        service = Service(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=wanted.labels),
            spec=ServiceSpecArgs(
                selector=wanted.selector,
                ports=[
                    ServicePortArgs(name="https", port=443, target_port="https", protocol="TCP"),
                    ServicePortArgs(
                        name="visibility", port=VISIBILITY_PORT, target_port="visibility", protocol="TCP"
                    ),
                ],
            ),
            # Awaited until it has a ready pod.
            opts=ResourceOptions(parent=self, depends_on=[controller.deployment]),
        )
        webhooks = register_webhooks(name, service.metadata.name, certificate.ca_bundle, wanted.labels, child)
        # Awaited until the API server reaches it, and so the webhooks of the same Service: a ready pod alone
        # does not say that, its address takes a second or two to every machine.
        visibility = register_api(
            name,
            f"{VERSION}.{VISIBILITY_GROUP}",
            service.metadata.name,
            certificate,
            wanted.labels,
            child,
            port=VISIBILITY_PORT,
        )
        self.answers = [*webhooks, visibility]
        self.register_outputs({})


def _controller_args(
    args: KueueArgs, configuration: str, certificate: ServiceCertificate, definitions: Resource
) -> ControllerArgs:
    return ControllerArgs(
        component="queueing",
        name=NAME,
        image=args.image,
        args=[f"--config={CONFIGURATION_DIRECTORY}/kueue.yaml", "--zap-log-level=2"],
        ports={"https": WEBHOOK_PORT, "visibility": VISIBILITY_PORT, "health": HEALTH_PORT},
        liveness=Probe(path="/healthz", port="health"),
        readiness=Probe(path="/readyz", port="health"),
        # Its release's limits. What it asks for there is as much, for clusters with thousands of jobs.
        requests={"cpu": "50m", "memory": "128Mi"},
        limits={"cpu": "2", "memory": "512Mi"},
        rbac=kueue_rules(),
        mounts={
            CERTIFICATE_DIRECTORY: certificate_volume(certificate),
            METRICS_CERTIFICATE_DIRECTORY: certificate_volume(certificate),
            VISIBILITY_CERTIFICATE_DIRECTORY: certificate_volume(certificate),
            CONFIGURATION_DIRECTORY: VolumeArgs(
                name="configuration", config_map=ConfigMapVolumeSourceArgs(name=NAME)
            ),
        },
        # It reads the configuration at its start only.
        annotations={
            "metalml/certificate-sha256": certificate.digest,
            "metalml/config-sha256": hashlib.sha256(configuration.encode()).hexdigest(),
        },
        wait_for=[definitions, *args.wait_for],
    )
