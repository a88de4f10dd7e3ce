"""The state of a stack with its secrets, in memory only: nothing here is printed or written."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from local.errors import Problem
from local.paths import PULUMI_HOME, REPOSITORY, STACK_CONFIG
from local.stack import engine_environment, has_state

# Where a secret is in the state that was asked for with its secrets.
_PLAINTEXT = "plaintext"
_PROVIDER = "pulumi:providers:kubernetes"
# Seconds for an export, which takes one or two.
_EXPORT = 60

Resource = Mapping[str, Any]


def read_resources(name: str) -> Sequence[Resource]:
    """The resources of a stack, with what is secret in them. Works while an `up` runs.

    A stack that was not made here is asked for from the `pulumi` of this computer, as its user is logged in.
    """
    if has_state(name):
        engine, folder, environment = str(PULUMI_HOME / "bin" / "pulumi"), STACK_CONFIG, engine_environment()
    else:
        engine, folder, environment = shutil.which("pulumi"), REPOSITORY, {}
    if engine is None:
        raise Problem(f"stack {name} was not made here, and there is no `pulumi` to ask for it")
    done = subprocess.run(
        [engine, "--non-interactive", "stack", "export", "--show-secrets", "--stack", name],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_EXPORT,
        # Ctrl-C on a terminal is for `make up`, which lets its engine finish.
        start_new_session=True,
    )
    if done.returncode:
        raise Problem(f"the state of stack {name} cannot be read: {done.stderr.strip()}")
    return json.loads(done.stdout)["deployment"].get("resources") or []


def read_kubeconfig(name: str) -> str | None:
    """The kubeconfig of a stack; None while there is none."""
    return kubeconfig_in(read_resources(name))


def kubeconfig_in(resources: Sequence[Resource]) -> str | None:
    """The kubeconfig by which the stack's objects are made; None while there is none."""
    for resource in resources:
        if resource["type"] == _PROVIDER:
            found = resource.get("inputs", {}).get("kubeconfig")
            return json.loads(found[_PLAINTEXT]) if isinstance(found, Mapping) else found
    return None
