"""The HTTPRoute rules of a model: matches for its requests, and its tracks as weighted backends."""

from collections.abc import Mapping, Sequence

from components.gateway.api import Backend, Rule

# The methods of TensorFlow Serving's REST API, after the model's name and a colon.
METHODS = ("predict", "classify", "regress")


def rules_of(
    served_name: str,
    port: int,
    services: Mapping[str, str],
    weights: Mapping[str, int],
    headers: Mapping[str, Mapping[str, str]],
) -> Sequence[Rule]:
    """A rule for each track with header matches, and one that splits all other requests by weight.

    `services`, `weights` and `headers` are by the tracks' names.
    """
    model = f"/v1/models/{served_name}"
    # PathPrefix matches whole path elements: it covers the versions and the status, not `default:predict`.
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
