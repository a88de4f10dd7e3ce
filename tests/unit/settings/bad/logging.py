"""Mistakes in logging."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad

OUTPUT = "platform.logging.output"


def elasticsearch(**changes: Any) -> dict[str, Any]:
    """Logs in Elasticsearch."""
    return {"platform.logging": {"output": {"kind": "elasticsearch", **changes}}}


def cloudwatch(**changes: Any) -> dict[str, Any]:
    """Logs at Amazon."""
    output = {
        "kind": "cloudwatch",
        "region": "eu-central-1",
        "group": "/metalml/dev",
        "accessKeyId": "A" * 20,
        "secret": "cloudwatch",
        **changes,
    }
    return {"platform.logging": {"output": output}}


LOGGING = {
    "logs that do not fit on the volumes": Bad(
        change=elasticsearch(replicas=3, volume={"size": "50Gi"}, retention={"size": "150Gi"}),
        at=f"{OUTPUT}.retention.size",
        says=("150Gi, with 3 volumes of 50Gi", "at most 85 % of all volumes"),
    ),
    "logs that stay no day": Bad(
        change=elasticsearch(retention={"days": 0}), at=f"{OUTPUT}.retention.days", says=("1 or more",)
    ),
    "two nodes of Elasticsearch": Bad(
        change=elasticsearch(replicas=2), at=f"{OUTPUT}.replicas", says=("1, or 3 and more",)
    ),
    "Elasticsearch without memory": Bad(
        change=elasticsearch(memory="1Gi"), at=f"{OUTPUT}.memory", says=("2Gi or more",)
    ),
    "snapshots that nobody may write": Bad(
        change=elasticsearch(snapshots={"endpoint": "https://s3.example.com", "bucket": "logs"}),
        at=f"{OUTPUT}.snapshots",
        says=("no s3AccessKeyId", "metalml:s3SecretAccessKey"),
    ),
    "buffer that holds no chunk": Bad(
        change={"platform.logging": {"buffer": "1Mi"}}, at="platform.logging.buffer", says=("64Mi or more",)
    ),
    "output that nobody knows": Bad(
        change={"platform.logging": {"output": {"kind": "splunk"}}},
        at=OUTPUT,
        says=("kind: 'elasticsearch', 'cloudwatch', 'cloudlogging', 'azuremonitor'",),
    ),
    "secret of an output that is not there": Bad(
        change=cloudwatch(),
        at=f"{OUTPUT}.secret",
        says=("a name in metalml:secrets: there is none", "--path metalml:secrets.cloudwatch"),
    ),
    "group that would end a line of Fluentd's configuration": Bad(
        change={**cloudwatch(group="logs # of dev"), "secrets": {"cloudwatch": "x"}},
        at=f"{OUTPUT}.group",
        says=("such as /metalml/prod",),
        also_at=("secrets",),
    ),
    "output without an image": Bad(
        change={
            "platform.logging": {
                "output": {"kind": "cloudlogging", "project": "my-project", "secret": "google"}
            },
            "secrets": {"google": "{}"},
        },
        at=f"{OUTPUT}.kind",
        says=("metalml:images has no fluentd-cloudlogging", "docs/logging.md"),
        also_at=("secrets",),
    ),
    "namespace beside the collectors": Bad(
        change={"platform.logging": {}, "platform.namespaces": ["ml", "logging"]},
        at="platform.namespaces[1]",
        says=("not platform.logging's",),
    ),
}
