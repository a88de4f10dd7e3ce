"""The VerticalPodAutoscaler's programs: one recommends, one changes pods that run, one pods that start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.admissionregistration.v1 import (
    MutatingWebhookArgs,
    MutatingWebhookConfiguration,
    RuleWithOperationsArgs,
    ServiceReferenceArgs,
    WebhookClientConfigArgs,
)
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import (
    LabelSelectorArgs,
    LabelSelectorRequirementArgs,
    ObjectMetaArgs,
)

from components import versions
from components.autoscaling.vertical_rbac import (
    GROUP,
    admission_rules,
    recommender_rules,
    updater_rules,
)
from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.crds import Definitions, deliver_definitions, read_definitions
from components.kubernetes.rbac import KUBE_SYSTEM
from components.kubernetes.release_file import ReleaseFile
from components.kubernetes.service_certificate import (
    CERTIFICATE_DIRECTORY,
    ServiceCertificate,
    ServiceCertificateArgs,
    certificate_volume,
)

RELEASE = f"VerticalPodAutoscaler {versions.VERTICAL_POD_AUTOSCALER}"
VPA_CRDS = ReleaseFile(
    name=f"vpa-v1-crd-gen.yaml of {RELEASE}",
    source=versions.VPA_CRDS_URL,
    sha256=versions.VPA_CRDS_SHA256,
)
# What the recommender has learnt.
INTERNAL = (f"verticalpodautoscalercheckpoints.{GROUP}",)
RECOMMENDER, UPDATER, ADMISSION = "vpa-recommender", "vpa-updater", "vpa-admission-controller"
SERVICE = "vpa-webhook"
WEBHOOK_PORT = 8000
# Seconds that the making of a pod may be held up by a webhook that does not answer; then it is made as it is.
WEBHOOK_TIMEOUT = 5


def vpa_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The kinds of the pinned release, checked by digest."""
    return read_definitions([VPA_CRDS], cache)


@dataclass(frozen=True, kw_only=True)
class VerticalPodAutoscalingArgs:
    """The three programs, and the kinds that they work with."""

    recommender_image: str
    updater_image: str
    admission_image: str
    definitions: Definitions
    """Of the release that the programs belong to."""
    measured_by: Input[str]
    """The API of metrics-server, from which the recommender learns; known once it answers."""
    wait_for: Sequence[Resource] = ()


