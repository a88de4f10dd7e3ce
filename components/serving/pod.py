"""The pod of a model server."""

import hashlib
from collections.abc import Mapping

from pulumi import Input
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    HTTPGetActionArgs,
    LifecycleArgs,
    LifecycleHandlerArgs,
    PodSpecArgs,
    ProbeArgs,
    SleepActionArgs,
    VolumeArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.serving.model_server_args import ModelServerArgs
from components.serving.placement import pod_scheduling
from components.serving.server_program import CONFIG_DIRECTORY
from components.serving.storage import MODELS_VOLUME

# Above 10000, where no node has users: a process that escapes its container owns no files on the node.
USER = 10001
SCRATCH_SIZE = "256Mi"
# Short, so that a new pod becomes ready soon; failureThreshold extends to the whole startup time.
STARTUP_PERIOD_SECONDS = 2
# After the preStop sleep SIGTERM stops the server; this is the time until SIGKILL if it does not.
KILL_MARGIN_SECONDS = 20


def template_annotations(args: ModelServerArgs) -> dict[str, Input[str]]:
    """Annotations that trigger a rollout when files that the server reads only at startup change."""
    return {
        **args.files.annotations,
        "metalml/model-sha256": args.files.digest,
        "metalml/config-sha256": hashlib.sha256(args.program.read_at_start.encode()).hexdigest(),
    }


def model_pod(
    args: ModelServerArgs, *, account: Input[str], config_map: Input[str], selector: Mapping[str, str]
) -> PodSpecArgs:
    """A pod that meets the `restricted` Pod Security level and reads its model from a volume."""
    scheduled = pod_scheduling(args.placement, gpu=args.gpu, pods=selector)
    return PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        # TensorFlow Serving does not handle SIGTERM, and the kernel drops unhandled signals to PID 1: the pod
        # would always end by SIGKILL, after the grace period. In a shared PID namespace it is not PID 1.
        share_process_namespace=True,
        termination_grace_period_seconds=args.drain_seconds + KILL_MARGIN_SECONDS,
        priority_class_name=args.priority,
        tolerations=scheduled.tolerations,
        affinity=scheduled.affinity,
        topology_spread_constraints=scheduled.topology_spread_constraints,
        security_context=restricted_pod(USER),
        init_containers=list(args.files.init_containers) or None,
        containers=[_container(args)],
        volumes=[
            args.files.volume,
            *args.files.extra_volumes,
            VolumeArgs(name="config", config_map=ConfigMapVolumeSourceArgs(name=config_map)),
            VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit=SCRATCH_SIZE)),
        ],
    )


def _container(args: ModelServerArgs) -> ContainerArgs:
    program = args.program
    gpus = {args.gpu_resource: str(args.gpu)} if args.gpu else {}
    return ContainerArgs(
        name="model-server",
        image=args.image,
        # The tag is pinned, and images that are imported on the nodes are in no registry.
        image_pull_policy="IfNotPresent",
        command=list(program.command),
        args=list(program.arguments),
        ports=[
            ContainerPortArgs(name="http", container_port=args.container_port, protocol="TCP"),
            *(
                ContainerPortArgs(name=name, container_port=port, protocol="TCP")
                for name, port in program.other_ports.items()
            ),
        ],
        resources=resource_requirements(
            {**args.resources.requests.amounts, **gpus}, {**args.resources.limits.amounts, **gpus}
        ),
        startup_probe=_probe(
            args, period=STARTUP_PERIOD_SECONDS, failures=-(-args.startup // STARTUP_PERIOD_SECONDS)
        ),
        readiness_probe=_probe(args, period=5, failures=3),
        liveness_probe=_probe(args, period=20, failures=3),
        # Nodes remove a terminating pod's endpoint asynchronously; until all have, requests still arrive.
        lifecycle=LifecycleArgs(
            pre_stop=LifecycleHandlerArgs(sleep=SleepActionArgs(seconds=args.drain_seconds))
        ),
        security_context=restricted_container(USER),
        volume_mounts=[
            *(
                VolumeMountArgs(name=MODELS_VOLUME, mount_path=path, sub_path=folder or None, read_only=True)
                for path, folder in args.files.mounts.items()
            ),
            VolumeMountArgs(name="config", mount_path=CONFIG_DIRECTORY, read_only=True),
            VolumeMountArgs(name="tmp", mount_path="/tmp"),
        ],
    )


def _probe(args: ModelServerArgs, *, period: int, failures: int) -> ProbeArgs:
    """A probe that succeeds only while a version of the model is loaded."""
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path=args.program.probe_path, port="http", scheme="HTTP"),
        period_seconds=period,
        timeout_seconds=5,
        success_threshold=1,
        failure_threshold=failures,
    )
