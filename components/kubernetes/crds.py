"""CustomResourceDefinitions: read from the files of a release and applied together, by one Command."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_command import local

from components.kubernetes.labels import COMMON_LABELS
from components.kubernetes.release_file import (
    ReleaseFile,
    cache_content,
    cache_derived,
    read_derived,
    read_release_file,
    release_cache,
)

SCRIPT = "components/scripts/definitions.sh"
# On a CRD: the stack that owns it. CRDs of another stack are neither changed nor deleted.
STACK_ANNOTATION = "metalml/stack"
# On a CRD: the Command that applies it, and deletes it when a later release no longer has it.
DELIVERY_LABEL = "metalml/definitions"


# libyaml's loader parses the CRDs of a release in one second, the pure Python loader in ten.
class _YamlReader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Loads a bare `=` as a string, as YAML 1.2 does: an enum in Alertmanager's CRDs has it as a value."""


_YamlReader.add_constructor("tag:yaml.org,2002:value", _YamlReader.construct_yaml_str)


def definitions_in(manifest: bytes) -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions in a YAML manifest, in its order.

    Raises ValueError for a manifest with objects of another kind, or with none.
    """
    documents = [document for document in yaml.load_all(manifest, Loader=_YamlReader) if document]
    others = sorted({str(document.get("kind")) for document in documents} - {"CustomResourceDefinition"})
    if others or not documents:
        found = ", ".join(others) if others else "nothing"
        raise ValueError(f"the manifest must contain only CustomResourceDefinitions, found {found}")
    return documents


def crd_files(release: str, beginning: str, digests: Mapping[str, str]) -> tuple[ReleaseFile, ...]:
    """The files of a release with one file per CRD; `digests` maps the CRD's plural name to the SHA-256.

    `beginning` is the URL up to the plural name; `release` is the name in messages.
    """
    return tuple(
        ReleaseFile(name=f"{plural} of {release}", source=f"{beginning}{plural}.yaml", sha256=digest)
        for plural, digest in digests.items()
    )


def read_definitions(files: Iterable[ReleaseFile], cache: Path) -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions in the files, which are downloaded once and verified by digest.

    Raises ReleaseFileError for a file that cannot be read, or has another digest.
    """
    return [definition for file in files for definition in _definitions_of(file, cache)]


def _definitions_of(file: ReleaseFile, cache: Path) -> Sequence[Mapping[str, Any]]:
    """Cached as JSON: parsing YAML takes fifty times as long, two seconds of each preview."""
    cached = read_derived(file, cache)
    if cached is None:
        cached = json.dumps(definitions_in(read_release_file(file, cache))).encode()
        cache_derived(file, cached, cache)
    return json.loads(cached)


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The CustomResourceDefinitions of one release, and the cluster to apply them to."""

    release: str
    """Name and version for messages: `Kueue 0.19.2`."""
    objects: Sequence[Mapping[str, Any]]
    kubeconfig: Input[str]
    """Of a cluster administrator; kubectl on this computer reads it from standard input."""
    internal: Sequence[str] = ()
    """Names of CRDs whose custom resources only the release's own programs create: deleted with the CRD."""

    def __post_init__(self) -> None:
        if not self.objects:
            raise ValueError(
                f"objects must contain the CustomResourceDefinitions of {self.release}, got none"
            )


def deliver_definitions(name: str, definitions: Definitions, opts: ResourceOptions) -> Resource:
    """Apply the CRDs with kubectl. Custom resources depend on the Command, which waits for Established.

    CRDs are not resources of the stack: the engine writes the whole state twice per resource, and OpenAPI
    schemas would be most of that state. The state contains the release's name and a digest, which a preview
    shows; the manifest itself is in the release cache.
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
            "METALML_SHA256": cache_content(manifest.encode(), release_cache()),
            "METALML_DEFINITIONS": " ".join(names),
            "METALML_INTERNAL": " ".join(definitions.internal),
            "METALML_DELIVERY": name,
            "METALML_STACK": stack,
        },
        stdin=Output.secret(definitions.kubeconfig),
        logging=local.Logging.STDERR,
        add_previous_output_in_env=False,
        # Otherwise a replacement would delete the CRDs that it has just applied.
        opts=ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=True)),
    )


def _marked(definition: Mapping[str, Any], delivery: str, stack: str) -> Mapping[str, Any]:
    metadata = definition["metadata"]
    return {
        **definition,
        "metadata": {
            **metadata,
            "annotations": {**metadata.get("annotations", {}), STACK_ANNOTATION: stack},
            "labels": {**metadata.get("labels", {}), **COMMON_LABELS, DELIVERY_LABEL: delivery},
        },
    }
