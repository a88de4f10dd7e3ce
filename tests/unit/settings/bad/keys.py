"""Keys that do not exist, are missing, or have a value of another type."""

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.given import GONE

KEYS = {
    "unknown key": Bad(
        change={"colour": "blue"}, at="colour", says=("does not exist", "layers, upstream, cluster")
    ),
    "misspelt key": Bad(change={"modles": []}, at="modles", says=("did you mean models?",)),
    "misspelt key inside": Bad(
        change={"cluster.podRanges": "10.244.0.0/16"},
        at="cluster.podRanges",
        says=("did you mean podRange?",),
    ),
    "snake case": Bad(
        change={"cluster.kubernetes_version": "1.36.3"},
        at="cluster.kubernetes_version",
        says=("did you mean kubernetesVersion?",),
    ),
    "misspelt required key is said once": Bad(
        change={"machines[1].adress": "10.77.0.12", "machines[1].address": GONE},
        at="machines[1].adress",
        says=("did you mean address?",),
    ),
    "required key missing": Bad(
        change={"machines[1].address": GONE}, at="machines[1].address", says=("given:   missing", "add it")
    ),
    "text for a list": Bad(change={"machines": "worker-1"}, at="machines", says=("a list",)),
    "text for an object": Bad(change={"platform": "ml"}, at="platform", says=("keys with values",)),
    "text for a number": Bad(
        change={"machines[1].sshPort": "twenty-two"},
        at="machines[1].sshPort",
        says=("'twenty-two'", "a whole number"),
    ),
    "text for yes or no": Bad(
        change={"machines[1].gpu": "maybe"}, at="machines[1].gpu", says=("true or false",)
    ),
    "port zero": Bad(change={"machines[1].sshPort": 0}, at="machines[1].sshPort", says=("1 or more",)),
}
