"""The main job, from nothing to nothing, as a user does it. The tests of this file run in their order."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.project import Project, has_commit, settings_on
from tests.waits import LONGEST

STACK = "lifecycle"
# The commit of the last release; tags are not in every clone.
RELEASED = (Path(__file__).parent / "released").read_text().strip()
# 198.18.0.0/15 is kept for tests of networks (RFC 2544).
OUTSIDE, LINK = "198.18.87", "mlm-outside"
PREDICT = "/v1/models/default:predict"
CONTROL, WORKER, SECOND = "10.87.0.11", "10.87.0.12", "10.87.0.13"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("lifecycle"))
    if has_commit(RELEASED):
        project.release(RELEASED)
    settings = settings_on(project, cluster=STACK, machines="10.87.0", pods="10.245")
    # It has a certificate, which must not be made anew.
    settings["config"]["metalml:platform"]["metricsServer"] = {}
    project.write(STACK, settings)
    # What a killed run left, as before each lab.
    project.sweep(STACK)
    yield project
    project.sweep(STACK)


def curl(address: str) -> str:
    return subprocess.run(
        [
            "curl",
            "-sS",
            "--max-time",
            "10",
            "-d",
            '{"instances":[1.0,2.0,5.0]}',
            f"http://{address}:30050{PREDICT}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def ready(project: Project) -> list[str]:
    nodes = json.loads(project.kubectl("get", "nodes", "-o", "json"))["items"]
    return sorted(
        node["metadata"]["name"]
        for node in nodes
        if any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"]["conditions"])
    )


def commands(project: Project) -> dict[str, Any]:
    return {
        name: resource
        for name, resource in project.resources(STACK).items()
        if resource["type"] == "command:local:Command"
    }


def identities(project: Project) -> dict[str, tuple[str, str]]:
    """What makes each resource of the stack the same one as before: when it was made, and its id."""
    return {
        resource["urn"]: (resource.get("created", ""), resource.get("id", ""))
        for resource in project.resources(STACK).values()
    }


def pods(project: Project) -> dict[str, tuple[str, int]]:
    """Of each pod its uid, and how often its containers were started again."""
    found = json.loads(project.kubectl("get", "pods", "--all-namespaces", "-o", "json"))["items"]
    return {
        pod["metadata"]["name"]: (
            pod["metadata"]["uid"],
            sum(container["restartCount"] for container in pod["status"]["containerStatuses"]),
        )
        for pod in found
    }


def secrets(project: Project) -> dict[str, Any]:
    """The content of each Secret, but for tokens that a join makes for itself."""
    found = json.loads(project.kubectl("get", "secrets", "--all-namespaces", "-o", "json"))["items"]
    return {
        secret["metadata"]["name"]: secret["data"]
        for secret in found
        if secret["type"] != "bootstrap.kubernetes.io/token"
    }


def test_a_stack_of_the_last_release_goes_over_without_a_replacement(project: Project) -> None:
    """Nobody's cluster is touched by a refactoring."""
    project.must("up", STACK)
    if not has_commit(RELEASED):
        pytest.skip(f"this clone has no commit {RELEASED}: git fetch --unshallow")
    answer = curl(WORKER)
    before = identities(project), pods(project), secrets(project)
    assert before[2], "metrics-server has a certificate"
    project.today()
    preview = project.must("preview", STACK).text
    assert "(replace)" not in preview and "(delete)" not in preview
    project.must("up", STACK)
    there = identities(project)
    assert {urn: there.get(urn) for urn in before[0]} == before[0]
    assert (pods(project), secrets(project)) == before[1:]
    assert curl(WORKER) == answer


def test_two_nodes_are_ready(project: Project) -> None:
    assert ready(project) == ["control-1", "worker-1"]


@pytest.mark.parametrize("address", [CONTROL, WORKER])
def test_the_model_answers_on_every_node(project: Project, address: str) -> None:
    assert json.loads(curl(address)) == {"predictions": [2.5, 3.0, 4.5]}


def test_pods_of_two_nodes_reach_each_other_and_logs_come_through_verified_kubelets(project: Project) -> None:
    pods = json.loads(project.kubectl("get", "pods", "-A", "-o", "json"))["items"]
    proxies = [pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"].startswith("kube-proxy")]
    assert len(proxies) == 2
    for name in proxies:
        assert project.kubectl("logs", "-n", "kube-system", name)


@pytest.fixture
def outsider(project: Project) -> Iterator[list[str]]:
    """The command prefix that runs in a host outside every allowed range, with a route to the machines."""
    name = f"metalml-{STACK}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    for command in (
        f"ip link add {LINK} type veth peer name {LINK}p netns {name}",
        f"ip address add {OUTSIDE}.1/30 dev {LINK}",
        f"ip link set {LINK} up",
        f"ip -n {name} address add {OUTSIDE}.2/30 dev {LINK}p",
        f"ip -n {name} link set {LINK}p up",
        f"ip -n {name} route add default via {OUTSIDE}.1",
    ):
        subprocess.run(command.split(), check=True)
    yield ["ip", "netns", "exec", name]
    subprocess.run(["ip", "netns", "delete", name], check=True)
    subprocess.run(["ip", "link", "delete", LINK], check=False, capture_output=True)


