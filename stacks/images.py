"""The images that a stack's settings use, besides those that kubeadm and operators choose."""

from settings import ElasticsearchSettings, Layer, PodNetwork, S3Files, Settings

# The images of monitoring that do not depend on its settings.
MONITORING = (
    "prometheus-operator",
    "prometheus-config-reloader",
    "prometheus",
    "alertmanager",
    "kube-state-metrics",
    "node-exporter",
    "blackbox-exporter",
    "pushgateway",
)


def images_of(settings: Settings) -> dict[str, str]:
    """Image references, by the settings key that overrides each.

    `make up` builds these images where it can, and users of a private registry mirror them.
    """
    found: dict[str, str] = {}

    def use(key: str) -> None:
        found[f"images.{key}"] = settings.image(key)

    if settings.owns(Layer.CLUSTER) and settings.cluster.network is PodNetwork.CALICO:
        use("tigera-operator")
    if settings.owns(Layer.PLATFORM) and settings.platform.metrics_server is not None:
        use("metrics-server")
    if settings.owns(Layer.PLATFORM) and settings.platform.custom_metrics is not None:
        use("prometheus-adapter")
    if settings.owns(Layer.PLATFORM) and settings.platform.monitoring is not None:
        for key in MONITORING:
            use(key)
        if settings.platform.monitoring.grafana is not None:
            use("grafana")
    logging = settings.platform.logging
    if settings.owns(Layer.PLATFORM) and logging is not None:
        use(f"fluentd-{logging.output.kind}")
        if isinstance(logging.output, ElasticsearchSettings):
            use("elasticsearch")
            use("kibana")
    machines = settings.platform.cluster_autoscaler
    if settings.owns(Layer.PLATFORM) and machines is not None and machines.provider is not None:
        use("cluster-autoscaler")
    gateway = settings.platform.gateway
    if settings.owns(Layer.PLATFORM) and gateway is not None and gateway.class_name is None:
        use("traefik")
    queueing = settings.platform.queueing
    if settings.owns(Layer.PLATFORM) and queueing is not None and queueing.install:
        use("kueue")
    if settings.owns(Layer.PLATFORM) and settings.platform.vpa is not None:
        for name in ("recommender", "updater", "admission-controller"):
            use(f"vpa-{name}")
    if settings.owns(Layer.PLATFORM) and settings.platform.gpu:
        use("nvidia-device-plugin")
        if settings.platform.gpu.metrics:
            use("dcgm-exporter")
    if settings.owns(Layer.PLATFORM) and settings.platform.nfs is not None:
        for key in ("nfs-plugin", "csi-provisioner", "csi-node-driver-registrar", "csi-livenessprobe"):
            use(key)
    if any(model.evaluation is not None for model in settings.models):
        use("evaluator")
    if any(isinstance(model.files, S3Files) for model in settings.models):
        use("model-fetcher")
    for number, job in enumerate(settings.training):
        if job.image:
            found[f"training[{number}].image"] = job.image
        else:
            use("training-gpu" if job.gpu else "training")
    for index, model in enumerate(settings.models):
        if model.image:
            found[f"models[{index}].image"] = model.image
        else:
            use("model-server-gpu" if model.gpu else "model-server")
        for number, track in enumerate(model.rollout.tracks):
            if track.image:
                found[f"models[{index}].rollout.tracks[{number}].image"] = track.image
    return found
