"""Replicas on two nodes fetch one version from an S3-compatible store; no other files take traffic."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from components.ssh.files import manifest_of
from components.versions import IMAGES
from local.bundle.modules import RCLONE
from local.bundle.served import SERVED
from local.progress import Progress
from tests.cluster.full.cluster import FullCluster
from tests.cluster.load import Load
from tests.waits import LONGEST

STACK_NAME = "fetched"
STORE = Path(__file__).with_name("store.yaml")
STORE_PORT, NODE_PORT = 30090, 30082
KEY, SECRET = "models", "not-a-secret"
ENDPOINT = "http://store.ml.svc.cluster.local:9000"
PREFIX = "half-plus-two/1"
# Asked of a node that has no pod of it, and that no test drains.
URL = f"http://10.84.0.14:{NODE_PORT}/v1/models/{STACK_NAME}:predict"
# Requests of one load in two seconds, as long as endpoints take to reach every node several times over.
ENOUGH = 200


@pytest.fixture(scope="module")
def store(full: FullCluster) -> Iterator[FullCluster]:
    """A store in the cluster; the image that serves it is the one that fetches."""
    image = SERVED[IMAGES["model-fetcher"]]
    archive = image.build(Progress()).path(image.archive)
    for machine in ("worker-1", "worker-2", "gpu-1"):
        with archive.open("rb") as file:
            load = ["podman", "exec", "-i", full.machine(machine), "ctr", "-n", "k8s.io"]
            subprocess.run([*load, "images", "import", "-"], stdin=file, check=True, capture_output=True)
    full.kubectl("apply", "-f", str(STORE))
    try:
        full.kubectl("wait", "-n", "ml", "pod/store", "--for=condition=Ready", f"--timeout={LONGEST}s")
        yield full
    finally:
        full.kubectl("delete", "-f", str(STORE))


@pytest.fixture(scope="module")
def digest(store: FullCluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Puts the model of dev into the store; the digest of its list."""
    model = store.project.folder / ".local/models/half_plus_two"
    lines = [line.split(maxsplit=2) for line in manifest_of(str(model)).splitlines()]
    sums = tmp_path_factory.mktemp("sums") / "SHA256SUMS"
    sums.write_text("".join(f"{found}  {path}\n" for found, _, path in lines))
    program = RCLONE.build(Progress()).path("rclone")
    environment = {
        **os.environ,
        "RCLONE_S3_PROVIDER": "Other",
        "RCLONE_S3_ENDPOINT": f"http://10.84.0.12:{STORE_PORT}",
        "RCLONE_S3_ACCESS_KEY_ID": KEY,
        "RCLONE_S3_SECRET_ACCESS_KEY": SECRET,
    }
    for source in (model, sums):
        command = [program, "copy", source, f":s3:models/{PREFIX}", "--config="]
        subprocess.run(command, env=environment, check=True, capture_output=True)
    return sha256(sums.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def served(store: FullCluster, digest: str) -> Iterator[FullCluster]:
    model = {
        "name": STACK_NAME,
        "servedName": STACK_NAME,
        "replicas": 2,
        "spread": "require",
        "files": {
            "kind": "s3",
            "endpoint": ENDPOINT,
            "bucket": "models",
            "prefix": PREFIX,
            "digest": digest,
        },
        "storage": {"size": "100Mi"},
        "service": {"nodePort": NODE_PORT},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
    }
    project = store.project
    store.write(STACK_NAME, {"metalml:models": [model], "metalml:s3AccessKeyId": KEY})
    project.engine("stack", "init", STACK_NAME)
    project.engine("config", "set", "--stack", STACK_NAME, "--secret", "metalml:s3SecretAccessKey", SECRET)
    try:
        project.must("up", STACK_NAME)
        yield store
    finally:
        project.run("down", STACK_NAME)


def pods(full: FullCluster) -> list[dict]:
    """The model's pods that are ready."""
    labels = f"app.kubernetes.io/instance={STACK_NAME}"
    found = json.loads(full.kubectl("get", "pods", "-n", "ml", "-l", labels, "-o", "json"))["items"]
    return [pod for pod in found if all(one["ready"] for one in pod["status"].get("containerStatuses", [{}]))]


def ask(full: FullCluster, pod: dict) -> dict:
    """The model's signatures in one pod, asked through the API server and no Service."""
    path = f"/api/v1/namespaces/ml/pods/{pod['metadata']['name']}:8501/proxy/v1/models/{STACK_NAME}/metadata"
    return json.loads(full.kubectl("get", "--raw", path))


def predict() -> list[float]:
    command = ["curl", "-sS", "--max-time", "10", "-d", '{"instances":[1.0,5.0]}']
    url = f"http://10.84.0.12:{NODE_PORT}/v1/models/{STACK_NAME}:predict"
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["predictions"]


def test_replicas_on_two_nodes_serve_the_same_version(served: FullCluster) -> None:
    found = pods(served)
    assert len({pod["spec"]["nodeName"] for pod in found}) == 2
    one, other = (ask(served, pod) for pod in found)
    assert one == other
    assert predict() == [2.5, 4.5]


def test_a_node_that_is_drained_loses_no_request(served: FullCluster, gpu_machine: None) -> None:
    # The store is a bare pod, which would not come back.
    store = served.get("pod", "store")["spec"]["nodeName"]
    leaving = next(pod["spec"]["nodeName"] for pod in pods(served) if pod["spec"]["nodeName"] != store)
    with (
        Load(URL, clients=2, per_second=100) as opened,
        Load(URL, clients=2, per_second=100, requests_per_connection=None) as kept,
    ):
        for load in (opened, kept):
            load.until(ENOUGH)
        try:
            # Other tests look at what the other pods of the node measure.
            only = ["--pod-selector", f"app.kubernetes.io/instance={STACK_NAME}"]
            served.kubectl("drain", leaving, *only, "--delete-emptydir-data", f"--timeout={LONGEST}s")
            assert leaving not in {pod["spec"]["nodeName"] for pod in pods(served)}
            for load in (opened, kept):
                load.until(load.requests + ENOUGH)
            # Rather two on one machine than one: the other is no place at present.
            served.kubectl(
                "rollout", "status", f"deployment/{STACK_NAME}", "-n", "ml", f"--timeout={LONGEST}s"
            )
            for load in (opened, kept):
                load.until(load.requests + ENOUGH)
        finally:
            served.kubectl("uncordon", leaving)
    for load in (opened, kept):
        assert not load.failures, load.told()


def test_the_secret_of_the_store_is_in_no_file_of_the_stack_and_not_in_its_log(served: FullCluster) -> None:
    folder = served.project.folder
    for file in [folder / f"Pulumi.{STACK_NAME}.yaml", *folder.glob(f".local/state/**/{STACK_NAME}*.json")]:
        assert SECRET not in file.read_text(), file
    assert SECRET not in served.project.log("up")


def test_other_files_than_the_pinned_ones_never_take_traffic(served: FullCluster) -> None:
    project = served.project
    before = {pod["metadata"]["name"] for pod in pods(served)}

    def pin_another(config: dict) -> None:
        config["metalml:models"][0]["files"]["digest"] = "0" * 64

    project.edit(STACK_NAME, pin_another)
    run = project.start("up", STACK_NAME)
    try:
        deadline = time.monotonic() + LONGEST
        while "check-list" not in failed_steps(served) and time.monotonic() < deadline:
            time.sleep(1)
        assert "check-list" in failed_steps(served)
        assert {pod["metadata"]["name"] for pod in pods(served)} == before
        assert predict() == [2.5, 4.5]
    finally:
        for _ in range(2):
            run.send_signal(signal.SIGTERM)
            time.sleep(1)
        run.communicate()


def failed_steps(full: FullCluster) -> set[str]:
    """The steps of fetching that have failed in some pod."""
    labels = f"app.kubernetes.io/instance={STACK_NAME}"
    found = json.loads(full.kubectl("get", "pods", "-n", "ml", "-l", labels, "-o", "json"))["items"]
    return {
        step["name"]
        for pod in found
        for step in pod["status"].get("initContainerStatuses", [])
        if step.get("restartCount", 0) or step["state"].get("terminated", {}).get("exitCode")
    }
