"""Elasticsearch: stores the logs on PersistentVolumes, with TLS and authentication."""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    StatefulSet,
    StatefulSetPersistentVolumeClaimRetentionPolicyArgs,
    StatefulSetSpecArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PersistentVolumeClaimArgs,
    PersistentVolumeClaimSpecArgs,
    PodTemplateSpecArgs,
    Secret,
    Service,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeResourceRequirementsArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.checks import require_pinned_image
from components.kubernetes.disruption_budget import register_disruption_budget
from components.kubernetes.generated_password import GeneratedPassword
from components.kubernetes.network_policy import Allow, dns, pods, tcp
from components.kubernetes.service_certificate import ServiceCertificate, ServiceCertificateArgs
from components.kubernetes.timeouts import awaited
from components.logging.api_client import scripts_map
from components.logging.elasticsearch_configuration import (
    TRANSPORT_PORT,
    elasticsearch_configuration,
    heap_mebibytes,
)
from components.logging.elasticsearch_pod import (
    DATA_VOLUME,
    START_FAILURES,
    START_PERIOD_SECONDS,
    elasticsearch_pod,
)
from components.logging.names import (
    ADMIN,
    AUTHORITY,
    CLIENT,
    ELASTICSEARCH,
    ELASTICSEARCH_NODES,
    ELASTICSEARCH_PORT,
    NAMESPACE,
    labels_of,
    selector_of,
)
from components.logging.network import register_policy
from settings.logging import ElasticsearchSettings
from settings.quantities import quantity_value

# Seconds until new nodes without data form a cluster.
FORM_SECONDS = 180
# Seconds until a restarted node has recovered its shards; a rollout restarts one node after another.
RECOVERY_SECONDS = START_PERIOD_SECONDS * START_FAILURES
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class StoreAccess:
    """The S3-compatible object store of snapshots, and its credentials."""

    endpoint: str
    """URL with http:// or https://, host and port."""
    region: str
    access_key_id: Input[str]
    secret_access_key: Input[str]


@dataclass(frozen=True, kw_only=True)
class ElasticsearchArgs:
    """The nodes' image and settings, and the object store of snapshots."""

    image: str
    settings: ElasticsearchSettings = field(default_factory=ElasticsearchSettings)
    store: StoreAccess | None = None

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)


