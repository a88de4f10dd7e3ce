"""docs/settings.md is what the settings are, and says what each key is for."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from settings.alerts import Severity
from settings.base import Items
from settings.fields import Label, Network, Percent, Quantity, Version
from settings.priority import Priority
from settings.rollout import TrackSettings
from settings.stack import Settings
from settings.teams import QuotaSettings
from tests.tools.settings_page.groups import Group, every_group, hints
from tests.tools.settings_page.markdown import anchor, table, text
from tests.tools.settings_page.meanings import of_attributes
from tests.tools.settings_page.page import PAGE, default_of, meaning_of, page
from tests.tools.settings_page.words import in_words, named
from tests.unit.settings.given import GONE, changed, mistakes, project, read

HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)]+)\)")
# A row of a table, with the key of its first cell.
ROW = re.compile(r"^\| `(?:metalml:)?([^`]+)` \|", re.MULTILINE)


def test_the_page_is_as_the_settings_are() -> None:
    assert PAGE.read_text() == page(), "docs/settings.md is not as the settings are: run make docs"


def test_every_key_is_on_the_page() -> None:
    schema = Settings.model_json_schema()
    groups = {name: group for name, group in schema["$defs"].items() if "properties" in group}
    tables = [frozenset(ROW.findall(section)) for section in re.split(r"^#+ ", page(), flags=re.MULTILINE)]
    missing = {name for name, group in groups.items() if frozenset(group["properties"]) not in tables}
    assert not missing
    assert frozenset(schema["properties"]) in tables


@pytest.mark.parametrize("group", every_group(), ids=lambda group: f"{group.path}-{group.kind}")
def test_every_key_has_a_meaning(group: Group) -> None:
    for name in group.settings.model_fields:
        said = meaning_of(group.settings, name)
        assert said.endswith(".") and said[0].isupper(), f"{group.settings.__name__}.{name}: {said!r}"


def test_a_key_that_may_be_null_says_what_it_means() -> None:
    rows = [line for line in page().splitlines() if ROW.match(line)]
    nullable = [row for row in rows if "or `null`" in row.split(" | ")[1]]
    assert nullable
    assert not [row for row in nullable if "`null`: " not in row.split(" | ")[3]]


def test_no_link_leads_nowhere() -> None:
    written = page()
    headings = [anchor(heading) for heading in HEADING.findall(written)]
    assert len(set(headings)) == len(headings), "two headings have one address"
    # The introduction is written by hand.
    for link in LINK.findall(written.split("\n## ", maxsplit=1)[1]):
        if link.startswith("#"):
            assert link[1:] in headings
        else:
            assert (PAGE.parent / link).exists(), link


def test_every_row_has_four_cells() -> None:
    rows = [line for line in page().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_every_kind_of_value_that_is_linked_to_is_told() -> None:
    assert all(told.rstrip().endswith(".") for told in named().values())


def test_what_the_page_gives_a_default_of_its_own_may_be_left_out(tmp_path: Path) -> None:
    without = changed(
        read("Pulumi.dev.yaml"),
        {"cluster.name": GONE, "platform": {"teams": [{"name": "ml", "quota": {"cpu": 8, "memory": "8Gi"}}]}},
    )
    assert mistakes(without, project(tmp_path)) == {}
    assert {
        group.path_of(name)
        for group in every_group()
        for name, field in group.settings.model_fields.items()
        if field.is_required() and default_of(group.settings, name) != "**required**"
    } == {
        "cluster",
        "cluster.name",
        "platform.teams[].group",
        "models[].storage",
        "models[].storage.volume",
        "models[].storage.claim",
        "models[].service",
        "models[].service.name",
    }


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (bool, "`true` or `false`"),
        (Annotated[int, Field(ge=1, le=100)], "whole number from 1 to 100"),
        (Annotated[int, Field(ge=1)], "whole number, 1 or more"),
        (hints(TrackSettings)["replicas"], "whole number from 1 to 100, or `null`"),
        (Annotated[float, Field(ge=94.0, lt=100)], "number from 94.0 to less than 100"),
        (Version, "[version](#version)"),
        (Percent, "whole number from 1 to 99"),
        (Literal["nfs"], "`nfs`"),
        (Literal[1, 2], "one of `1`, `2`"),
        (Items[Network], "list of [IPv4 ranges](#ipv4-range)"),
        (Annotated[Items[Label], Field(min_length=1)], "list of one or more [DNS labels](#dns-label)"),
        (dict[Label, Quantity], "keys: [DNS label](#dns-label); values: [quantity](#quantity)"),
        (Annotated[str, Field(pattern="^a$")], "text of the form `^a$`"),
    ],
)
def test_types_are_told_in_words(hint: Any, words: str) -> None:
    assert in_words(hint, "", {}) == words


def test_what_a_choice_means_stands_beside_it() -> None:
    assert in_words(Priority | None, "", {}).split("<br>") == [
        "one of",
        "`serving`: Takes the place of all others.",
        "`training`: Takes the place of `best-effort`, and of pods without a priority.",
        "`best-effort`: Waits, takes nobody's place, and gives way to all.",
        "or `null`",
    ]
    assert of_attributes(Severity)["NONE"] == "Nobody: it shows that alerts arrive."


def test_a_meaning_is_inherited() -> None:
    assert of_attributes(QuotaSettings)["cpu"] == "CPU, in cores."


def test_nothing_in_words_is_read_as_markdown() -> None:
    assert text("<name> of docs/gpu.md, `<model>-*`") == "&lt;name> of [gpu.md](gpu.md), `<model>-*`"
    assert table(["a"], [["`x|y`"]]).splitlines()[-1] == r"| `x\|y` |"
