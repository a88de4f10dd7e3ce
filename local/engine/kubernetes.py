"""Pulumi's Kubernetes provider, built from its Go module where the engine cannot download it."""

from importlib.metadata import version
from pathlib import Path

from local.gomodule import GoModule, ModuleFile

_MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4"

KUBERNETES_PROVIDER = GoModule(
    name="kubernetes-provider",
    title="Pulumi's Kubernetes provider",
    version=version("pulumi-kubernetes"),
    # Nothing else is built with k8s.io 0.33, and it with nothing newer.
    own_libraries=True,
    seconds=390,
    gibibytes=4,
    directory=Path(__file__).parent / "kubernetes_provider",
    programs={"pulumi-resource-kubernetes": "metalml.local/kubernetes-provider"},
    # The engine asks for the version that the SDK names, and takes no other.
    variables={f"{_MODULE}/pkg/version.Version": version("pulumi-kubernetes")},
    embedded={
        name: ModuleFile(module=_MODULE, path=f"cmd/pulumi-resource-kubernetes/{name}")
        for name in ("schema.json", "terraform-mapping.json")
    },
)
