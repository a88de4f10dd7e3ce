"""The training jobs of the models layer."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from pulumi import Output, Resource, ResourceOptions

from components.serving.pod import USER
from components.serving.storage_host import ModelVolume, ModelVolumeArgs
from components.serving.storage_nfs import ShareVolume, ShareVolumeArgs
from components.training.directory import MachineDirectory, MachineDirectoryArgs
from components.training.training_job import TrainingJob
from components.training.training_job_args import TrainingJobArgs
from settings import HostDirectory, NfsDirectory, Settings, TrainingSettings
from stacks.outputs import ClusterOutputs, PlatformOutputs


def train(
    settings: Settings, cluster: ClusterOutputs, platform: PlatformOutputs
) -> Mapping[str, Output[str]]:
    """Register all training jobs; returns `<namespace>/<job>` by name."""
    return {job.name: _start(job, settings.image, cluster, platform) for job in settings.training}


def _start(
    job: TrainingSettings, image: Callable[[str], str], cluster: ClusterOutputs, platform: PlatformOutputs
) -> Output[str]:
    namespace = platform.namespace(job.namespace)
    claim, made = _directory(job, namespace, cluster)
    script = None if job.script is None else Path(job.script).expanduser().read_text()
    started = TrainingJob(
        job.name,
        TrainingJobArgs(
            settings=job,
            namespace=namespace,
            image=job.image or image("training-gpu" if job.gpu else "training"),
            claim=claim,
            script=script,
            priority=platform.priority(job.priority),
            push_url=platform.push_url() if job.reports else None,
            queue=None if job.queue is None else platform.queue(job.namespace, job.queue),
            wait_for=made,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
    return Output.concat(started.namespace, "/", started.job)


def _directory(
    job: TrainingSettings, namespace: Output[str], cluster: ClusterOutputs
) -> tuple[Output[str], tuple[Resource, ...]]:
    """The claim of the job's volume, and the dependencies of pods that mount it."""
    options = ResourceOptions(provider=cluster.kubernetes)
    names = {"volume": f"{job.name}-data-pv", "claim": f"{job.name}-data", "size": job.size}
    match job.directory:
        case HostDirectory() as directory:
            path = str(PurePosixPath(directory.host_path, job.name))
            made = MachineDirectory(
                f"{job.name}-directory",
                MachineDirectoryArgs(
                    machine=cluster.machine(directory.machine), path=path, owner=USER, after=cluster.ready
                ),
            )
            volume = ModelVolume(
                f"{job.name}-data",
                ModelVolumeArgs(namespace=namespace, node=directory.machine, host_path=path, **names),
                options,
            )
            return volume.claim, (made.made,)
        case NfsDirectory() as directory:
            share = ShareVolume(
                f"{job.name}-data",
                ShareVolumeArgs(
                    namespace=namespace, server=directory.server, path=directory.path, writable=True, **names
                ),
                options,
            )
            return share.claim, ()
