"""`make down`: nothing of it is left on this computer."""

import shutil
import socket
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pulumi.automation import Stack
from pulumi.automation.errors import CommandError

from local.errors import Explained, Problem
from local.events import Condenser
from local.kubernetes.kubeconfig import access
from local.paths import KUBECONFIG, LOCAL, VENV
from local.process import must
from local.progress import Progress
from local.stack import has_state, open_stack, other_stacks, protected_in
from local.stack_config import read_user_file
from local.state import read_kubeconfig
from local.up import PARALLEL
from local.urns import short
from local.waits import Waits
from settings.layers import environment

SWEEP = Path(__file__).with_name("sweep.sh")
# For a connection to a machine of this computer, which takes milliseconds.
ANSWER_SECONDS = 5


def down(stack_name: str, progress: Progress) -> None:
    """Destroy the stack, then sweep what a half-done run may have left. Works when there is nothing, too."""
    if has_state(stack_name):
        _destroy(stack_name, progress)
    left = other_stacks(stack_name)
    if left:
        progress.say(f"stack {stack_name} is gone; kept for the others: {', '.join(left)}")
        return
    config = read_user_file(stack_name).get("config") or {}
    cluster = (config.get("metalml:cluster") or {}).get("name", environment(stack_name))
    for line in must(["bash", SWEEP, cluster, *_pod_ranges(config)]).splitlines():
        progress.say(line)
    for path in LOCAL.iterdir():
        if path == VENV:
            # It runs this very program, and it is what a download made: `make clean` takes it.
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    progress.say("nothing is left of it but .local/venv and the build cache (`make clean` removes both)")


def _destroy(stack_name: str, progress: Progress) -> None:
    local = open_stack(stack_name, progress)
    # The kubeconfig is this stack's, and its machines are swept, only where there is no other.
    alone = _all_local(stack_name) and not other_stacks(stack_name)
    if alone and KUBECONFIG.exists() and not answers(KUBECONFIG):
        # As after a restart of this computer. Each object would be waited for, and they go with the machines.
        progress.say("  no cluster answers: its machines go as they are")
        local.stack.workspace.remove_stack(stack_name, force=True)
        return
    _unprotect(stack_name, local.stack)
    with (
        progress.step("down", f"Remove stack {stack_name}") as step,
        Waits(partial(read_kubeconfig, stack_name), progress.say) as waits,
    ):
        condenser = Condenser(progress, waits)
        try:
            local.stack.destroy(
                parallel=PARALLEL,
                continue_on_error=True,
                config_file=local.config_file,
                color="never",
                on_output=step.log,
                on_error=step.log,
                on_event=condenser,
            )
        except CommandError as error:
            if not _all_local(stack_name):
                raise Explained(condenser.told(error)) from error
            # Local machines go with everything on them; what could not be removed from inside goes too.
            progress.say(f"  not removed in good order, the machines go anyway: {condenser.told(error)}")
    local.stack.workspace.remove_stack(stack_name, force=True)


def _unprotect(stack_name: str, stack: Stack) -> None:
    """Let go of what holds data where its machines go, too; elsewhere somebody has to say so."""
    held = protected_in(stack_name)
    if held and not _all_local(stack_name):
        names = ", ".join(map(short, held))
        raise Problem(f"{names} hold data and are protected: `pulumi state unprotect --all` gives it up")
    if held:
        arguments = ["state", "unprotect", "--all", "--yes", "--stack", stack_name]
        stack.workspace.pulumi_command.run(arguments, "", stack.workspace.env_vars)


def answers(kubeconfig: Path) -> bool:
    """Whether the API server of the kubeconfig is where that says, and nobody else."""
    found = access(str(kubeconfig))
    server = urlsplit(found.server)
    try:
        with (
            socket.create_connection((server.hostname, server.port), timeout=ANSWER_SECONDS) as connection,
            found.trust.wrap_socket(connection, server_hostname=server.hostname),
        ):
            return True
    except OSError:
        return False


def _all_local(stack_name: str) -> bool:
    machines = (read_user_file(stack_name).get("config") or {}).get("metalml:machines") or []
    return bool(machines) and all(machine.get("provider") == "local" for machine in machines)


def _pod_ranges(config: dict[str, list[dict[str, str]]]) -> list[str]:
    return [machine["podRange"] for machine in config.get("metalml:machines") or [] if "podRange" in machine]
