"""The containers of the CSI driver's pods: driver, sidecars and liveness probe."""

from collections.abc import Mapping, Sequence

from pulumi_kubernetes.core.v1 import (
    CapabilitiesArgs,
    ContainerArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    ProbeArgs,
    SecurityContextArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.pod_parts import from_field

PODS_DIRECTORY = "/var/lib/kubelet/pods"
SOCKET = "/csi/csi.sock"
# The requests of the release.
REQUESTS = {"cpu": "10m", "memory": "20Mi"}
# The release sets no CPU limit. The driver only mounts; the kernel does reads and writes.
MOST_CPU = "500m"


def helper(
    name: str,
    image: str,
    arguments: Sequence[str],
    *,
    mounts: Mapping[str, str],
    env: Sequence[EnvVarArgs] = (),
    memory: str = "100Mi",
) -> ContainerArgs:
    """A sidecar container, which connects to the driver's socket, and to the API server or the kubelet."""
    return ContainerArgs(
        name=name,
        image=image,
        image_pull_policy="IfNotPresent",
        args=["--v=2", f"--csi-address={SOCKET}", *arguments],
        env=list(env) or None,
        resources=resource_requirements(REQUESTS, {"cpu": MOST_CPU, "memory": memory}),
        security_context=SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=CapabilitiesArgs(drop=["ALL"]),
        ),
        volume_mounts=[VolumeMountArgs(name=volume, mount_path=path) for volume, path in mounts.items()],
    )


def liveness(image: str, port: int) -> ContainerArgs:
    """The sidecar that serves /healthz for the driver on a loopback port of the node."""
    arguments = ["--probe-timeout=3s", f"--http-endpoint=localhost:{port}"]
    return helper("liveness-probe", image, arguments, mounts={"socket-dir": "/csi"})


def driver(image: str, port: int, *, memory: str) -> ContainerArgs:
    """The driver. It mounts shares into other pods (mountPropagation Bidirectional), so it is privileged."""
    return ContainerArgs(
        name="nfs",
        image=image,
        image_pull_policy="IfNotPresent",
        args=["-v=2", "--nodeid=$(NODE_ID)", f"--endpoint=unix://{SOCKET}"],
        env=[from_field("NODE_ID", "spec.nodeName")],
        liveness_probe=ProbeArgs(
            http_get=HTTPGetActionArgs(host="localhost", path="/healthz", port=port),
            failure_threshold=5,
            initial_delay_seconds=30,
            timeout_seconds=10,
            period_seconds=30,
        ),
        resources=resource_requirements(REQUESTS, {"cpu": MOST_CPU, "memory": memory}),
        security_context=SecurityContextArgs(privileged=True),
        volume_mounts=[
            VolumeMountArgs(name="socket-dir", mount_path="/csi"),
            VolumeMountArgs(
                name="pods-mount-dir", mount_path=PODS_DIRECTORY, mount_propagation="Bidirectional"
            ),
        ],
    )
