"""The program's own commands, recorded instead of run: what `make up` would run, and with what."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pulumi

from settings import Settings
from stacks import cluster
from tests.unit.conftest import Recorder, plain

REPOSITORY = Path(__file__).resolve().parents[2]
# Seconds. No command of these tests takes a quarter of it, even on a busy computer.
LONGEST = 600
# What stands for outputs that are not known before a machine has been made and looked at.
NO_HOST_KEY = "ssh-ed25519 AAAA"
NO_FACTS = (
    '{"hostname":"","machineId":"","os":"debian","codename":"bookworm","cgroup":"v1","container":true,'
    '"oomScore":"free","conntrack":"writable","openFiles":20000}'
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a command ended. `err` is what a user sees."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Command:
    """One Command of the program, as its provider would run it."""

    create: str
    delete: str | None
    stdin: str
    environment: Mapping[str, str]

    def run(
        self, variables: Mapping[str, str] | None = None, *, stdin: str | None = None, delete: bool = False
    ) -> Result:
        """Run it (or its removal) to its end; `variables` are other values of its environment."""
        started = time.monotonic()
        process = self.start(variables, stdin=stdin, delete=delete)
        try:
            out, err = process.communicate(timeout=LONGEST)
        except BaseException:
            kill(process)
            raise
        return Result(code=process.returncode, out=out, err=err, seconds=time.monotonic() - started)

    def start(
        self, variables: Mapping[str, str] | None = None, *, stdin: str | None = None, delete: bool = False
    ) -> subprocess.Popen[str]:
        """Start it in a process group of its own, so that it can be killed with its ssh clients."""
        text = self.delete if delete else self.create
        assert text
        process = subprocess.Popen(
            ["/bin/sh", "-c", text],
            cwd=REPOSITORY,
            env={**os.environ, **self.environment, **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdin
        process.stdin.write("" if delete else (self.stdin if stdin is None else stdin))
        process.stdin.close()
        process.stdin = None
        return process


def kill(process: subprocess.Popen[str]) -> None:
    """`kill -9` of a started command and everything that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def commands_of(settings: Settings, outputs: Mapping[str, str]) -> dict[str, Command]:
    """Every Command of the cluster layer by its name; `outputs` is what earlier ones printed."""
    recorder = Recorder()
    for machine in settings.machines:
        made, looked = f"{machine.name}-machine", f"{machine.name}-preflight"
        recorder.outputs[made] = {"stdout": outputs.get(made, NO_HOST_KEY)}
        recorder.outputs[looked] = {"stdout": outputs.get(looked, NO_FACTS)}
    pulumi.runtime.set_mocks(recorder, project="metalml", stack="test", preview=False)
    try:
        pulumi.runtime.test(lambda: cluster.build(settings))()
    finally:
        pulumi.runtime.reset_options()
    found = {
        name: plain(command.inputs) for name, command in recorder.of_type("command:local:Command").items()
    }
    return {
        name: Command(
            create=inputs["create"],
            delete=inputs.get("delete"),
            stdin=inputs.get("stdin", ""),
            environment=inputs.get("environment", {}),
        )
        for name, inputs in found.items()
    }
