"""The real engine and its provider plugins, on stacks that a test makes."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes
from pulumi.automation import (
    CommandError,
    EngineEvent,
    LocalWorkspace,
    OutputMap,
    ProjectSettings,
    Stack,
    UpdateSummary,
)
from pulumi.automation._server import LanguageServer
from pulumi.automation._stack import StackInitMode
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

from local.bundle.modules import KUBERNETES
from local.creation import refuse_to_adopt
from local.engine.logs import without_logs
from local.engine.plugins import install_plugins
from local.engine.pulumi import ENGINE
from local.killed import end_orphans
from local.paths import REPOSITORY, link
from local.progress import Progress
from local.stack import backend_url, urns_in
from stacks.registrations import wait_by_registration
from tests.api.watched import WatchedCommand

PROJECT = "test"
# Resources that a program has besides what a test is about.
_FRAME = ("pulumi:pulumi:Stack", "pulumi:providers:")

Program = Callable[[pulumi.ResourceOptions], object]

# A process has one pool of connections. An engine that happens to listen where a killed one did could not be
# reached until the pool tries that address again.
_GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))


@dataclass(kw_only=True)
class Run:
    """What one operation of the engine did and said."""

    failed: bool = False
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, kind and operation of each resource that was not left alone."""
    details: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each changed resource, the kind of change of each property path."""
    texts: list[str] = field(default_factory=list)
    """Every message, with the resource's name before it where it has one."""
    console: str = ""
    seconds: float = 0
    """How long the engine took."""

    def __call__(self, event: EngineEvent) -> None:
        """Take one of the engine's events."""
        if event.resource_pre_event:
            what = event.resource_pre_event.metadata
            if what.op.value not in ("same", "read", "refresh") and not what.type.startswith(_FRAME):
                name = what.urn.rpartition("::")[2]
                self.steps.append((name, what.type.rpartition(":")[2], what.op.value))
                self.details[name] = {
                    path: diff.diff_kind.value for path, diff in (what.detailed_diff or {}).items()
                }
        said = event.diagnostic_event
        if said and said.severity != "debug":
            self.texts.append(f"{(said.urn or '').rpartition('::')[2]}: {said.message.rstrip()}")

    @property
    def changes(self) -> dict[str, str]:
        """The operation of each resource that was not left alone, by the resource's name."""
        return {name: operation for name, _, operation in self.steps}

    @property
    def text(self) -> str:
        """All messages as one text."""
        return "\n".join(self.texts)


def _each(run: Run, other: Callable[[EngineEvent], None] | None) -> Callable[[EngineEvent], None]:
    """Whoever takes events: the run, and who is given besides."""

    def take(event: EngineEvent) -> None:
        run(event)
        if other:
            other(event)

    return take


def _runs_a_program() -> bool:
    """Whether the SDK still runs one: that of a killed engine goes on for a moment.

    Programs of one process share the SDK's settings, so the next one would talk to the engine that is gone.
    """
    run = LanguageServer.Run.__code__
    stacks = sys._current_frames().values()
    return any(frame.f_code is run for stack in stacks for frame, _ in traceback.walk_stack(stack))


class _Stack(Stack):
    """A stack that is not asked for its outputs and its history when it is up: each is one more engine."""

    def outputs(self) -> OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:
        # The SDK wants one, and nobody here reads it.
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


