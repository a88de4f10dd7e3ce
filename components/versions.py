"""Every version and image that metalml installs, in one place.

`metalml:images` in a stack's settings overrides an image by its key. The `renovate:` lines let a bot raise a
version by itself; what has no data source is raised by hand.
"""

# Kubernetes minors that kubeadm's configuration (v1beta4) and the kubelet settings here are right for.
KUBERNETES_MINORS = range(35, 38)

# renovate: datasource=github-releases depName=kubernetes/kubernetes
KUBERNETES = "1.36.3"
# 2.3 is the long-term release (to April 2028) and what Kubernetes 1.36 is tested with.
# renovate: datasource=github-releases depName=containerd/containerd
CONTAINERD = "2.3.4"
# The newest 3.6: etcd 3.7 belongs to Kubernetes 1.37.
# renovate: datasource=github-releases depName=etcd-io/etcd
ETCD = "3.6.16"
# renovate: datasource=github-releases depName=coredns/coredns
COREDNS = "1.14.7"
# The sandbox image that kubeadm 1.36 names; containerd's configuration must say the same.
PAUSE = "3.10.2"
# With another version come the digests below, local/bundle/modules/kueue, and what components/queueing has
# after config/components of its repository: paths in webhooks.py, rules in rbac.py, and feature gates in
# configuration.py, of which some exclude each other. tests/cluster/full/test_queueing.py tells if it works.
# renovate: datasource=github-releases depName=kubernetes-sigs/kueue
KUEUE = "0.19.2"
# Its kinds, as its repository has them. Those for several clusters and for cluster autoscalers are left out:
# nothing here makes any.
KUEUE_FILES_URL = f"https://raw.githubusercontent.com/kubernetes-sigs/kueue/refs/tags/v{KUEUE}/"
KUEUE_CRDS_URL = f"{KUEUE_FILES_URL}config/components/crd/bases/"
KUEUE_CRDS_SHA256 = {
    "admissionchecks": "2bf4003c0a3ea3d6ceab940c7a271ad211372dab59d2739acfa8b2bdb0724acb",
    "clusterqueues": "e0a5fc9b370c70f3d993d4f599865817338ecf94187b30b15b12ff33c579bd55",
    "cohorts": "61fbe5ec55d45e7fae2d65321fb32517b197257ab78ad55316673183aac911c2",
    "localqueues": "dd10ef8d3578e7212fa52763549e7b6be0949793a5b924495fcd293330109fed",
    "resourceflavors": "19e339c47e9ca3fa2c9eeddd27715a512f765c4794ed859733408a9715720173",
    "topologies": "f703575d3bb64d26f6e839f831e01646367ed41a89b3abf163f8e842ca1c4d2b",
    "workloadpriorityclasses": "0b755726aab05b8def9a53ee15b201eed3846bcffd1ff5528fed123f4ae03519",
    "workloads": "1970ff6fcc5dc1a29e3f290ed736032c5d4509c94efe2c642d64a244ad1b8aa5",
}
# renovate: datasource=github-releases depName=projectcalico/calico
CALICO = "3.32.1"
# The operator that belongs to the Calico release above.
TIGERA_OPERATOR = "1.42.3"
# Its CustomResourceDefinitions, as the release ships them. Another version has another digest.
CALICO_CRDS_URL = (
    f"https://raw.githubusercontent.com/projectcalico/calico/v{CALICO}/manifests/operator-crds.yaml"
)
CALICO_CRDS_SHA256 = "192f8b2d934ef24b62e86b7e1a6e1762d1c8af26a916f78057bc13fa5ed60f71"
# renovate: datasource=github-releases depName=kubernetes-sigs/metrics-server
METRICS_SERVER = "0.9.0"
# renovate: datasource=github-releases depName=kubernetes-sigs/prometheus-adapter
PROMETHEUS_ADAPTER = "0.12.0"
# Its minor has to be the cluster's.
# renovate: datasource=docker depName=registry.k8s.io/autoscaling/cluster-autoscaler
CLUSTER_AUTOSCALER = "1.36.1"
# renovate: datasource=go depName=k8s.io/autoscaler/vertical-pod-autoscaler
VERTICAL_POD_AUTOSCALER = "1.7.1"
# Its CustomResourceDefinitions, as its repository has them. Another version has another digest.
VPA_FILES_URL = (
    "https://raw.githubusercontent.com/kubernetes/autoscaler/refs/tags/"
    f"vertical-pod-autoscaler/v{VERTICAL_POD_AUTOSCALER}/vertical-pod-autoscaler/"
)
VPA_CRDS_URL = f"{VPA_FILES_URL}deploy/vpa-v1-crd-gen.yaml"
VPA_CRDS_SHA256 = "92240d0f43a78bc9d64ce70825e84e0cd32d2793b0b605df4772cdcfc36d3fca"
# Driver, toolkit, plugin and exporter that NVIDIA tests together, as its GPU operator 26.7.0 has them.
NVIDIA_DRIVER = "595.91.07"
NVIDIA_TOOLKIT = "1.20.0"
NVIDIA_DEVICE_PLUGIN = "0.20.0"
DCGM_EXPORTER = "4.6.0-4.8.3"
# renovate: datasource=github-releases depName=kubernetes-sigs/gateway-api
GATEWAY_API = "1.6.1"
# The kinds of its standard channel that Traefik watches, as its repository has them.
GATEWAY_API_FILES_URL = (
    f"https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/refs/tags/v{GATEWAY_API}/"
)
GATEWAY_API_CRDS_URL = f"{GATEWAY_API_FILES_URL}config/crd/standard/"
GATEWAY_API_CRDS_SHA256 = {
    "gatewayclasses": "53710048ba26f8620eed59d5e51b157ecf040daf5c6eef31a4b991e0808c4be5",
    "gateways": "25b885f5870b8fff1ae82efa2628b2761cef3745900c2aecf8fb76629a01255a",
    "httproutes": "a424a0d6c953b162e71d1d97bb7e75012d8f1ac264e7274f2763d1b96ab39852",
    "grpcroutes": "53a8d029da8f07e55d3fa58a5cf6de5950dab19fbb8d6a8082fb5e51ca5ef6fc",
    "referencegrants": "8c645e9333cfa67790cc2a53e0c00076f88b2bd4230d2b49688c78bc34f9b2c3",
}
# renovate: datasource=github-releases depName=prometheus-operator/prometheus-operator
PROMETHEUS_OPERATOR = "0.93.0"
# Its kinds, as its repository has them. Those of agents and of Thanos are left out: nothing here makes any.
PROMETHEUS_OPERATOR_FILES_URL = (
    "https://raw.githubusercontent.com/prometheus-operator/prometheus-operator/refs/tags/"
    f"v{PROMETHEUS_OPERATOR}/"
)
PROMETHEUS_OPERATOR_CRDS_URL = f"{PROMETHEUS_OPERATOR_FILES_URL}example/prometheus-operator-crd/"
PROMETHEUS_OPERATOR_CRDS_SHA256 = {
    "alertmanagerconfigs": "fed47c462483a47a4d1912bf8a7a3767618644cfdee86dc73d7624c55d6a8b9d",
    "alertmanagers": "0e8eccd22699818c93f619c8fe2d92dbbd783a7e9232827a886dedeac1fb5dc1",
    "podmonitors": "45a93443daa687d3654f7e9631909ff7edcdf3ec09c5e60251b74aa2722aee5d",
    "probes": "f4ead9704bd4c6303d53e4cc15670faaf0609022a5e08c0ce496286f453666b7",
    "prometheuses": "c0eed4b2c38a58e3a5be7e2f5846df067804c694b0c9316b35029ab68fa183a4",
    "prometheusrules": "78be98554b9c8506ab2b4f4feb91c5f3a56e536a0a510f3a8e876a459970d56d",
    "scrapeconfigs": "d525ef261d8a3a050528a7d90cecab13f1f3f9020eb0f1f54850b6f5c1f2e641",
    "servicemonitors": "a99047972c9dd7679ce2050b9968e8a08773492e671b3e17abd476d42aa78a32",
}
# renovate: datasource=github-releases depName=prometheus/prometheus
PROMETHEUS = "3.12.0"
# renovate: datasource=github-releases depName=prometheus/alertmanager
ALERTMANAGER = "0.31.0"
# renovate: datasource=github-releases depName=traefik/traefik
TRAEFIK = "3.5.3"

