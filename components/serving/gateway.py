"""A model's tracks behind the Gateway: which requests are the model's, and which track gets them."""

from collections.abc import Mapping, Sequence

from components.gateway.api import Backend, Rule

# What follows a model's name after a colon in TensorFlow Serving's paths.
METHODS = ("predict", "classify", "regress")


def rules_of(
    served_name: str,
    port: int,
    services: Mapping[str, str],
    weights: Mapping[str, int],
    headers: Mapping[str, Mapping[str, str]],
) -> Sequence[Rule]:
    """A rule for each track that has headers, and one that divides all other requests by weight.

    Everything is by the tracks' names; `services` are theirs.
    """
    model = f"/v1/models/{served_name}"
    # A prefix covers whole parts of a path, so it has the versions and the status but not `default:predict`.
    exact, below = tuple(f"{model}:{method}" for method in METHODS), (model,)
    by_header = [
        Rule(
            exact=exact,
            prefixes=below,
            headers=wanted,
            backends=[Backend(service=services[track], port=port, weight=1)],
        )
        for track, wanted in headers.items()
        if wanted
    ]
    others = Rule(
        exact=exact,
        prefixes=below,
        backends=[
            Backend(service=service, port=port, weight=weights[track]) for track, service in services.items()
        ],
    )
    return [*by_header, others]
