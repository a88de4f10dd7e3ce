"""A model goes through versions and strategies while it is asked all the time: nobody who asks may notice.

The tests of this file run in their order, on a stack for each of two models.
"""

import json
import math
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.full.cluster import FullCluster
from tests.cluster.full.lines import BODY, make_lines, until_answers, version_of, write_samples
from tests.cluster.full.prometheus import until_found
from tests.cluster.load import Load
from tests.cluster.project import Run
from tests.waits import LONGEST

MODEL = "line"
PORT, GATEWAY_PORT = 30120, 30080
# The one that gates hold back.
GATED, GATED_PORT = "gated", 30125
# Not where the pods are: requests take the way through another node.
ADDRESS = "10.84.0.13"
PATH = f"/v1/models/{MODEL}:predict"
URL, ROUTED_URL = f"http://{ADDRESS}:{PORT}{PATH}", f"http://{ADDRESS}:{GATEWAY_PORT}{PATH}"
GATED_URL = f"http://{ADDRESS}:{GATEWAY_PORT}/v1/models/{GATED}:predict"
SWITCH_SECONDS = 5
# Requests after which an outage of a tenth of a second would have been seen at the rate of these loads.
ENOUGH = 200
# Of versions by one strategy, under one load.
CHANGES = 5
# The least that a gate can be set to, and how long it may take after that.
GATE_MINUTES, GATE_SPARE_SECONDS = 5, 120
# Requests that no track of a test answers.
NEVER = 1_000_000
HELD_BACK = f"{GATED}-green does not get 50 % of the requests yet"
# A changed model is waited for three minutes, or four for two pods; and the rest of an `up`.
HOPELESS_SECONDS = 400


class Rollouts:
    """A model in a stack of the same name, and its versions on this computer."""

    def __init__(self, full: FullCluster, name: str, port: int, made: Path, folder: Path) -> None:
        self.full, self.name, self.port = full, name, port
        self.made, self.source, self.samples = made, folder / "source", folder / "samples.jsonl"
        self.evaluated: dict[str, Any] | None = None

    def offer(self, *versions: int) -> None:
        """Have these versions, and no others, in the folder that the settings name."""
        shutil.rmtree(self.source, ignore_errors=True)
        for version in versions:
            shutil.copytree(self.made / str(version), self.source / str(version))

    def settings(self, **rollout: Any) -> None:
        """Write the settings of the stack."""
        model = {
            "name": self.name,
            "servedName": self.name,
            "files": {"source": str(self.source), "machine": "worker-1"},
            "service": {"nodePort": self.port},
            "resources": {"requests": {"cpu": "50m", "memory": "512Mi"}},
            "rollout": rollout or {"strategy": "rolling"},
            "evaluation": self.evaluated,
        }
        self.full.write(self.name, {"metalml:models": [model]})

    def up(self, **rollout: Any) -> None:
        self.settings(**rollout)
        self.full.project.must("up", self.name)

    def try_up(self) -> Run:
        """Bring up what was written, which may fail."""
        return self.full.project.run("up", self.name)

    def up_until(self, words: str) -> Run:
        """Bring up what was written, and interrupt it when it says this."""
        began = time.monotonic()
        process = self.full.project.start("up", self.name)
        assert process.stdout
        lines: list[str] = []
        # It may say the words again in its last lines.
        for line in process.stdout:
            if words in line and not any(words in before for before in lines):
                process.send_signal(signal.SIGINT)
            lines.append(line)
        return Run(code=process.wait(), text="".join(lines), seconds=time.monotonic() - began)

    def down(self) -> None:
        self.full.project.run("down", self.name)

    def evaluate(self, track: str, right: int) -> None:
        """Measure now how many answers of a track are those of version `right`."""
        write_samples(self.samples, right)
        self.evaluated = {"samples": str(self.samples), "everyMinutes": 60, "accuracy": 0.9}
        self.up(**by_header())
        self.full.run_now(f"{self.name}-{track}-evaluation", LONGEST)

    def pods(self) -> list[dict[str, Any]]:
        labels = f"app.kubernetes.io/name=model-server,app.kubernetes.io/instance={self.name}"
        found = self.full.kubectl("get", "pods", "-n", "ml", "-l", labels, "-o", "json")
        return json.loads(found)["items"]


