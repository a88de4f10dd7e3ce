"""The validation of a kubeconfig before the Kubernetes provider uses it."""

from typing import Any

import pulumi
import yaml


def require_kubeconfig(text: str) -> str:
    """Return the kubeconfig unchanged. Raises RunError, without its contents, if it is invalid.

    With an invalid kubeconfig, Pulumi's Kubernetes provider continues without a cluster: a preview shows
    objects that no `up` can create.
    """
    try:
        config = yaml.safe_load(text)
        context = _named(config, "context", config["current-context"])
        _named(config, "user", context["user"])
        if not _named(config, "cluster", context["cluster"])["server"].startswith("https://"):
            raise ValueError("its cluster's `server` is no https:// address")
    except ValueError as error:
        raise pulumi.RunError(f"the cluster's kubeconfig cannot be used: {error}") from None
    except (KeyError, TypeError, AttributeError, yaml.YAMLError):
        raise pulumi.RunError(
            "the cluster's kubeconfig cannot be used: it must be the YAML of one, with `current-context`, and"
            " `contexts`, `clusters` and `users` that it leads to; run `pulumi up` of the stack that owns the"
            " cluster again"
        ) from None
    return text


def _named(config: Any, kind: str, name: str) -> Any:
    for entry in config[f"{kind}s"]:
        if entry["name"] == name:
            return entry[kind]
    raise ValueError(f"it has no {kind} {name!r}")
