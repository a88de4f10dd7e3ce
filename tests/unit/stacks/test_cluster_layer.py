"""The cluster layer against a recording engine: what a change may touch, and what must wait for what."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import BundleSource, MachineSettings, Settings
from stacks import cluster
from tests.unit.conftest import Recorder, plain

COMMAND = "command:local:Command"
FACTS = (
    '{"hostname":"h","machineId":"1","os":"debian","codename":"bookworm","cgroup":"v2","container":false,'
    '"oomScore":"free","conntrack":"writable","openFiles":1048576}'
)
Settle = Callable[[Callable[[], object]], None]


def machine(number: int, role: str = "worker") -> dict[str, Any]:
    return {
        "name": f"{role}-{number}",
        "provider": "local",
        "role": role,
        "address": f"10.77.0.{number}",
        "podRange": f"10.244.{number}.0/24",
        "privateKeyFile": "key",
    }


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "MANIFEST").write_text(
        "".join(
            f"{'0' * 64}  0644  {path}\n"
            for path in (
                "bin/kubelet",
                "images/control-plane.tar",
                "images/served/model-server.tar",
                "images/everywhere/node_exporter.tar",
                "images/node.tar",
            )
        )
    )
    return Settings.model_validate(
        {
            "layers": ["cluster"],
            "cluster": {
                "name": "test",
                "machineRange": "10.77.0.0/24",
                "network": "routed",
                "source": {"kind": "bundle", "path": str(tmp_path)},
                "firewall": {"adminRanges": ["10.77.0.1/32"]},
            },
            "machines": [machine(11, "control-plane"), machine(12)],
        }
    )


def commands(engine: Recorder, settle: Settle, settings: Settings) -> dict[str, Any]:
    """Inputs of every command, by its name."""
    for given in settings.machines:
        engine.outputs[f"{given.name}-machine"] = {"stdout": "ssh-ed25519 AAAA\n"}
        engine.outputs[f"{given.name}-preflight"] = {"stdout": FACTS}
    engine.resources.clear()
    settle(lambda: cluster.build(settings))
    return {name: plain(found.inputs) for name, found in engine.of_type(COMMAND).items()}


def with_machine(settings: Settings, number: int) -> Settings:
    added = MachineSettings.model_validate(machine(number))
    return settings.model_copy(update={"machines": (*settings.machines, added)})


def test_a_new_worker_changes_no_command_of_another_machine(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    before = commands(engine, settle, settings)
    after = commands(engine, settle, with_machine(settings, 13))
    assert {name: after[name] for name in before} == before
    assert {name.removeprefix("worker-13-") for name in set(after) - set(before)} >= {
        "machine",
        "join",
        "ready",
    }
    assert all(name.startswith("worker-13") for name in set(after) - set(before))


def with_gpus(settings: Settings, gpu: object) -> Settings:
    first, *others = settings.machines
    given = [MachineSettings.model_validate({**machine(12), "gpu": gpu})]
    return settings.model_copy(update={"machines": (first, *given, *others[1:])})


def test_gpus_of_a_machine_change_no_other_machine(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    before = commands(engine, settle, settings)
    after = commands(engine, settle, with_gpus(settings, True))
    changed = {name for name in after if after[name] != before.get(name)}
    assert "worker-12-ready" in changed
    assert all(name.startswith("worker-12-") for name in changed)


def test_a_node_with_gpus_takes_only_pods_that_ask_for_them(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    gpu = {"count": 8, "product": "NVIDIA-L40S", "sharing": "shared"}
    found = commands(engine, settle, with_gpus(settings, gpu))
    node = yaml.safe_load(found["worker-12-ready"]["stdin"])
    assert node["metadata"]["labels"] == {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.count": "8",
        "nvidia.com/gpu.product": "NVIDIA-L40S",
        "nvidia.com/device-plugin.config": "shared",
        "node-role.kubernetes.io/worker": "",
    }
    assert node["metadata"]["annotations"] == {"metalml/taints": "nvidia.com/gpu=present:NoSchedule"}
    # At its registration, too: there is no moment in which the scheduler may put other pods there.
    if isinstance(found["worker-12-join"].get("stdin"), str):
        assert (
            "- key: nvidia.com/gpu\n    effect: NoSchedule\n    value: present"
            in (found["worker-12-join"]["stdin"])
        )


@pytest.mark.parametrize(
    ("gpu", "taints", "expected"),
    [
        ({"dedicated": False}, [], None),
        (True, [{"key": "nvidia.com/gpu", "value": "mine"}], "nvidia.com/gpu=mine:NoSchedule"),
        (False, [{"key": "slow"}], "slow=:NoSchedule"),
        (True, [{"key": "slow"}], "slow=:NoSchedule nvidia.com/gpu=present:NoSchedule"),
    ],
)
def test_taints_of_the_settings_are_kept(
    gpu: object, taints: list[Any], expected: str | None, engine: Recorder, settle: Settle, settings: Settings
) -> None:
    given = MachineSettings.model_validate({**machine(12), "gpu": gpu, "taints": taints})
    changed = settings.model_copy(update={"machines": (settings.machines[0], given)})
    node = yaml.safe_load(commands(engine, settle, changed)["worker-12-ready"]["stdin"])
    assert node["metadata"].get("annotations", {}).get("metalml/taints") == expected


def test_one_kubelet_setting_is_one_changed_line_on_each_machine(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    kubelet = settings.cluster.kubelet.model_copy(update={"max_pods": 60})
    changed = settings.model_copy(
        update={"cluster": settings.cluster.model_copy(update={"kubelet": kubelet})}
    )
    before, after = commands(engine, settle, settings), commands(engine, settle, changed)
    different = {name for name in before if before[name] != after[name]}
    assert different == {"control-plane-11-kubelet", "worker-12-kubelet"}
    if isinstance(before["worker-12-kubelet"].get("stdin"), str):
        lines = zip(
            before["worker-12-kubelet"]["stdin"].splitlines(),
            after["worker-12-kubelet"]["stdin"].splitlines(),
            strict=True,
        )
        assert [pair for pair in lines if pair[0] != pair[1]] == [("maxPods: 110", "maxPods: 60")]


def test_the_private_key_itself_is_no_input_of_any_command(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    for name, inputs in commands(engine, settle, settings).items():
        assert inputs["environment"]["METALML_KEY_FILE"] == "key", name


def test_the_control_planes_images_are_not_sent_to_workers(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    found = commands(engine, settle, settings)
    assert "control-plane.tar" in found["control-plane-11-bundle"]["stdin"]
    assert "control-plane.tar" not in found["worker-12-bundle"]["stdin"]
    assert "model-server.tar" in found["worker-12-served-images"]["stdin"]


def test_a_control_plane_gets_the_images_that_run_everywhere_and_no_others(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    found = commands(engine, settle, settings)
    for name in ("control-plane-11", "worker-12"):
        assert "node_exporter.tar" in found[f"{name}-served-images"]["stdin"]
    assert "model-server.tar" not in found["control-plane-11-served-images"]["stdin"]


def test_another_bundle_is_installed_and_not_only_delivered(
    engine: Recorder, settle: Settle, settings: Settings
) -> None:
    before = commands(engine, settle, settings)
    assert isinstance(settings.cluster.source, BundleSource)
    manifest = Path(settings.cluster.source.path) / "MANIFEST"
    manifest.write_text(manifest.read_text().replace("0" * 64, "1" * 64))
    after = commands(engine, settle, settings)
    changed = {name for name in before if before[name].get("stdin") != after[name].get("stdin")}
    expected = {
        f"{name}-{part}" for name in ("control-plane-11", "worker-12") for part in ("bundle", "prepare")
    }
    expected |= {
        f"{name}-{part}"
        for name in ("control-plane-11", "worker-12")
        for part in ("served-images", "load-images")
    }
    if isinstance(before["worker-12-prepare"].get("stdin"), str):
        assert changed == expected
    else:
        assert changed <= expected
