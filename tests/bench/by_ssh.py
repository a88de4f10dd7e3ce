"""Preparation by bare `ssh`: each machine's scripts one after the other, all machines at the same time."""

import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.bench.targets import Target
from tests.bench.tasks import Task


def prepare_by_ssh(chains: Mapping[Target, Sequence[Task]]) -> None:
    """Run every chain; the first script that fails is an error."""
    with ThreadPoolExecutor(max_workers=len(chains)) as pool:
        list(pool.map(_run_chain, chains, chains.values()))


def _run_chain(target: Target, chain: Sequence[Task]) -> None:
    for task in chain:
        command = ["ssh", *target.options, f"root@{target.address}", "bash", "-s", "--", *task.arguments]
        done = subprocess.run(command, input=task.text, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"ssh: {task.name} on {target.name}: {done.stdout}{done.stderr}")