# The vendors' apt repositories. Kubernetes has a flat one per minor; containerd.io is built by Docker.
KUBERNETES_APT_URL = "https://pkgs.k8s.io/core:/stable:/v{minor}/deb/"
KUBERNETES_APT_KEY_URL = "https://pkgs.k8s.io/core:/stable:/v{minor}/deb/Release.key"
KUBERNETES_APT_KEY_FINGERPRINT = "DE15B14486CD377B9E876E1A234654DA9A296436"
CONTAINERD_APT_URL = "https://download.docker.com/linux/{os}"
CONTAINERD_APT_KEY_URL = "https://download.docker.com/linux/{os}/gpg"
CONTAINERD_APT_KEY_FINGERPRINT = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"

# The driver's is the one of all CUDA packages; its open kernel modules run on Turing and newer.
NVIDIA_DRIVER_APT_URL = "https://developer.download.nvidia.com/compute/cuda/repos/{os}{release}/x86_64/"
NVIDIA_DRIVER_APT_KEY_URL = f"{NVIDIA_DRIVER_APT_URL}3bf863cc.pub"
NVIDIA_DRIVER_APT_KEY_FINGERPRINT = "EB693B3035CD5710E231E123A4B469963BF863CC"
NVIDIA_TOOLKIT_APT_URL = "https://nvidia.github.io/libnvidia-container/stable/deb/amd64/"
NVIDIA_TOOLKIT_APT_KEY_URL = "https://nvidia.github.io/libnvidia-container/gpgkey"
NVIDIA_TOOLKIT_APT_KEY_FINGERPRINT = "C95B321B61E88C1809C4F759DDCAE044F796ECB0"

