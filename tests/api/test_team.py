"""A team's walls on a real API server: what is refused there, and what the refused user reads."""

from ipaddress import IPv4Network

import pytest
from pulumi import ResourceOptions

from components.kubernetes.priorities import register_priorities
from components.tenancy.rbac import register_data_scientist
from components.tenancy.team import Team, TeamArgs
from settings.compute import ComputeSettings
from settings.teams import ContainersSettings, EgressSettings, QuotaSettings, TeamSettings
from tests.api.api_server import RefusedError
from tests.api.conftest import rendering
from tests.waits import LONGEST

TEAM = "api-vision"
GROUP = "oidc:vision"
SETTINGS = TeamSettings(
    name=TEAM,
    group=GROUP,
    quota=QuotaSettings(
        cpu="4", memory="8Gi", gpu=2, shared_gpu=0, storage="10Gi", volume_claims=2, node_ports=1, jobs=1
    ),
    containers=ContainersSettings(
        requests=ComputeSettings(cpu="250m", memory="256Mi"), limits=ComputeSettings(cpu="2", memory="4Gi")
    ),
    egress=(EgressSettings(range=IPv4Network("192.0.2.0/24"), ports=(443,)),),
)


@pytest.fixture(scope="module")
def team(api_server):
    """A namespace with everything that a team has around it."""

    def build():
        register_priorities(ResourceOptions())
        role = register_data_scientist(ResourceOptions())
        Team(TEAM, TeamArgs(settings=SETTINGS, namespace=TEAM, role=role.metadata.name))

    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEAM}}])
    with rendering() as render:
        assert "unknown field" not in api_server.apply(render(build))
    # Until the controllers have counted, the quota refuses everything with other words.
    counted = "jsonpath={.status.hard}"
    api_server.kubectl(
        "wait", "resourcequota", "--all", "-n", TEAM, f"--for={counted}", f"--timeout={LONGEST}s"
    )
    yield TEAM
    api_server.kubectl("delete", "namespace", TEAM, "--wait=false")


