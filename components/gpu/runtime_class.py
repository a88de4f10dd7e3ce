"""The RuntimeClass of NVIDIA's own pods, and the admission policy that restricts it to their namespace."""

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

from components.gpu.node_labels import PRESENT, TAINT

# The name of the runtime in containerd's configuration on machines with GPUs (components/gpu/software.py).
NAME = HANDLER = "nvidia"


@dataclass(frozen=True, kw_only=True)
class GpuRuntimeClassArgs:
    """The namespace that may use the class, and the objects' labels."""

    namespace: Input[str]
    """The namespace of NVIDIA's pods; resolves once it exists."""
    labels: dict[str, str]


class GpuRuntimeClass(pulumi.ComponentResource):
    """The RuntimeClass `nvidia`, for one namespace only.

    A container of this class gets the GPUs that NVIDIA_VISIBLE_DEVICES of its image names, and most CUDA
    images name all: no ResourceQuota counts them, and other pods may have them allocated. Pods that request
    `nvidia.com/gpu` need no RuntimeClass.
    """

    name: Output[str]
    """Resolves once the class exists; the policy that denies it to other namespaces exists before."""

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
            # Other nodes do not have this runtime: the pod's sandbox would fail to start again and again.
            scheduling=SchedulingArgs(
                node_selector=dict(PRESENT),
                tolerations=[TolerationArgs(key=TAINT[0], operator="Exists", effect=TAINT[2])],
            ),
            opts=ResourceOptions(parent=self, depends_on=[binding]),
        )
        self.name = made.metadata.name
        self.register_outputs({})
