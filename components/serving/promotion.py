"""Promotion gates: Prometheus queries that a track must pass before it gets more of the requests."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output

from components.checks import require_dns_label
from components.monitoring.names import NAMESPACE, PROMETHEUS
from components.serving.model_server import ModelServer
from components.ssh.connection import Connection
from components.ssh.host import Host
from settings.rollout import GateSettings

# Severities of alerts that block a promotion; `info` needs no action.
SEVERITIES = "critical|warning"


@dataclass(frozen=True, kw_only=True)
class PromotionGateArgs:
    """The new share of a track, and the conditions of its promotion."""

    control_plane: Connection
    """The machine that runs the gate; it queries Prometheus through the API server's proxy."""
    namespace: Input[str]
    """The model's namespace; resolves once Prometheus monitors it."""
    model: str
    track: str
    share: int
    """Percent of the model's requests that the track gets after the promotion."""
    gate: GateSettings

    def __post_init__(self) -> None:
        require_dns_label("model", self.model)
        require_dns_label("track", self.track)
        if not 0 < self.share <= 100:
            raise ValueError(f"share {self.share} must be from 1 to 100 percent")


def promotion_gate(
    name: str, args: PromotionGateArgs, server: ModelServer, parent: pulumi.Resource
) -> pulumi.Resource:
    """A Command that fails, and that the next `up` runs again, until the track passes its gate.

    It runs after the rollout of `server`, the track's model server. The route or Service that sends requests
    to the track depends on it. It runs once for each share, and not when nothing changes.
    """
    queries = Output.from_input(args.namespace).apply(lambda namespace: gate_queries(args, namespace))
    host = Host(connection=args.control_plane, parent=parent, after=[server.rolled_out])
    return host.run(f"{name}-{args.track}-gate", "promotion-gate.sh", payload=queries)


def gate_queries(args: PromotionGateArgs, namespace: str) -> str:
    """The input of scripts/node/promotion-gate.sh: a key and its value on each line."""
    of_track = f'namespace="{namespace}",model="{args.model}",track="{args.track}"'
    window = f"{args.gate.minutes}m"
    # Successful predictions only: requests of probes have an empty label API.
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
