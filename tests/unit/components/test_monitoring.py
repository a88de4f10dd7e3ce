"""What would leave somebody blind, or let Prometheus be lied to or see too much."""

import pytest
from pulumi import ResourceOptions

from components.monitoring.exporters import OBJECTS, blackbox_configuration, run_kube_state_metrics
from components.monitoring.names import PROMETHEUS_PODS
from components.monitoring.node_exporter import NodeExporter, NodeExporterArgs
from components.monitoring.operator import Operator, OperatorArgs
from components.monitoring.prometheus import PrometheusArgs, PrometheusServers, prometheus_spec
from components.monitoring.scraping import Scraping, kubelet_spec, pod_monitor_spec, scraped_pods
from components.versions import IMAGES
from settings.monitoring import MetricsVolumeSettings, PrometheusSettings
from tests.unit.conftest import definition, definitions, plain

DEFINITIONS = definitions(definition("PodMonitor"))


def operator(engine, settle):
    made = []

    def build():
        args = OperatorArgs(
            namespace="monitoring",
            image=IMAGES["prometheus-operator"],
            reloader_image=IMAGES["prometheus-config-reloader"],
            definitions=DEFINITIONS,
        )
        made.append(Operator("prometheus-operator", args))

    settle(build)
    return made[0]


def prometheus_args(**changes):
    given = {
        "namespace": "monitoring",
        "cluster": "prod",
        "image": IMAGES["prometheus"],
        "servers": PrometheusSettings(),
        "scrape_seconds": 30,
        "operator": None,
    }
    return PrometheusArgs(**{**given, **changes})


def of_kind(engine, kind):
    return [plain(found.inputs) for found in engine.resources if found.typ.rsplit(":", 1)[-1] == kind]


def test_monitors_and_rules_of_every_namespace_are_taken():
    spec = prometheus_spec(prometheus_args(), "prometheus")
    for kind in ("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig"):
        # None would select nothing.
        assert spec[f"{kind}Selector"] == {} and spec[f"{kind}NamespaceSelector"] == {}


def test_the_pods_are_let_into_a_restricted_namespace():
    pod = prometheus_spec(prometheus_args(), "prometheus")["securityContext"]
    assert pod["runAsNonRoot"] and pod["seccompProfile"] == {"type": "RuntimeDefault"}


def test_what_is_kept_is_bounded_by_bytes_and_survives_the_pod_on_a_volume():
    kept = PrometheusSettings(volume=MetricsVolumeSettings(size="50Gi", storage_class="fast"))
    spec = prometheus_spec(prometheus_args(servers=kept), "prometheus")
    assert spec["retentionSize"] == f"{40 * 2**30}B"
    claim = spec["storage"]["volumeClaimTemplate"]["spec"]
    assert claim["storageClassName"] == "fast"
    assert claim["resources"] == {"requests": {"storage": "50Gi"}}


def test_without_a_volume_prometheus_cannot_fill_its_machine():
    spec = prometheus_spec(prometheus_args(), "prometheus")
    assert spec["storage"] == {"emptyDir": {"sizeLimit": "10Gi"}}
    assert spec["resources"]["limits"]["ephemeral-storage"] == "10Gi"


def test_the_servers_may_look_and_change_nothing(engine, settle):
    made = operator(engine, settle)
    engine.resources.clear()
    settle(lambda: PrometheusServers("prometheus", prometheus_args(operator=made.ready)))
    (role,) = of_kind(engine, "ClusterRole")
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert "secrets" not in str(role["rules"])


def test_the_operator_makes_things_in_its_own_namespace_only(engine, settle):
    operator(engine, settle)
    (everywhere,) = of_kind(engine, "ClusterRole")
    assert not [rule for rule in everywhere["rules"] if {"secrets", "configmaps"} & set(rule["resources"])]
    (own,) = of_kind(engine, "Role")
    assert own["metadata"]["namespace"] == "monitoring"
    (deployment,) = of_kind(engine, "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert "--prometheus-instance-namespaces=monitoring" in container["args"]


def test_kubelets_are_verified():
    spec = kubelet_spec("kubelet", "/metrics")
    assert spec["scrapeClass"] == "cluster" and "insecure" not in str(spec)
    (scrape_class,) = prometheus_spec(prometheus_args(), "prometheus")["scrapeClasses"]
    assert scrape_class["tlsConfig"]["caFile"].endswith("/ca.crt")


def test_series_that_say_of_whom_they_are_keep_it():
    pods = scraped_pods("monitoring", gpus=True, grafana=False, logs=True)
    for job in ("kube-state-metrics", "dcgm-exporter"):
        assert all(each["honorLabels"] for each in pod_monitor_spec(pods[job])["podMetricsEndpoints"])


def test_gpus_are_looked_for_only_where_their_exporter_runs():
    assert "dcgm-exporter" not in scraped_pods("monitoring", gpus=False, grafana=False, logs=False)


def test_the_control_plane_is_scraped(engine, settle):
    made = operator(engine, settle)
    engine.resources.clear()
    settle(
        lambda: Scraping(
            "scraping",
            "monitoring",
            scraped_pods("monitoring", gpus=False, grafana=False, logs=False),
            made.crds,
        )
    )
    found = {service["metadata"]["name"]: service["spec"] for service in of_kind(engine, "Service")}
    assert {name: spec["ports"][0]["port"] for name, spec in found.items()} == {
        "kube-controller-manager-metrics": 10257,
        "kube-scheduler-metrics": 10259,
        "etcd-metrics": 2381,
    }


def test_the_state_of_secrets_is_not_told(engine, settle):
    settle(lambda: run_kube_state_metrics(IMAGES["kube-state-metrics"], "monitoring", (), ResourceOptions()))
    assert "secrets" not in OBJECTS[""]
    (role,) = of_kind(engine, "ClusterRole")
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}


def test_exporters_without_a_login_answer_prometheus_only(engine, settle):
    settle(lambda: run_kube_state_metrics(IMAGES["kube-state-metrics"], "monitoring", (), ResourceOptions()))
    (policy,) = of_kind(engine, "NetworkPolicy")
    (rule,) = policy["spec"]["ingress"]
    assert rule["from"] == [{"podSelector": {"matchLabels": PROMETHEUS_PODS}}]


def test_every_machine_is_measured_the_control_planes_too(engine, settle):
    settle(lambda: NodeExporter("node-exporter", NodeExporterArgs(image=IMAGES["node-exporter"])))
    (daemon_set,) = of_kind(engine, "DaemonSet")
    pod = daemon_set["spec"]["template"]["spec"]
    assert pod["tolerations"] == [{"operator": "Exists"}]
    (container,) = pod["containers"]
    # Not on an address that the internet reaches.
    assert "--web.listen-address=$(HOST_ADDRESS):9100" in container["args"]
    assert container["volumeMounts"][0]["readOnly"]


def test_a_probe_ends_before_its_scrape_does():
    assert "timeout: 5s" in blackbox_configuration()


def test_an_image_without_a_version_is_refused():
    with pytest.raises(ValueError, match="latest"):
        prometheus_args(image="quay.io/prometheus/prometheus")