@pytest.fixture(scope="module")
def versions(full: FullCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every version that these tests bring in, in a folder of its number."""
    made = tmp_path_factory.mktemp("lines")
    make_lines(full, made, 1 + CHANGES)
    return made


@pytest.fixture(scope="module")
def gated(full: FullCluster, versions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollouts]:
    made = Rollouts(full, GATED, GATED_PORT, versions, tmp_path_factory.mktemp(GATED))
    made.offer(2, 3)
    made.up(**by_header())
    yield made
    made.down()


# After `gated`: what gates ask of a version's age has passed when the last tests come to it.
@pytest.fixture(scope="module")
def rollouts(
    full: FullCluster, versions: Path, gated: Rollouts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rollouts]:
    made = Rollouts(full, MODEL, PORT, versions, tmp_path_factory.mktemp(MODEL))
    made.offer(1)
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="module")
def at_least(request: pytest.FixtureRequest) -> int:
    """Requests of each of two loads for each change, so that all together are what `--requests` asks for."""
    wanted: int = request.config.option.requests
    return math.ceil(wanted / (2 * CHANGES))


@contextmanager
def asked(url: str = URL) -> Iterator[tuple[Load, Load]]:
    """Clients that open a connection for each request, and clients that keep theirs."""
    new = Load(url, clients=2, per_second=150, body=BODY, kind=version_of)
    kept = Load(url, clients=2, per_second=150, requests_per_connection=None, body=BODY, kind=version_of)
    with new, kept:
        for load in (new, kept):
            load.until(ENOUGH)
        yield new, kept
        for load in (new, kept):
            load.until(load.requests + ENOUGH)


def two(first: int, second: int, **changes: Any) -> list[dict[str, Any]]:
    """The tracks blue and green."""
    return [{"name": "blue", "version": first}, {"name": "green", "version": second, **changes}]


def by_header() -> dict[str, Any]:
    """Version 3 for everybody, version 2 for those who ask for it."""
    blue, green = two(3, 2, headers={"x-variant": "b"})
    return {"strategy": "ab", "tracks": [{**blue, "weight": 100}, green]}


def test_version_changes_lose_no_request(rollouts: Rollouts, at_least: int) -> None:
    versions = range(2, 2 + CHANGES)
    with asked() as loads:
        for number, version in enumerate(versions, start=1):
            rollouts.offer(version)
            rollouts.up()
            for load in loads:
                load.until(number * at_least)
        # Whoever keeps a connection stays with the old pod until that has drained.
        for load in loads:
            load.until_answered(f"version {versions[-1]}")
    for load in loads:
        print(load.told())
        assert not load.failures, load.told()
        assert set(load.answers) == {f"version {version}" for version in (1, *versions)}
        # Old and new answer side by side only while one takes over from the other.
        for version in versions[1:]:
            assert load.last[f"version {version - 2}"] < load.first[f"version {version}"]


def test_without_probes_and_drain_the_same_change_loses_some(rollouts: Rollouts) -> None:
    """The test above can fail."""
    spoilt = json.loads(rollouts.full.kubectl("get", "deployment", MODEL, "-n", "ml", "-o", "json"))
    pod = spoilt["spec"]["template"]["spec"]
    for key in ("startupProbe", "readinessProbe", "livenessProbe", "lifecycle"):
        del pod["containers"][0][key]
    labels = {"app.kubernetes.io/name": "model-server", "spoilt": "yes"}
    spoilt["metadata"] = {"name": "spoilt", "namespace": "ml"}
    spoilt["spec"]["template"]["metadata"] = {"labels": labels}
    spoilt["spec"] |= {"selector": {"matchLabels": labels}, "minReadySeconds": 0}
    port = {"port": 8501, "targetPort": "http", "nodePort": PORT + 1}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "spoilt", "namespace": "ml"},
        "spec": {"type": "NodePort", "selector": labels, "ports": [port]},
    }
    try:
        rollouts.full.project.apply({"apiVersion": "v1", "kind": "List", "items": [spoilt, service]})
        rollouts.full.kubectl("rollout", "status", "deployment/spoilt", "-n", "ml")
        with Load(URL.replace(str(PORT), str(PORT + 1)), per_second=100, body=BODY) as load:
            load.until_answered()
            before = len(load.failures)
            rollouts.full.kubectl("rollout", "restart", "deployment/spoilt", "-n", "ml")
            rollouts.full.kubectl("rollout", "status", "deployment/spoilt", "-n", "ml")
            load.until(load.requests + ENOUGH)
        assert len(load.failures) > before, load.told()
    finally:
        rollouts.full.kubectl("delete", "deployment,service", "spoilt", "-n", "ml")


@pytest.mark.fault
def test_a_corrupt_version_never_answers_and_the_run_ends_in_minutes_with_its_own_words(
    rollouts: Rollouts,
) -> None:
    rollouts.offer(3)
    rollouts.up()
    until_answers(URL, "version 3")
    shutil.copytree(rollouts.made / "1", rollouts.source / "4")
    (rollouts.source / "4" / "saved_model.pb").write_bytes(b"not a model at all")
    words = "cannot load servable version {name: line version: 4}"
    with asked() as loads:
        # Twice: what the first attempt leaves behind must not be what the second one breaks. Who has read why
        # interrupts the first.
        for attempt in (partial(rollouts.up_until, words), rollouts.try_up):
            run = attempt()
            assert run.code != 0
            assert run.seconds < HOPELESS_SECONDS
            assert words in run.text
        # The old pod finds the files that it was made for, also when it has to start again.
        (old,) = [pod for pod in rollouts.pods() if pod["status"]["containerStatuses"][0]["ready"]]
    for load in loads:
        assert not load.failures, load.told()
        assert set(load.answers) == {"version 3"}
    rollouts.full.kubectl("delete", "pod", old["metadata"]["name"], "-n", "ml")
    with Load(URL, body=BODY, kind=version_of) as again:
        again.until_answered()
        again.until(again.requests + ENOUGH)
    assert set(again.answers) == {"version 3"}, again.told()
    rollouts.offer(3)
    rollouts.up()


def test_a_model_becomes_two_tracks_without_losing_a_request(rollouts: Rollouts) -> None:
    rollouts.offer(1, 2, 3)
    with asked() as loads:
        rollouts.up(strategy="blue-green", active="green", tracks=two(1, 3, nodePort=PORT + 2))
    for load in loads:
        assert not load.failures, load.told()
        assert set(load.answers) == {"version 3"}


def test_blue_and_green_change_places_in_one_line_and_back(rollouts: Rollouts, at_least: int) -> None:
    places = [("blue", "version 1"), ("green", "version 3")]
    for number in range(CHANGES):
        (active, new), (_, old) = places[number % 2], places[(number + 1) % 2]
        rollouts.settings(strategy="blue-green", active=active, tracks=two(1, 3, nodePort=PORT + 2))
        preview = rollouts.full.project.must("preview", MODEL).text
        assert preview.count(f"line-{active}") == 1, preview
        with asked() as (opened, kept):
            rollouts.full.project.must("up", MODEL)
            for load in (opened, kept):
                load.until(at_least)
        for load in (opened, kept):
            print(load.told())
            assert not load.failures, load.told()
        assert opened.last[old] - opened.first[new] < SWITCH_SECONDS, opened.told()
        assert opened.last[new] > opened.last[old]


def test_a_new_version_of_the_other_track_is_seen_on_its_own_port_only(rollouts: Rollouts) -> None:
    with asked() as loads:
        rollouts.up(strategy="blue-green", active="blue", tracks=two(1, 2, nodePort=PORT + 2))
        preview_url = URL.replace(str(PORT), str(PORT + 2))
        until_answers(preview_url, "version 2")
        with Load(preview_url, body=BODY, kind=version_of) as preview:
            preview.until(ENOUGH)
    assert set(preview.answers) == {"version 2"}
    for load in loads:
        assert not load.failures, load.told()
        assert set(load.answers) == {"version 1"}


def test_without_a_gateway_a_share_of_the_pods_is_a_share_of_the_connections(rollouts: Rollouts) -> None:
    stable, canary = two(1, 2)
    tracks = [{**stable, "weight": 75, "replicas": 3}, {**canary, "weight": 25}]
    with asked() as loads:
        rollouts.up(strategy="canary", splitBy="replicas", tracks=tracks)
    for load in loads:
        assert not load.failures, load.told()
    with Load(URL, body=BODY, kind=version_of) as load:
        load.until(4000)
    assert not load.failures, load.told()
    # Each connection is a throw of a die of its own: four times the deviation that this many have.
    assert abs(load.answers["version 2"] / load.requests - 0.25) < 0.03, load.told()


def test_a_canary_gets_its_share(rollouts: Rollouts) -> None:
    tracks = [{**track, "weight": weight} for track, weight in zip(two(3, 2), (90, 10), strict=True)]
    rollouts.up(strategy="canary", tracks=tracks)
    until_answers(ROUTED_URL, "version 3", "version 2")
    with Load(ROUTED_URL, requests_per_connection=None, body=BODY, kind=version_of) as load:
        load.until(10_000)
    assert not load.failures, load.told()
    assert abs(load.answers["version 2"] / load.requests - 0.10) < 0.02, load.told()


def test_a_header_chooses_the_version_each_time(rollouts: Rollouts) -> None:
    rollouts.up(**by_header())
    until_answers(ROUTED_URL, "version 2", headers={"X-Variant": "b"})
    until_answers(ROUTED_URL, "version 3")
    with (
        Load(ROUTED_URL, body=BODY, kind=version_of, headers={"X-Variant": "b"}) as chosen,
        Load(ROUTED_URL, body=BODY, kind=version_of, headers={"X-Variant": "c"}) as others,
    ):
        for load in (chosen, others):
            load.until(1000)
    for load, version in ((chosen, "version 2"), (others, "version 3")):
        assert not load.failures, load.told()
        assert set(load.answers) == {version}


def weights(gated: Rollouts) -> dict[str, int]:
    """Of the tracks' Services in the rule that has no headers."""
    rules = gated.full.get("httproute", GATED)["spec"]["rules"]
    return {backend["name"]: backend["weight"] for backend in rules[-1]["backendRefs"]}


def half(requests: int) -> dict[str, Any]:
    """Green is to get as much as blue, when it has answered that many requests."""
    blue, green = two(3, 2, gate={"requests": requests, "minutes": GATE_MINUTES})
    return {"strategy": "canary", "tracks": [{**blue, "weight": 50}, {**green, "weight": 50}]}


def test_a_track_about_which_an_alert_fires_gets_no_more_than_a_try(gated: Rollouts) -> None:
    firing = f'ALERTS{{alertname="ModelAccuracyLow",model="{GATED}",track="green",alertstate="firing"}}'
    before = weights(gated)
    gated.evaluate("green", right=3)
    until_found(gated.full, firing, LONGEST)
    gated.settings(**half(NEVER))
    deadline = time.monotonic() + LONGEST
    # Each question may be answered by the other Prometheus, which looks at its rules at other moments.
    while "alerts about it fire: ModelAccuracyLow" not in (run := gated.try_up()).text:
        assert run.code != 0 and HELD_BACK in run.text, run.text
        assert time.monotonic() < deadline, run.text
    assert run.code != 0
    assert weights(gated) == before
    gated.evaluate("green", right=2)
    until_found(gated.full, f"absent({firing})", LONGEST)


def test_a_track_gets_more_than_a_try_when_it_has_shown_itself_and_not_before(gated: Rollouts) -> None:
    before = weights(gated)
    with Load(GATED_URL, clients=1, per_second=10, body=BODY, kind=version_of, headers={"X-Variant": "b"}):
        gated.settings(**half(NEVER))
        run = gated.try_up()
        assert run.code != 0
        assert HELD_BACK in run.text
        assert f"of {NEVER} that are asked for" in run.text
        assert weights(gated) == before
        gated.settings(**half(ENOUGH))
        deadline = time.monotonic() + 60 * GATE_MINUTES + GATE_SPARE_SECONDS
        # Its pods may be younger than they are to be; each run asks again.
        while (run := gated.try_up()).code:
            assert HELD_BACK in run.text, run.text
            assert time.monotonic() < deadline, run.text
    assert weights(gated) == {f"{GATED}-blue": 50, f"{GATED}-green": 50}
