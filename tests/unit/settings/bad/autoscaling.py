"""Autoscaling."""

from tests.unit.settings.bad.mistake import Bad

MEASURED = {"platform.metricsServer": {}}
PROMETHEUS = {"prometheusUrl": "http://prometheus.monitoring:9090"}
EXTERNAL = "external.metrics.k8s.io"
QUEUE = {"metric": "queue_length", "perPod": 30}

AUTOSCALING = {
    "autoscaler beside a fixed number": Bad(
        change={**MEASURED, "models[0].replicas": 3, "models[0].autoscaling": {}},
        at="models[0].replicas",
        says=("3, beside autoscaling", "one of them owns the number of pods"),
    ),
    "autoscaler with nothing to choose": Bad(
        change={**MEASURED, "models[0].autoscaling": {"min": 4, "max": 3}},
        at="models[0].autoscaling.min",
        says=("4, with a max of 3",),
    ),
    "autoscaler to no pod at all, with nothing to wake it": Bad(
        change={**MEASURED, "models[0].autoscaling": {"min": 0}},
        at="models[0].autoscaling.min",
        says=("only running pods have", "autoscaling.external"),
    ),
    "autoscaler to no pod at all, too early": Bad(
        change={
            "platform.customMetrics": {**PROMETHEUS, "apis": [EXTERNAL]},
            "models[0].autoscaling": {"min": 0, "external": QUEUE},
        },
        at="models[0].autoscaling.min",
        says=("before Kubernetes 1.37",),
    ),
    "autoscaler where nothing measures": Bad(
        change={"models[0].autoscaling": {}},
        at="models[0].autoscaling",
        says=("figures of metrics.k8s.io", "metricsServer: {}"),
    ),
    "autoscaler by requests where nobody counts them": Bad(
        change={**MEASURED, "models[0].autoscaling": {"requestsPerSecond": 50}},
        at="models[0].autoscaling",
        says=("figures of custom.metrics.k8s.io", "customMetrics: {prometheusUrl: ...}"),
    ),
    "autoscaler by a queue where nobody tells of it": Bad(
        change={"platform.customMetrics": PROMETHEUS, "models[0].autoscaling": {"external": QUEUE}},
        at="models[0].autoscaling",
        says=("figures of external.metrics.k8s.io", "apis: [external.metrics.k8s.io]"),
    ),
    "two owners of one metrics API": Bad(
        change={**MEASURED, "platform.customMetrics": {**PROMETHEUS, "apis": ["metrics.k8s.io"]}},
        at="platform.customMetrics.apis[0]",
        says=("metrics.k8s.io, as platform.metricsServer has it", "one owner of each metrics API"),
    ),
    "metrics API that nobody knows": Bad(
        change={"platform.customMetrics": {**PROMETHEUS, "apis": ["custom"]}},
        at="platform.customMetrics.apis[0]",
        says=("custom.metrics.k8s.io",),
    ),
    "figures from no address": Bad(
        change={"platform.customMetrics": {"prometheusUrl": "prometheus:9090"}},
        at="platform.customMetrics.prometheusUrl",
        says=("begins with http:// or https://",),
    ),
    "size recommended by nobody": Bad(
        change={**MEASURED, "models[0].autoscaling": {"vertical": {}}},
        at="models[0].autoscaling.vertical",
        says=("without the VerticalPodAutoscaler", "vpa: {}"),
    ),
    "size recommended from nothing": Bad(
        change={"platform.vpa": {}}, at="platform.vpa", says=("nothing measures", "metricsServer: {}")
    ),
    "number and size by the same figure": Bad(
        change={
            "platform": {"metricsServer": {}, "vpa": {}},
            "models[0].autoscaling": {"vertical": {"mode": "resize"}},
        },
        at="models[0].autoscaling.vertical.mode",
        says=("resize for cpu", "resources: [memory]"),
    ),
    "mode of the API instead of ours": Bad(
        change={
            "platform": {"metricsServer": {}, "vpa": {}},
            "models[0].autoscaling": {"vertical": {"mode": "Auto"}},
        },
        at="models[0].autoscaling.vertical.mode",
        says=("recommend",),
    ),
    "machines from nowhere": Bad(
        change={"platform.clusterAutoscaler": {}},
        at="platform.clusterAutoscaler",
        says=("neither a provider nor spares",),
    ),
    "machines from two": Bad(
        change={
            "platform.clusterAutoscaler": {
                "provider": {"address": "provider.example.com:8086"},
                "spares": [{"name": "gpus", "machines": ["gpu-2"]}],
            }
        },
        at="platform.clusterAutoscaler",
        says=("a provider and spares", "keep one of them"),
    ),
    "provider without a port": Bad(
        change={"platform.clusterAutoscaler": {"provider": {"address": "provider.example.com"}}},
        at="platform.clusterAutoscaler.provider.address",
        says=("a host and a port",),
    ),
    "autoscaler of another minor": Bad(
        change={
            "platform.clusterAutoscaler": {"provider": {"address": "provider.example.com:8086"}},
            "cluster.kubernetesVersion": "1.37.2",
        },
        at="platform.clusterAutoscaler.provider",
        says=("on Kubernetes 1.37.2", "images.cluster-autoscaler"),
    ),
    "spare machine in two groups": Bad(
        change={
            "platform.clusterAutoscaler": {
                "spares": [{"name": "a", "machines": ["gpu-2"]}, {"name": "b", "machines": ["gpu-2"]}]
            }
        },
        at="platform.clusterAutoscaler.spares[1].machines[0]",
        says=("gpu-2, as platform.clusterAutoscaler.spares[0].machines[0] has it",),
    ),
    "group without a machine": Bad(
        change={"platform.clusterAutoscaler": {"spares": [{"name": "a", "machines": []}]}},
        at="platform.clusterAutoscaler.spares[0].machines",
        says=("1",),
    ),
    "metrics-server without pods": Bad(
        change={"platform.metricsServer": {"replicas": 0}},
        at="platform.metricsServer.replicas",
        says=("1 or more",),
    ),
}
