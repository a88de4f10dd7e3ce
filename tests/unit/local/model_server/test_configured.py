"""Several versions answer at once, each under its number and its labels, and labels move between them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.serving.tensorflow_serving import models_config
from local.model_server.server.configured import ConfiguredVersions
from local.model_server.server.flags import UsageError
from local.model_server.server.metrics import Metrics
from local.model_server.server.model import Model, Signature, Tensor
from local.model_server.server.model_config import read_model_config
from local.model_server.server.rest import Rest
from local.model_server.server.versions import LoadError


def load(_: str) -> Callable[[int, Path], Model]:
    def version(number: int, folder: Path) -> Model:
        if (folder / "broken").exists():
            raise LoadError(f"cannot load {folder}")
        run = Signature(
            inputs={"x": Tensor(dtype="float", shape=(-1,))},
            run=lambda given: {"y": [number for _ in given["x"]]},
        )
        return Model(version=number, signatures={"serving_default": run}, described={})

    return version


class Served:
    """A configuration file and the server that reads it."""

    def __init__(self, folder: Path) -> None:
        self.base, self.file = folder / "models", folder / "models.config"
        for number in (1, 2):
            (self.base / str(number)).mkdir(parents=True)
        self.label(stable=1, canary=2)
        self.versions = ConfiguredVersions(self.file, load)

    def label(self, **labels: int) -> None:
        text = models_config("thing", labels).replace("/models/thing", str(self.base))
        self.file.write_text(text)

    def ask(self, way: str) -> tuple[int, Any]:
        rest = Rest(self.versions.name, self.versions, Metrics())
        answer = rest.answer("POST", f"/v1/models/thing{way}:predict", b'{"instances": [0.0]}')
        return answer.code, json.loads(answer.text)


@pytest.fixture
def served(tmp_path: Path) -> Served:
    made = Served(tmp_path)
    made.versions.start()
    return made


@pytest.mark.parametrize(
    ("way", "version"),
    [("", 2), ("/versions/1", 1), ("/versions/2", 2), ("/labels/stable", 1), ("/labels/canary", 2)],
)
def test_a_version_answers_under_its_number_and_its_label(served: Served, way: str, version: int):
    assert served.ask(way) == (200, {"predictions": [version]})


@pytest.mark.parametrize(
    ("way", "code", "said"),
    [
        ("/versions/3", 404, "Specific(thing, 3)"),
        ("/labels/next", 400, "Unrecognized servable version label"),
    ],
)
def test_what_is_not_there_is_said(served: Served, way: str, code: int, said: str):
    found, answer = served.ask(way)
    assert found == code
    assert said in answer["error"]


def test_every_version_is_in_the_status(served: Served):
    rest = Rest("thing", served.versions, Metrics())
    status = json.loads(rest.answer("GET", "/v1/models/thing", b"").text)["model_version_status"]
    assert [(one["version"], one["state"]) for one in status] == [("2", "AVAILABLE"), ("1", "AVAILABLE")]


def test_a_label_moves_without_a_restart(served: Served):
    served.label(stable=2)
    served.versions.look()
    assert served.ask("/labels/stable") == (200, {"predictions": [2]})
    assert served.ask("/labels/canary")[0] == 400


def test_a_label_stays_where_the_new_version_is_not_loaded(served: Served):
    served.label(stable=3, canary=2)
    served.versions.look()
    assert served.ask("/labels/stable") == (200, {"predictions": [1]})


def test_a_file_that_cannot_be_read_takes_no_label_away(served: Served):
    for text in ("model_config_list {", "}", "other { }", "\\"):
        served.file.write_text(text)
        served.versions.look()
        assert served.ask("/labels/stable") == (200, {"predictions": [1]})


def test_a_broken_version_ends_the_start(tmp_path: Path):
    made = Served(tmp_path)
    (made.base / "2" / "broken").touch()
    with pytest.raises(LoadError, match="cannot load"):
        made.versions.start()


def test_a_directory_without_versions_ends_the_start(tmp_path: Path):
    made = Served(tmp_path)
    for number in (1, 2):
        (made.base / str(number)).rmdir()
    with pytest.raises(UsageError, match="no versions of the model"):
        made.versions.start()


def test_the_file_may_be_written_in_other_ways_and_name_versions():
    config = read_model_config(
        "# ours\nmodel_config_list: { config: { name: 'a', base_path: '/m';"
        " model_version_policy { specific { versions: 1 versions: 2 } } } }"
    )
    assert (config.name, config.base_path, config.versions) == ("a", Path("/m"), frozenset({1, 2}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("custom_model_config { }", "needs 1 model_config_list"),
        ("model_config_list { config { name: 'a' base_path: '/m' logging_config { } } }", "logging_config"),
        (
            "model_config_list { config { name: 'a' base_path: '/m' } config { name: 'b' base_path: '/n' } }",
            "1 config",
        ),
    ],
)
def test_what_is_not_done_here_is_named(text: str, says: str):
    with pytest.raises(UsageError, match=says):
        read_model_config(text)