def pod(name, *, requests=None, limits=None, priority=None):
    container = {"name": "main", "image": "example.com/work:1", "resources": {}}
    if requests:
        container["resources"]["requests"] = requests
    if limits:
        container["resources"]["limits"] = limits
    spec = {"containers": [container], **({"priorityClassName": priority} if priority else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": TEAM}, "spec": spec}


def gpus(count):
    return {"limits": {"nvidia.com/gpu": count}}


@pytest.mark.usefixtures("team")
class TestOneTeam:
    @pytest.fixture(autouse=True)
    def no_pods(self, api_server):
        yield
        api_server.kubectl("delete", "pod", "--all", "-n", TEAM, "--force", "--grace-period=0")

    def test_over_its_gpu_quota_a_pod_is_refused_with_the_quotas_name(self, api_server):
        api_server.apply([pod("first", **gpus(2))])
        with pytest.raises(RefusedError) as refused:
            api_server.apply([pod("second", **gpus(1))])
        assert f"exceeded quota: {TEAM}-quota" in str(refused.value)
        assert "requested: requests.nvidia.com/gpu=1" in str(refused.value)
        assert "limited: requests.nvidia.com/gpu=2" in str(refused.value)

    def test_a_share_of_a_gpu_is_no_way_around_the_quota(self, api_server):
        with pytest.raises(RefusedError, match=r"requests\.nvidia\.com/gpu\.shared=1"):
            api_server.apply([pod("shared", limits={"nvidia.com/gpu.shared": 1})])

    def test_a_container_that_says_nothing_is_taken_with_the_teams_defaults(self, api_server):
        api_server.apply([pod("silent")])
        (container,) = api_server.get("pod", "silent", TEAM)["spec"]["containers"]
        assert container["resources"] == {
            "requests": {"cpu": "250m", "memory": "256Mi"},
            "limits": {"cpu": "2", "memory": "4Gi"},
        }

    def test_a_container_that_asks_for_much_without_a_limit_is_taken(self, api_server):
        api_server.apply([pod("large", requests={"cpu": "2", "memory": "4Gi"})])
        (container,) = api_server.get("pod", "large", TEAM)["spec"]["containers"]
        assert container["resources"]["requests"] == {"cpu": "2", "memory": "4Gi"}

    def test_a_container_larger_than_the_largest_is_refused_in_words(self, api_server):
        with pytest.raises(RefusedError, match="maximum memory usage per Container is 4Gi"):
            api_server.apply([pod("larger", limits={"cpu": "1", "memory": "5Gi"})])

    def test_the_second_node_port_and_the_second_job_are_refused(self, api_server):
        def service(name):
            spec = {"type": "NodePort", "ports": [{"port": 80}]}
            metadata = {"name": name, "namespace": TEAM}
            return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}

        def job(name):
            template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a:1"}]}}
            metadata = {"name": name, "namespace": TEAM}
            spec = {"template": template, "suspend": True}
            return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}

        for make, resource in ((service, "services.nodeports"), (job, "count/jobs.batch")):
            api_server.apply([make("one")])
            with pytest.raises(RefusedError, match=f"exceeded quota: {TEAM}-quota, requested: {resource}=1"):
                api_server.apply([make("two")])

    @pytest.mark.parametrize("priority", ["system-cluster-critical", "system-node-critical"])
    def test_nobody_takes_the_place_of_kubernetes_own_programs(self, api_server, priority):
        with pytest.raises(RefusedError, match=f"exceeded quota: {TEAM}-no-system-priority"):
            api_server.apply([pod("important", priority=priority)])

    @pytest.mark.parametrize(
        ("priority", "value", "preemption"),
        [
            ("serving", 100_000, "PreemptLowerPriority"),
            ("training", 10_000, "PreemptLowerPriority"),
            ("best-effort", -1_000, "Never"),
            (None, 0, "PreemptLowerPriority"),
        ],
    )
    def test_a_pod_gets_the_priority_of_its_class(self, api_server, priority, value, preemption):
        api_server.apply([pod("classed", priority=priority)])
        spec = api_server.get("pod", "classed", TEAM)["spec"]
        assert (spec["priority"], spec["preemptionPolicy"]) == (value, preemption)

    @pytest.mark.parametrize(
        "may",
        [
            "get pods",
            "list events",
            "get pods/log",
            "create pods/exec",
            "create pods/portforward",
            "create jobs.batch",
            "delete jobs.batch",
            "create cronjobs.batch",
            "create persistentvolumeclaims",
            "get resourcequotas",
            "get deployments.apps",
            "create secrets",
        ],
    )
    def test_a_member_sees_and_runs_what_the_team_works_with(self, api_server, may):
        assert self.allowed(api_server, may)

    @pytest.mark.parametrize(
        "may",
        [
            "get secrets",
            "list secrets",
            "patch secrets",
            "create deployments.apps",
            "patch deployments.apps",
            "patch resourcequotas",
            "delete limitranges",
            "delete networkpolicies.networking.k8s.io",
            "create rolebindings.rbac.authorization.k8s.io",
            "create serviceaccounts/token",
            "impersonate serviceaccounts",
        ],
    )
    def test_a_member_changes_no_wall_and_reads_no_secret(self, api_server, may):
        assert not self.allowed(api_server, may)

    @pytest.mark.parametrize("may", ["get pods", "create pods", "get secrets", "create secrets"])
    def test_a_member_is_nobody_in_the_namespace_of_others(self, api_server, may):
        assert not self.allowed(api_server, may, namespace="default")

    def test_somebody_else_is_nobody_here(self, api_server):
        assert not self.allowed(api_server, "get pods", group="oidc:speech")

    @staticmethod
    def allowed(api_server, may, namespace=TEAM, group=GROUP):
        verb, resource = may.split()
        who = ("--as=somebody", f"--as-group={group}", "--as-group=system:authenticated")
        done = api_server.kubectl("auth", "can-i", verb, resource, "-n", namespace, *who, check=False)
        assert done.stdout.strip() in ("yes", "no"), done.stderr
        return done.stdout.strip() == "yes"
