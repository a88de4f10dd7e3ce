"""CustomResourceDefinitions: data from the release that they belong to, delivered as a whole."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_command import local

from components.kubernetes.labels import OURS
from components.kubernetes.release_file import (
    ReleaseFile,
    keep_content,
    keep_made,
    read_made,
    read_release_file,
    release_cache,
)

SCRIPT = "components/scripts/definitions.sh"
# On a definition: which stack it belongs to. Another one's is neither changed nor removed.
STACK_ANNOTATION = "metalml/stack"
# On a definition: the Command that delivers it, and removes it when its release no longer has it.
DELIVERY_LABEL = "metalml/definitions"


# The C reader needs one second for a release's definitions, the Python one ten.
class _YamlReader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads a bare `=` as text, as all do but YAML 1.1: Alertmanager's kinds have it among choices."""


_YamlReader.add_constructor("tag:yaml.org,2002:value", _YamlReader.construct_yaml_str)


def definitions_in(manifest: bytes) -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions of a manifest, in its order; anything else in it is refused."""
    documents = [document for document in yaml.load_all(manifest, Loader=_YamlReader) if document]
    others = sorted({str(document.get("kind")) for document in documents} - {"CustomResourceDefinition"})
    if others or not documents:
        found = ", ".join(others) if others else "nothing"
        raise ValueError(f"the manifest must hold only CustomResourceDefinitions, found {found}")
    return documents


def files_of_kinds(release: str, beginning: str, digests: Mapping[str, str]) -> tuple[ReleaseFile, ...]:
    """The files of a release that has one for each kind, by the plural of the kind's name.

    `beginning` is what the address of each begins with, up to the plural; `release` is what people call it.
    """
    return tuple(
        ReleaseFile(name=f"{kind} of {release}", source=f"{beginning}{kind}.yaml", sha256=digest)
        for kind, digest in digests.items()
    )


def read_definitions(files: Iterable[ReleaseFile], cache: Path) -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions of the files, downloaded once and checked by digest."""
    return [definition for file in files for definition in _definitions_of(file, cache)]


def _definitions_of(file: ReleaseFile, cache: Path) -> Sequence[Mapping[str, Any]]:
    """Read as JSON from the second time on: YAML takes fifty times as long, two seconds of each preview."""
    kept = read_made(file, cache)
    if kept is None:
        kept = json.dumps(definitions_in(read_release_file(file, cache))).encode()
        keep_made(file, kept, cache)
    return json.loads(kept)


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The CustomResourceDefinitions of one release, and the cluster that is to have them."""

    release: str
    """What people call it: `Kueue 0.19.2`."""
    objects: Sequence[Mapping[str, Any]]
    kubeconfig: Input[str]
    """Of an administrator; kubectl on the operator's computer gets it through its standard input."""
    internal: Sequence[str] = ()
    """Names of those whose objects only the release's own programs make: they go with the definition."""

    def __post_init__(self) -> None:
        if not self.objects:
            raise ValueError(f"objects must hold the CustomResourceDefinitions of {self.release}")


def deliver_definitions(name: str, definitions: Definitions, opts: ResourceOptions) -> Resource:
    """Give the cluster these definitions; what is returned is there once objects of their kinds can be made.

    They are no resources of the stack: the engine writes its whole state twice for each resource, and schemas
    are the largest part of what a cluster holds. The state has the release's name and a digest, which is what
    a preview shows, and the file is kept where downloads are.
    """
    stack = f"{pulumi.get_project()}/{pulumi.get_stack()}"
    manifest = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "List",
            "items": [_marked(item, name, stack) for item in definitions.objects],
        },
        sort_keys=True,
    )
    names = sorted(item["metadata"]["name"] for item in definitions.objects)
    return local.Command(
        f"{name}-definitions",
        create=f"bash {SCRIPT} apply",
        delete=f"bash {SCRIPT} remove",
        environment={
            "METALML_RELEASE": definitions.release,
            "METALML_SHA256": keep_content(manifest.encode(), release_cache()),
            "METALML_DEFINITIONS": " ".join(names),
            "METALML_INTERNAL": " ".join(definitions.internal),
            "METALML_DELIVERY": name,
            "METALML_STACK": stack,
        },
        stdin=Output.secret(definitions.kubeconfig),
        logging=local.Logging.STDERR,
        add_previous_output_in_env=False,
        # The other way round a replacement would take away what it has just brought.
        opts=ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=True)),
    )


def _marked(definition: Mapping[str, Any], delivery: str, stack: str) -> Mapping[str, Any]:
    metadata = definition["metadata"]
    return {
        **definition,
        "metadata": {
            **metadata,
            "annotations": {**metadata.get("annotations", {}), STACK_ANNOTATION: stack},
            "labels": {**metadata.get("labels", {}), **OURS, DELIVERY_LABEL: delivery},
        },
    }
