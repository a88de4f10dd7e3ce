"""The engine's command line with an end: what never becomes ready tells why instead of hanging a test."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping

from pulumi.automation import CommandResult, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error

from tests.waits import LONGEST


class WatchedCommand(PulumiCommand):
    """Runs the engine; a test can get at the process."""

    program: subprocess.Popen[str] | None = None
    """The engine, while an operation runs that has a program."""
    seconds = 0.0
    """How long the last operation took."""

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run one engine command."""
        began = time.monotonic()
        process = subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        if on_output:
            self.program = process
        # Asked to stop, it says what it waited for.
        end = threading.Timer(LONGEST, process.send_signal, [signal.SIGINT])
        end.start()
        lines: list[str] = []
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if on_output:
                on_output(line.rstrip("\n"))
        process.wait()
        end.cancel()
        if on_output:
            self.seconds = time.monotonic() - began
        self.program = None
        result = CommandResult(stdout="".join(lines), stderr="", code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result