class EngineStack:
    """One stack. Operations raise AssertionError with the engine's words where they end unexpectedly."""

    def __init__(
        self, stack: Stack, command: WatchedCommand, kubeconfig: str, backend: Path, *, adopts: bool
    ) -> None:
        """`adopts`: the Kubernetes plugin takes over what is there already."""
        self.stack = stack
        self._adopts = adopts
        self._begun: set[str] = set()
        self.kubeconfig = kubeconfig
        self._command = command
        self._backend = backend

    def up(self, build: Program, *, fails: bool = False, **options: Any) -> Run:
        """Bring the stack to what `build` makes with a provider for the API server."""
        return self._run(self.stack.up, build, fails, options)

    def preview(self, build: Program, *, fails: bool = False, **options: Any) -> Run:
        """Show what `up` would do."""
        return self._run(self.stack.preview, build, fails, options)

    def refresh(self, *, fails: bool = False) -> Run:
        """Read what is there."""
        return self._run(self.stack.refresh, None, fails, {})

    def destroy(self, *, fails: bool = False, **options: Any) -> Run:
        """Remove everything of the stack."""
        return self._run(self.stack.destroy, None, fails, options)

    def unprotect(self) -> None:
        """Let go of what holds data, as a user says before a `destroy`."""
        workspace = self.stack.workspace
        arguments = ["state", "unprotect", "--all", "--yes", "--stack", self.stack.name]
        self._command.run(arguments, workspace.work_dir, workspace.env_vars)

    def outputs(self) -> dict[str, Any]:
        """What the last `up` exported."""
        return {key: one.value for key, one in self.stack.workspace.stack_outputs(self.stack.name).items()}

    def state(self) -> dict[str, dict[str, Any]]:
        """The resources in the exported state, by name; secrets in it are encrypted."""
        resources = self.exported()["deployment"].get("resources") or []
        return {one["urn"].rpartition("::")[2]: one for one in resources}

    def exported(self, *, secrets: bool = False) -> dict[str, Any]:
        """The state as `pulumi stack export` gives it; with what is secret in it, where asked for."""
        workspace = self.stack.workspace
        arguments = ["stack", "export", "--stack", self.stack.name, *(["--show-secrets"] if secrets else [])]
        done = self._command.run(arguments, workspace.work_dir, workspace.env_vars)
        return json.loads(done.stdout)

    @contextmanager
    def in_background(self, build: Program) -> Iterator[subprocess.Popen[str]]:
        """The engine's process while it brings the stack up; it is ended with the block."""
        thread = threading.Thread(target=self._quietly, args=(build,))
        thread.start()
        while (process := self._command.program) is None:
            time.sleep(0.05)
        try:
            yield process
        finally:
            process.terminate()
            thread.join()

    def unlock(self) -> None:
        """Forget the lock, the plugins and the pending operations of a killed engine, as `make up` does."""
        end_orphans(Path(self.stack.workspace.env_vars["PULUMI_HOME"]))
        shutil.rmtree(self._backend / ".pulumi" / "locks")
        state = json.loads(self._state_file.read_text())
        pending = state["checkpoint"]["latest"].pop("pending_operations", None) or []
        self._begun |= {operation["resource"]["urn"] for operation in pending}
        self._state_file.write_text(json.dumps(state))

    @property
    def _state_file(self) -> Path:
        return self._backend / ".pulumi" / "stacks" / PROJECT / f"{self.stack.name}.json"

    def _quietly(self, build: Program) -> None:
        with suppress(AssertionError):
            self.up(build)

    def _run(
        self,
        operation: Callable[..., Any],
        build: Program | None,
        fails: bool,
        options: Mapping[str, Any],
    ) -> Run:
        run, lines = Run(), []
        arguments: dict[str, Any] = {
            **options,
            "on_event": _each(run, options.get("on_event")),
            "on_output": lines.append,
            "on_error": lines.append,
        }
        if build is not None:
            while _runs_a_program():
                time.sleep(0.05)
            arguments["program"] = partial(self._program, build)
        try:
            operation(**arguments)
        except CommandError as error:
            run.failed = True
            lines.append(str(error))
        run.console = "\n".join(lines)
        run.seconds = self._command.seconds
        assert run.failed == fails, run.console
        return run

    def _program(self, build: Program) -> None:
        # As `make up` and the repository's own program do.
        if self._adopts:
            refuse_to_adopt(urns_in(self._state_file) | self._begun)
        wait_by_registration()
        build(self._provided())

    def _provided(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            provider=pulumi_kubernetes.Provider(
                "test-cluster",
                kubeconfig=pulumi.Output.secret(self.kubeconfig),
                cluster_identifier="test",
                enable_server_side_apply=True,
                enable_config_map_mutable=True,
                enable_secret_mutable=True,
            )
        )


class Engine:
    """An engine and its plugins in a folder of their own."""

    def __init__(self, directory: Path, kubeconfig: Path) -> None:
        self.home, self._state, self._work, self._temporary = (
            directory / name for name in ("home", "state", "work", "tmp")
        )
        self._kubeconfig = kubeconfig
        for folder in (self._state, self._work, self._temporary):
            folder.mkdir(parents=True)
        # Commands name their scripts by the path in the repository.
        link(self._work / "components", REPOSITORY / "components")
        link(self.home / "bin" / "pulumi", ENGINE.build(Progress()).path("pulumi"))
        without_logs(self.home)
        self.adopts = "kubernetes" in install_plugins(self.home, Progress())
        """Whether the Kubernetes plugin is the one that is built here, 4.25.0."""

    def stack(self, name: str) -> EngineStack:
        """A new stack of this name."""
        command = WatchedCommand(root=str(self.home))
        workspace = LocalWorkspace(
            work_dir=str(self._work),
            project_settings=ProjectSettings(name=PROJECT, runtime="python"),
            pulumi_command=command,
            program=lambda: None,
            env_vars={
                "PULUMI_HOME": str(self.home),
                # The Kubernetes provider leaves a kubeconfig there in each run.
                "TMPDIR": str(self._temporary),
                "PATH": f"{KUBERNETES.build(Progress()).path('kubectl').parent}:{os.environ['PATH']}",
                "PULUMI_BACKEND_URL": backend_url(self._state),
                "PULUMI_CONFIG_PASSPHRASE": "test",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            },
        )
        stack = _Stack(name, workspace, StackInitMode.CREATE)
        return EngineStack(stack, command, self._kubeconfig.read_text(), self._state, adopts=self.adopts)
