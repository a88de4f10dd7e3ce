"""Which figures prometheus-adapter offers, and by which queries: its configuration file, as text."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from settings.autoscaling import MetricsApi, PodMetric

# Seconds. Two scrapes of 30 s, so that a missed one does not look like silence.
WINDOW = "1m"


# The series of TensorFlow Serving begin with a colon, which scraping has to replace (docs/autoscaling.md).
# Probes are requests, too, but without an API: idle pods would look busy.
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
    # Right only for pods that have a GPU to themselves: DCGM cannot tell who uses a shared one.
    PodMetric.GPU_PERCENT: (
        'DCGM_FI_DEV_GPU_UTIL{namespace!="",pod!=""}',
        "avg(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
    ),
}
_BY_POD = {"overrides": {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}}


def adapter_configuration(apis: Iterable[MetricsApi]) -> str:
    """The file for the APIs that the adapter is to own."""
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
                # Whatever a recording rule of yours calls so.
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
    """CPU and memory from the kubelets' and node_exporter's series."""
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
