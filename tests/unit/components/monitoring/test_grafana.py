"""Grafana: what it is told, who learns its password, and what a changed dashboard does."""

from configparser import ConfigParser
from typing import Any

import pytest
import yaml

from components.monitoring.dashboards.every import dashboards
from components.monitoring.dashboards.vocabulary import Dashboard
from components.monitoring.grafana import Grafana, GrafanaArgs
from components.monitoring.grafana_files import (
    DASHBOARDS_DIRECTORY,
    SECRETS_DIRECTORY,
    dashboard_provider,
    data_source,
    grafana_ini,
)
from settings.grafana import GrafanaVolumeSettings
from tests.unit.conftest import plain

PASSWORD = "canary-of-the-administrator"
ALL = dashboards(None)


@pytest.fixture
def grafana(engine, settle):
    engine.outputs["grafana-admin"] = {"stdout": PASSWORD}

    def build(**changes: Any):
        engine.resources.clear()
        given = {
            "namespace": "monitoring",
            "image": "grafana:13.0.2",
            "dashboards": ALL,
            "scrape_seconds": 30,
            **changes,
        }
        settle(lambda: Grafana("grafana", GrafanaArgs(**given)) and None)
        return {(one.typ.rsplit(":", 1)[-1], one.name): one.inputs for one in engine.resources}

    return build


def ini(url: str | None = None) -> ConfigParser:
    parsed = ConfigParser()
    parsed.read_string(grafana_ini(url))
    return parsed


def pod(made: Any) -> dict[str, Any]:
    return made["Deployment", "grafana"]["spec"]["template"]


def test_the_password_is_in_the_secret_and_nowhere_else(grafana):
    made = grafana()
    secret = plain(made.pop(("Secret", "grafana-admin")))
    assert secret["stringData"]["admin-password"] == PASSWORD
    assert PASSWORD not in str(plain(made))
    read = {mount["name"]: mount["mountPath"] for mount in pod(made)["spec"]["containers"][0]["volumeMounts"]}
    assert ini()["security"]["admin_password"] == f"$__file{{{read['secrets']}/admin-password}}"


def test_what_grafana_encrypts_with_is_not_what_everybody_knows(grafana):
    assert ini()["security"]["secret_key"] == f"$__file{{{SECRETS_DIRECTORY}/secret-key}}"
    assert plain(grafana()["Secret", "grafana-admin"])["stringData"]["secret-key"] != PASSWORD


def test_a_changed_dashboard_starts_nothing_anew(grafana):
    before = grafana()
    changed = Dashboard(uid=ALL[0].uid, title="Changed", rows=ALL[0].rows)
    after = grafana(dashboards=[changed, *ALL[1:]])
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {("ConfigMap", f"grafana-dashboard-{changed.uid}")}


def test_another_address_starts_it_anew(grafana):
    before, after = grafana(), grafana(url="https://grafana.example.com")
    assert pod(before)["metadata"] != pod(after)["metadata"]


def test_each_dashboard_is_a_file_where_grafana_looks(grafana):
    made = grafana()
    (provider,) = yaml.safe_load(dashboard_provider())["providers"]
    assert provider["options"]["path"] == DASHBOARDS_DIRECTORY
    (volume,) = [one for one in pod(made)["spec"]["volumes"] if one["name"] == "dashboards"]
    files = [
        file
        for source in volume["projected"]["sources"]
        for (kind, _), inputs in made.items()
        if kind == "ConfigMap" and inputs["metadata"]["name"] == source["configMap"]["name"]
        for file in inputs["data"]
    ]
    assert files == [f"{one.uid}.json" for one in ALL]
    # A file that is mounted by itself is never changed in a pod that runs.
    assert not any("subPath" in mount for mount in pod(made)["spec"]["containers"][0]["volumeMounts"])


def test_dashboards_and_data_source_mean_the_same_prometheus():
    (source,) = yaml.safe_load(data_source("http://prometheus:9090", 15))["datasources"]
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")
    assert source["jsonData"]["timeInterval"] == "15s"


def test_it_calls_nobody_but_prometheus(grafana):
    policy = grafana()["NetworkPolicy", "grafana"]["spec"]
    to_prometheus, to_dns = policy["egress"]
    (peer,) = to_prometheus["to"]
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "prometheus"
    assert [one["port"] for one in to_prometheus["ports"]] == [9090]
    assert {one["port"] for one in to_dns["ports"]} == {53}
    told = ini()
    assert told["analytics"]["reporting_enabled"] == "false"
    assert told["plugins"]["preinstall_disabled"] == "true"


def test_a_nodes_port_is_open_to_those_whom_the_firewall_lets_in(grafana):
    within, outside = (grafana(node_port=port) for port in (None, 30030))
    assert within["Service", "grafana"]["spec"]["type"] == "ClusterIP"
    assert within["NetworkPolicy", "grafana"]["spec"]["ingress"][0]["from"] == [{"namespaceSelector": {}}]
    assert outside["Service", "grafana"]["spec"]["ports"][0]["nodePort"] == 30030
    assert "from" not in outside["NetworkPolicy", "grafana"]["spec"]["ingress"][0]


def test_a_volume_has_one_writer(grafana):
    made = grafana(volume=GrafanaVolumeSettings(storage_class="fast"))
    assert made["PersistentVolumeClaim", "grafana"]["spec"]["storageClassName"] == "fast"
    assert made["Deployment", "grafana"]["spec"]["strategy"] == {"type": "Recreate"}
    assert grafana()["Deployment", "grafana"]["spec"]["strategy"]["type"] == "RollingUpdate"


def test_a_cookie_is_sent_in_the_clear_only_where_everything_is():
    assert ini("https://grafana.example.com")["security"]["cookie_secure"] == "true"
    assert ini()["security"]["cookie_secure"] == "false"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"image": "grafana"}, "image 'grafana' is not pinned"),
        ({"dashboards": [ALL[0], ALL[0]]}, "must differ in uid"),
    ],
)
def test_a_wrong_value_is_refused_by_name(grafana, changes, says):
    with pytest.raises(ValueError, match=says):
        grafana(**changes)
