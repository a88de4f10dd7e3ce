"""The stack `full` as its users see it, and models that they bring up on it."""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.cluster.project import Project, Run, settings_on
from tests.waits import waiting

STACK = "full"


class FullCluster:
    """A cluster with every feature on."""

    def __init__(self, owner: Project, project: Project) -> None:
        self.owner = owner
        """The checkout that `full` is brought up in."""
        self.project = project
        """The one for stacks of the tests: a checkout does one thing at a time."""

    def kubectl(self, *arguments: str) -> str:
        """Ask the cluster."""
        return self.project.kubectl(*arguments)

    @property
    def name(self) -> str:
        """What the cluster's machines are called after."""
        return self.owner.settings(STACK)["config"]["metalml:cluster"]["name"]

    def machine(self, name: str) -> str:
        """The container that is the machine of this name."""
        return f"metalml-{self.name}-{name}"

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
        images = self.owner.settings(STACK)["config"]["metalml:images"]
        frame = {
            "metalml:layers": ["models"],
            "metalml:upstream": {"cluster": STACK, "platform": STACK},
            "metalml:images": images,
        }
        self.project.write(stack, {"config": {**frame, **config}})


class SharedCluster:
    """The cluster once for all processes of a run, by a folder that they have in common.

    Its ranges are its own: a user's `full` may stand beside it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / STACK
        self._begun, self._is_up = self._folder / "begun", self._folder / "up"

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Nobody else of the run does the same meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._folder / f"{what}.lock", "w") as lock:
            with waiting(what):
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def open(self) -> FullCluster:
        """The cluster, brought up by whoever needs it first, with a checkout for the caller's own stacks."""
        with self.alone("the cluster full"):
            owner = Project(self._folder / "owner")
            if not self._begun.exists():
                given = settings_on(
                    owner, stack=STACK, cluster=f"test-{STACK}", machines="10.84.0", pods="10.241"
                )
                owner.write(STACK, given)
                # What a killed run left, as before each lab.
                owner.sweep(STACK)
                self._begun.touch()
                owner.must("up", STACK)
                self._is_up.touch()
            assert self._is_up.exists(), "another lane did not bring the cluster up"
        return FullCluster(owner, owner.beside(Path(mkdtemp(prefix="beside-", dir=self._folder))))

    def remove(self) -> None:
        """Take it off this computer, if anybody brought it up."""
        if self._begun.exists():
            Project(self._folder / "owner").sweep(STACK)
            self._begun.unlink()
            self._is_up.unlink(missing_ok=True)
