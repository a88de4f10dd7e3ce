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
# Kueue reads certificates from these paths; the one for metrics also if metrics are off.
METRICS_CERTIFICATE_DIRECTORY = "/etc/kueue/metrics/certs"
VISIBILITY_CERTIFICATE_DIRECTORY = "/visibility"


@dataclass(frozen=True, kw_only=True)
class KueueArgs:
    """Kueue's image and CRDs."""

    image: str
    definitions: Definitions
    """The CRDs of the image's release."""
    wait_for: Sequence[Resource] = ()


class Kueue(pulumi.ComponentResource):
    """Kueue for batch/v1 Jobs. It does not manage Jobs without a queue label.

    On destroy, a ClusterQueue's finalizer waits until its last workload releases its quota; Kueue is deleted
    after the queues.
    """

    ready: Sequence[Resource]
    """What ResourceFlavors, queues, and Jobs with a queue label depend on."""

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
            # Pulumi waits until a Service has a ready endpoint, and only the Deployment makes one.
            opts=ResourceOptions(parent=self, depends_on=[controller.deployment]),
        )
        webhooks = register_webhooks(name, service.metadata.name, certificate.ca_bundle, wanted.labels, child)
        # Pulumi waits until the APIService is Available: then the API server also reaches the webhooks, which
        # have the same Service. A ready pod is not enough: endpoints take a second or two to reach all nodes.
        visibility = register_api(
            name,
            f"{VERSION}.{VISIBILITY_GROUP}",
            service.metadata.name,
            certificate,
            wanted.labels,
            child,
            port=VISIBILITY_PORT,
        )
        self.ready = [*webhooks, visibility]
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
        # The limits of the release. Its requests are equal to them, for clusters with thousands of jobs.
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
        # Kueue reads the configuration only when it starts.
        annotations={
            "metalml/certificate-sha256": certificate.digest,
            "metalml/config-sha256": hashlib.sha256(configuration.encode()).hexdigest(),
        },
        wait_for=[definitions, *args.wait_for],
    )