class VerticalPodAutoscaling(pulumi.ComponentResource):
    """What VerticalPodAutoscaler objects need to be acted upon. Alone it changes no pod."""

    group: Output[str]
    """`autoscaling.k8s.io`; known once its objects can be made and are acted upon."""

    def __init__(
        self, name: str, args: VerticalPodAutoscalingArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("metalml:autoscaling:VerticalPodAutoscaling", name, None, opts)
        child = ResourceOptions(parent=self)
        definitions = deliver_definitions(name, args.definitions, child)
        certificate = ServiceCertificate(
            f"{name}-certificate",
            ServiceCertificateArgs(service=SERVICE, namespace=KUBE_SYSTEM, secret="vpa-tls-certs"),
            child,
        )
        wait_for = (definitions, *args.wait_for)
        recommender = Controller(RECOMMENDER, _recommender(args, wait_for), child)
        Controller(UPDATER, _updater(args, wait_for), child)
        admission_args = _admission(args, certificate, wait_for)
        admission = Controller(ADMISSION, admission_args, child)
        service = Service(
            SERVICE,
            metadata=ObjectMetaArgs(name=SERVICE, namespace=KUBE_SYSTEM, labels=admission_args.labels),
            spec=ServiceSpecArgs(
                selector=admission_args.selector,
                ports=[ServicePortArgs(name="https", port=443, target_port="https", protocol="TCP")],
            ),
            opts=ResourceOptions(parent=self, depends_on=[admission.deployment]),
        )
        webhook = _webhook(name, service, certificate, admission_args.labels, child)
        self.group = Output.all(recommender.deployment.id, webhook.id).apply(lambda _: GROUP)
        self.register_outputs({})


def _webhook(
    name: str,
    service: Service,
    certificate: ServiceCertificate,
    labels: Mapping[str, str],
    child: ResourceOptions,
) -> MutatingWebhookConfiguration:
    """Ours, not registered by the program itself: that one would stay behind when all the rest has gone."""

    def about(operations: list[str], group: str, version: str, resource: str) -> RuleWithOperationsArgs:
        return RuleWithOperationsArgs(
            operations=operations, api_groups=[group], api_versions=[version], resources=[resource]
        )

    return MutatingWebhookConfiguration(
        name,
        metadata=ObjectMetaArgs(name="vpa-webhook-config", labels=labels),
        webhooks=[
            MutatingWebhookArgs(
                name="vpa.k8s.io",
                admission_review_versions=["v1"],
                side_effects="None",
                # Recommendations are advice: nothing waits for them to start.
                failure_policy="Ignore",
                timeout_seconds=WEBHOOK_TIMEOUT,
                # The programs of the platform itself, this one's pod among them, are never held up.
                namespace_selector=LabelSelectorArgs(
                    match_expressions=[
                        LabelSelectorRequirementArgs(
                            key="kubernetes.io/metadata.name", operator="NotIn", values=[KUBE_SYSTEM]
                        )
                    ]
                ),
                client_config=WebhookClientConfigArgs(
                    service=ServiceReferenceArgs(name=service.metadata.name, namespace=KUBE_SYSTEM, port=443),
                    ca_bundle=certificate.ca_bundle,
                ),
                rules=[
                    about(["CREATE"], "", "v1", "pods"),
                    about(["CREATE", "UPDATE"], GROUP, "*", "verticalpodautoscalers"),
                ],
            )
        ],
        opts=child,
    )


def _recommender(args: VerticalPodAutoscalingArgs, wait_for: Sequence[Resource]) -> ControllerArgs:
    health = Probe(path="/health-check", port="metrics")
    return ControllerArgs(
        component="autoscaling",
        name=RECOMMENDER,
        image=args.recommender_image,
        # Only pods with a VPA are kept in memory.
        args=["--memory-saver=true"],
        ports={"metrics": 8942},
        liveness=health,
        readiness=health,
        requests={"cpu": "50m", "memory": "100Mi"},
        limits={"cpu": "200m", "memory": "1000Mi"},
        rbac=recommender_rules(),
        annotations={"metalml/measured-by": args.measured_by},
        wait_for=wait_for,
    )


def _updater(args: VerticalPodAutoscalingArgs, wait_for: Sequence[Resource]) -> ControllerArgs:
    health = Probe(path="/health-check", port="metrics")
    return ControllerArgs(
        component="autoscaling",
        name=UPDATER,
        image=args.updater_image,
        args=["--v=4"],
        ports={"metrics": 8943},
        liveness=health,
        readiness=health,
        requests={"cpu": "50m", "memory": "100Mi"},
        limits={"cpu": "200m", "memory": "1000Mi"},
        rbac=updater_rules(),
        # Where the admission controller's lease is.
        environment={"NAMESPACE": KUBE_SYSTEM},
        wait_for=wait_for,
    )


def _admission(
    args: VerticalPodAutoscalingArgs, certificate: ServiceCertificate, wait_for: Sequence[Resource]
) -> ControllerArgs:
    health = Probe(path="/health-check", port="metrics")
    return ControllerArgs(
        component="autoscaling",
        name=ADMISSION,
        image=args.admission_image,
        args=[
            f"--port={WEBHOOK_PORT}",
            f"--client-ca-file={CERTIFICATE_DIRECTORY}/tls.crt",
            f"--tls-cert-file={CERTIFICATE_DIRECTORY}/tls.crt",
            f"--tls-private-key={CERTIFICATE_DIRECTORY}/tls.key",
            "--register-webhook=false",
        ],
        ports={"https": WEBHOOK_PORT, "metrics": 8944},
        liveness=health,
        readiness=health,
        requests={"cpu": "50m", "memory": "100Mi"},
        limits={"cpu": "200m", "memory": "500Mi"},
        rbac=admission_rules(),
        environment={"NAMESPACE": KUBE_SYSTEM},
        mounts={CERTIFICATE_DIRECTORY: certificate_volume(certificate)},
        annotations={"metalml/certificate-sha256": certificate.digest},
        wait_for=wait_for,
    )
