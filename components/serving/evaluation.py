"""The periodic evaluation of a model against labeled samples."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.batch.v1 import CronJob, CronJobSpecArgs, JobSpecArgs, JobTemplateSpecArgs
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    EnvVarArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ServiceAccount,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.checks import require_dns_label, require_pinned_image
from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.labels import COMMON_LABELS
from components.kubernetes.network_policy import Allow, dns, network_policy, pods, tcp
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.monitoring.pushgateway import MAY_PUSH, reach_pushgateway
from components.serving.pod import USER
from settings.evaluation import REQUESTS, EvaluationSettings
from settings.samples import LARGEST_BYTES, read_samples

PROGRAM = Path(__file__).with_name("evaluate.py")
DIRECTORY = "/evaluation"
SAMPLES = "samples.jsonl"
# The backoffLimit: one retry if the model is unreachable; the CronJob schedules the next evaluation anyway.
RETRIES = 1
LIMITS = {"cpu": "500m", "memory": "256Mi"}
EVALUATES_LABEL = "metalml/evaluates"


@dataclass(frozen=True, kw_only=True)
class EvaluationArgs:
    """One track of a model, and its labeled samples."""

    namespace: Input[str]
    name: str
    """The track's Deployment; the objects are named <name>-evaluation."""
    model: str
    track: str
    image: str
    """With Python 3.11 or newer as `python3`."""
    service: Input[str]
    """Name of the track's own Service; resolves once a pod is ready."""
    port: int
    predict_path: Input[str]
    push_url: Input[str]
    """URL of the Pushgateway."""
    samples: str
    """JSON Lines, in the format of evaluate.py."""
    settings: EvaluationSettings
    """The interval, and when a prediction is correct."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        require_pinned_image("image", self.image)
        read_samples(self.samples)
        if len(self.samples.encode()) > LARGEST_BYTES:
            raise ValueError(
                f"samples may have {LARGEST_BYTES} bytes, they have {len(self.samples.encode())}"
            )


class Evaluation(pulumi.ComponentResource):
    """A CronJob that requests predictions for labeled samples and pushes how many are correct.

    Its requests take the path of all others, through the Service, to any of the model's pods. The metrics
    that it pushes have the labels `namespace`, `model`, `track`, and `slice` where samples have slices.
    """

    def __init__(self, name: str, args: EvaluationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:serving:Evaluation", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(
            name=f"{args.name}-evaluation", namespace=args.namespace, labels=labels_of(args)
        )
        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        files = ConfigMap(
            name,
            metadata=metadata,
            data={PROGRAM.name: PROGRAM.read_text(), SAMPLES: args.samples},
            opts=child,
        )
        policy = _network_policy(name, args, metadata, child)
        CronJob(
            name,
            metadata=metadata,
            spec=CronJobSpecArgs(
                schedule=schedule(args.settings.every_minutes),
                # While one evaluation takes longer than the interval, a second one beside it has no use.
                concurrency_policy="Forbid",
                starting_deadline_seconds=60,
                successful_jobs_history_limit=1,
                failed_jobs_history_limit=1,
                job_template=JobTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=labels_of(args)),
                    spec=JobSpecArgs(
                        backoff_limit=RETRIES,
                        active_deadline_seconds=60 * args.settings.every_minutes,
                        template=PodTemplateSpecArgs(
                            metadata=ObjectMetaArgs(
                                labels={**labels_of(args), **MAY_PUSH},
                                # Pods of a pending Job read the ConfigMap as it is when they start.
                                annotations={
                                    "metalml/samples-sha256": hashlib.sha256(
                                        args.samples.encode()
                                    ).hexdigest()
                                },
                            ),
                            spec=_pod(args, account.metadata.name, files.metadata.name),
                        ),
                    ),
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})


def schedule(every_minutes: int) -> str:
    """The cron schedule. Intervals divide an hour, so that the clock shows when the next one is due."""
    return "0 * * * *" if every_minutes == 60 else f"*/{every_minutes} * * * *"


def labels_of(args: EvaluationArgs) -> dict[str, str]:
    """Labels of every object."""
    return {
        "app.kubernetes.io/name": "evaluation",
        "app.kubernetes.io/instance": args.name,
        "app.kubernetes.io/component": "evaluation",
        **COMMON_LABELS,
        EVALUATES_LABEL: args.model,
    }


def _pod(args: EvaluationArgs, account: Input[str], files: Input[str]) -> PodSpecArgs:
    """A pod at the `restricted` Pod Security level."""
    namespace = Output.from_input(args.namespace)
    predict = Output.format(
        "http://{0}.{1}.svc:{2}{3}", args.service, namespace, args.port, args.predict_path
    )
    # PUT replaces all metrics of this grouping key, also those of slices that no longer exist.
    pushed = Output.format(
        "{0}/metrics/job/evaluation/namespace/{1}/model/{2}/track/{3}",
        args.push_url,
        namespace,
        args.model,
        args.track,
    )
    variables = {
        "PREDICT_URL": predict,
        "PUSH_URL": pushed,
        "TOLERANCE": json.dumps(args.settings.tolerance),
        **({"OUTPUT": args.settings.output} if args.settings.output else {}),
    }
    return PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        restart_policy="Never",
        security_context=restricted_pod(USER),
        containers=[
            ContainerArgs(
                name="evaluate",
                image=args.image,
                image_pull_policy="IfNotPresent",
                command=["python3", f"{DIRECTORY}/{PROGRAM.name}", f"{DIRECTORY}/{SAMPLES}"],
                env=[EnvVarArgs(name=key, value=value) for key, value in variables.items()],
                resources=resource_requirements(REQUESTS, LIMITS),
                security_context=restricted_container(USER),
                volume_mounts=[VolumeMountArgs(name="files", mount_path=DIRECTORY, read_only=True)],
            )
        ],
        volumes=[VolumeArgs(name="files", config_map=ConfigMapVolumeSourceArgs(name=files))],
    )


def _network_policy(
    name: str, args: EvaluationArgs, metadata: ObjectMetaArgs, child: ResourceOptions
) -> NetworkPolicy:
    """Deny all ingress, and allow egress to DNS, the model's pods and the Pushgateway only."""
    model = pods({"app.kubernetes.io/name": "model-server", "app.kubernetes.io/instance": args.name})
    own = {key: labels_of(args)[key] for key in ("app.kubernetes.io/name", "app.kubernetes.io/instance")}
    return network_policy(
        name,
        metadata,
        LabelSelectorArgs(match_labels=own),
        egress=[dns(), Allow(peers=[model], ports=tcp(args.port)), reach_pushgateway()],
        opts=child,
    )
