"""Common labels, as Kubernetes recommends them."""

from collections.abc import Mapping

# On every object that metalml creates in a cluster.
COMMON_LABELS = {"app.kubernetes.io/part-of": "metalml", "app.kubernetes.io/managed-by": "pulumi"}


def labels_of_part(selector: Mapping[str, str], component: str) -> dict[str, str]:
    """Labels of all objects of a program: pod selector, app.kubernetes.io/component and COMMON_LABELS."""
    return {**selector, "app.kubernetes.io/component": component, **COMMON_LABELS}
