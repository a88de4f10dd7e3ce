"""A Job of one or more workers that find each other and go on from their checkpoints."""

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

# What a shell and the container runtime end with where the program is not there or cannot be run.
NO_PROGRAM = [126, 127, 128]
SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
# A Job is there at once; nobody waits for its end. With the annotation above nobody would wait for its
# deletion either, and the one that takes its place would meet it.
AWAIT_CREATION = {"pulumi.com/waitFor": "jsonpath={.metadata.uid}"}


class TrainingJob(pulumi.ComponentResource):
    """One training, as an Indexed Job and a headless Service in which its workers find each other.

    **Failures.** A worker that fails is made again, with the same index and name, and its program has to go
    on from the last checkpoint. With tf.distribute the others notice within seconds, fail as well, and are
    made again too. An eviction (a drained node, a preemption) does not count. A worker that failed more often
    than `retries` ends the job. The job has succeeded when worker 0 has: it is the one that writes the model,
    and the others have nothing to do without it.

    **What `up` waits for.** That the API server has taken the job, no more: training takes hours, and its end
    is no state that a stack could bring about. `kubectl wait --for=condition=Complete job/<name>` waits.

    **What a change does.** Most of a Job can never be changed, so a change deletes it with its workers and
    makes it again under the same name; two at once would write the same checkpoints and want the GPUs twice.
    The new one goes on from the checkpoint of the old: right for more memory or another image, wrong for
    another experiment, which gets another `run`. A job that had finished runs again, finds that its last step
    is done, and ends.

    **Removal.** Checkpoints and models stay on the volume. A job that was removed after `keep_seconds` is
    made again by the first `up` after a refresh, and ends as above.
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
        policy = _only_among_workers(name, args, child)
        service = _names_of_workers(name, args, child)
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
                # One worker less is no training.
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
    """The labels that find the workers, and nobody else's pods."""
    return {"app.kubernetes.io/name": "training", "app.kubernetes.io/instance": args.settings.name}


def labels_of(args: TrainingJobArgs) -> dict[str, str]:
    """Labels of every object of the job."""
    return labels_of_part(selector_of(args), "training")


def _failure_policy() -> PodFailurePolicyArgs:
    """Which ends of a worker count, and which end the job at once. The first rule that fits decides."""
    evicted = PodFailurePolicyOnPodConditionsPatternArgs(type="DisruptionTarget", status="True")
    return PodFailurePolicyArgs(
        rules=[
            PodFailurePolicyRuleArgs(action="Ignore", on_pod_conditions=[evicted]),
            # A program that is not there will not be there the next time.
            PodFailurePolicyRuleArgs(
                action="FailJob",
                on_exit_codes=PodFailurePolicyOnExitCodesRequirementArgs(operator="In", values=NO_PROGRAM),
            ),
        ]
    )


def _names_of_workers(name: str, args: TrainingJobArgs, opts: ResourceOptions) -> Service:
    """DNS names for the workers, from their first moment: each waits for the others before it is ready."""
    return Service(
        name,
        metadata=ObjectMetaArgs(
            name=args.settings.name,
            namespace=args.namespace,
            labels=labels_of(args),
            # Its workers come after it, and go when they are done.
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


def _only_among_workers(name: str, args: TrainingJobArgs, opts: ResourceOptions) -> NetworkPolicy:
    """Let in the job's own workers only: who reaches a worker's port may run whatever it likes there.

    Frameworks open more ports as they go. What goes out is left to the namespace: data comes from anywhere.
    """
    return network_policy(
        name,
        ObjectMetaArgs(name=args.settings.name, namespace=args.namespace, labels=labels_of(args)),
        LabelSelectorArgs(match_labels=selector_of(args)),
        ingress=[Allow(peers=[pods(selector_of(args))])],
        egress=[Allow()],
        opts=opts,
    )
