"""The stack on this computer: the repository's own program, run by the engine with state in `.local`."""

import json
import os
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pulumi.automation import LocalWorkspace, Stack

from local import killed
from local.creation import refuse_to_adopt
from local.engine.command import EngineCommand
from local.engine.logs import without_logs
from local.engine.plugins import install_plugins
from local.engine.pulumi import install_engine
from local.engine.shell import write_shell_environment
from local.paths import BINARIES, PASSPHRASE, PULUMI_HOME, REPOSITORY, STATE
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
    # In a closed network the engine would wait for a download that cannot come.
    closed = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"} if missing else {}
    variables = engine_environment() | closed
    write_shell_environment(name, variables)

    def on_interrupt() -> None:
        progress.say(
            "stopping: what runs now may finish; Ctrl-C again ends it at once. `make up` goes on from there"
        )

    def program() -> None:
        """Run the repository's `__main__.py`, as the official language host would."""
        if "kubernetes" in missing:
            made = urns_in(_state_file(name))
            refuse_to_adopt(made | killed.begun(name, made))
        runpy.run_path(str(REPOSITORY / "__main__.py"), run_name="__main__")

    workspace = LocalWorkspace(
        work_dir=str(REPOSITORY),
        program=program,
        pulumi_command=EngineCommand(on_interrupt),
        # With kubectl, which was built for the machines and is good for this computer, too.
        env_vars={"PATH": f"{BINARIES}:{os.environ['PATH']}", **variables},
    )
    if has_state(name):
        killed.clear_stale_lock(
            STATE / ".pulumi" / "locks" / "organization" / _project() / name, name, progress
        )
        stack = Stack.select(name, workspace)
        killed.drop_pending(stack, _state_file(name), progress)
    else:
        stack = Stack.create(name, workspace)
    return LocalStack(stack=stack, config_file=str(config_file))


def urns_in(state_file: Path) -> frozenset[str]:
    """The URNs of what the stack has made."""
    return frozenset(resource["urn"] for resource in _resources_in(state_file))


def protected_in(name: str) -> list[str]:
    """The URNs of what no run may delete before somebody says so, since it holds data."""
    return [resource["urn"] for resource in _resources_in(_state_file(name)) if resource.get("protect")]


def _resources_in(state_file: Path) -> list[dict[str, Any]]:
    if not state_file.exists():
        return []
    latest = json.loads(state_file.read_text())["checkpoint"]["latest"] or {}
    return latest.get("resources") or []


def engine_environment() -> dict[str, str]:
    """What the engine needs to know of where the stacks of this checkout are."""
    return {
        "PULUMI_HOME": str(PULUMI_HOME),
        "PULUMI_BACKEND_URL": backend_url(STATE),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(PASSPHRASE),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _project() -> str:
    return str(yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text())["name"])


def _state_file(name: str) -> Path:
    return STATE / ".pulumi" / "stacks" / _project() / f"{name}.json"
