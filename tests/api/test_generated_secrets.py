"""Passwords and keys that nobody chose are in Secrets of the cluster and nowhere else to be read."""

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

import pytest
from pulumi import Output, ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.generated_password import GeneratedPassword
from components.logging import fluentd_outputs
from components.logging.elasticsearch import Elasticsearch, ElasticsearchArgs
from components.logging.fluentd import Fluentd, FluentdArgs
from components.logging.kibana import Kibana, KibanaArgs
from components.logging.log_indices import LogIndices, LogIndicesArgs
from components.logging.names import NAMESPACE
from components.monitoring.dashboards.every import dashboards
from components.monitoring.grafana import Grafana, GrafanaArgs
from components.versions import IMAGES
from local.paths import REPOSITORY

# No pod runs here, so nothing that is made of pods is waited for.
SKIP = {"pulumi.com/skipAwait": "true"}
# Names of users stand in Secrets, too, and are none; what has come of chance is longer.
LEAST_LENGTH = 16


def here(args: ResourceTransformationArgs) -> ResourceTransformationResult:
    """Commands run where their scripts are, and nothing waits."""
    props = dict(args.props)
    if args.type_ == "command:local:Command":
        props["dir"] = str(REPOSITORY)
    elif args.type_.startswith("kubernetes:"):
        props["metadata"] = Output.from_input(props["metadata"]).apply(not_waited_for)
    return ResourceTransformationResult(props, args.opts)


def not_waited_for(metadata: ObjectMetaArgs) -> ObjectMetaArgs:
    given = cast(Mapping[str, str], metadata.annotations or {})
    metadata.annotations = {**given, **SKIP}
    return metadata


def build(namespace: str, provided: ResourceOptions) -> None:
    # Not the newer `transforms`: the engine asks for those over a connection of the SDK's own, which fails
    # now and then (`invoke transform: Canceled`) where one process runs a program more than once.
    options = ResourceOptions.merge(provided, ResourceOptions(transformations=[here]))
    Grafana(
        "grafana",
        GrafanaArgs(
            namespace=namespace, image=IMAGES["grafana"], dashboards=dashboards(None), scrape_seconds=30
        ),
        options,
    )
    image, kibana = IMAGES["elasticsearch"], GeneratedPassword("kibana-password", options).text
    collector = GeneratedPassword("fluentd-password", options).text
    nodes = Elasticsearch("elasticsearch", ElasticsearchArgs(image=image), options)
    LogIndices(
        "logs",
        LogIndicesArgs(
            image=image,
            authority=nodes.authority,
            days=30,
            most_bytes=2**30,
            copies=1,
            collector_password=collector,
            kibana_password=kibana,
            snapshots=None,
            after=nodes.ready,
        ),
        options,
    )
    Kibana(
        "kibana",
        KibanaArgs(image=IMAGES["kibana"], client_image=image, authority=nodes.authority, password=kibana),
        options,
    )
    Fluentd(
        "fluentd",
        FluentdArgs(
            image=IMAGES["fluentd-elasticsearch"],
            output=fluentd_outputs.elasticsearch_output(),
            password=collector,
            buffer_bytes=2**30,
            authority=nodes.authority,
        ),
        options,
    )


def secret_values(items: list[dict[str, Any]]) -> set[str]:
    """Every value of the Secrets but certificates, which are shown to whoever connects."""
    return {
        base64.b64decode(data).decode()
        for one in items
        if one["kind"] == "Secret"
        for name, data in one.get("data", {}).items()
        if not name.endswith(".crt")
    }


@pytest.mark.usefixtures("monitoring_kinds")
def test_no_generated_secret_is_in_the_state_on_the_console_or_in_another_object(
    stack, namespace, api_server
):
    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])

    def program(options: ResourceOptions) -> None:
        build(namespace, options)

    runs = [stack.preview(program), stack.up(program), stack.up(program), stack.refresh()]
    assert runs[2].changes == {}
    kinds = "configmaps,secrets,services,networkpolicies,deployments,statefulsets,daemonsets,jobs,cronjobs"
    listed = [
        one
        for place in (namespace, NAMESPACE)
        for one in json.loads(api_server.kubectl("get", kinds, "-n", place, "-o", "json").stdout)["items"]
    ]
    values = secret_values(listed)
    # Passwords as they are, and inside the files that programs read them from.
    assert len(values) >= 8
    others = [one for one in listed if one["kind"] != "Secret"]
    texts = [json.dumps(stack.exported()), json.dumps(others), *(run.console + run.text for run in runs)]
    for value in values:
        lines = [line for line in value.splitlines() if "-----" not in line]
        for form in (base64.b64encode(value.encode()).decode(), *lines):
            # Not the password itself into the report of a test.
            assert len(form) < LEAST_LENGTH or not [text for text in texts if form in text], form[:4]
    # What holds logs and what users set is not deleted by a `destroy` alone.
    told = stack.destroy(fails=True, preview_only=True).text
    assert "protected" in told
    stack.unprotect()
    stack.destroy()
