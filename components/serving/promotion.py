"""Promotion gates: Prometheus is asked whether a track has shown enough to get more of the requests."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output

from components.checks import require_dns_label
from components.monitoring.names import NAMESPACE, PROMETHEUS
from components.serving.model_server import ModelServer
from components.ssh.connection import Connection
from components.ssh.host import Host
from settings.rollout import GateSettings

# Of alerts that keep a track from more requests; `info` is nothing to act on.
SEVERITIES = "critical|warning"


@dataclass(frozen=True, kw_only=True)
class PromotionGateArgs:
    """What one track of a model is to get, and what it must have shown before."""

    control_plane: Connection
    """Where the API server's own way to Prometheus is taken."""
    namespace: Input[str]
    """Of the model, known when Prometheus looks at it."""
    model: str
    track: str
    share: int
    """Percent of the model's requests that it is to get."""
    gate: GateSettings

    def __post_init__(self) -> None:
        require_dns_label("model", self.model)
        require_dns_label("track", self.track)
        if not 0 < self.share <= 100:
            raise ValueError(f"share {self.share} must be from 1 to 100 percent")


def promotion_gate(
    name: str, args: PromotionGateArgs, server: ModelServer, parent: pulumi.Resource
) -> pulumi.Resource:
    """A Command that fails, and is run again by the next `up`, as long as the track has not shown enough.

    It asks when `server`, the track's, runs the version that the settings name. What sends requests to the
    track depends on it. It is asked once for each share, and not when nothing changes.
    """
    asked = Output.from_input(args.namespace).apply(lambda namespace: questions(args, namespace))
    host = Host(connection=args.control_plane, parent=parent, after=[server.rolled_out])
    return host.run(f"{name}-{args.track}-gate", "promotion-gate.sh", payload=asked)


def questions(args: PromotionGateArgs, namespace: str) -> str:
    """What scripts/node/promotion-gate.sh reads: a word and its value on each line."""
    of_track = f'namespace="{namespace}",model="{args.model}",track="{args.track}"'
    window = f"{args.gate.minutes}m"
    # Of predictions that went well, and of no probes: those have no API.
    answered = f'sum(increase(tensorflow_serving_request_latency_count{{API!="",{of_track}}}[{window}]))'
    firing = f'ALERTS{{alertstate="firing",severity=~"{SEVERITIES}",{of_track}}}'
    return "".join(
        f"{word} {value}\n"
        for word, value in (
            ("prometheus", f"/api/v1/namespaces/{NAMESPACE}/services/{PROMETHEUS}:web/proxy"),
            ("namespace", namespace),
            ("deployment", f"{args.model}-{args.track}"),
            ("share", args.share),
            ("minutes", args.gate.minutes),
            ("requests", args.gate.requests),
            ("answered", answered),
            ("firing", firing),
        )
    )
