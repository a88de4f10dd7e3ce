"""Fluentd on every node: tails the logs of all containers and sends them to the output."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    DaemonSet,
    DaemonSetSpecArgs,
    DaemonSetUpdateStrategyArgs,
    RollingUpdateDaemonSetArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PodTemplateSpecArgs,
    Secret,
    ServiceAccount,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.checks import require_pinned_image
from components.kubernetes.controller import API_SERVER_PORT
from components.kubernetes.network_policy import Allow, dns, tcp
from components.kubernetes.rbac import RbacRules, bind_rules, policy_rule
from components.kubernetes.timeouts import DAEMON_SET_TURNS, awaited
from components.logging.api_client import digest_of
from components.logging.fluentd_configuration import METRICS_PORT, fluentd_configuration
from components.logging.fluentd_outputs import Output
from components.logging.fluentd_pod import START_FAILURES, START_PERIOD_SECONDS, fluentd_pod
from components.logging.names import CLIENT, FLUENTD, NAMESPACE, labels_of, selector_of
from components.logging.network import register_policy


@dataclass(frozen=True, kw_only=True)
class FluentdArgs:
    """Fluentd's image, its output and its buffer."""

    image: str
    """Must include the plugin of the output."""
    output: Output
    password: Input[str]
    """The output's credential: see components/logging/fluentd_outputs.py."""
    buffer_bytes: int
    """The size limit of the file buffer on each node."""
    authority: Input[str] | None = None
    """ConfigMap with the CA certificate of the output; None: a public CA."""
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        # Room for the two chunks that are being flushed and the staged chunk.
        if self.buffer_bytes < 64 * 2**20:
            raise ValueError(f"buffer_bytes {self.buffer_bytes} must be 64 MiB or more")


class Fluentd(pulumi.ComponentResource):
    """A DaemonSet of Fluentd, which exposes metrics on the port `metrics`.

    **Removal.** Unsent chunks stay in /var/lib/metalml/fluentd of each node; a new DaemonSet sends them.
    """

    daemon_set: DaemonSet

    def __init__(self, name: str, args: FluentdArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:logging:Fluentd", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = labels_of(FLUENTD)
        metadata = ObjectMetaArgs(name=FLUENTD, namespace=NAMESPACE, labels=labels)
        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        rbac = RbacRules(cluster=[policy_rule(("get", "list", "watch"), "", ["pods", "namespaces"])])
        bindings = bind_rules(name, rbac, account, labels, child)
        text = fluentd_configuration(args.output, args.buffer_bytes)
        configuration = ConfigMap(name, metadata=metadata, data={"fluent.conf": text}, opts=child)
        secret = Secret(name, metadata=metadata, string_data={"password": args.password}, opts=child)
        policy = register_policy(
            FLUENTD,
            [Allow(ports=tcp(METRICS_PORT))],
            [dns(), Allow(ports=tcp(API_SERVER_PORT)), Allow(ports=tcp(args.output.port))],
            child,
        )
        self.daemon_set = DaemonSet(
            name,
            metadata=metadata,
            spec=DaemonSetSpecArgs(
                selector=LabelSelectorArgs(match_labels=selector_of(FLUENTD)),
                update_strategy=DaemonSetUpdateStrategyArgs(
                    type="RollingUpdate", rolling_update=RollingUpdateDaemonSetArgs(max_unavailable=1)
                ),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels={**labels, **CLIENT},
                        annotations={
                            "metalml/configuration-sha256": hashlib.sha256(text.encode()).hexdigest(),
                            "metalml/password-sha256": digest_of(args.password),
                        },
                    ),
                    spec=fluentd_pod(
                        args.image,
                        account=account.metadata.name,
                        configuration=configuration.metadata.name,
                        secret=secret.metadata.name,
                        authority=args.authority,
                        environment=args.output.environment,
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[policy, *bindings, *args.wait_for],
                custom_timeouts=awaited(START_PERIOD_SECONDS * START_FAILURES, turns=DAEMON_SET_TURNS),
            ),
        )
        self.register_outputs({})
