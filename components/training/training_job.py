"""An Indexed Job of one or more workers that resume from checkpoints, and its headless Service."""

import pulumi
from pulumi import ResourceOptions
from pulumi_kubernetes.batch.v1 import (
    Job,
    JobSpecArgs,
    PodFailurePolicyArgs,
    PodFailurePolicyOnExitCodesRequirementArgs,
    PodFailurePolicyOnPodConditionsPatternArgs,
    PodFailurePolicyRuleArgs,
    SuccessPolicyArgs,
    SuccessPolicyRuleArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PodTemplateSpecArgs,
    Service,
    ServiceAccount,
    ServicePortArgs,
    ServiceSpecArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.kubernetes.labels import labels_of_part
from components.kubernetes.network_policy import Allow, network_policy, pods
from components.monitoring.pushgateway import MAY_PUSH
from components.queueing.api import QUEUE_LABEL
from components.training.rendezvous import PORT
from components.training.training_job_args import TrainingJobArgs
from components.training.worker_pod import SCRIPT, pod_annotations, worker_pod

# Exit codes of shells and of the container runtime where the program does not exist or cannot be executed.
CANNOT_EXECUTE = [126, 127, 128]
SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
# Await the creation of the Job, not its completion. SKIP_AWAIT would skip the wait for its deletion, too, and
# its replacement would conflict with it.
AWAIT_CREATION = {"pulumi.com/waitFor": "jsonpath={.metadata.uid}"}


class TrainingJob(pulumi.ComponentResource):
    """One training job: an Indexed Job, and a headless Service with the DNS names of its workers.

    **Failures.** The Job controller replaces a failed worker by a pod with the same index and host name; its
    program must resume from the last checkpoint. With tf.distribute the other workers notice within seconds,
    fail as well, and are replaced, too. Disruptions (a drained node, a preemption) do not count. A worker
    that fails more often than `retries` fails the Job. The Job succeeds when worker 0 does: worker 0, the
    chief, writes the model, and the others have nothing to do without it.

    **What `up` awaits.** The creation of the Job only: training takes hours, and its completion is no state
    that a stack could bring about. `kubectl wait --for=condition=Complete job/<name>` waits for it.

    **Updates.** Most fields of a Job are immutable, so a change deletes the Job with its pods and creates it
    again under the same name; two at once would write the same checkpoints and request the GPUs twice. The
    new Job resumes from the old one's checkpoint: right for more memory or another image, wrong for another
    experiment, which needs another `run`. A completed Job runs again, finds its last step done, and
    completes.

    **Deletion.** Checkpoints and models remain on the volume. A Job that the TTL controller deleted after
    `keep_seconds` is created again by the first `up` after a refresh, and completes as above.
    """

    job: pulumi.Output[str]
    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: TrainingJobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:training:TrainingJob", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(name=args.settings.name, namespace=args.namespace, labels=labels_of(args))

        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        script = None
        if args.script is not None:
            script = ConfigMap(
                name,
                metadata=ObjectMetaArgs(
                    name=f"{args.settings.name}-script", namespace=args.namespace, labels=labels_of(args)
                ),
                data={SCRIPT: args.script},
                opts=child,
            )
        policy = _network_policy(name, args, child)
        service = _headless_service(name, args, child)
        job = Job(
            name,
            metadata=ObjectMetaArgs(
                name=args.settings.name,
                namespace=args.namespace,
                labels={**labels_of(args), **({} if args.queue is None else {QUEUE_LABEL: args.queue})},
                annotations=AWAIT_CREATION,
            ),
            spec=JobSpecArgs(
                completion_mode="Indexed",
                completions=args.settings.workers,
                parallelism=args.settings.workers,
                backoff_limit_per_index=args.settings.retries,
                # Training needs all workers.
                max_failed_indexes=0,
                pod_replacement_policy="Failed",
                pod_failure_policy=_failure_policy(),
                success_policy=SuccessPolicyArgs(rules=[SuccessPolicyRuleArgs(succeeded_indexes="0")]),
                ttl_seconds_after_finished=args.settings.keep_seconds,
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels={**labels_of(args), **({} if args.push_url is None else MAY_PUSH)},
                        annotations=pod_annotations(args),
                    ),
                    spec=worker_pod(
                        args,
                        account=account.metadata.name,
                        script=script.metadata.name if script else None,
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self, depends_on=[policy, service, *args.wait_for], delete_before_replace=True
            ),
        )

        self.job = job.metadata.name
        self.namespace = pulumi.Output.from_input(args.namespace)
        self.register_outputs({})


def selector_of(args: TrainingJobArgs) -> dict[str, str]:
    """The pod selector: the workers of this job only."""
    return {"app.kubernetes.io/name": "training", "app.kubernetes.io/instance": args.settings.name}


def labels_of(args: TrainingJobArgs) -> dict[str, str]:
    """Labels of every object of the job."""
    return labels_of_part(selector_of(args), "training")


def _failure_policy() -> PodFailurePolicyArgs:
    """Which pod failures do not count, and which fail the Job at once. The first matching rule applies."""
    evicted = PodFailurePolicyOnPodConditionsPatternArgs(type="DisruptionTarget", status="True")
    return PodFailurePolicyArgs(
        rules=[
            PodFailurePolicyRuleArgs(action="Ignore", on_pod_conditions=[evicted]),
            # A retry does not help where the program does not exist.
            PodFailurePolicyRuleArgs(
                action="FailJob",
                on_exit_codes=PodFailurePolicyOnExitCodesRequirementArgs(
                    operator="In", values=CANNOT_EXECUTE
                ),
            ),
        ]
    )


def _headless_service(name: str, args: TrainingJobArgs, opts: ResourceOptions) -> Service:
    """DNS names of the workers, also of pods that are not ready: each waits for the others first."""
    return Service(
        name,
        metadata=ObjectMetaArgs(
            name=args.settings.name,
            namespace=args.namespace,
            labels=labels_of(args),
            # Pulumi cannot await its endpoints: the workers start after it, and end when they are done.
            annotations=SKIP_AWAIT,
        ),
        spec=ServiceSpecArgs(
            cluster_ip="None",
            publish_not_ready_addresses=True,
            selector=selector_of(args),
            ports=[ServicePortArgs(name="workers", port=PORT, target_port="workers", protocol="TCP")],
        ),
        opts=opts,
    )


def _network_policy(name: str, args: TrainingJobArgs, opts: ResourceOptions) -> NetworkPolicy:
    """Allow ingress from the job's own workers only: a client of a worker's port can execute any code there.

    All ports, since frameworks open more at run time. Egress is up to the namespace's policies: data can be
    anywhere.
    """
    return network_policy(
        name,
        ObjectMetaArgs(name=args.settings.name, namespace=args.namespace, labels=labels_of(args)),
        LabelSelectorArgs(match_labels=selector_of(args)),
        ingress=[Allow(peers=[pods(selector_of(args))])],
        egress=[Allow()],
        opts=opts,
    )
