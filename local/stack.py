"""The stack on this computer: the repository's own program, run by the engine with state in `.local`."""

import json
import runpy
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pulumi.automation import LocalWorkspace, Stack

from local.engine.command import EngineCommand
from local.engine.logs import without_logs
from local.engine.plugins import install_plugins
from local.engine.pulumi import install_engine
from local.errors import Problem
from local.paths import PASSPHRASE, PULUMI_HOME, REPOSITORY, STACK_CONFIG, STATE
from local.progress import Progress
from local.stack_config import write_engine_file


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """An opened stack, and the settings file to give to each of its operations."""

    stack: Stack
    config_file: str


def backend_url(folder: Path) -> str:
    """The URL of state in a folder.

    Without the file of attributes beside each file: nothing reads it, and it costs every write of the whole
    state, two for each step, a digest over it and a second file.
    """
    return f"{folder.as_uri()}?metadata=skip"


def has_state(name: str) -> bool:
    """Whether the stack was made here."""
    return _state_file(name).exists()


def other_stacks(name: str) -> list[str]:
    """The other stacks that have state here."""
    return sorted(path.stem for path in _state_file("*").parent.glob("*.json") if path.stem != name)


def open_stack(name: str, progress: Progress) -> LocalStack:
    """Open the stack, made now if it is new, and put right what a killed run left."""
    config_file = write_engine_file(name)
    STATE.mkdir(parents=True, exist_ok=True)
    install_engine(progress)
    missing = install_plugins(PULUMI_HOME, progress)
    without_logs(PULUMI_HOME)

    def on_interrupt() -> None:
        progress.say(
            "stopping: what runs now may finish; Ctrl-C again ends it at once. `make up` goes on from there"
        )

    workspace = LocalWorkspace(
        work_dir=str(REPOSITORY),
        program=run_program,
        pulumi_command=EngineCommand(on_interrupt),
        env_vars=_environment(closed=len(missing) > 0),
    )
    if has_state(name):
        _clear_stale_lock(name, progress)
        stack = Stack.select(name, workspace)
        _drop_pending(stack, progress)
    else:
        stack = Stack.create(name, workspace)
    return LocalStack(stack=stack, config_file=str(config_file))


def run_program() -> None:
    """Run the repository's `__main__.py`, as the official language host would."""
    runpy.run_path(str(REPOSITORY / "__main__.py"), run_name="__main__")


def _environment(*, closed: bool) -> dict[str, str]:
    return {
        "PULUMI_HOME": str(PULUMI_HOME),
        "PULUMI_BACKEND_URL": backend_url(STATE),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(PASSPHRASE),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # In a closed network the engine would wait for a download that cannot come.
        **({"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"} if closed else {}),
    }


def _project() -> str:
    return str(yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text())["name"])


def _state_file(name: str) -> Path:
    return STATE / ".pulumi" / "stacks" / _project() / f"{name}.json"


def _clear_stale_lock(name: str, progress: Progress) -> None:
    """Remove the locks of engines that are gone; a living one is somebody's running update."""
    for lock in (STATE / ".pulumi" / "locks" / "organization" / _project() / name).glob("*.json"):
        holder: dict[str, Any] = json.loads(lock.read_text())
        if holder["hostname"] == socket.gethostname() and not _is_engine(holder["pid"]):
            progress.say(f"the last run was killed (engine {holder['pid']}): taking up its work")
            lock.unlink()
        else:
            raise Problem(
                f"stack {name} is in use by process {holder['pid']} on {holder['hostname']}: wait for its end"
            )


def _is_engine(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name.startswith("pulumi")
    except OSError:
        return False


def _drop_pending(stack: Stack, progress: Progress) -> None:
    """Forget operations that a killed engine had begun: every one can be done again from its start."""
    if '"pending_operations"' not in _state_file(stack.name).read_text():
        return
    # Not by Stack.export_stack: that writes the secrets in plain text to a file on their way back.
    command, environment = stack.workspace.pulumi_command, stack.workspace.env_vars
    exported = json.loads(command.run(["stack", "export", "--stack", stack.name], "", environment).stdout)
    pending = exported["deployment"].pop("pending_operations", None)
    if pending:
        cleaned = STACK_CONFIG / f"{stack.name}.state.json"
        cleaned.write_text(json.dumps(exported))
        command.run(["stack", "import", "--stack", stack.name, "--file", str(cleaned)], "", environment)
        cleaned.unlink()
        progress.say(f"begun by the killed run and done again now: {len(pending)}")
