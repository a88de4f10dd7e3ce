"""Preparation of machines by the program, by bare `ssh` and by Ansible, in turns on the same machines."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from local.progress import Progress
from settings import parse
from tests.bench.by_ansible import ansible, prepare_by_ansible, write_play
from tests.bench.by_ssh import prepare_by_ssh
from tests.bench.small_bundle import make_small_bundle
from tests.bench.targets import Target
from tests.bench.tasks import tasks_of
from tests.cluster.machines import Lab, lab
from tests.cluster.project import Project
from tests.cluster.recorded import REPOSITORY, Command, commands_of
from tests.cluster.software import software

SUBNET = 14
WAYS = ("program", "ssh", "ansible")
# The order of each round: nobody always comes first.
ORDERS = (WAYS, tuple(reversed(WAYS)), ("ssh", "ansible", "program"))


class Preparation:
    """The machines of a lab, prepared again and again."""

    def __init__(self, machines: Lab, folder: Path, bundle: Path, project: Project, ansible: Path) -> None:
        self._lab = machines
        self._folder = folder
        self._bundle = bundle
        self._project = project
        self._ansible = ansible
        self._facts: dict[str, str] = {}
        known_hosts = folder / "known_hosts"
        self._keys = {
            name: machine.run("cut", "-d ", "-f1,2", "/etc/ssh/ssh_host_ed25519_key.pub")
            for name, machine in machines.machines.items()
        }
        self._targets = {
            name: Target(
                name=name, address=machine.address, key_file=machines.key_file, known_hosts=known_hosts
            )
            for name, machine in machines.machines.items()
        }
        lines = (f"{target.address} {self._keys[name]}\n" for name, target in self._targets.items())
        known_hosts.write_text("".join(lines))

    def rounds(self, count: int, number: int, tell: Callable[[str], None]) -> dict[str, list[float]]:
        """Seconds of each way for `count` machines, `number` times; `engine` leaves out Python's start."""
        names = list(self._targets)[:count]
        raw = self._settings(names)
        for name in names:
            if name not in self._facts:
                self._facts[name] = self._commands(raw)[f"{name}-preflight"].run().out
        commands = self._commands(raw)
        seconds: dict[str, list[float]] = {way: [] for way in (*WAYS, "engine")}
        for order in (ORDERS[index % len(ORDERS)] for index in range(number)):
            for way in order:
                self._everywhere(names, commands, ("bundle",))
                try:
                    taken = self._prepare(way, names, raw, commands)
                finally:
                    self._everywhere(names, commands, ("prepare", "bundle", "firewall"), delete=True)
                for what, value in taken.items():
                    seconds[what].append(value)
                tell(f"  {count} machines by {way}: {taken[way]:.1f} s")
        return seconds

    def _prepare(
        self, way: str, names: Sequence[str], raw: Mapping[str, Any], commands: Mapping[str, Command]
    ) -> dict[str, float]:
        if way == "program":
            return self._by_program(raw)
        chains = {self._targets[name]: tasks_of(name, commands) for name in names}
        write_play(self._folder, chains)
        began = monotonic()
        if way == "ssh":
            prepare_by_ssh(chains)
        else:
            prepare_by_ansible(self._ansible, self._folder, len(names))
        return {way: monotonic() - began}

    def _by_program(self, raw: Mapping[str, Any]) -> dict[str, float]:
        stack = "preparation"
        self._project.write(stack, {"config": {f"metalml:{key}": value for key, value in raw.items()}})
        try:
            run = self._project.run("up", stack, module="tests.bench.by_engine")
            if run.code != 0:
                raise RuntimeError(f"program: {run.text}")
        finally:
            self._project.forget(stack)
        return {"program": run.seconds, "engine": float(run.text.splitlines()[-1])}

    def _everywhere(
        self,
        names: Sequence[str],
        commands: Mapping[str, Command],
        steps: Sequence[str],
        *,
        delete: bool = False,
    ) -> None:
        def one(name: str) -> None:
            for step in steps:
                result = commands[f"{name}-{step}"].run(delete=delete)
                if result.code != 0:
                    raise RuntimeError(f"{name}-{step}: {result.err}")

        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            list(pool.map(one, names))

    def _settings(self, names: Sequence[str]) -> dict[str, Any]:
        """The lab's machines as servers that exist."""
        raw = copy.deepcopy(self._lab.raw)
        raw["cluster"].pop("localMachines")
        raw["cluster"]["source"]["path"] = str(self._bundle)
        raw["machines"] = [
            {
                **{key: value for key, value in machine.items() if key != "provider"},
                "hostKey": self._keys[machine["name"]],
            }
            for machine in raw["machines"]
            if machine["name"] in names
        ]
        return raw

    def _commands(self, raw: Mapping[str, Any]) -> dict[str, Command]:
        facts = {f"{name}-preflight": facts for name, facts in self._facts.items()}
        return commands_of(parse(raw, "test", REPOSITORY), facts)


@contextmanager
def preparation(machines: int, project: Project, progress: Progress) -> Iterator[Preparation]:
    """Machines to prepare: a control plane, the others workers. Gone at the end."""
    roles = {"control-1": "control-plane"} | {f"worker-{number}": "worker" for number in range(1, machines)}
    program = ansible()
    with software() as made, lab("bench", SUBNET, roles, made) as ready:
        bundle = made.folder / "small-bundle"
        make_small_bundle(bundle, progress)
        yield Preparation(ready, made.folder, bundle, project, program)
