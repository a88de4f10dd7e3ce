"""Lints .github/workflows with actionlint, built from its Go module: `python -m tests.tools.workflows`."""

import os
import sys
from pathlib import Path

from local.errors import Problem
from local.gomodule import GoModule
from local.progress import Progress

ACTIONLINT = GoModule(
    name="actionlint",
    title="actionlint",
    directory=Path(__file__).parent / "actionlint",
    programs={"actionlint": "github.com/rhysd/actionlint/cmd/actionlint"},
    variables={},
)

if __name__ == "__main__":
    try:
        program = ACTIONLINT.build(Progress()).path("actionlint")
    except Problem as problem:
        sys.exit(f"error: {problem}")
    # It finds the workflows by itself, and shellcheck, which checks their scripts, on the PATH.
    os.execv(program, [program, "-color" if sys.stdout.isatty() else "-no-color"])
