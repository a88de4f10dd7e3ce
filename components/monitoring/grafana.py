"""Grafana: serves the dashboards to users who log in."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PersistentVolumeClaim,
    PersistentVolumeClaimSpecArgs,
    PodTemplateSpecArgs,
    Secret,
    Service,
    ServiceAccount,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeResourceRequirementsArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.checks import require_pinned_image
from components.kubernetes.disruption_budget import register_disruption_budget
from components.kubernetes.generated_password import GeneratedPassword
from components.kubernetes.timeouts import awaited
from components.monitoring.dashboards.render import grafana_json
from components.monitoring.dashboards.vocabulary import Dashboard
from components.monitoring.grafana_files import (
    ADMIN_USER,
    DATA_SOURCES,
    INI,
    PASSWORD_KEY,
    PROVIDERS,
    SIGNING_KEY,
    USER_KEY,
    dashboard_provider,
    data_source,
    grafana_ini,
)
from components.monitoring.grafana_network import register_policy
from components.monitoring.grafana_pod import (
    CONFIGURATION,
    SELECTOR,
    STARTUP_SECONDS,
    GrafanaParts,
    grafana_pod,
    key_of,
)
from components.monitoring.names import GRAFANA, GRAFANA_PORT, PROMETHEUS_URL, labels
from settings.volumes import VolumeSettings

LABELS = labels(GRAFANA)


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    """Grafana's image, its dashboards, its data source, and its exposure."""

    namespace: Input[str]
    image: str
    dashboards: Sequence[Dashboard]
    scrape_seconds: int
    """Prometheus' scrape interval."""
    prometheus_url: str = PROMETHEUS_URL
    url: str | None = None
    """Its root URL in browsers, without a trailing slash."""
    node_port: int | None = None
    """None: a Service of type ClusterIP, reachable inside the cluster only."""
    volume: VolumeSettings | None = None
    """For Grafana's database (users and their preferences). None: an emptyDir, which is lost with the pod."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        uids = [one.uid for one in self.dashboards]
        if len(set(uids)) != len(uids):
            raise ValueError(f"dashboards must differ in uid, they are {', '.join(uids)}")


class Grafana(pulumi.ComponentResource):
    """A Grafana that connects to Prometheus and DNS only.

    A changed dashboard changes its ConfigMap, without a rollout: Grafana loads it within two minutes. Grafana
    reads all other files only when it starts, so a change there triggers a rollout.

    The administrator's password is generated here. It initializes a new database; with a volume, the
    database keeps a password that was changed in Grafana.
    """

    service: Service

    def __init__(self, name: str, args: GrafanaArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:Grafana", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(name=GRAFANA, namespace=args.namespace, labels=LABELS)

        password = GeneratedPassword(f"{name}-admin", child).text
        secret = Secret(
            f"{name}-admin",
            metadata=ObjectMetaArgs(name=f"{GRAFANA}-admin", namespace=args.namespace, labels=LABELS),
            string_data={
                USER_KEY: ADMIN_USER,
                PASSWORD_KEY: password,
                SIGNING_KEY: GeneratedPassword(f"{name}-secret-key", child).text,
            },
            opts=child,
        )
        files = _files(args)
        configuration = ConfigMap(
            name,
            metadata=ObjectMetaArgs(name=CONFIGURATION, namespace=args.namespace, labels=LABELS),
            data=files,
            opts=child,
        )
        shown = [_dashboard(name, args.namespace, one, child) for one in args.dashboards]
        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        policy = register_policy(
            name, metadata, args.prometheus_url, open_to_all=args.node_port is not None, opts=child
        )
        claim = _claim(name, args, child)
        register_disruption_budget(name, metadata, SELECTOR, child)
        deployment = Deployment(
            name,
            metadata=metadata,
            spec=DeploymentSpecArgs(
                # SQLite: the database is a file with one writer.
                replicas=1,
                strategy=_strategy(args.volume is not None),
                selector=LabelSelectorArgs(match_labels=SELECTOR),
                revision_history_limit=2,
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels=LABELS,
                        annotations={
                            "metalml/config-sha256": _digest("".join(files.values())),
                            "metalml/password-sha256": _digest_of_secret(password),
                        },
                    ),
                    spec=grafana_pod(
                        GrafanaParts(
                            image=args.image,
                            account=account.metadata.name,
                            secret=secret.metadata.name,
                            configuration=configuration.metadata.name,
                            dashboards=[one.metadata.name for one in shown],
                            claim=claim and claim.metadata.name,
                        )
                    ),
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=[policy], custom_timeouts=awaited(STARTUP_SECONDS)),
        )
        self.service = _service(name, args, metadata, deployment, child)
        self.register_outputs({})


def _files(args: GrafanaArgs) -> Mapping[str, str]:
    return {
        key_of(INI): grafana_ini(args.url),
        key_of(DATA_SOURCES): data_source(args.prometheus_url, args.scrape_seconds),
        key_of(PROVIDERS): dashboard_provider(),
    }


def _dashboard(name: str, namespace: Input[str], one: Dashboard, child: ResourceOptions) -> ConfigMap:
    # One ConfigMap per dashboard: an object is limited to 1 MiB, and a preview shows which dashboard changes.
    return ConfigMap(
        f"{name}-dashboard-{one.uid}",
        metadata=ObjectMetaArgs(name=f"{GRAFANA}-dashboard-{one.uid}", namespace=namespace, labels=LABELS),
        data={f"{one.uid}.json": grafana_json(one)},
        opts=child,
    )


def _claim(name: str, args: GrafanaArgs, child: ResourceOptions) -> PersistentVolumeClaim | None:
    if args.volume is None:
        return None
    return PersistentVolumeClaim(
        name,
        metadata=ObjectMetaArgs(name=GRAFANA, namespace=args.namespace, labels=LABELS),
        spec=PersistentVolumeClaimSpecArgs(
            access_modes=["ReadWriteOnce"],
            storage_class_name=args.volume.storage_class,
            resources=VolumeResourceRequirementsArgs(requests={"storage": args.volume.size}),
        ),
        # Another storage class or access mode replaces the claim, and deletes its data.
        opts=ResourceOptions(parent=child.parent, protect=True),
    )


def _strategy(with_volume: bool) -> DeploymentStrategyArgs:
    """The rollout strategy: with a volume, two pods must not write to the same database."""
    if with_volume:
        return DeploymentStrategyArgs(type="Recreate")
    return DeploymentStrategyArgs(
        type="RollingUpdate", rolling_update=RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0)
    )


def _service(
    name: str, args: GrafanaArgs, metadata: ObjectMetaArgs, deployment: Deployment, child: ResourceOptions
) -> Service:
    return Service(
        name,
        metadata=metadata,
        spec=ServiceSpecArgs(
            type="NodePort" if args.node_port else "ClusterIP",
            selector=SELECTOR,
            external_traffic_policy="Cluster" if args.node_port else None,
            ports=[
                ServicePortArgs(
                    name="http",
                    port=GRAFANA_PORT,
                    target_port="http",
                    node_port=args.node_port,
                    protocol="TCP",
                    app_protocol="http",
                )
            ],
        ),
        # Pulumi awaits a ready endpoint of the Service, which needs the Deployment.
        opts=ResourceOptions(parent=child.parent, depends_on=[deployment]),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_of_secret(password: Output[str]) -> Output[str]:
    """Not a secret: 24 random bytes cannot be found by brute force."""
    return Output.unsecret(password.apply(_digest))
