"""The aggregation layer: APIServices, whose requests the API server proxies to a program of the platform."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiregistration.v1 import APIService, APIServiceSpecArgs, ServiceReferenceArgs
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.controller import Controller, ControllerArgs
from components.kubernetes.rbac import KUBE_SYSTEM
from components.kubernetes.service_certificate import CERTIFICATE_DIRECTORY, ServiceCertificate

# The serving certificate flags that all extension API servers of Kubernetes share.
CERTIFICATE_FLAGS = (
    f"--tls-cert-file={CERTIFICATE_DIRECTORY}/tls.crt",
    f"--tls-private-key-file={CERTIFICATE_DIRECTORY}/tls.key",
)
# The value that Kubernetes' own projects use: no group has priority over another.
GROUP_PRIORITY = 100


def register_api(
    name: str,
    api: str,
    service: Input[str],
    certificate: ServiceCertificate,
    labels: Mapping[str, str],
    opts: ResourceOptions,
    *,
    port: int = 443,
    priority: int = GROUP_PRIORITY,
) -> APIService:
    """Register the APIService `api`, such as v1beta1.metrics.k8s.io, for a Service in kube-system.

    Pulumi waits until it is Available. `priority` is its versionPriority: clients prefer the version with the
    highest.
    """
    version, _, group = api.partition(".")
    return APIService(
        name,
        metadata=ObjectMetaArgs(
            name=api,
            labels=labels,
            # The provider has no await logic for APIServices; this annotation adds it.
            annotations={"pulumi.com/waitFor": "condition=Available"},
        ),
        spec=APIServiceSpecArgs(
            group=group,
            version=version,
            service=ServiceReferenceArgs(name=service, namespace=KUBE_SYSTEM, port=port),
            ca_bundle=certificate.ca_bundle,
            group_priority_minimum=GROUP_PRIORITY,
            version_priority=priority,
        ),
        opts=opts,
    )


def register_apis(
    name: str,
    versions: Mapping[str, Sequence[str]],
    controller: Controller,
    args: ControllerArgs,
    certificate: ServiceCertificate,
    parent: pulumi.Resource,
    namespaces: Sequence[pulumi.Resource],
) -> dict[str, Output[str]]:
    """Register API groups that the program serves with `certificate` on its port `https`.

    `versions` maps each group to its versions, the preferred version last. Returns the group names; each is
    an output that resolves once the group is available.

    `namespaces` are deleted after the APIServices: Kubernetes does not delete a namespace while an APIService
    is unavailable, so a program that is down would block a destroy. Leave out the namespace of a team with a
    queue: it depends on Kueue, and no other API should wait for Kueue.
    """
    service = Service(
        name,
        metadata=ObjectMetaArgs(name=args.name, namespace=KUBE_SYSTEM, labels=args.labels),
        spec=ServiceSpecArgs(
            selector=args.selector,
            ports=[
                ServicePortArgs(
                    name="https", port=443, target_port="https", protocol="TCP", app_protocol="https"
                )
            ],
        ),
        # Pulumi waits until a Service has a ready endpoint, and only the Deployment makes one.
        opts=ResourceOptions(parent=parent, depends_on=[controller.deployment]),
    )

    def register(group: str, version: str, priority: int) -> APIService:
        return register_api(
            f"{name}-{version}.{group}",
            f"{version}.{group}",
            service.metadata.name,
            certificate,
            args.labels,
            ResourceOptions(parent=parent, depends_on=[*namespaces]),
            priority=priority,
        )

    registered = {
        group: [register(group, version, GROUP_PRIORITY + index) for index, version in enumerate(ordered)]
        for group, ordered in versions.items()
    }
    return {
        group: Output.all(*(service.metadata.name for service in services)).apply(
            lambda _, group=group: group
        )
        for group, services in registered.items()
    }
