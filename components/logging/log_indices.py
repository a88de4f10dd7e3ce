"""Indexing and retention of logs: a Job sets up Elasticsearch, and an hourly CronJob limits disk usage."""

import json
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.batch.v1 import CronJob, CronJobSpecArgs, JobSpecArgs, JobTemplateSpecArgs
from pulumi_kubernetes.core.v1 import ConfigMap, PodTemplateSpecArgs, Secret
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_pinned_image
from components.kubernetes.network_policy import Allow, dns, tcp
from components.logging.api_client import client_job, client_pod, digest_of, projected, script, scripts_map
from components.logging.index_requests import (
    COLLECTOR_ROLE,
    request_files,
    setup_requests,
)
from components.logging.names import CLIENT, ELASTICSEARCH_PORT, ELASTICSEARCH_URL, NAMESPACE, labels_of
from components.logging.network import register_policy
from settings.logging import SnapshotSettings

SETUP, TRIM = "logs-setup", "logs-trim"
# Hourly, away from the full hour, when most hourly jobs start.
TRIM_SCHEDULE = "23 * * * *"


@dataclass(frozen=True, kw_only=True)
class LogIndicesArgs:
    """Retention, disk usage, replica shards and users."""

    image: str
    """The image of Elasticsearch, which has curl."""
    authority: Input[str]
    days: int
    most_bytes: int
    """The maximum disk usage of all indices on all nodes, in bytes, including replica shards."""
    copies: int
    """Number of replica shards."""
    collector_password: Output[str]
    kibana_password: Output[str]
    snapshots: SnapshotSettings | None
    after: Resource
    """The nodes of Elasticsearch, which must be ready."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        if self.days < 1 or self.most_bytes < 1 or self.copies < 0:
            raise ValueError("days and most_bytes must be 1 or more, and copies 0 or more")


class LogIndices(pulumi.ComponentResource):
    """Index templates, lifecycle policy, snapshots and users. Deletion keeps them in Elasticsearch."""

    set_up: Resource
    """The setup Job; Fluentd must not send logs before it completes."""

    def __init__(self, name: str, args: LogIndicesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:logging:LogIndices", name, None, opts)
        child = ResourceOptions(parent=self)
        calls, bodies = setup_requests(days=args.days, copies=args.copies, snapshots=args.snapshots)
        files = request_files(calls, bodies)
        requests = ConfigMap(
            f"{name}-requests",
            metadata=ObjectMetaArgs(name=f"{SETUP}-requests", namespace=NAMESPACE, labels=labels_of(SETUP)),
            data=files,
            opts=child,
        )
        logins = {
            "kibana-system.json": args.kibana_password.apply(lambda text: json.dumps({"password": text})),
            "collector.json": args.collector_password.apply(
                lambda text: json.dumps({"password": text, "roles": [COLLECTOR_ROLE]})
            ),
        }
        users = Secret(
            f"{name}-users",
            metadata=ObjectMetaArgs(name=f"{SETUP}-users", namespace=NAMESPACE, labels=labels_of(SETUP)),
            string_data=logins,
            opts=child,
        )
        for part in (SETUP, TRIM):
            register_policy(part, [], [dns(), Allow(ports=tcp(ELASTICSEARCH_PORT))], child)
        setup_scripts = scripts_map(SETUP, ["call-api.sh"], child)
        pod = client_pod(
            SETUP,
            args.image,
            ["call-api.sh", ELASTICSEARCH_URL],
            scripts=setup_scripts.metadata.name,
            authority=args.authority,
            files={
                "/requests": projected("requests", requests.metadata.name, users.metadata.name, list(logins))
            },
        )
        contents = digest_of(*files.values(), *logins.values(), script("call-api.sh"))
        self.set_up = client_job(
            SETUP, pod, contents, ResourceOptions(parent=self, depends_on=[args.after, users])
        )
        _trim(args, self)
        self.register_outputs({})


def _trim(args: LogIndicesArgs, parent: Resource) -> None:
    scripts = scripts_map(TRIM, ["trim.sh"], ResourceOptions(parent=parent))
    pod = client_pod(
        TRIM,
        args.image,
        ["trim.sh", ELASTICSEARCH_URL, str(args.most_bytes)],
        scripts=scripts.metadata.name,
        authority=args.authority,
    )
    CronJob(
        TRIM,
        metadata=ObjectMetaArgs(name=TRIM, namespace=NAMESPACE, labels=labels_of(TRIM)),
        spec=CronJobSpecArgs(
            schedule=TRIM_SCHEDULE,
            concurrency_policy="Forbid",
            successful_jobs_history_limit=1,
            failed_jobs_history_limit=3,
            # After a downtime of the controller, run once, not for each missed schedule.
            starting_deadline_seconds=600,
            job_template=JobTemplateSpecArgs(
                spec=JobSpecArgs(
                    backoff_limit=2,
                    active_deadline_seconds=600,
                    template=PodTemplateSpecArgs(
                        metadata=ObjectMetaArgs(labels={**labels_of(TRIM), **CLIENT}), spec=pod
                    ),
                )
            ),
        ),
        opts=ResourceOptions(parent=parent, depends_on=[args.after]),
    )
