"""Pulumi.prod.yaml.example says in its comments what is true of the settings."""

import pytest

from components.versions import IMAGES
from tests.unit.settings.given import REPOSITORY, read
from tests.unit.settings.shown import Shown, changed_in, classes_by_path, shown_in, unknown_in

NAME = "Pulumi.prod.yaml.example"
EXAMPLE = (REPOSITORY / NAME).read_text()
# Of no use for servers.
LOCAL = {"cluster.localMachines"}


def test_every_key_that_the_example_shows_in_a_comment_exists() -> None:
    assert unknown_in(EXAMPLE) == []


def test_what_the_example_shows_where_there_is_a_default_is_the_default() -> None:
    assert changed_in(EXAMPLE) == []


def test_the_image_that_the_example_shows_is_the_one_that_is_pinned() -> None:
    (image,) = [one.value for one in shown_in(EXAMPLE) if one.path == "models[].image"]
    assert image == IMAGES["model-server-gpu"]


@pytest.mark.parametrize("path", ["cluster", "cluster.firewall", "cluster.kubelet", "platform", "models[]"])
def test_the_example_shows_every_key_of(path: str) -> None:
    (settings,) = classes_by_path()[path]
    given = read(NAME)
    written = {
        "cluster": given["cluster"],
        "cluster.firewall": given["cluster"]["firewall"],
        "platform": given["platform"],
        "models[]": given["models"][0],
    }
    shown = {f"{path}.{key}" for key in written.get(path, ())} | {one.path for one in shown_in(EXAMPLE)}
    # A group is shown with one of its keys.
    wanted = {f"{path}.{key}" for key in settings.yaml_keys()} - LOCAL
    assert not {key for key in wanted if not any(f"{one}.".startswith(f"{key}.") for one in shown)}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("#   maxPods: 110", "#   maxPod: 110", "cluster.kubelet.maxPod"),
        ("# replicas: 1, className", "# replica: 1, className", "platform.gateway.replica"),
        ("slack: {urlSecret", "slack: {secret", "platform.monitoring.alerting.receivers[].slack.secret"),
        ("mode: recommend", "way: recommend", "models[].autoscaling.vertical.way"),
        (
            "timeSlicing: {replicas: 4}",
            "timeslicing: {replicas: 4}",
            "platform.gpu.sharing.<name>.timeslicing",
        ),
        ("# metalml:training", "# metalml:trainings", "trainings"),
    ],
)
def test_a_misspelt_key_in_a_comment_is_found(right: str, wrong: str, told: str) -> None:
    found = unknown_in(EXAMPLE.replace(right, wrong))
    assert any(line.endswith(f": {told}") for line in found)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("#   maxPods: 110", "#   maxPods: 100"),
        ("# sshPort: 22", "# sshPort: 2222"),
        ("requests: {cpu: 500m", "requests: {cpu: 400m"),
        ("mode: recommend", "mode: resize"),
    ],
)
def test_another_value_than_the_default_is_found(right: str, wrong: str) -> None:
    assert len(changed_in(EXAMPLE.replace(right, wrong))) == 1


def test_words_in_comments_are_no_settings() -> None:
    words = "    # Needs firewall.scrapeRanges: a range, too.\n    gpu: {}   # where there are some"
    assert list(shown_in(f"config:\n  metalml:platform:\n{words}\n")) == []


def test_a_setting_in_a_comment_has_the_path_that_it_would_have_without() -> None:
    text = "config:\n  # metalml:models:\n  #   - name: a\n  #     files: {kind: nfs, server: b}\n"
    assert [one for one in shown_in(text) if one.value is not None] == [
        Shown(line=3, path="models[].name", value="a", is_example=True),
        Shown(line=4, path="models[].files.kind", value="nfs", is_example=True),
        Shown(line=4, path="models[].files.server", value="b", is_example=True),
    ]
