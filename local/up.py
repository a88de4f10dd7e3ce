"""`make up`: from the settings to a cluster that answers predictions."""

from functools import partial

from pulumi.automation.errors import CommandError

from local.errors import Explained, Problem
from local.events import Condenser
from local.needs import read_needs
from local.outputs import tell, write_kubeconfig
from local.prepare import prepare
from local.process import output
from local.progress import Progress
from local.stack import has_state, open_stack, other_stacks
from local.state import read_kubeconfig
from local.waits import Waits

# Operations at the same time: ten machines and their parts; far below what one computer's processes allow.
PARALLEL = 32


def up(stack_name: str, progress: Progress) -> None:
    """Bring the stack up and say where it answers."""
    needs = read_needs(stack_name)
    if needs.machines and not has_state(stack_name) and not other_stacks(stack_name):
        _refuse_strangers(needs.cluster)
    prepare(needs, progress)
    local = open_stack(stack_name, progress)
    with (
        progress.step("up", f"Stack {stack_name}") as step,
        Waits(partial(read_kubeconfig, stack_name), progress.say) as waits,
    ):
        condenser = Condenser(progress, waits)
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
    write_kubeconfig(result.outputs)
    tell(result.outputs, progress)


def _refuse_strangers(cluster: str) -> None:
    """Machines by our name that this checkout did not make: taking them over would break another's."""
    label = f"label=metalml.cluster={cluster}"
    found = output(["podman", "ps", "--all", "--filter", label, "--format", "{{.Names}}"]).split()
    if found:
        raise Problem(
            f"machines of a cluster named {cluster} are on this computer already, and not from this checkout:"
            f" {', '.join(found)}. `make down` removes them; another metalml:cluster.name stands beside them"
        )
