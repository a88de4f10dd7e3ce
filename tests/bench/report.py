"""What was measured, for people."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.objects import OBSERVABILITY, WHOLE
from tests.bench.preparation import WAYS
from tests.bench.timeline import PARTS

READY_GOAL, UNCHANGED_GOAL, RATIO_GOAL = 60, 10, 1.5
# Seconds of a first `make up` that builds no program.
DOWNLOADED_GOAL = 300
# Of objects: to kubectl that waits too, and to its delete.
KUBECTL_GOAL, DESTROY_GOAL = 2.5, 1.0
# Seconds for an `up` of all objects that changes nothing.
SAME_GOAL = 8
# MiB, with every feature on.
MEMORY_GOAL = 1024
OPERATIONS = ("preview", "up", "unchanged", "destroy")


def report(results: Mapping[str, Any]) -> str:
    """All parts that were measured."""
    host = results["host"]
    lines = [
        f"metalml {host['commit']}, {host['cpus']} CPUs, load before {host['load'][0]:.1f}; seconds, medians",
        "",
    ]
    if "ready" in results:
        lines += _ready(results["ready"])
    if "preparation" in results:
        lines += _preparation(results["preparation"])
    if "unchanged" in results:
        lines += _unchanged(results["unchanged"])
    if "objects" in results:
        lines += _objects(results["objects"])
    if "downloaded" in results:
        lines += _downloaded(results["downloaded"])
    if "first" in results:
        lines += _first(results["first"])
    return "\n".join(lines)


def _ready(rounds: Sequence[Mapping[str, float]]) -> Iterable[str]:
    found = {key: median(one[key] for one in rounds) for key in rounds[0]}
    yield f"Machines running -> 2 nodes Ready ({_runs(rounds)})"
    for phase in ("preparation", "init", "join", "ready"):
        yield f"  {phase:<14}{found[phase]:7.1f}"
        if phase == "preparation":
            yield "    each on the slower machine: " + ", ".join(
                f"{part} {found[part]:.1f}" for part in PARTS
            )
    yield f"  {'total':<14}{found['total']:7.1f}   {_goal(found['total'], READY_GOAL, 'under 60')}"
    yield f"  the whole command, machines made too: {found['command']:.1f}"
    yield ""


def _preparation(counts: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterable[str]:
    yield "Preparation of N machines, side by side (small bundle, delivered before)"
    yield f"  {'N':>3}" + "".join(f"{way:>10}" for way in WAYS) + "   program/ssh  engine/ssh  ansible/ssh"
    for count, seconds in counts.items():
        found = {way: median(values) for way, values in seconds.items()}
        ratios = [found[way] / found["ssh"] for way in ("program", "engine", "ansible")]
        row = "".join(f"{found[way]:10.1f}" for way in WAYS)
        yield f"  {count:>3}{row}   {ratios[0]:11.2f}  {ratios[1]:10.2f}  {ratios[2]:11.2f}   " + _goal(
            ratios[0], RATIO_GOAL, "at most 1.5"
        )
    yield "  program: the whole process, Python's start too; engine: its part alone"
    yield ""


def _unchanged(rounds: Sequence[Mapping[str, float]]) -> Iterable[str]:
    command, engine = (median(one[key] for one in rounds) for key in ("command", "engine"))
    yield f"Up of all layers with nothing to do ({_runs(rounds)})"
    yield f"  {'command':<14}{command:7.1f}   {_goal(command, UNCHANGED_GOAL, 'under 10')}"
    yield f"  {'engine alone':<14}{engine:7.1f}"
    yield ""


def _objects(scopes: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield "Kubernetes objects on a real API server, pods pretended"
    for scope, found in scopes.items():
        yield from _scope(scope, found)
    yield "  floor: as many ConfigMaps without dependencies; plain: 301 of them; kubectl: server-side apply"
    yield ""


def _scope(scope: str, found: Mapping[str, Any]) -> Iterable[str]:
    rounds = found["rounds"]
    times = {
        way: {name: median(one[way][name] for one in rounds) for name in operations}
        for way, operations in rounds[0].items()
    }
    name = {WHOLE: "the whole program", OBSERVABILITY: "monitoring and logging alone"}[scope]
    yield f" {name}: {found['objects']} objects and {found['commands']} commands ({_runs(rounds)})"
    yield " " * 20 + "".join(f"{name:>11}" for name in OPERATIONS)
    for way, operations in times.items():
        row = "".join(f"{operations[name]:11.1f}" if name in operations else " " * 11 for name in OPERATIONS)
        yield f"  {way:<18}{row}"
    program, kubectl = times["program"], times["kubectl"]
    ratios = [
        ("up to kubectl with its waits", program["up"] / kubectl["up"], KUBECTL_GOAL),
        ("destroy to kubectl delete", program["destroy"] / kubectl["destroy"], DESTROY_GOAL),
    ]
    if scope == WHOLE:
        ratios.append(("seconds of an up without changes", program["unchanged"], SAME_GOAL))
    for words, value, limit in ratios:
        yield f"  {words:<40}{value:5.2f}   {_goal(value, limit, f'at most {limit}')}"
    taken = found["memory"] / 2**20
    goal = _goal(taken, MEMORY_GOAL, "under 1024")
    yield f"  memory of engine, plugins and program, MiB{taken:6.0f}   {goal}"


def _downloaded(seconds: float) -> Iterable[str]:
    yield "First `make up` with an empty cache, programs downloaded from this computer"
    yield f"  {'whole':<14}{seconds:7.0f}   {_goal(seconds, DOWNLOADED_GOAL, 'at most 300')}"
    yield ""


def _first(first: Mapping[str, float]) -> Iterable[str]:
    work = f"download {first['download']:.0f}, build {first['build']:.0f}"
    if "command" in first:
        yield f"First `make up` with empty caches: {first['environment'] + first['command']:.0f}"
        yield f"  {'environment':<14}{first['environment']:7.0f}   system and Python packages"
        before = first["command"] - first["stack"]
        yield f"  {'before stack':<14}{before:7.0f}   work in it, up to three at once: {work}"
    else:
        yield f"First `make up` of this checkout, from its log; work, up to three at once: {work}"
    yield f"  {'stack':<14}{first['stack']:7.0f}"
    yield ""


def _goal(value: float, limit: float, text: str) -> str:
    return f"goal {text}: {'met' if value <= limit else 'MISSED'}"


def _runs(rounds: Sequence[object]) -> str:
    return f"{len(rounds)} run{'s' if len(rounds) != 1 else ''}"