class Elasticsearch(pulumi.ComponentResource):
    """A StatefulSet of nodes that all have the same roles.

    **Removal.** PersistentVolumeClaims are retained until a user deletes them; a new cluster reuses them. The
    password of `elastic` is in the Pulumi state and on the volumes: with a new state it does not match them.
    """

    ready: StatefulSet
    """The StatefulSet; ready once all nodes have joined the cluster."""
    admin_password: Output[str]
    authority: Output[str]
    """Name of the ConfigMap with the CA certificate."""

    def __init__(self, name: str, args: ElasticsearchArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:logging:Elasticsearch", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = labels_of(ELASTICSEARCH)
        http = _certificate(ELASTICSEARCH, child)
        transport = _certificate(ELASTICSEARCH_NODES, child)
        authority = ConfigMap(
            f"{name}-authority",
            metadata=ObjectMetaArgs(name=AUTHORITY, namespace=NAMESPACE, labels=labels),
            binary_data={"ca.crt": http.ca_bundle},
            opts=child,
        )
        self.admin_password = GeneratedPassword(f"{name}-admin-password", child).text
        Secret(
            f"{name}-admin",
            metadata=ObjectMetaArgs(name=ADMIN, namespace=NAMESPACE, labels=labels),
            string_data={
                "password": self.admin_password,
                # A configuration file for curl: other processes of the node could read command line
                # arguments.
                "curl.conf": self.admin_password.apply(lambda password: f'user = "elastic:{password}"\n'),
            },
            opts=child,
        )
        secure = Secret(
            f"{name}-secure-settings",
            metadata=ObjectMetaArgs(
                name=f"{ELASTICSEARCH}-secure-settings", namespace=NAMESPACE, labels=labels
            ),
            string_data={"bootstrap.password": self.admin_password, **_store_keys(args.store)},
            opts=child,
        )
        text = elasticsearch_configuration(args.settings.replicas) + _store_settings(args.store)
        configuration = ConfigMap(
            f"{name}-configuration",
            metadata=ObjectMetaArgs(
                name=f"{ELASTICSEARCH}-configuration", namespace=NAMESPACE, labels=labels
            ),
            data={"elasticsearch.yml": text},
            opts=child,
        )
        scripts = scripts_map(ELASTICSEARCH, ["prepare-node.sh"], child)
        among_nodes = Allow(peers=[pods(selector_of(ELASTICSEARCH))], ports=tcp(TRANSPORT_PORT))
        policy = register_policy(
            ELASTICSEARCH,
            [Allow(peers=[pods(CLIENT)], ports=tcp(ELASTICSEARCH_PORT)), among_nodes],
            [dns(), among_nodes, *([Allow(ports=tcp(_port(args.store)))] if args.store else [])],
            child,
        )
        headless = _service(ELASTICSEARCH_NODES, labels, ResourceOptions(parent=self), headless=True)
        metadata = ObjectMetaArgs(name=ELASTICSEARCH, namespace=NAMESPACE, labels=labels)
        register_disruption_budget(name, metadata, selector_of(ELASTICSEARCH), child)
        self.ready = StatefulSet(
            name,
            metadata=metadata,
            spec=StatefulSetSpecArgs(
                replicas=args.settings.replicas,
                service_name=headless.metadata.name,
                # Nodes elect a master: with OrderedReady, the first pod would wait for the others for ever.
                pod_management_policy="Parallel",
                selector=LabelSelectorArgs(match_labels=selector_of(ELASTICSEARCH)),
                persistent_volume_claim_retention_policy=StatefulSetPersistentVolumeClaimRetentionPolicyArgs(
                    when_deleted="Retain", when_scaled="Retain"
                ),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels=labels,
                        annotations={
                            "metalml/configuration-sha256": hashlib.sha256(text.encode()).hexdigest(),
                            "metalml/certificate-sha256": http.digest,
                            "metalml/transport-certificate-sha256": transport.digest,
                        },
                    ),
                    spec=elasticsearch_pod(
                        args.image,
                        cpu=args.settings.cpu,
                        memory=args.settings.memory,
                        heap_mebibytes=heap_mebibytes(quantity_value(args.settings.memory)),
                        configuration=configuration.metadata.name,
                        scripts=scripts.metadata.name,
                        secure_settings=secure.metadata.name,
                        http_certificate=http.secret,
                        transport_certificate=transport.secret,
                    ),
                ),
                volume_claim_templates=[
                    PersistentVolumeClaimArgs(
                        metadata=ObjectMetaArgs(name=DATA_VOLUME, labels=selector_of(ELASTICSEARCH)),
                        spec=PersistentVolumeClaimSpecArgs(
                            access_modes=["ReadWriteOnce"],
                            storage_class_name=args.settings.volume.storage_class,
                            resources=VolumeResourceRequirementsArgs(
                                requests={"storage": args.settings.volume.size}
                            ),
                        ),
                    )
                ],
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[policy],
                # Changed claim templates replace the StatefulSet: all nodes would stop at once, and reuse the
                # old claims.
                protect=True,
                custom_timeouts=awaited(FORM_SECONDS, again=RECOVERY_SECONDS, turns=args.settings.replicas),
            ),
        )
        # Pulumi awaits a ready endpoint of the Service, which needs the StatefulSet.
        _service(ELASTICSEARCH, labels, ResourceOptions(parent=self, depends_on=[self.ready]))
        self.authority = authority.metadata.name
        self.register_outputs({})


def _certificate(service: str, child: ResourceOptions) -> ServiceCertificate:
    args = ServiceCertificateArgs(service=service, namespace=NAMESPACE, secret=f"{service}-certificate")
    return ServiceCertificate(f"{service}-certificate", args, child)


def _service(name: str, labels: dict[str, str], opts: ResourceOptions, *, headless: bool = False) -> Service:
    port = ServicePortArgs(
        name="transport" if headless else "https",
        port=TRANSPORT_PORT if headless else ELASTICSEARCH_PORT,
        target_port="transport" if headless else "https",
        protocol="TCP",
    )
    return Service(
        name,
        metadata=ObjectMetaArgs(name=name, namespace=NAMESPACE, labels=labels),
        spec=ServiceSpecArgs(
            selector=selector_of(ELASTICSEARCH),
            cluster_ip="None" if headless else None,
            # Nodes must discover each other before they are ready.
            publish_not_ready_addresses=headless or None,
            ports=[port],
        ),
        opts=opts,
    )


def _store_keys(store: StoreAccess | None) -> dict[str, Input[str]]:
    if store is None:
        return {}
    return {
        "s3.client.default.access_key": store.access_key_id,
        "s3.client.default.secret_key": store.secret_access_key,
    }


def _store_settings(store: StoreAccess | None) -> str:
    if store is None:
        return ""
    # Self-hosted object stores seldom have a DNS name per bucket.
    return f"""
s3.client.default.endpoint: {store.endpoint}
s3.client.default.region: {store.region}
s3.client.default.path_style_access: true
"""


def _port(store: StoreAccess) -> int:
    parts = urlsplit(store.endpoint)
    return parts.port or DEFAULT_PORTS[parts.scheme]
