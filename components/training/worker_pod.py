"""The pod template of a training job's workers."""

import hashlib

from pulumi import Input, Output
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    EnvVarSourceArgs,
    ObjectFieldSelectorArgs,
    PersistentVolumeClaimVolumeSourceArgs,
    PodSpecArgs,
    VolumeArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.serving.placement import Placement, pod_scheduling
from components.serving.pod import USER
from components.training.rendezvous import INDEX, PORT, rendezvous
from components.training.training_job_args import TrainingJobArgs

SCRIPT_DIRECTORY = "/training"
SCRIPT = "train.py"
SCRIPT_PATH = f"{SCRIPT_DIRECTORY}/{SCRIPT}"
DATA_DIRECTORY = "/data"
SCRATCH_SIZE = "1Gi"
# Data loaders pass batches between processes in shared memory, 64 MiB by default in a container. It counts
# towards the memory limit of the container.
SHARED_MEMORY_SIZE = "1Gi"
INDEX_ANNOTATION = "batch.kubernetes.io/job-completion-index"
# A worker may write a last checkpoint after SIGTERM.
GRACE_SECONDS = 60


def checkpoint_directory(run: str) -> str:
    """Path of a run's checkpoints, relative to the volume's root."""
    return f"checkpoints/{run}"


def export_directory(name: str) -> str:
    """Path of the trained model's versions, relative to the volume's root. All runs share it."""
    return f"models/{name}"


def pod_annotations(args: TrainingJobArgs) -> dict[str, str]:
    """A changed script replaces the Job; the Cluster Autoscaler must not evict a worker during an epoch."""
    digest = hashlib.sha256((args.script or "").encode()).hexdigest()
    return {
        "metalml/script-sha256": digest,
        "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    }


def worker_pod(args: TrainingJobArgs, *, account: Input[str], script: Input[str] | None) -> PodSpecArgs:
    """A pod at the `restricted` Pod Security level; `script` is the name of its ConfigMap."""
    # Workers may share a node, so there are no topology spread constraints.
    placement = Placement(machines=args.settings.placement, product=args.settings.product)
    scheduled = pod_scheduling(placement, gpu=args.settings.gpu, pods={})
    claim = PersistentVolumeClaimVolumeSourceArgs(claim_name=args.claim)
    shared = EmptyDirVolumeSourceArgs(medium="Memory", size_limit=SHARED_MEMORY_SIZE)
    volumes = [
        VolumeArgs(name="data", persistent_volume_claim=claim),
        VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit=SCRATCH_SIZE)),
        VolumeArgs(name="shared-memory", empty_dir=shared),
    ]
    if script is not None:
        volumes.append(VolumeArgs(name="script", config_map=ConfigMapVolumeSourceArgs(name=script)))
    return PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        # The Job controller counts failed pods and creates new ones; it does not see a container that the
        # kubelet restarts.
        restart_policy="Never",
        subdomain=args.settings.name,
        priority_class_name=args.priority,
        termination_grace_period_seconds=GRACE_SECONDS,
        tolerations=scheduled.tolerations,
        affinity=scheduled.affinity,
        security_context=restricted_pod(USER),
        containers=[_container(args)],
        volumes=volumes,
    )


def _container(args: TrainingJobArgs) -> ContainerArgs:
    job = args.settings
    gpus = {job.gpu_resource: str(job.gpu)} if job.gpu else {}
    mounts = {"data": DATA_DIRECTORY, "tmp": "/tmp", "shared-memory": "/dev/shm"}
    return ContainerArgs(
        name="worker",
        image=args.image,
        image_pull_policy="IfNotPresent",
        command=list(job.command or ("python3", SCRIPT_PATH)),
        env=_environment(args),
        ports=[ContainerPortArgs(name="workers", container_port=PORT, protocol="TCP")],
        resources=resource_requirements(
            {**job.resources.requests.amounts, **gpus}, {**job.resources.limits.amounts, **gpus}
        ),
        security_context=restricted_container(USER),
        volume_mounts=[
            *(VolumeMountArgs(name=name, mount_path=path) for name, path in mounts.items()),
            *(
                [VolumeMountArgs(name="script", mount_path=SCRIPT_DIRECTORY, read_only=True)]
                if args.script is not None
                else []
            ),
        ],
    )


def _environment(args: TrainingJobArgs) -> list[EnvVarArgs]:
    index = ObjectFieldSelectorArgs(field_path=f"metadata.annotations['{INDEX_ANNOTATION}']")
    job = args.settings
    values: dict[str, Input[str]] = {
        **rendezvous(job.framework, job.name, job.workers),
        "CHECKPOINT_DIRECTORY": f"{DATA_DIRECTORY}/{checkpoint_directory(job.run)}",
        "EXPORT_DIRECTORY": f"{DATA_DIRECTORY}/{export_directory(job.name)}",
        # Libraries keep caches in the home directory, and the root file system is read-only.
        "HOME": "/tmp",
        # Otherwise Python buffers stdout, and the log is empty until the worker ends.
        "PYTHONUNBUFFERED": "1",
        **job.environment,
    }
    if args.push_url is not None:
        # The grouping key. All workers have the same, so only one of them pushes.
        labels = Output.format("job/{0}/namespace/{1}", job.name, args.namespace)
        values["METRICS_PUSH_URL"] = Output.format("{0}/metrics/{1}", args.push_url, labels)
    return [
        EnvVarArgs(name=INDEX, value_from=EnvVarSourceArgs(field_ref=index)),
        *(EnvVarArgs(name=name, value=value) for name, value in values.items()),
    ]
