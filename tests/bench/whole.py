"""A throwaway stack brought up as `make up` does: until its nodes are Ready, then with nothing to do."""

from collections.abc import Callable

from local.progress import TIMES
from tests.bench.timeline import Timeline, phases
from tests.cluster.project import Project, settings_on

STACK = "bench"
CONTROL_PLANE = "control-1"
CLUSTER_ONLY = "metalml:layers"


def measure_ready(project: Project, number: int, tell: Callable[[str], None]) -> list[dict[str, float]]:
    """Make the cluster `number` times and leave the last one; what each phase took."""
    settings = settings_on(project, cluster=STACK, machines="10.89.0", pods="10.248")
    settings["config"][CLUSTER_ONLY] = ["cluster"]
    # A layer that the stack does not own has no settings in it.
    for layer in ("platform", "models", "images"):
        settings["config"].pop(f"metalml:{layer}")
    rounds: list[dict[str, float]] = []
    for _ in range(number):
        if rounds:
            project.must("down", STACK)
        project.write(STACK, settings)
        whole = project.must("up", STACK)
        found = phases(Timeline(project.resources(STACK)), CONTROL_PLANE)
        rounds.append({**found, "command": whole.seconds})
        tell(f"  machines running -> 2 nodes Ready: {found['total']:.1f} s")
    return rounds


def measure_unchanged(project: Project, number: int, tell: Callable[[str], None]) -> list[dict[str, float]]:
    """Bring all layers up, then `number` times again without a change: the command, and the engine alone."""
    project.write(STACK, settings_on(project, cluster=STACK, machines="10.89.0", pods="10.248"))
    project.must("up", STACK)
    rounds: list[dict[str, float]] = []
    for _ in range(number):
        run = project.must("up", STACK)
        if "created" in run.text or "updated" in run.text:
            raise RuntimeError(f"something changed:\n{run.text}")
        rounds.append({"command": run.seconds, "engine": engine_seconds(project)})
        tell(f"  nothing to do: {run.seconds:.1f} s, the engine {rounds[-1]['engine']:.1f} s")
    return rounds


def engine_seconds(project: Project) -> float:
    """How long the engine took in the last `up`."""
    lines = (project.folder / ".local/log" / TIMES).read_text().splitlines()
    return float(next(line.split("\t")[2] for line in reversed(lines) if line.startswith("up\t")))