def connects(address: str, port: int, prefix: list[str]) -> bool:
    probe = ["bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]
    return subprocess.run([*prefix, "timeout", "3", *probe], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("address", "port"),
    [(CONTROL, 30050), (WORKER, 30050), (CONTROL, 6443), (CONTROL, 10250), (WORKER, 10250), (CONTROL, 2379)],
)
def test_a_host_outside_the_allowed_ranges_gets_nothing(outsider: list[str], address: str, port: int) -> None:
    # There is a way: what follows is refused, not lost.
    assert podman("exec", f"metalml-{STACK}-control-1", "ping", "-c1", "-W2", f"{OUTSIDE}.2")
    assert not connects(address, port, outsider)
    if port in (30050, 6443):
        assert connects(address, port, []), "the operator's own computer is let in"


def test_a_second_up_changes_nothing(project: Project) -> None:
    run = project.must("up", STACK)
    assert "unchanged" in run.text
    events = project.log("up")
    assert not any(line.strip().startswith(("+ ", "~ ", "- ", "+-")) for line in events.splitlines())


def test_pulumi_itself_works_beside_make_and_writes_into_no_tracked_file(project: Project) -> None:
    settings = project.settings(STACK)
    script = ". .local/env && pulumi stack output clusterName && pulumi refresh --yes"
    shown = subprocess.run(
        ["bash", "-euc", script],
        cwd=project.folder,
        env=project.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert shown.startswith(f"{STACK}\n")
    assert project.settings(STACK) == settings
    project.must("up", STACK)
    assert not [
        line for line in project.log("up").splitlines() if line.strip().startswith(("+ ", "- ", "+-"))
    ]


def test_a_kubelet_setting_is_one_changed_line_per_machine_in_the_preview(project: Project) -> None:
    def change(config: dict[str, Any]) -> None:
        config["metalml:cluster"]["kubelet"]["maxPods"] = 64

    project.edit(STACK, change)
    text = project.must("preview", STACK).text
    assert text.count("- maxPods: 110") == 2
    assert text.count("+ maxPods: 64") == 2
    project.must("up", STACK)
    capacity = json.loads(project.kubectl("get", "nodes", "-o", "json"))["items"]
    assert {node["status"]["capacity"]["pods"] for node in capacity} == {"64"}


def test_a_second_worker_touches_no_other_machine(project: Project) -> None:
    steps = {name: steps_of(name) for name in ("control-1", "worker-1")}
    before = commands(project)

    def add(config: dict[str, Any]) -> None:
        machines = config["metalml:machines"]
        machines.append({**machines[-1], "name": "worker-2", "address": SECOND, "podRange": "10.245.13.0/24"})

    project.edit(STACK, add)
    preview = project.must("preview", STACK).text
    named = [line for line in preview.splitlines() if "command:local:Command" in line and "worker" in line]
    assert named and all("worker-2" in line for line in named)

    project.must("up", STACK)
    after = commands(project)
    assert {name: after[name]["modified"] for name in before} == {
        name: before[name]["modified"] for name in before
    }
    assert ready(project) == ["control-1", "worker-1", "worker-2"]
    assert {name: steps_of(name) for name in steps} == steps
    assert json.loads(curl(SECOND)) == {"predictions": [2.5, 3.0, 4.5]}


def test_a_removed_worker_is_drained_gone_and_leaves_no_machine(project: Project) -> None:
    project.edit(STACK, lambda config: config["metalml:machines"].pop())
    project.must("up", STACK)
    assert ready(project) == ["control-1", "worker-1"]
    assert f"metalml-{STACK}-worker-2" not in podman("ps", "--all", "--format", "{{.Names}}")
    assert "10.245.13.0/24" not in subprocess.run(["ip", "route"], capture_output=True, text=True).stdout
    assert json.loads(curl(WORKER)) == {"predictions": [2.5, 3.0, 4.5]}


def test_no_secret_is_readable_in_state_console_logs_or_temporary_files(project: Project) -> None:
    kubeconfig = (project.folder / ".local/kubeconfig").read_text()
    key = next(line.split()[1] for line in kubeconfig.splitlines() if "client-key-data" in line)
    private = (project.folder / ".local/ssh/id_ed25519").read_text().splitlines()[1]
    passphrase = (project.folder / ".local/passphrase").read_text().strip()
    places = [
        path
        for folder in ("state", "log", "config", "tmp", "pulumi/tmp-*")
        for path in (project.folder / ".local").glob(f"{folder}/**/*")
        if path.is_file()
    ]
    assert any("stacks" in str(path) for path in places)
    for path in places:
        content = path.read_text(errors="replace")
        for what, secret in {"kubeconfig key": key, "SSH key": private, "passphrase": passphrase}.items():
            assert secret not in content, f"{what} in {path}"


def test_down_leaves_nothing_and_up_works_again(project: Project) -> None:
    project.must("down", STACK)
    assert STACK not in podman("ps", "--all", "--format", "{{.Names}}")
    assert STACK not in podman("network", "ls", "--format", "{{.Name}}")
    assert STACK not in podman("volume", "ls", "--format", "{{.Name}}")
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True).stdout
    assert "10.245." not in routes and "10.87.0." not in routes
    run = project.must("up", STACK)
    assert "curl" in run.text, "the last lines tell what to do next"
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline and ready(project) != ["control-1", "worker-1"]:
        time.sleep(1)
    assert json.loads(curl(WORKER)) == {"predictions": [2.5, 3.0, 4.5]}


def podman(*arguments: str) -> str:
    return subprocess.run(["podman", *arguments], check=True, capture_output=True, text=True).stdout


def steps_of(machine: str) -> str:
    """When each step last ran on a machine, and how often kubeadm did."""
    container = f"metalml-{STACK}-{machine}"
    return podman(
        "exec", container, "sh", "-c", "cd /var/lib/metalml; stat -c '%n %Y' steps/*/done; cat kubeadm-runs"
    )
