"""`make why`: what of a stack is not ready in the cluster, and what keeps it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.errors import Problem
from local.kubernetes.objects import Objects, named
from local.kubernetes.readiness import missing
from local.kubernetes.reasons import reasons
from local.progress import Progress
from local.state import kubeconfig_in, read_resources

# Objects that are looked at beside each other.
_LOOKS = 16


def why(stack_name: str, progress: Progress) -> None:
    """Say of each object that is not ready what keeps it. Changes nothing; works beside an `up`."""
    resources = read_resources(stack_name)
    kubeconfig = kubeconfig_in(resources)
    if kubeconfig is None:
        raise Problem(f"stack {stack_name} has no cluster yet: what it waits for is not in one")
    objects = Objects(kubeconfig)
    things = [one["inputs"] for one in resources if _is_object(one)]
    with ThreadPoolExecutor(_LOOKS) as pool:
        told = [lines for lines in pool.map(lambda thing: _told(thing, objects), things) if lines]
    for lines in told:
        progress.say("\n    ".join(lines))
    progress.say(f"{len(told)} of {len(things)} objects of stack {stack_name} are not ready")


def _is_object(resource: Mapping[str, Any]) -> bool:
    # What is about to be deleted is there a second time, or not at all.
    return (
        resource["type"].startswith("kubernetes:")
        and "kind" in resource.get("inputs", {})
        and not resource.get("delete")
    )


def _told(thing: Mapping[str, Any], objects: Objects) -> list[str]:
    """What there is to say of one object, its name first; nothing of one that is ready."""
    live = objects.read(thing)
    name = named(thing)
    if live is None:
        return [f"{name}: it is not there; `pulumi refresh` sees that, and the next `up` makes it"]
    lacks = missing(live)
    if lacks is None:
        return []
    lines = [line for reason in reasons(live, objects.client) for line in reason.lines]
    return [f"{name}: {lacks}", *(line for line in lines if line != lacks)]
