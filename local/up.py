"""`make up`: from the settings to a cluster that answers predictions."""

import json
import os
from typing import Any

from pulumi.automation import OutputMap
from pulumi.automation.errors import CommandError

from local.errors import Explained
from local.events import Condenser
from local.needs import read_needs
from local.paths import KUBECONFIG, REPOSITORY
from local.prepare import prepare
from local.progress import Progress
from local.stack import open_stack

# Operations at the same time: ten machines and their parts; far below what one computer's processes allow.
PARALLEL = 32


def up(stack_name: str, progress: Progress) -> None:
    """Bring the stack up and say where it answers."""
    prepare(read_needs(stack_name), progress)
    local = open_stack(stack_name, progress)
    condenser = Condenser(progress)
    with progress.step("up", f"Stack {stack_name}") as step:
        try:
            result = local.stack.up(
                parallel=PARALLEL,
                # One run reports what is wrong with every machine.
                continue_on_error=True,
                config_file=local.config_file,
                color="never",
                suppress_outputs=True,
                on_output=step.log,
                on_error=step.log,
                on_event=condenser,
            )
        except CommandError as error:
            raise Explained(condenser.told(error)) from error
    progress.say(condenser.summary)
    _write_kubeconfig(result.outputs)
    _tell(result.outputs, progress)


def _write_kubeconfig(outputs: OutputMap) -> None:
    if "kubeconfig" not in outputs:
        return
    fresh = KUBECONFIG.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(outputs["kubeconfig"].value)
    fresh.rename(KUBECONFIG)


def _tell(outputs: OutputMap, progress: Progress) -> None:
    def value(name: str, default: Any) -> Any:
        return outputs[name].value if name in outputs else default

    machines = value("machines", [])
    if machines:
        progress.say(f"\nKubernetes {value('kubernetesVersion', '')} at {value('apiEndpoint', '')}")
        for machine in machines:
            progress.say(f"  {machine['name']:<16} {machine['role']:<14} {machine['address']}")
    if KUBECONFIG.exists():
        name = KUBECONFIG.relative_to(REPOSITORY)
        progress.say(f"\n.local/bin/kubectl --kubeconfig {name} get nodes")
    for model, urls in value("predictionUrls", {}).items():
        progress.say(f"\nModel {model} answers at {urls[0]}; try it:")
        progress.say(f"  curl -d '{json.dumps({'instances': [1.0, 2.0, 5.0]})}' {urls[0]}")
