"""APIs that the API server forwards to a program of the platform."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiregistration.v1 import APIService, APIServiceSpecArgs, ServiceReferenceArgs
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.controller import Controller, ControllerArgs
from components.kubernetes.rbac import KUBE_SYSTEM
from components.kubernetes.service_certificate import CERTIFICATE_DIRECTORY, ServiceCertificate

# How every such program of Kubernetes is told where its certificate is.
CERTIFICATE_FLAGS = (
    f"--tls-cert-file={CERTIFICATE_DIRECTORY}/tls.crt",
    f"--tls-private-key-file={CERTIFICATE_DIRECTORY}/tls.key",
)
# What Kubernetes' own programs register with: no group is preferred over another.
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
    """Forward one version of a group, such as v1beta1.metrics.k8s.io, to a Service of kube-system.

    It is awaited until the API server reaches it. Of several versions the one of highest `priority` is
    preferred.
    """
    version, _, group = api.partition(".")
    return APIService(
        name,
        metadata=ObjectMetaArgs(
            name=api,
            labels=labels,
            # Objects of this kind are not waited for unless they say what to wait for.
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
    """Forward API groups to the program's port `https`, which must serve with `certificate`.

    `versions` are those of each group, the preferred one last. The groups' names are returned, each known
    once the group answers. `namespaces` are deleted after them: Kubernetes deletes no namespace while one API
    of the cluster does not answer, and a program that is down would hold a destroy up. That of a team with a
    queue waits for Kueue, which no other API should wait for: it is not among them.
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
        # A Service is awaited until it has a ready pod, which can only be after the Deployment.
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
        group: [register(group, version, GROUP_PRIORITY + place) for place, version in enumerate(its)]
        for group, its in versions.items()
    }
    return {
        group: Output.all(*(one.metadata.name for one in all_of_it)).apply(lambda _, group=group: group)
        for group, all_of_it in registered.items()
    }
