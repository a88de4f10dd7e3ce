"""The configuration file of prometheus-adapter: its metrics, and their PromQL queries."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from settings.autoscaling import MetricsApi, PodMetric

# The range of rate(): two scrape intervals of 30 s, so that one missed scrape leaves a value.
WINDOW = "1m"


# TensorFlow Serving's metric names begin with a colon, which relabeling must replace (docs/autoscaling.md).
# Probes count as requests, too, but without the label API: with them idle pods would look busy.
_REQUESTS = 'tensorflow_serving_request_latency_count{namespace!="",pod!=""}'
_QUEUE = "tensorflow_serving_batching_session_queuing_latency"
_SERIES = {
    PodMetric.REQUESTS_PER_SECOND: (
        _REQUESTS,
        f'sum(rate(<<.Series>>{{<<.LabelMatchers>>,API!=""}}[{WINDOW}])) by (<<.GroupBy>>)',
    ),
    # The server counts microseconds.
    PodMetric.QUEUE_MILLISECONDS: (
        f'{_QUEUE}_sum{{namespace!="",pod!=""}}',
        f"sum(rate({_QUEUE}_sum{{<<.LabelMatchers>>}}[{WINDOW}])) by (<<.GroupBy>>)"
        f" / sum(rate({_QUEUE}_count{{<<.LabelMatchers>>}}[{WINDOW}])) by (<<.GroupBy>>) / 1000",
    ),
    # Correct only for pods with exclusive GPUs: DCGM does not attribute a shared GPU's utilization to pods.
    PodMetric.GPU_PERCENT: (
        'DCGM_FI_DEV_GPU_UTIL{namespace!="",pod!=""}',
        "avg(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
    ),
}
_BY_POD = {"overrides": {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}}


def adapter_configuration(apis: Iterable[MetricsApi]) -> str:
    """The YAML for the metrics APIs that the adapter serves."""
    wanted = set(apis)
    rules: dict[str, Any] = {}
    if MetricsApi.CUSTOM in wanted:
        rules["rules"] = [
            {
                "seriesQuery": series,
                "resources": _BY_POD,
                "name": {"matches": ".*", "as": str(metric)},
                "metricsQuery": query,
            }
            for metric, (series, query) in _SERIES.items()
        ]
    if MetricsApi.EXTERNAL in wanted:
        rules["externalRules"] = [
            {
                # Recording rules of the user with this prefix.
                "seriesQuery": '{__name__=~"^autoscaling:.+"}',
                "resources": {"namespaced": False},
                "name": {"matches": "^autoscaling:(.+)$", "as": "$1"},
                "metricsQuery": "sum(<<.Series>>{<<.LabelMatchers>>})",
            }
        ]
    if MetricsApi.RESOURCE in wanted:
        rules["resourceRules"] = _resource_rules()
    return yaml.safe_dump(rules, sort_keys=False, width=1000)


def _resource_rules() -> Mapping[str, Any]:
    """CPU and memory from metrics of kubelets (cAdvisor) and node_exporter."""
    by = {"overrides": {name: {"resource": name} for name in ("namespace", "pod", "node")}}
    container = '{<<.LabelMatchers>>,container!="",pod!=""}'
    machine = "{<<.LabelMatchers>>}"
    memory = f"node_memory_MemTotal_bytes{machine} - node_memory_MemAvailable_bytes{machine}"
    return {
        "cpu": {
            "containerQuery": f"sum(rate(container_cpu_usage_seconds_total{container}[{WINDOW}]))"
            " by (<<.GroupBy>>)",
            "nodeQuery": 'sum(rate(node_cpu_seconds_total{mode!="idle",mode!="iowait",<<.LabelMatchers>>}'
            f"[{WINDOW}])) by (<<.GroupBy>>)",
            "resources": by,
            "containerLabel": "container",
        },
        "memory": {
            "containerQuery": f"sum(container_memory_working_set_bytes{container}) by (<<.GroupBy>>)",
            "nodeQuery": f"sum({memory}) by (<<.GroupBy>>)",
            "resources": by,
            "containerLabel": "container",
        },
        "window": WINDOW,
    }
