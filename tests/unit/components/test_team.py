"""What a team may have and do, and what is kept from it."""

from ipaddress import IPv4Network

import pytest

from components.tenancy.rbac import data_scientist_rules
from components.tenancy.team import Team, TeamArgs
from settings.compute import ComputeSettings
from settings.teams import ContainersSettings, EgressSettings, QuotaSettings, TeamSettings

QUOTA = QuotaSettings(
    cpu="16", memory="64Gi", gpu=2, shared_gpu=4, storage="500Gi", volume_claims=10, node_ports=5, jobs=50
)
CONTAINERS = ContainersSettings(
    requests=ComputeSettings(cpu="250m", memory="256Mi"), limits=ComputeSettings(cpu="8", memory="32Gi")
)
VISION = TeamSettings(name="vision", group="oidc:vision", quota=QUOTA, containers=CONTAINERS)
READ_VERBS = {"get", "list", "watch"}


@pytest.fixture
def objects(engine, settle):
    def build(**changes):
        engine.resources.clear()
        team = VISION.model_copy(update=changes)
        args = TeamArgs(settings=team, namespace="vision", role="metalml-data-scientist")
        settle(lambda: Team("vision", args) and None)
        return {
            (one.typ.rpartition(":")[2], one.inputs["metadata"]["name"]): one.inputs
            for one in engine.resources
            if one.typ.startswith("kubernetes:")
        }

    return build


def test_the_quota_counts_what_pods_ask_for_and_what_a_cluster_has_little_of(objects):
    assert objects()["ResourceQuota", "vision-quota"]["spec"]["hard"] == {
        "requests.cpu": "16",
        "requests.memory": "64Gi",
        # The only form that there is for resources of devices.
        "requests.nvidia.com/gpu": "2",
        "requests.nvidia.com/gpu.shared": "4",
        "requests.storage": "500Gi",
        "persistentvolumeclaims": "10",
        "services.nodeports": "5",
        "count/jobs.batch": "50",
    }


def test_nobody_in_a_team_can_have_the_priority_of_kubernetes_own_programs(objects):
    spec = objects()["ResourceQuota", "vision-no-system-priority"]["spec"]
    assert spec["hard"] == {"pods": "0"}
    (scope,) = spec["scopeSelector"]["matchExpressions"]
    assert (scope["scopeName"], scope["operator"]) == ("PriorityClass", "In")
    assert set(scope["values"]) == {"system-cluster-critical", "system-node-critical"}


def test_a_container_that_says_nothing_gets_a_request_and_no_limit_below_what_it_may_have(objects):
    (item,) = objects()["LimitRange", "vision-limits"]["spec"]["limits"]
    assert item["type"] == "Container"
    assert item["defaultRequest"] == {"cpu": "250m", "memory": "256Mi"}
    assert item["default"] == item["max"] == {"cpu": "8", "memory": "32Gi"}


def policies(objects, **changes):
    return {name: one["spec"] for (kind, name), one in objects(**changes).items() if kind == "NetworkPolicy"}


def test_nothing_goes_in_or_out_but_within_the_team_and_to_dns(objects):
    made = policies(objects)
    assert set(made) == {"default-deny", "within-team", "dns"}
    denied = made["default-deny"]
    assert not denied.get("podSelector")
    assert set(denied["policyTypes"]) == {"Ingress", "Egress"}
    assert not denied.get("ingress")
    assert not denied.get("egress")
    for rule in (*made["within-team"]["ingress"], *made["within-team"]["egress"]):
        (peer,) = rule.get("from") or rule["to"]
        assert set(peer) == {"podSelector"}, "a namespaceSelector would let other teams in"
    (dns,) = made["dns"]["egress"]
    assert {(port["protocol"], port["port"]) for port in dns["ports"]} == {("UDP", 53), ("TCP", 53)}
    (peer,) = dns["to"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}


def test_a_model_server_gets_nothing_that_its_own_policy_does_not_give(objects):
    made = policies(objects, egress=[EgressSettings(range=IPv4Network("192.0.2.0/24"), ports=(443,))])
    for name in set(made) - {"default-deny"}:
        (expression,) = made[name]["podSelector"]["matchExpressions"]
        assert (expression["key"], expression["operator"], expression["values"]) == (
            "app.kubernetes.io/component",
            "NotIn",
            ["serving"],
        )


def test_what_is_outside_is_reached_only_at_its_ports(objects):
    outside = policies(
        objects, egress=[EgressSettings(range=IPv4Network("192.0.2.0/24"), ports=(443, 9000))]
    )["outside"]
    (rule,) = outside["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "192.0.2.0/24"}}]
    assert [(port["protocol"], port["port"]) for port in rule["ports"]] == [("TCP", 443), ("TCP", 9000)]


def test_the_group_has_the_rights_in_its_own_namespace_only(objects):
    made = objects()
    assert not [kind for kind, _ in made if kind == "ClusterRoleBinding"]
    binding = made["RoleBinding", "data-scientists"]
    assert binding["metadata"]["namespace"] == "vision"
    assert binding["roleRef"]["name"] == "metalml-data-scientist"
    (subject,) = binding["subjects"]
    assert (subject["kind"], subject["name"]) == ("Group", "oidc:vision")


@pytest.fixture(scope="module")
def verbs():
    """Verbs of the role by resource."""
    found: dict[str, set[str]] = {}
    for rule in data_scientist_rules():
        plain = vars(rule)
        for resource in plain["resources"]:
            found.setdefault(resource, set()).update(plain["verbs"])
    return found


def test_no_rule_names_everything(verbs):
    assert "*" not in verbs
    assert not any("*" in some for some in verbs.values())


def test_secrets_are_not_shown(verbs):
    assert not verbs["secrets"] & {*READ_VERBS, "update", "patch"}


@pytest.mark.parametrize(
    "resource", ["deployments", "services", "resourcequotas", "limitranges", "networkpolicies"]
)
def test_models_and_walls_can_be_seen_and_not_changed(verbs, resource):
    assert verbs[resource] == READ_VERBS


@pytest.mark.parametrize(
    "resource", ["roles", "rolebindings", "nodes", "namespaces", "serviceaccounts/token"]
)
def test_rights_and_the_cluster_are_not_the_teams(verbs, resource):
    assert resource not in verbs


def test_pods_are_created_only_after_the_whole_isolation(engine, settle):
    waited = []

    def build():
        team = Team("vision", TeamArgs(settings=VISION, namespace="vision", role="metalml-data-scientist"))
        return team.namespace.apply(lambda name: waited.append(name))

    settle(build)
    assert waited == ["vision"]
