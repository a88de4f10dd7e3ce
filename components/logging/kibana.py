"""Kibana: the user interface of the logs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PodTemplateSpecArgs,
    Secret,
    Service,
    ServicePortArgs,
    ServiceSpecArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.checks import require_pinned_image
from components.kubernetes.disruption_budget import register_disruption_budget
from components.kubernetes.generated_password import GeneratedPassword
from components.kubernetes.network_policy import Allow, dns, pods, tcp
from components.kubernetes.service_certificate import ServiceCertificate, ServiceCertificateArgs
from components.kubernetes.timeouts import awaited
from components.logging.api_client import digest_of
from components.logging.kibana_configuration import data_views, kibana_configuration, kibana_secrets
from components.logging.kibana_objects import KibanaObjects, KibanaObjectsArgs
from components.logging.kibana_pod import (
    AUTHORITY_FILE,
    CERTIFICATE_DIRECTORY,
    DATA_DIRECTORY,
    START_FAILURES,
    START_PERIOD_SECONDS,
    kibana_pod,
)
from components.logging.names import (
    CLIENT,
    ELASTICSEARCH_PORT,
    KIBANA,
    KIBANA_AUTHORITY,
    KIBANA_PORT,
    KIBANA_URL,
    NAMESPACE,
    labels_of,
    selector_of,
)
from components.logging.network import register_policy


@dataclass(frozen=True, kw_only=True)
class KibanaArgs:
    """Kibana's image, and its credentials for Elasticsearch."""

    image: str
    client_image: str
    """An image with curl, for the Job that imports the data views."""
    authority: Input[str]
    """ConfigMap with the CA certificate of Elasticsearch."""
    password: Output[str]
    """Of the built-in user kibana_system, where it must already be set."""
    replicas: int = 1
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        if self.replicas < 1:
            raise ValueError(f"replicas must be 1 or more, got {self.replicas}")


class Kibana(pulumi.ComponentResource):
    """Kibana with a ClusterIP Service; users log in with accounts of Elasticsearch.

    From outside the cluster it is reachable with `kubectl port-forward` only.
    """

    url: Output[str]
    """URL from inside the cluster; resolves once Kibana is ready and has its data views."""

    def __init__(self, name: str, args: KibanaArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:logging:Kibana", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = labels_of(KIBANA)
        metadata = ObjectMetaArgs(name=KIBANA, namespace=NAMESPACE, labels=labels)
        certificate = ServiceCertificate(
            f"{name}-certificate",
            ServiceCertificateArgs(service=KIBANA, namespace=NAMESPACE, secret=f"{KIBANA}-certificate"),
            child,
        )
        ConfigMap(
            f"{name}-authority",
            metadata=ObjectMetaArgs(name=KIBANA_AUTHORITY, namespace=NAMESPACE, labels=labels),
            binary_data={"ca.crt": certificate.ca_bundle},
            opts=child,
        )
        text = kibana_configuration(CERTIFICATE_DIRECTORY, AUTHORITY_FILE, DATA_DIRECTORY)
        configuration = ConfigMap(name, metadata=metadata, data={"kibana.yml": text}, opts=child)
        key = GeneratedPassword(f"{name}-key", child).text
        secrets = Output.all(args.password, key).apply(lambda parts: kibana_secrets(*parts))
        secret = Secret(name, metadata=metadata, string_data={"secrets.yml": secrets}, opts=child)
        policy = register_policy(
            KIBANA,
            [Allow(peers=[pods(CLIENT)], ports=tcp(KIBANA_PORT))],
            [dns(), Allow(ports=tcp(ELASTICSEARCH_PORT))],
            child,
        )
        register_disruption_budget(name, metadata, selector_of(KIBANA), child)
        deployment = Deployment(
            name,
            metadata=metadata,
            spec=DeploymentSpecArgs(
                replicas=args.replicas,
                selector=LabelSelectorArgs(match_labels=selector_of(KIBANA)),
                strategy=DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0),
                ),
                revision_history_limit=2,
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels={**labels, **CLIENT},
                        annotations={
                            "metalml/configuration-sha256": hashlib.sha256(text.encode()).hexdigest(),
                            "metalml/secrets-sha256": digest_of(secrets),
                            "metalml/certificate-sha256": certificate.digest,
                        },
                    ),
                    spec=kibana_pod(
                        args.image,
                        configuration=configuration.metadata.name,
                        secret=secret.metadata.name,
                        certificate=certificate.secret,
                        authority=args.authority,
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[policy, *args.wait_for],
                custom_timeouts=awaited(START_PERIOD_SECONDS * START_FAILURES, turns=args.replicas),
            ),
        )
        service = Service(
            name,
            metadata=metadata,
            spec=ServiceSpecArgs(
                selector=selector_of(KIBANA),
                ports=[ServicePortArgs(name="https", port=KIBANA_PORT, target_port="https", protocol="TCP")],
            ),
            opts=ResourceOptions(parent=self, depends_on=[deployment]),
        )
        views = KibanaObjects(
            f"{name}-data-views",
            KibanaObjectsArgs(
                name="kibana-data-views",
                image=args.client_image,
                objects=data_views(),
                answers=service.id,
            ),
            child,
        )
        self.url = Output.all(service.id, views.imported).apply(lambda _: KIBANA_URL)
        self.register_outputs({})
