"""Autoscaling."""

from tests.unit.stacks.bad.mistake import Bad

MEASURED = {"platform.metricsServer": {}}

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
    "autoscaler to no pod at all": Bad(
        change={**MEASURED, "models[0].autoscaling": {"min": 0}},
        at="models[0].autoscaling.min",
        says=("1 or more",),
    ),
    "autoscaler where nothing measures": Bad(
        change={"models[0].autoscaling": {}},
        at="models[0].autoscaling",
        says=("nothing measures the pods", "metricsServer: {}"),
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
    "metrics-server without pods": Bad(
        change={"platform.metricsServer": {"replicas": 0}},
        at="platform.metricsServer.replicas",
        says=("1 or more",),
    ),
}
