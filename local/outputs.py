"""What a stack gives to the person who brought it up: credentials, addresses, a line to try."""

import json
import os
from typing import Any

from pulumi.automation import OutputMap

from local.paths import BINARIES, ENVIRONMENT, KUBECONFIG, REPOSITORY
from local.process import output
from local.progress import Progress


def write_kubeconfig(outputs: OutputMap) -> None:
    """Leave the cluster's credentials where only their owner can read them."""
    if "kubeconfig" not in outputs:
        return
    fresh = KUBECONFIG.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(outputs["kubeconfig"].value)
    fresh.rename(KUBECONFIG)


def tell(outputs: OutputMap, progress: Progress) -> None:
    """Say where the cluster and its models answer, with lines to paste."""

    def value(name: str, default: Any) -> Any:
        return outputs[name].value if name in outputs else default

    if "apiEndpoint" in outputs:
        progress.say(f"\nKubernetes {value('kubernetesVersion', '')} at {value('apiEndpoint', '')}")
    for name, machine in value("machines", {}).items():
        progress.say(f"  {name:<16} {machine['role']:<14} {machine['address']}")
    if "kubeconfig" in outputs:
        kubectl, config = (path.relative_to(REPOSITORY) for path in (BINARIES / "kubectl", KUBECONFIG))
        program = kubectl if (REPOSITORY / kubectl).exists() else "kubectl"
        progress.say(f"\n{program} --kubeconfig {config} get nodes")
        progress.say(output([program, "--kubeconfig", config, "get", "nodes"]))
    for model, urls in value("predictionUrls", {}).items():
        progress.say(f"\nModel {model} answers at {urls[0]}; try it:")
        progress.say(f"  curl -d '{json.dumps({'instances': [1.0, 2.0, 5.0]})}' {urls[0]}")
    progress.say(f"\npulumi itself, on this stack: . {ENVIRONMENT.relative_to(REPOSITORY)} && pulumi stack")
