"""The controllers of the VerticalPodAutoscaler: recommender, updater and admission controller."""

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
# The recommender's checkpoints.
INTERNAL = (f"verticalpodautoscalercheckpoints.{GROUP}",)
RECOMMENDER, UPDATER, ADMISSION = "vpa-recommender", "vpa-updater", "vpa-admission-controller"
SERVICE = "vpa-webhook"
WEBHOOK_PORT = 8000
# timeoutSeconds: if the webhook does not respond in time, the pod is created without the recommendation.
WEBHOOK_TIMEOUT = 5


def vpa_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The CRDs of the pinned release, verified by digest."""
    return read_definitions([VPA_CRDS], cache)


@dataclass(frozen=True, kw_only=True)
class VerticalPodAutoscalingArgs:
    """The images of the three controllers, and their CRDs."""

    recommender_image: str
    updater_image: str
    admission_image: str
    definitions: Definitions
    """The CRDs of the images' release."""
    measured_by: Input[str]
    """The API group metrics.k8s.io, which the recommender queries: an output of its APIService."""
    wait_for: Sequence[Resource] = ()


class VerticalPodAutoscaling(pulumi.ComponentResource):
    """The controllers that VerticalPodAutoscaler objects need. Without such objects they change no pods."""

    group: Output[str]
    """`autoscaling.k8s.io`; resolves once recommender and webhook are ready."""

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
    """The admission controller could register its webhook itself, but destroy would not delete that one."""

    def rule(operations: list[str], group: str, version: str, resource: str) -> RuleWithOperationsArgs:
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
                # Pods must be created even if the webhook is down.
                failure_policy="Ignore",
                timeout_seconds=WEBHOOK_TIMEOUT,
                # The platform's own pods in kube-system, such as the webhook's own, do not depend on it.
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
                    rule(["CREATE"], "", "v1", "pods"),
                    rule(["CREATE", "UPDATE"], GROUP, "*", "verticalpodautoscalers"),
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
        # Track only pods that have a VPA.
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
        # The namespace of the admission controller's Lease.
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
