"""The RuntimeClass by which NVIDIA's own pods see every GPU of a node, and who may use it."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.admissionregistration.v1 import (
    MatchResourcesArgs,
    NamedRuleWithOperationsArgs,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingAdmissionPolicyBindingSpecArgs,
    ValidatingAdmissionPolicySpecArgs,
    ValidationArgs,
)
from pulumi_kubernetes.core.v1 import TolerationArgs
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, LabelSelectorRequirementArgs, ObjectMetaArgs
from pulumi_kubernetes.node.v1 import RuntimeClass, SchedulingArgs

from components.gpu.node_marks import PRESENT, TAINT

# The name of the runtime in containerd's configuration of machines with GPUs (components/gpu/software.py).
NAME = HANDLER = "nvidia"


@dataclass(frozen=True, kw_only=True)
class GpuRuntimeClassArgs:
    """Who may use it."""

    namespace: Input[str]
    """The namespace of NVIDIA's pods; known when it is there."""
    labels: dict[str, str]


class GpuRuntimeClass(pulumi.ComponentResource):
    """The RuntimeClass `nvidia`, for one namespace only.

    A container of this class gets the GPUs that a variable of its own image asks for, and most CUDA images
    ask for all: without being counted by any quota, and beside whoever has them. Pods that ask for
    `nvidia.com/gpu` need no class.
    """

    name: Output[str]
    """Known when the class is there, and those who may not use it are refused."""

    def __init__(self, name: str, args: GpuRuntimeClassArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gpu:GpuRuntimeClass", name, None, opts)
        child = ResourceOptions(parent=self)
        policy = ValidatingAdmissionPolicy(
            name,
            metadata=ObjectMetaArgs(name="metalml-gpu-runtime-class", labels=args.labels),
            spec=ValidatingAdmissionPolicySpecArgs(
                failure_policy="Fail",
                match_constraints=MatchResourcesArgs(
                    resource_rules=[
                        NamedRuleWithOperationsArgs(
                            api_groups=[""], api_versions=["v1"], resources=["pods"], operations=["CREATE"]
                        )
                    ]
                ),
                validations=[
                    ValidationArgs(
                        expression=f"object.spec.?runtimeClassName.orValue('') != '{NAME}'",
                        message=(
                            f"runtimeClassName {NAME} gives a container all GPUs of its node, past every"
                            " quota: ask for nvidia.com/gpu in resources.limits and leave it out"
                        ),
                    )
                ],
            ),
            opts=child,
        )
        binding = ValidatingAdmissionPolicyBinding(
            name,
            metadata=ObjectMetaArgs(name="metalml-gpu-runtime-class", labels=args.labels),
            spec=ValidatingAdmissionPolicyBindingSpecArgs(
                policy_name=policy.metadata.name,
                validation_actions=["Deny"],
                match_resources=MatchResourcesArgs(
                    namespace_selector=LabelSelectorArgs(
                        match_expressions=[
                            LabelSelectorRequirementArgs(
                                key="kubernetes.io/metadata.name", operator="NotIn", values=[args.namespace]
                            )
                        ]
                    )
                ),
            ),
            opts=child,
        )
        made = RuntimeClass(
            name,
            metadata=ObjectMetaArgs(name=NAME, labels=args.labels),
            handler=HANDLER,
            # Other nodes have no such runtime: a pod would be created there again and again.
            scheduling=SchedulingArgs(
                node_selector=dict(PRESENT),
                tolerations=[TolerationArgs(key=TAINT[0], operator="Exists", effect=TAINT[2])],
            ),
            opts=ResourceOptions(parent=self, depends_on=[binding]),
        )
        self.name = made.metadata.name
        self.register_outputs({})
