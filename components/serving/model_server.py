"""The Deployment that serves one model, and the Service that exposes it."""

from collections.abc import Sequence

import pulumi
from pulumi import ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PodTemplateSpecArgs,
    ServiceAccount,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.kubernetes.disruption_budget import register_disruption_budget
from components.kubernetes.labels import COMMON_LABELS
from components.kubernetes.network_policy import Allow, network_policy, tcp
from components.kubernetes.timeouts import FIRST_PULL_SECONDS
from components.serving.model_server_args import ModelServerArgs
from components.serving.pod import model_pod, template_annotations
from components.serving.service import MODEL_SERVER, register_service

# A pod must stay ready this long to be available: one that crashes at its first request stops a rollout.
MIN_READY_SECONDS = 5
# Old ReplicaSets kept for `kubectl rollout undo`.
REVISION_HISTORY = 5
# Server-side apply with force: `replicas` of the settings overrides what an autoscaler, or kubectl scale, has
# set.
PATCH_FORCE = {"pulumi.com/patchForce": "true"}


class ModelServer(pulumi.ComponentResource):
    """One model behind TensorFlow Serving's REST API, ready only while the model is loaded."""

    deployment: pulumi.Output[str]
    deployment_name: str
    """The same, known before the Deployment exists."""
    service: pulumi.Output[str]
    namespace: pulumi.Output[str]
    node_port: pulumi.Output[int | None]
    predict_path: pulumi.Output[str]
    """Path of the predict API, to append to `http://<node>:<node_port>`."""
    servers: Sequence["ModelServer"]
    """This server only; rollout strategies with tracks have several."""
    rolled_out: pulumi.Resource
    """Ready when the rollout is complete: all pods are updated and ready, and no old pod is left."""

    def __init__(self, name: str, args: ModelServerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(MODEL_SERVER, name, None, opts)
        child = ResourceOptions(parent=self)
        labels = labels_of(args)
        selector = selector_of(args)

        account = ServiceAccount(
            name,
            metadata=ObjectMetaArgs(name=args.deployment, namespace=args.namespace, labels=labels),
            # The server never calls the API server: without a token, a compromised pod has no credentials.
            automount_service_account_token=False,
            opts=child,
        )
        config = ConfigMap(
            name,
            metadata=ObjectMetaArgs(
                name=f"{args.deployment}-config", namespace=args.namespace, labels=labels
            ),
            data=args.program.files,
            opts=child,
        )
        # The policy exists before the first pod, so that no pod ever runs without it.
        policy = _network_policy(name, args, labels, selector, child)
        register_disruption_budget(
            name,
            ObjectMetaArgs(name=args.deployment, namespace=args.namespace, labels=labels),
            selector,
            child,
        )

        deployment = Deployment(
            name,
            metadata=ObjectMetaArgs(
                name=args.deployment,
                namespace=args.namespace,
                labels=labels,
                annotations=None if args.replicas is None else PATCH_FORCE,
            ),
            spec=DeploymentSpecArgs(
                replicas=args.replicas,
                selector=LabelSelectorArgs(match_labels=selector),
                strategy=_strategy(args.gpu),
                min_ready_seconds=MIN_READY_SECONDS,
                revision_history_limit=REVISION_HISTORY,
                progress_deadline_seconds=args.startup + FIRST_PULL_SECONDS,
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=labels, annotations=template_annotations(args)),
                    spec=model_pod(
                        args,
                        account=account.metadata.name,
                        config_map=config.metadata.name,
                        selector=selector,
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[policy, *args.files.wait_for],
                custom_timeouts=args.timeouts,
                # When an autoscaler takes over, Pulumi still owns the field of an earlier update. Leaving it
                # out would reset it to the default, 1, under load; ignored, it keeps the autoscaler's value.
                ignore_changes=["spec.replicas"] if args.replicas is None else None,
            ),
        )
        service = register_service(
            name,
            parent=self,
            metadata=ObjectMetaArgs(name=args.service, namespace=args.namespace, labels=labels),
            selector=selector,
            port=args.container_port,
            node_port=args.node_port,
            after=[deployment],
        )

        self.servers = (self,)
        self.deployment_name, self.rolled_out = args.deployment, deployment
        self.deployment = deployment.metadata.name
        self.service = service.metadata.name
        self.namespace = pulumi.Output.from_input(args.namespace)
        self.node_port = pulumi.Output.from_input(args.node_port)
        self.predict_path = pulumi.Output.from_input(args.program.predict_path)
        self.register_outputs({})


def selector_of(args: ModelServerArgs) -> dict[str, str]:
    """The pod selector. A Deployment's selector is immutable, so none of these labels may change."""
    return {"app.kubernetes.io/name": "model-server", "app.kubernetes.io/instance": args.deployment}


def labels_of(args: ModelServerArgs) -> dict[str, str]:
    """Labels of every object of the model."""
    return {
        **selector_of(args),
        **args.labels,
        "app.kubernetes.io/component": "serving",
        **COMMON_LABELS,
    }


def _strategy(gpu: int) -> DeploymentStrategyArgs:
    """The rolling update: surge on CPUs, unavailability on GPUs."""
    # On CPUs the new pod is ready before the old one is terminated. A spare GPU for that is rare, and the new
    # pod would stay Pending as long as the old pod has the GPU: there the old pod is terminated first.
    surge, unavailable = (0, 1) if gpu else (1, 0)
    return DeploymentStrategyArgs(
        type="RollingUpdate",
        rolling_update=RollingUpdateDeploymentArgs(max_surge=surge, max_unavailable=unavailable),
    )


def _network_policy(
    name: str,
    args: ModelServerArgs,
    labels: dict[str, str],
    selector: dict[str, str],
    child: ResourceOptions,
) -> NetworkPolicy:
    """Allow ingress to the REST port, and egress only as the init containers need it."""
    return network_policy(
        name,
        ObjectMetaArgs(name=args.deployment, namespace=args.namespace, labels=labels),
        LabelSelectorArgs(match_labels=selector),
        # From any source: requests to a NodePort have the source address of the node that received them. The
        # nodes' firewall restricts the clients of NodePorts.
        ingress=[Allow(ports=tcp(args.container_port))],
        egress=args.files.egress,
        opts=child,
    )
