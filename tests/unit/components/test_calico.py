"""A pod network that comes up on rented servers, and that can be removed without hanging."""

import pytest
from pulumi import ResourceOptions
from pulumi_kubernetes import Provider

from components.kubernetes.crds import definitions_in
from components.network.calico import Calico, CalicoArgs
from components.network.calico_installation import InstallationSpec
from tests.unit.conftest import definitions, delivered

DEFINITIONS = [
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "installations.operator.tigera.io"},
        "spec": {
            "group": "operator.tigera.io",
            "scope": "Cluster",
            "names": {"kind": "Installation", "plural": "installations"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {
                                "snake_case": {"type": "string", "default": ""},
                                "any": {"x-kubernetes-preserve-unknown-fields": True},
                            },
                        }
                    },
                }
            ],
        },
    }
]


def args(**changes):
    return CalicoArgs(
        installation=InstallationSpec(pod_range="10.244.0.0/16", **changes),
        operator_image="quay.io/tigera/operator:v1.42.3",
        definitions=definitions(*DEFINITIONS),
    )


@pytest.fixture
def built(engine, settle):
    def build(opts=None, **changes):
        settle(lambda: Calico("calico", args(**changes), opts))
        return engine.resources

    return build


def of_kind(resources, kind):
    return [resource for resource in resources if resource.typ.rsplit(":", 1)[-1] == kind]


def network(**changes):
    return InstallationSpec(pod_range="10.244.0.0/16", **changes).to_wire()["calicoNetwork"]


def test_pods_get_addresses_from_the_range_that_kubeadm_was_told():
    (pool,) = network()["ipPools"]
    assert pool["cidr"] == "10.244.0.0/16"


def test_pods_are_carried_by_vxlan_also_inside_one_subnet_and_no_router_is_asked():
    (pool,) = network()["ipPools"]
    assert pool["encapsulation"] == "VXLAN"
    assert network()["bgp"] == "Disabled"


def test_the_rules_use_the_same_mechanism_as_kube_proxy():
    assert network()["linuxDataplane"] == "Nftables"


def test_a_machine_with_many_addresses_uses_the_one_of_the_machines_network():
    assert network(machine_range="10.77.0.0/24")["nodeAddressAutodetectionV4"] == {"cidrs": ["10.77.0.0/24"]}


def test_machines_that_stand_far_apart_use_their_own_internal_address():
    assert network()["nodeAddressAutodetectionV4"] == {"kubernetes": "NodeInternalIP"}


def test_pods_packets_fit_with_vxlan_around_them():
    assert network(machine_mtu=1450)["mtu"] == 1400
    assert "mtu" not in network()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"machine_range": "10.244.3.0/24"}, "overlap"),
        ({"machine_range": "10.77.0.1/24"}, "10.77.0.1/24"),
    ],
)
def test_an_impossible_network_is_refused_before_anything_is_made(changes, problem):
    with pytest.raises(ValueError, match=problem):
        network(**changes)


def test_a_range_too_small_for_one_node_is_refused():
    with pytest.raises(ValueError, match="smaller than one block"):
        InstallationSpec(pod_range="10.244.0.0/27")


def test_the_network_is_waited_for(built):
    (installation,) = of_kind(built(), "Installation")
    assert installation.inputs["metadata"]["name"] == "default"
    assert installation.inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Ready"


def test_kinds_are_delivered_exactly_as_the_release_has_them(built):
    (definition,) = delivered(built())
    assert definition["spec"] == DEFINITIONS[0]["spec"]
    assert definition["metadata"]["name"] == DEFINITIONS[0]["metadata"]["name"]


def test_removal_takes_the_network_down_while_its_operator_still_runs(settle, removed_before):
    settle(lambda: Calico("calico", args()))
    deployment = "kubernetes:apps/v1:Deployment"
    assert deployment in removed_before["kubernetes:operator.tigera.io/v1:Installation"]
    kinds = {one.rpartition(":")[2] for one in removed_before[deployment]}
    assert kinds >= {"Command", "ClusterRoleBinding", "RoleBinding"}


def test_the_operator_can_run_before_there_is_a_pod_network(built):
    (operator,) = of_kind(built(), "Deployment")
    pod = operator.inputs["spec"]["template"]["spec"]
    assert pod["hostNetwork"] is True
    assert {"operator": "Exists", "effect": "NoSchedule"} in pod["tolerations"]
    (container,) = pod["containers"]
    assert container["image"] == "quay.io/tigera/operator:v1.42.3"


def test_the_operator_does_not_change_kinds_that_this_program_owns(built):
    resources = built()
    (operator,) = of_kind(resources, "Deployment")
    (container,) = operator.inputs["spec"]["template"]["spec"]["containers"]
    assert "manage-crds" not in str(container)
    for role in of_kind(resources, "ClusterRole"):
        for rule in role.inputs["rules"]:
            if "customresourcedefinitions" in rule["resources"]:
                assert set(rule["verbs"]) == {"get", "list", "watch"}


def test_the_operator_writes_secrets_only_where_it_is_told_to(built):
    resources = built()
    roles = {
        role.inputs["metadata"]["name"]: role.inputs["rules"] for role in of_kind(resources, "ClusterRole")
    }
    everywhere = [rule for rule in roles["tigera-operator"] if "secrets" in rule["resources"]]
    assert all(set(rule["verbs"]) <= {"get", "list", "watch"} for rule in everywhere)
    assert [binding.inputs["roleRef"]["name"] for binding in of_kind(resources, "RoleBinding")] == [
        "tigera-operator-secrets"
    ]


def test_every_object_goes_to_the_cluster_that_was_given(engine, settle):
    def build():
        cluster = Provider("cluster", kubeconfig="{}")
        Calico("calico", args(), ResourceOptions(provider=cluster))

    settle(build)
    for resource in engine.resources:
        if resource.typ.startswith("kubernetes:"):
            assert "::cluster::" in resource.provider, resource.name


def test_an_unpinned_operator_is_refused():
    with pytest.raises(ValueError, match="operator_image"):
        CalicoArgs(
            installation=InstallationSpec(pod_range="10.244.0.0/16"),
            operator_image="quay.io/tigera/operator",
            definitions=definitions(*DEFINITIONS),
        )


def test_a_manifest_with_anything_but_kinds_is_refused():
    with pytest.raises(ValueError, match="found ClusterRole"):
        definitions_in(b"kind: CustomResourceDefinition\n---\nkind: ClusterRole\n")
    with pytest.raises(ValueError, match="found nothing"):
        definitions_in(b"")
