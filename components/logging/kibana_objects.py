"""Saved objects of Kibana, such as data views and saved searches, and the Job that imports them."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap, ConfigMapVolumeSourceArgs, VolumeArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label, require_pinned_image
from components.kubernetes.network_policy import Allow, dns, tcp
from components.logging.api_client import client_job, client_pod, digest_of, script, scripts_map
from components.logging.names import KIBANA_AUTHORITY, KIBANA_PORT, KIBANA_URL, NAMESPACE, labels_of
from components.logging.network import register_policy

SCRIPT = "import-objects.sh"


@dataclass(frozen=True, kw_only=True)
class KibanaObjectsArgs:
    """The saved objects, and the Job that imports them."""

    name: str
    """Of the Job and its other objects."""
    image: str
    """An image with curl."""
    objects: str
    """NDJSON, in the format of Kibana's export."""
    answers: Input[str]
    """Resolves once Kibana is ready: the Job waits for it."""
    namespace: Input[str] = NAMESPACE
    """Kibana's namespace; from another layer, it resolves once it exists."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        require_pinned_image("image", self.image)


class KibanaObjects(pulumi.ComponentResource):
    """A Job that imports the objects and overwrites those with equal ids. Deletion keeps them in Kibana."""

    imported: Output[str]

    def __init__(self, name: str, args: KibanaObjectsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:logging:KibanaObjects", name, None, opts)
        objects = ConfigMap(
            name,
            metadata=ObjectMetaArgs(name=args.name, namespace=args.namespace, labels=labels_of(args.name)),
            data={"objects.ndjson": args.objects},
            opts=ResourceOptions(parent=self),
        )
        # The other objects name the namespace as a constant.
        child = ResourceOptions(parent=self, depends_on=[objects])
        policy = register_policy(args.name, [], [dns(), Allow(ports=tcp(KIBANA_PORT))], child)
        scripts = scripts_map(args.name, [SCRIPT], child)
        pod = client_pod(
            args.name,
            args.image,
            [SCRIPT, KIBANA_URL],
            scripts=scripts.metadata.name,
            authority=KIBANA_AUTHORITY,
            files={
                "/objects": VolumeArgs(
                    name="objects", config_map=ConfigMapVolumeSourceArgs(name=objects.metadata.name)
                )
            },
        )
        contents = digest_of(args.objects, script(SCRIPT), args.answers)
        job = client_job(args.name, pod, contents, ResourceOptions(parent=self, depends_on=[policy]))
        self.imported = job.id
        self.register_outputs({})