# Elasticsearch and Kibana of one release. Fluentd's plugin has to be of the same major.
# renovate: datasource=docker depName=docker.elastic.co/elasticsearch/elasticsearch
ELASTIC = "9.4.3"
# Fluentd, and the build of its images with one output's plugin each.
# renovate: datasource=github-releases depName=fluent/fluentd-kubernetes-daemonset
FLUENTD = "1.19.3"
FLUENTD_BUILD = "1.1"

IMAGES = {
    # renovate: datasource=docker depName=tensorflow/tensorflow
    "training": "docker.io/tensorflow/tensorflow:2.21.0",
    # renovate: datasource=docker depName=tensorflow/tensorflow
    "training-gpu": "docker.io/tensorflow/tensorflow:2.21.0-gpu",
    # Evaluates models: Python, and nothing else.
    # renovate: datasource=docker depName=python
    "evaluator": "docker.io/library/python:3.13.9-slim",
    # Fetches models from S3-compatible stores.
    # renovate: datasource=docker depName=rclone/rclone
    "model-fetcher": "docker.io/rclone/rclone:1.74.0",
    # csi-driver-nfs, and the helpers that its release names.
    # renovate: datasource=github-releases depName=kubernetes-csi/csi-driver-nfs
    "nfs-plugin": "registry.k8s.io/sig-storage/nfsplugin:v4.13.4",
    "csi-provisioner": "registry.k8s.io/sig-storage/csi-provisioner:v6.3.0",
    "csi-node-driver-registrar": "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0",
    "csi-livenessprobe": "registry.k8s.io/sig-storage/livenessprobe:v2.19.0",
    # renovate: datasource=docker depName=tensorflow/serving
    "model-server": "docker.io/tensorflow/serving:2.20.0",
    # renovate: datasource=docker depName=tensorflow/serving
    "model-server-gpu": "docker.io/tensorflow/serving:2.20.0-gpu",
    "nvidia-device-plugin": f"nvcr.io/nvidia/k8s-device-plugin:v{NVIDIA_DEVICE_PLUGIN}",
    "dcgm-exporter": f"nvcr.io/nvidia/k8s/dcgm-exporter:{DCGM_EXPORTER}-distroless",
    "tigera-operator": f"quay.io/tigera/operator:v{TIGERA_OPERATOR}",
    "elasticsearch": f"docker.elastic.co/elasticsearch/elasticsearch:{ELASTIC}",
    "kibana": f"docker.elastic.co/kibana/kibana:{ELASTIC}",
    "fluentd-elasticsearch": (
        f"docker.io/fluent/fluentd-kubernetes-daemonset:v{FLUENTD}-debian-elasticsearch9-{FLUENTD_BUILD}"
    ),
    "fluentd-cloudwatch": (
        f"docker.io/fluent/fluentd-kubernetes-daemonset:v{FLUENTD}-debian-cloudwatch-{FLUENTD_BUILD}"
    ),
    "kueue": f"registry.k8s.io/kueue/kueue:v{KUEUE}",
    "traefik": f"docker.io/library/traefik:v{TRAEFIK}",
    "prometheus": f"quay.io/prometheus/prometheus:v{PROMETHEUS}",
    # Since 13 the vendor publishes it under this name only.
    # renovate: datasource=docker depName=grafana/grafana
    "grafana": "docker.io/grafana/grafana:13.0.2",
    "alertmanager": f"quay.io/prometheus/alertmanager:v{ALERTMANAGER}",
    **{
        name: f"quay.io/prometheus-operator/{name}:v{PROMETHEUS_OPERATOR}"
        for name in ("prometheus-operator", "prometheus-config-reloader")
    },
    # renovate: datasource=docker depName=quay.io/prometheus/node-exporter
    "node-exporter": "quay.io/prometheus/node-exporter:v1.11.1",
    # renovate: datasource=docker depName=quay.io/prometheus/blackbox-exporter
    "blackbox-exporter": "quay.io/prometheus/blackbox-exporter:v0.28.0",
    # renovate: datasource=docker depName=registry.k8s.io/kube-state-metrics/kube-state-metrics
    "kube-state-metrics": "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.18.0",
    # renovate: datasource=docker depName=quay.io/prometheus/pushgateway
    "pushgateway": "quay.io/prometheus/pushgateway:v1.11.1",
    "metrics-server": f"registry.k8s.io/metrics-server/metrics-server:v{METRICS_SERVER}",
    "cluster-autoscaler": f"registry.k8s.io/autoscaling/cluster-autoscaler:v{CLUSTER_AUTOSCALER}",
    "prometheus-adapter": f"registry.k8s.io/prometheus-adapter/prometheus-adapter:v{PROMETHEUS_ADAPTER}",
    **{
        f"vpa-{name}": f"registry.k8s.io/autoscaling/vpa-{name}:{VERTICAL_POD_AUTOSCALER}"
        for name in ("recommender", "updater", "admission-controller")
    },
}

# Keys that only `metalml:images` gives an image: nobody publishes Fluentd with these outputs' plugins.
UNPUBLISHED = ("fluentd-cloudlogging", "fluentd-azuremonitor")
