"""What a killed run left: its lock, and operations of which nobody knows how they ended."""

import json
import os
import signal
import socket
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from pulumi.automation import Stack

from local.errors import Problem
from local.paths import PULUMI_HOME, STACK_CONFIG
from local.progress import Progress


def clear_stale_lock(locks: Path, name: str, progress: Progress) -> None:
    """Remove the locks of engines that are gone; a living one is somebody's running update."""
    for lock in locks.glob("*.json"):
        holder: dict[str, Any] = json.loads(lock.read_text())
        if holder["hostname"] == socket.gethostname() and not _is_engine(holder["pid"]):
            progress.say(f"the last run was killed (engine {holder['pid']}): taking up its work")
            end_orphans(PULUMI_HOME)
            lock.unlink()
        else:
            raise Problem(
                f"stack {name} is in use by process {holder['pid']} on {holder['hostname']}: wait for its end"
            )


def end_orphans(home: Path) -> None:
    """End the plugins of this PULUMI_HOME whose engine is gone: Pulumi's own would wait for it for ever."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            program, *arguments = (process / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if program.startswith(f"{home / 'plugins'}/") and arguments and not _listens(arguments[0]):
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGTERM)


def drop_pending(stack: Stack, state_file: Path, progress: Progress) -> None:
    """Forget operations that a killed engine had begun: every one can be done again from its start."""
    if '"pending_operations"' not in state_file.read_text():
        return
    # Not by Stack.export_stack: that writes the secrets in plain text to a file on their way back.
    command, environment = stack.workspace.pulumi_command, stack.workspace.env_vars
    exported = json.loads(command.run(["stack", "export", "--stack", stack.name], "", environment).stdout)
    pending = exported["deployment"].pop("pending_operations", None)
    if pending:
        _note(stack.name, [one["resource"]["urn"] for one in pending if one["type"] == "creating"])
        cleaned = STACK_CONFIG / f"{stack.name}.state.json"
        cleaned.write_text(json.dumps(exported))
        command.run(["stack", "import", "--stack", stack.name, "--file", str(cleaned)], "", environment)
        cleaned.unlink()
        progress.say(f"begun by the killed run and done again now: {len(pending)}")


def begun(name: str, known: Collection[str]) -> frozenset[str]:
    """URNs that killed runs had begun to make and no later one has made: they may be there or not."""
    file = _begun_file(name)
    return frozenset(json.loads(file.read_text())).difference(known) if file.exists() else frozenset()


def _note(name: str, urns: Collection[str]) -> None:
    _begun_file(name).write_text(json.dumps(sorted(begun(name, ()).union(urns))))


def _begun_file(name: str) -> Path:
    return STACK_CONFIG / f"{name}.begun.json"


def _listens(address: str) -> bool:
    """Whether the engine that a plugin was given as `127.0.0.1:port` still answers there."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except (OSError, ValueError):
        return False


def _is_engine(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name.startswith("pulumi")
    except OSError:
        return False
