"""The number of pods follows the load and nobody else; their use is measured, and a size recommended."""

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.cluster.full.cluster import STACK, FullCluster
from tests.cluster.load import Load

MODEL = "scaled"
PORT = 30070
# Seconds. The measure that the model is promised to follow a load by; new figures come every 15 s.
LONGEST_UP = 60
# By figures that a scrape every 15 s brings, as a rate over a minute.
LONGEST_UP_BY_REQUESTS = 120
# Stabilization in the test's settings, two steps down of 30 s each, and figures that come late.
LONGEST_DOWN = 240
LONGEST_RECOMMENDATION = 180
LONGEST_FIGURES = 120
PODS = {"min": 1, "max": 3, "downAfterSeconds": 30}
AUTOSCALING = {**PODS, "cpuPercent": 70, "vertical": {}}


def resources(memory: str) -> dict[str, dict[str, str]]:
    """So little CPU that 100 requests a second, which cost about 110m, are work for three pods."""
    return {"requests": {"cpu": "50m", "memory": memory}, "limits": {"cpu": "1"}}


def settings(**changes: object) -> dict[str, object]:
    """A model on the worker that has no other, small enough for three pods of it."""
    model = {
        "name": MODEL,
        "servedName": MODEL,
        "files": {"source": ".local/models/half_plus_two", "machine": "worker-2"},
        "service": {"nodePort": PORT},
        "resources": resources(memory="256Mi"),
        **changes,
    }
    return {"metalml:models": [model]}


def predict_url(full: FullCluster) -> str:
    address = full.owner.settings(STACK)["config"]["metalml:machines"][0]["address"]
    return f"http://{address}:{PORT}/v1/models/{MODEL}:predict"


def wanted_pods(full: FullCluster) -> int:
    return int(full.get("deployment", MODEL)["spec"]["replicas"])


def use_of_pods(full: FullCluster) -> str:
    """What `kubectl top` says of the pods; it fails while there are no figures."""
    try:
        return full.kubectl("top", "pods", "--namespace", "ml", "--no-headers")
    except subprocess.CalledProcessError:
        return ""


def wait_until(holds: Callable[[], bool], seconds: float) -> float:
    """The seconds until it held."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not after {seconds} s"
        time.sleep(1)
    return time.monotonic() - began


@contextmanager
def watched(full: FullCluster) -> Iterator[list[int]]:
    """Every number of pods that was wanted in the meantime, each change once."""
    seen = [wanted_pods(full)]
    stop = threading.Event()

    def look() -> None:
        over = False
        while not over:
            # Once more after the end, which may come between two looks.
            over = stop.wait(1)
            if (now := wanted_pods(full)) != seen[-1]:
                seen.append(now)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def scaled(full: FullCluster) -> Iterator[FullCluster]:
    """A model that ran with two pods before its number was given to an autoscaler."""
    with full.models(MODEL, settings(replicas=2)):
        with watched(full) as seen:
            full.write(MODEL, settings(autoscaling=AUTOSCALING))
            full.project.must("up", MODEL)
        assert seen == [2], "switching to an autoscaler changed the number of pods by itself"
        yield full


def test_use_of_machines_and_pods_is_measured(full: FullCluster) -> None:
    # The first figures come half a minute after the pods.
    wait_until(lambda: "ml-model" in use_of_pods(full), LONGEST_FIGURES)
    nodes = full.kubectl("top", "nodes", "--no-headers").splitlines()
    assert {line.split()[0] for line in nodes} == {"control-1", "gpu-1", "worker-1", "worker-2"}
    assert not [line for line in nodes if "unknown" in line]


def test_the_model_of_full_has_an_autoscaler_that_knows_its_load(full: FullCluster) -> None:
    # TARGETS, MINPODS, MAXPODS; the share is <unknown> until there are figures.
    def shown() -> str:
        return full.kubectl("get", "hpa", "-n", "ml", "ml-model-hpa", "--no-headers")

    wait_until(lambda: "<unknown>" not in shown(), LONGEST_FIGURES)
    assert re.search(r" cpu: [0-9]+%/70% +1 +3 ", shown())


def test_pods_follow_the_load_and_up_does_not_touch_their_number(scaled: FullCluster) -> None:
    url = predict_url(scaled)
    wait_until(lambda: wanted_pods(scaled) == 1, LONGEST_DOWN)
    with watched(scaled) as seen:
        with Load(url, clients=4, per_second=100) as load:
            up = wait_until(lambda: wanted_pods(scaled) == 3, LONGEST_UP)
            # Rolls all pods, by an apply of the whole Deployment.
            scaled.write(MODEL, settings(autoscaling=AUTOSCALING, resources=resources(memory="257Mi")))
            scaled.project.must("up", MODEL)
            assert wanted_pods(scaled) == 3
        down = wait_until(lambda: wanted_pods(scaled) == 1, LONGEST_DOWN)
    print(f"1 to 3 pods {up:.0f} s after the load began, back to 1 {down:.0f} s after it ended; {seen}")
    assert load.failures == [], load.told()
    assert seen in ([1, 3, 2, 1], [1, 2, 3, 2, 1]), "flapping"


def test_a_size_is_recommended(scaled: FullCluster) -> None:
    def recommended() -> bool:
        status = scaled.get("vpa", f"{MODEL}-vpa").get("status", {})
        return bool(status.get("recommendation", {}).get("containerRecommendations"))

    wait_until(recommended, LONGEST_RECOMMENDATION)
    (container,) = scaled.get("vpa", f"{MODEL}-vpa")["status"]["recommendation"]["containerRecommendations"]
    assert container["containerName"] == "model-server"
    assert set(container["target"]) == {"cpu", "memory"}
    # And nothing is done with it.
    pods = json.loads(
        scaled.kubectl("get", "pods", "-n", "ml", "-l", f"app.kubernetes.io/instance={MODEL}", "-o", "json")
    )
    for pod in pods["items"]:
        (server,) = pod["spec"]["containers"]
        assert server["resources"]["requests"]["cpu"] == "50m"


def test_pods_follow_the_requests_per_second_where_those_are_asked_for(scaled: FullCluster) -> None:
    scaled.write(MODEL, settings(autoscaling={**PODS, "requestsPerSecond": 20}))
    scaled.project.must("up", MODEL)
    wait_until(lambda: wanted_pods(scaled) == 1, LONGEST_DOWN)
    with Load(predict_url(scaled), clients=4, per_second=100) as load:
        up = wait_until(lambda: wanted_pods(scaled) == 3, LONGEST_UP_BY_REQUESTS)
    print(f"1 to 3 pods {up:.0f} s after the load began")
    assert load.failures == [], load.told()
