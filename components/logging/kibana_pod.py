"""The pod of Kibana."""

from pulumi import Input
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    HTTPGetActionArgs,
    PodSpecArgs,
    ProbeArgs,
    SecretVolumeSourceArgs,
    TCPSocketActionArgs,
    VolumeArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.pod_parts import spread_over_nodes
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.logging.names import KIBANA, KIBANA_PORT, selector_of

# The user of the image.
USER = 1000
HOME = "/usr/share/kibana"
CONFIGURATION_DIRECTORY = "/etc/kibana/configuration"
SECRETS_DIRECTORY = "/etc/kibana/secrets"
CERTIFICATE_DIRECTORY = "/etc/kibana/certificate"
AUTHORITY_DIRECTORY = "/etc/kibana/authority"
AUTHORITY_FILE = f"{AUTHORITY_DIRECTORY}/ca.crt"
DATA_DIRECTORY = f"{HOME}/data"
# The first start creates Kibana's indices in Elasticsearch: up to 5 minutes.
START_PERIOD_SECONDS, START_FAILURES = 10, 30


def kibana_pod(
    image: str,
    *,
    configuration: Input[str],
    secret: Input[str],
    certificate: Input[str],
    authority: Input[str],
) -> PodSpecArgs:
    """A stateless pod. The arguments are names of objects."""
    reads = {
        "configuration": CONFIGURATION_DIRECTORY,
        "secrets": SECRETS_DIRECTORY,
        "certificate": CERTIFICATE_DIRECTORY,
        "authority": AUTHORITY_DIRECTORY,
    }
    writes = {"data": DATA_DIRECTORY, "logs": f"{HOME}/logs", "tmp": "/tmp"}
    return PodSpecArgs(
        automount_service_account_token=False,
        enable_service_links=False,
        node_selector={"kubernetes.io/os": "linux"},
        topology_spread_constraints=spread_over_nodes(selector_of(KIBANA)),
        security_context=restricted_pod(USER, fs_group=USER),
        containers=[
            ContainerArgs(
                name=KIBANA,
                image=image,
                image_pull_policy="IfNotPresent",
                # Two files: the second contains the secrets.
                command=[f"{HOME}/bin/kibana"],
                args=[
                    "--config",
                    f"{CONFIGURATION_DIRECTORY}/kibana.yml",
                    "--config",
                    f"{SECRETS_DIRECTORY}/secrets.yml",
                ],
                ports=[ContainerPortArgs(name="https", container_port=KIBANA_PORT, protocol="TCP")],
                startup_probe=_login(START_PERIOD_SECONDS, START_FAILURES),
                # Not ready while Elasticsearch is unavailable; the liveness probe ignores it, because a
                # restart does not help.
                readiness_probe=_login(10, 3),
                liveness_probe=ProbeArgs(
                    tcp_socket=TCPSocketActionArgs(port="https"),
                    period_seconds=20,
                    timeout_seconds=5,
                    failure_threshold=3,
                ),
                resources=resource_requirements(
                    {"cpu": "200m", "memory": "1Gi"}, {"cpu": "1", "memory": "2Gi"}
                ),
                security_context=restricted_container(USER),
                volume_mounts=[
                    *(VolumeMountArgs(name=name, mount_path=p, read_only=True) for name, p in reads.items()),
                    *(VolumeMountArgs(name=name, mount_path=path) for name, path in writes.items()),
                ],
            )
        ],
        volumes=[
            VolumeArgs(name="configuration", config_map=ConfigMapVolumeSourceArgs(name=configuration)),
            VolumeArgs(name="authority", config_map=ConfigMapVolumeSourceArgs(name=authority)),
            *(
                VolumeArgs(name=name, secret=SecretVolumeSourceArgs(secret_name=from_, default_mode=0o440))
                for name, from_ in (("secrets", secret), ("certificate", certificate))
            ),
            *(
                VolumeArgs(name=name, empty_dir=EmptyDirVolumeSourceArgs(size_limit="256Mi"))
                for name in writes
            ),
        ],
    )


def _login(period: int, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path="/login", port="https", scheme="HTTPS"),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )
