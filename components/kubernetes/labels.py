"""The labels by which objects say whose they are."""

from collections.abc import Mapping

# Of every object that metalml makes in a cluster for those who share it.
OURS = {"app.kubernetes.io/part-of": "metalml", "app.kubernetes.io/managed-by": "pulumi"}


def labels_of_part(selector: Mapping[str, str], component: str) -> dict[str, str]:
    """Labels of every object of a program: those that find its pods, and what it is a part of."""
    return {**selector, "app.kubernetes.io/component": component, **OURS}
