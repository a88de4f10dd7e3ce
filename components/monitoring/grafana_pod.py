"""The pod of Grafana."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input
from pulumi_kubernetes.core.v1 import (
    ConfigMapProjectionArgs,
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    HTTPGetActionArgs,
    KeyToPathArgs,
    PersistentVolumeClaimVolumeSourceArgs,
    PodSpecArgs,
    ProbeArgs,
    ProjectedVolumeSourceArgs,
    SecretVolumeSourceArgs,
    VolumeArgs,
    VolumeMountArgs,
    VolumeProjectionArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.monitoring.grafana_files import (
    CONFIGURATION_DIRECTORY,
    DASHBOARDS_DIRECTORY,
    DATA_SOURCES,
    INI,
    PROVIDERS,
    SECRETS_DIRECTORY,
)
from components.monitoring.names import GRAFANA, GRAFANA_PORT

# "nobody": Grafana's image supports any user with write access to its directories.
USER = 65534
SELECTOR = {"app.kubernetes.io/name": GRAFANA}
CONFIGURATION = f"{GRAFANA}-configuration"
DATA_DIRECTORY = "/var/lib/grafana"
# The emptyDirs: the database without a volume, and temporary files of plugins.
DATA_SIZE, TMP_SIZE = "512Mi", "64Mi"
# The first start runs all migrations of the database.
STARTUP_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class GrafanaParts:
    """Names of the objects that the pod refers to."""

    image: str
    account: Input[str]
    secret: Input[str]
    configuration: Input[str]
    dashboards: Sequence[Input[str]]
    claim: Input[str] | None
    """None: an emptyDir, which is lost with the pod."""


def grafana_pod(parts: GrafanaParts) -> PodSpecArgs:
    """The pod: without a ServiceAccount token; it writes to its data directory and /tmp only."""
    return PodSpecArgs(
        service_account_name=parts.account,
        automount_service_account_token=False,
        enable_service_links=False,
        node_selector={"kubernetes.io/os": "linux"},
        security_context=restricted_pod(USER, fs_group=USER),
        containers=[_container(parts.image)],
        volumes=_volumes(parts),
    )


def _container(image: str) -> ContainerArgs:
    read = {
        "configuration": CONFIGURATION_DIRECTORY,
        "dashboards": DASHBOARDS_DIRECTORY,
        "secrets": SECRETS_DIRECTORY,
    }
    write = {"data": DATA_DIRECTORY, "tmp": "/tmp"}
    return ContainerArgs(
        name=GRAFANA,
        image=image,
        # The tag is pinned, and an image that was imported on the node may be in no registry.
        image_pull_policy="IfNotPresent",
        ports=[ContainerPortArgs(name="http", container_port=GRAFANA_PORT, protocol="TCP")],
        # For some dozens of users with a dashboard each.
        resources=resource_requirements({"cpu": "100m", "memory": "256Mi"}, {"cpu": "1", "memory": "512Mi"}),
        startup_probe=_probe("/api/health", period=5, failures=STARTUP_SECONDS // 5),
        # /api/health succeeds only while the database responds.
        readiness_probe=_probe("/api/health", period=10, failures=3),
        # Does not check the database: a restart does not help when it is slow.
        liveness_probe=_probe("/healthz", period=20, failures=6),
        security_context=restricted_container(USER),
        volume_mounts=[
            *(VolumeMountArgs(name=name, mount_path=path, read_only=True) for name, path in read.items()),
            *(VolumeMountArgs(name=name, mount_path=path) for name, path in write.items()),
        ],
    )


def _volumes(parts: GrafanaParts) -> list[VolumeArgs]:
    data = VolumeArgs(name="data", empty_dir=EmptyDirVolumeSourceArgs(size_limit=DATA_SIZE))
    if parts.claim is not None:
        claim = PersistentVolumeClaimVolumeSourceArgs(claim_name=parts.claim)
        data = VolumeArgs(name="data", persistent_volume_claim=claim)
    return [
        VolumeArgs(
            name="configuration",
            config_map=ConfigMapVolumeSourceArgs(
                name=parts.configuration,
                items=[KeyToPathArgs(key=key_of(path), path=path) for path in (INI, DATA_SOURCES, PROVIDERS)],
            ),
        ),
        # A directory, not subPath mounts, which do not receive updates of a changed dashboard.
        VolumeArgs(
            name="dashboards",
            projected=ProjectedVolumeSourceArgs(
                sources=[
                    VolumeProjectionArgs(config_map=ConfigMapProjectionArgs(name=name))
                    for name in parts.dashboards
                ]
            ),
        ),
        VolumeArgs(
            name="secrets", secret=SecretVolumeSourceArgs(secret_name=parts.secret, default_mode=0o440)
        ),
        data,
        VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit=TMP_SIZE)),
    ]


def key_of(path: str) -> str:
    """The ConfigMap key of a file: keys must not contain slashes."""
    return path.replace("/", ".")


def _probe(path: str, *, period: int, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path=path, port="http", scheme="HTTP"),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )
