"""The pod of one Elasticsearch node."""

from pulumi import Input
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    LifecycleArgs,
    LifecycleHandlerArgs,
    PodSpecArgs,
    ProbeArgs,
    SecretVolumeSourceArgs,
    SleepActionArgs,
    TCPSocketActionArgs,
    VolumeArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.pod_parts import from_field, spread_over_nodes
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.logging.elasticsearch_configuration import READINESS_PORT, TRANSPORT_PORT
from components.logging.names import ELASTICSEARCH, ELASTICSEARCH_PORT, selector_of

# The user of the image.
USER = 1000
HOME = "/usr/share/elasticsearch"
CONFIGURATION = f"{HOME}/config"
DATA_VOLUME = "elasticsearch-data"
# As in Elastic Cloud on Kubernetes (ECK): clients send requests to the node until its endpoint is removed;
# then it stops and other nodes take over its shards.
PRE_STOP_SECONDS = 50
GRACE_SECONDS = 180
# Recovery of large shards at the start may take 20 minutes.
START_PERIOD_SECONDS, START_FAILURES = 10, 120


def elasticsearch_pod(
    image: str,
    *,
    cpu: str,
    memory: str,
    heap_mebibytes: int,
    configuration: Input[str],
    scripts: Input[str],
    secure_settings: Input[str],
    http_certificate: Input[str],
    transport_certificate: Input[str],
) -> PodSpecArgs:
    """A pod with `memory`, half of it for the JVM heap. The other arguments are names of objects."""
    tmp = VolumeMountArgs(name="tmp", mount_path="/tmp")
    prepare = ContainerArgs(
        name="prepare",
        image=image,
        image_pull_policy="IfNotPresent",
        command=["bash", "/scripts/prepare-node.sh"],
        # The init container runs the keystore tool, a short Java process.
        resources=resource_requirements({"cpu": "100m", "memory": "512Mi"}, {"cpu": cpu, "memory": "512Mi"}),
        security_context=restricted_container(USER),
        volume_mounts=[
            VolumeMountArgs(name="scripts", mount_path="/scripts", read_only=True),
            VolumeMountArgs(name="secure", mount_path="/secure", read_only=True),
            VolumeMountArgs(name="prepared", mount_path="/prepared"),
            tmp,
        ],
    )
    serve = ContainerArgs(
        name=ELASTICSEARCH,
        image=image,
        image_pull_policy="IfNotPresent",
        env=[
            EnvVarArgs(name="ES_JAVA_OPTS", value=f"-Xms{heap_mebibytes}m -Xmx{heap_mebibytes}m"),
            from_field("POD_IP", "status.podIP"),
        ],
        ports=[
            ContainerPortArgs(name="https", container_port=ELASTICSEARCH_PORT, protocol="TCP"),
            ContainerPortArgs(name="transport", container_port=TRANSPORT_PORT, protocol="TCP"),
            ContainerPortArgs(name="readiness", container_port=READINESS_PORT, protocol="TCP"),
        ],
        # Memory request equals limit: the JVM does not release its heap under memory pressure on the node.
        resources=resource_requirements({"cpu": cpu, "memory": memory}, {"cpu": cpu, "memory": memory}),
        startup_probe=_open("transport", period=START_PERIOD_SECONDS, failures=START_FAILURES),
        readiness_probe=_open("readiness", period=5, failures=3),
        # TCP only: a restart does not help a slow node, and moves its shards.
        liveness_probe=_open("transport", period=20, failures=6),
        lifecycle=LifecycleArgs(
            pre_stop=LifecycleHandlerArgs(sleep=SleepActionArgs(seconds=PRE_STOP_SECONDS))
        ),
        security_context=restricted_container(USER),
        volume_mounts=[
            VolumeMountArgs(name=DATA_VOLUME, mount_path=f"{HOME}/data"),
            VolumeMountArgs(name="prepared", mount_path=CONFIGURATION),
            VolumeMountArgs(
                name="configuration",
                mount_path=f"{CONFIGURATION}/elasticsearch.yml",
                sub_path="elasticsearch.yml",
                read_only=True,
            ),
            # Elasticsearch reads certificates only below its configuration directory.
            VolumeMountArgs(
                name="http-certificate", mount_path=f"{CONFIGURATION}/certificates/http", read_only=True
            ),
            VolumeMountArgs(
                name="transport-certificate",
                mount_path=f"{CONFIGURATION}/certificates/transport",
                read_only=True,
            ),
            VolumeMountArgs(name="logs", mount_path=f"{HOME}/logs"),
            tmp,
        ],
    )
    return PodSpecArgs(
        automount_service_account_token=False,
        enable_service_links=False,
        node_selector={"kubernetes.io/os": "linux"},
        termination_grace_period_seconds=GRACE_SECONDS,
        topology_spread_constraints=spread_over_nodes(selector_of(ELASTICSEARCH)),
        # A new volume belongs to root; with fsGroup Elasticsearch can write to it.
        security_context=restricted_pod(USER, fs_group=USER),
        init_containers=[prepare],
        containers=[serve],
        volumes=[
            VolumeArgs(name="configuration", config_map=ConfigMapVolumeSourceArgs(name=configuration)),
            VolumeArgs(name="scripts", config_map=ConfigMapVolumeSourceArgs(name=scripts)),
            _secret("secure", secure_settings),
            _secret("http-certificate", http_certificate),
            _secret("transport-certificate", transport_certificate),
            # Contains the keystore: a tmpfs, so that it is not written to disk.
            VolumeArgs(
                name="prepared", empty_dir=EmptyDirVolumeSourceArgs(medium="Memory", size_limit="16Mi")
            ),
            VolumeArgs(name="logs", empty_dir=EmptyDirVolumeSourceArgs(size_limit="256Mi")),
            VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit="256Mi")),
        ],
    )


def _secret(name: str, secret: Input[str]) -> VolumeArgs:
    return VolumeArgs(name=name, secret=SecretVolumeSourceArgs(secret_name=secret, default_mode=0o440))


def _open(port: str, *, period: int, failures: int) -> ProbeArgs:
    return ProbeArgs(
        tcp_socket=TCPSocketActionArgs(port=port),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )
