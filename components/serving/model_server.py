"""The Deployment that serves one model, and the Service that makes it reachable."""

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

# A pod is available this long after it is ready: one that dies with its first request stops a rollout.
MIN_READY_SECONDS = 5
# Old ReplicaSets kept for `kubectl rollout undo`.
REVISION_HISTORY = 5
# Where the settings say the number of pods, they say it also after an autoscaler, or a hand, has set another.
TAKE_BACK = {"pulumi.com/patchForce": "true"}


class ModelServer(pulumi.ComponentResource):
    """One model behind TensorFlow Serving's REST API, ready only while the model can answer."""

    deployment: pulumi.Output[str]
    deployment_name: str
    """The same, known before it is there."""
    service: pulumi.Output[str]
    namespace: pulumi.Output[str]
    node_port: pulumi.Output[int | None]
    predict_path: pulumi.Output[str]
    """Path of the prediction call, to be put after `http://<node>:<node_port>`."""
    servers: Sequence["ModelServer"]
    """Itself: the one that serves the model where others have several."""
    rolled_out: pulumi.Resource
    """Done when every pod is of this version and ready, and none of another is left."""

    def __init__(self, name: str, args: ModelServerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(MODEL_SERVER, name, None, opts)
        child = ResourceOptions(parent=self)
        labels = labels_of(args)
        selector = selector_of(args)

        account = ServiceAccount(
            name,
            metadata=ObjectMetaArgs(name=args.deployment, namespace=args.namespace, labels=labels),
            # The server never calls the API server, so a pod that is broken into holds no token.
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
        # The policy stands before the first pod, so that there is no moment without it.
        policy = _only_the_rest_port(name, args, labels, selector, child)
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
                annotations=None if args.replicas is None else TAKE_BACK,
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
                # A number that an earlier run set is still ours when an autoscaler takes over. Left out, it
                # would go back to one, under load; so it stays what it is, and the autoscaler's from then on.
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
    """The labels that find the pods. A Deployment's selector can never change, so nothing in it may."""
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
    """How a new pod takes over from the old one."""
    # On CPUs the new pod is ready before the old one goes. A GPU is seldom free for that, and a pod that
    # waits for the GPU which the old pod holds would wait for ever: there the old one goes first.
    surge, unavailable = (0, 1) if gpu else (1, 0)
    return DeploymentStrategyArgs(
        type="RollingUpdate",
        rolling_update=RollingUpdateDeploymentArgs(max_surge=surge, max_unavailable=unavailable),
    )


def _only_the_rest_port(
    name: str,
    args: ModelServerArgs,
    labels: dict[str, str],
    selector: dict[str, str],
    child: ResourceOptions,
) -> NetworkPolicy:
    """Let requests in on the REST port, and nothing out but what fetching the files needs."""
    return network_policy(
        name,
        ObjectMetaArgs(name=args.deployment, namespace=args.namespace, labels=labels),
        LabelSelectorArgs(match_labels=selector),
        # From anybody: a NodePort request arrives with the address of the node that took it. Who may reach
        # the node's port is the firewall's question.
        ingress=[Allow(ports=tcp(args.container_port))],
        egress=args.files.egress,
        opts=child,
    )
