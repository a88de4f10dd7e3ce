"""The path of a setting is the one that its user wrote, whatever rule speaks of it."""

import pytest

from settings.paths import SettingPath, at, each
from tests.tools.settings_page.groups import every_group, key


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (at.images, "images"),
        (at["training"], "training"),
        (at.machines[2].host_key, "machines[2].hostKey"),
        (at.models[0].rollout.tracks[11]["splitBy"], "models[0].rollout.tracks[11].splitBy"),
        (at.platform.gpu.sharing["by_turns"].time_slicing, "platform.gpu.sharing.by_turns.timeSlicing"),
        (at.models[0].files.count, "models[0].files.count"),
    ],
)
def test_a_path_reads_as_in_yaml(path: SettingPath, text: str) -> None:
    assert str(path) == f"{path}" == text


def test_every_field_is_called_in_a_path_as_in_yaml() -> None:
    fields = [(group.settings, name) for group in every_group() for name in group.settings.model_fields]
    assert len(fields) > 100
    for settings, name in fields:
        assert str(getattr(at, name)) == key(settings, name)


def test_items_of_a_list_come_with_their_places() -> None:
    assert [(str(path), item) for path, item in each("ab", at.models[1].labels)] == [
        ("models[1].labels[0]", "a"),
        ("models[1].labels[1]", "b"),
    ]


def test_a_path_is_no_list_of_paths() -> None:
    with pytest.raises(TypeError):
        list(at.machines)  # pyright: ignore[reportArgumentType, reportCallIssue]
