"""The stack `full` as its users see it, and models that they bring up on it."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.cluster.project import Project, Run

STACK = "full"


class FullCluster:
    """A cluster with every feature on."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def kubectl(self, *arguments: str) -> str:
        """Ask the cluster."""
        return self.project.kubectl(*arguments)

    def get(self, kind: str, name: str, namespace: str = "ml") -> dict[str, Any]:
        """One object, as the API server has it."""
        return json.loads(self.kubectl("get", kind, name, "--namespace", namespace, "--output", "json"))

    def run_now(self, cron_job: str, seconds: int, namespace: str = "ml") -> None:
        """Begin a job of a CronJob instead of waiting for its hour, and return when it is complete."""
        job = f"job/{cron_job}-{time.time_ns()}"
        of = ("--namespace", namespace)
        self.kubectl("create", *job.split("/"), *of, f"--from=cronjob/{cron_job}")
        self.kubectl("wait", job, *of, "--for=condition=Complete", f"--timeout={seconds}s")

    @contextmanager
    def models(self, stack: str, config: Mapping[str, Any]) -> Iterator[Run]:
        """Bring up a stack of the layer `models` with this configuration; it is gone at the end."""
        self.write(stack, config)
        try:
            yield self.project.must("up", stack)
        finally:
            self.project.run("down", stack)

    def write(self, stack: str, config: Mapping[str, Any]) -> None:
        """Write the settings of a stack of the layer `models` on this cluster."""
        images = self.project.settings(STACK)["config"]["metalml:images"]
        frame = {
            "metalml:layers": ["models"],
            "metalml:upstream": {"cluster": STACK, "platform": STACK},
            "metalml:images": images,
        }
        self.project.write(stack, {"config": {**frame, **config}})
