"""Runs the engine for the Automation API: where it may write, and how it ends on Ctrl-C."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory
from types import FrameType

from pulumi.automation import CommandResult, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error

from local.errors import Explained
from local.paths import PULUMI_HOME, REPOSITORY, STACK_CONFIG

# These run the program, and relative paths in it mean the repository. All others only handle the stack's
# state; they work beside the engine's copy of the settings, where they may write.
PROGRAM_COMMANDS = frozenset({"up", "preview", "destroy", "refresh"})


class EngineCommand(PulumiCommand):
    """The engine in our PULUMI_HOME."""

    def __init__(self, on_interrupt: Callable[[], None]) -> None:
        super().__init__(root=str(PULUMI_HOME))
        self._on_interrupt = on_interrupt

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run one engine command. The first interrupt lets it finish what runs, the second ends it."""
        # The Kubernetes provider writes the kubeconfig into a temporary file and leaves it there.
        with TemporaryDirectory(dir=PULUMI_HOME, prefix="tmp-") as temporary:
            return self._run(args, {**additional_env, "TMPDIR": temporary}, on_output, on_error)

    def _run(
        self,
        args: list[str],
        additional_env: Mapping[str, str],
        on_output: OnOutput | None,
        on_error: OnOutput | None,
    ) -> CommandResult:
        process = subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=REPOSITORY if args[0] in PROGRAM_COMMANDS else STACK_CONFIG,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            # A terminal would send Ctrl-C to the plugins and their commands too, and nothing could finish.
            start_new_session=True,
        )
        interrupted = threading.Event()

        def forward(_number: int, _frame: FrameType | None) -> None:
            if not interrupted.is_set():
                self._on_interrupt()
            interrupted.set()
            process.send_signal(signal.SIGINT)

        before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            stdout, stderr = _read_both(process, on_output, on_error)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if interrupted.is_set():
            raise KeyboardInterrupt
        result = CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if result.code < 0:
            raise Explained(
                f"the engine was killed (signal {-result.code}); what it did is kept, run it again to go on"
            )
        if result.code != 0:
            raise create_command_error(result)
        return result


def _read_both(
    process: subprocess.Popen[str], on_output: OnOutput | None, on_error: OnOutput | None
) -> tuple[str, str]:
    texts: tuple[list[str], list[str]] = ([], [])

    def consume(index: int, callback: OnOutput | None) -> None:
        stream = (process.stdout, process.stderr)[index]
        assert stream, "both are pipes"
        for line in stream:
            texts[index].append(line)
            if callback:
                callback(line.rstrip("\n"))

    readers = [threading.Thread(target=consume, args=pair) for pair in enumerate((on_output, on_error))]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    process.wait()
    return "".join(texts[0]), "".join(texts[1])
