"""The pod of Fluentd."""

from collections.abc import Mapping

from pulumi import Input
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    PodSecurityContextArgs,
    PodSpecArgs,
    ProbeArgs,
    SeccompProfileArgs,
    SecretVolumeSourceArgs,
    TCPSocketActionArgs,
    TolerationArgs,
    VolumeArgs,
    VolumeMountArgs,
)

from components.gpu.node_pod import as_root
from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.pod_parts import from_field, host_directory
from components.logging.fluentd_configuration import METRICS_PORT, PODS_DIRECTORY, STATE_DIRECTORY
from components.logging.fluentd_outputs import AUTHORITY_FILE, SECRETS_DIRECTORY
from components.logging.names import FLUENTD

CONFIGURATION_DIRECTORY = "/fluentd/etc/metalml"
# Fluentd loads its plugins and position files before it responds: up to 2 minutes on a busy node.
START_PERIOD_SECONDS, START_FAILURES = 5, 24


def fluentd_pod(
    image: str,
    *,
    account: Input[str],
    configuration: Input[str],
    secret: Input[str],
    authority: Input[str] | None,
    environment: Mapping[str, str],
) -> PodSpecArgs:
    """The pod, which tolerates all taints. The arguments are names of objects."""
    trusted = authority is not None
    volumes = [
        VolumeArgs(name="configuration", config_map=ConfigMapVolumeSourceArgs(name=configuration)),
        VolumeArgs(name="secrets", secret=SecretVolumeSourceArgs(secret_name=secret, default_mode=0o400)),
        host_directory("pods", PODS_DIRECTORY),
        # A hostPath volume, so that a new pod resumes where the old one stopped.
        host_directory("state", STATE_DIRECTORY, make=True),
        VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit="64Mi")),
    ]
    mounts = [
        VolumeMountArgs(name="configuration", mount_path=CONFIGURATION_DIRECTORY, read_only=True),
        VolumeMountArgs(name="secrets", mount_path=SECRETS_DIRECTORY, read_only=True),
        VolumeMountArgs(name="pods", mount_path=PODS_DIRECTORY, read_only=True),
        VolumeMountArgs(name="state", mount_path=STATE_DIRECTORY),
        VolumeMountArgs(name="tmp", mount_path="/tmp"),
    ]
    if trusted:
        volumes.append(VolumeArgs(name="authority", config_map=ConfigMapVolumeSourceArgs(name=authority)))
        folder = AUTHORITY_FILE.rpartition("/")[0]
        mounts.append(VolumeMountArgs(name="authority", mount_path=folder, read_only=True))
    return PodSpecArgs(
        service_account_name=account,
        # The metadata filter reads pod labels from the API server.
        automount_service_account_token=True,
        enable_service_links=False,
        # Without Fluentd, log rotation loses the node's logs.
        priority_class_name="system-node-critical",
        node_selector={"kubernetes.io/os": "linux"},
        tolerations=[TolerationArgs(operator="Exists")],
        security_context=PodSecurityContextArgs(seccomp_profile=SeccompProfileArgs(type="RuntimeDefault")),
        containers=[
            ContainerArgs(
                name=FLUENTD,
                image=image,
                image_pull_policy="IfNotPresent",
                # Like the image's entrypoint, which would add its own configuration.
                command=["tini", "--", "fluentd"],
                args=[
                    "--config",
                    f"{CONFIGURATION_DIRECTORY}/fluent.conf",
                    "--plugin",
                    "/fluentd/plugins",
                    "--gemfile",
                    "/fluentd/Gemfile",
                ],
                env=[
                    # The metadata filter watches the pods of this node only.
                    from_field("K8S_NODE_NAME", "spec.nodeName"),
                    *(EnvVarArgs(name=name, value=value) for name, value in environment.items()),
                ],
                ports=[ContainerPortArgs(name="metrics", container_port=METRICS_PORT, protocol="TCP")],
                startup_probe=_answers(START_PERIOD_SECONDS, START_FAILURES),
                readiness_probe=_answers(30, 3),
                # Does not check the buffer: a restart does not help when it is full.
                liveness_probe=ProbeArgs(
                    tcp_socket=TCPSocketActionArgs(port="metrics"),
                    period_seconds=30,
                    timeout_seconds=5,
                    failure_threshold=4,
                ),
                # The default of fluentd-kubernetes-daemonset, 200Mi, is too little for a node with many pods.
                resources=resource_requirements(
                    {"cpu": "100m", "memory": "256Mi"}, {"cpu": "1", "memory": "1Gi"}
                ),
                security_context=as_root(),
                volume_mounts=mounts,
            )
        ],
        volumes=volumes,
    )


def _answers(period: int, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path="/metrics", port="metrics", scheme="HTTP"),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )
