"""What the platform makes."""

from tests.unit.settings.bad.mistake import Bad

PLATFORM = {
    "namespace no DNS label": Bad(
        change={"platform.namespaces": ["ml", "Team A"]},
        at="platform.namespaces[1]",
        says=("'Team A'", "a DNS label"),
    ),
    "namespace of Kubernetes": Bad(
        change={"platform.namespaces": ["ml", "kube-system"]},
        at="platform.namespaces[1]",
        says=("a namespace of your own",),
    ),
    "namespace twice": Bad(
        change={"platform.namespaces": ["ml", "ml"]},
        at="platform.namespaces[1]",
        says=("each namespace once",),
    ),
}
