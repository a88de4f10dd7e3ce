"""Which pod network a cluster gets, and what waits for it."""

import json

import pytest

from settings import parse
from stacks import cluster, pod_network
from tests.unit.settings.given import HOST_KEY, project, read

INSTALLATION = "kubernetes:operator.tigera.io/v1:Installation"
FACTS = {
    "hostname": "machine",
    "machineId": "0123456789abcdef",
    "os": "ubuntu",
    "codename": "noble",
    "cgroup": "v2",
    "container": False,
    "oomScore": "free",
    "conntrack": "writable",
    "openFiles": 1048576,
}
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "installations.operator.tigera.io"},
    "spec": {
        "group": "operator.tigera.io",
        "scope": "Cluster",
        "names": {"kind": "Installation", "plural": "installations"},
        "versions": [],
    },
}


@pytest.fixture
def built(engine, settle, tmp_path, monkeypatch):
    """Builds the cluster layer of a stack file."""
    monkeypatch.chdir(project(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(pod_network, "calico_definitions", lambda cache: [DEFINITION])

    def build(file, **changes):
        raw = read(file)
        raw["cluster"] |= changes
        raw["cluster"]["machineDefaults"]["privateKeyFile"] = ".local/ssh/id_ed25519"
        settings = parse(raw, "prod", tmp_path)
        for machine in settings.machines:
            engine.outputs[f"{machine.name}-preflight"] = {"stdout": json.dumps(FACTS)}
            engine.outputs[f"{machine.name}-machine"] = {"stdout": HOST_KEY}
        settle(lambda: cluster.build(settings))
        return engine.of_type(INSTALLATION)

    return build


def test_real_servers_get_calico_with_the_ranges_of_the_settings(built):
    (installation,) = built("Pulumi.prod.yaml.example", mtu=1400).values()
    network = installation.inputs["spec"]["calicoNetwork"]
    assert network["ipPools"][0]["cidr"] == "10.244.0.0/16"
    assert network["mtu"] == 1350, "VXLAN needs 50 bytes of the machines' 1400"


def test_this_computer_gets_no_calico(built):
    assert built("Pulumi.dev.yaml") == {}
