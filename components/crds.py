"""CustomResourceDefinitions: data from the release that they belong to, registered as typed resources."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi import ResourceOptions
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from components.release_file import ReleaseFile, read_release_file

# On a definition: which stack it belongs to.
STACK_ANNOTATION = "metalml/stack"


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
    return [definition for file in files for definition in definitions_in(read_release_file(file, cache))]


def register_definitions(
    name: str, definitions: Sequence[Mapping[str, Any]], opts: ResourceOptions
) -> list[CustomResourceDefinition]:
    """Register each definition as it is, under its own name, and let go of it.

    The next version has them no longer in the state, of which their schemas are the largest part. A resource
    that is no longer in the program is deleted, unless the state says that it is retained; the annotation
    tells whoever delivers it then that it does.
    """
    stack = f"{pulumi.get_project()}/{pulumi.get_stack()}"
    let_go = ResourceOptions.merge(opts, ResourceOptions(retain_on_delete=True))
    return [
        CustomResourceDefinition(
            f"{name}-{definition['metadata']['name']}",
            metadata=_of_stack(definition["metadata"], stack),
            spec=definition["spec"],
            opts=let_go,
        )
        for definition in definitions
    ]


def _of_stack(metadata: Mapping[str, Any], stack: str) -> Mapping[str, Any]:
    return {**metadata, "annotations": {**metadata.get("annotations", {}), STACK_ANNOTATION: stack}}
