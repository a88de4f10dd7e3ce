"""The tables of durations add up what a run has written, whatever its tests are called."""

from pathlib import Path

from tests.durations import tables

REPORT = """<testsuites><testsuite name="pytest" timestamp="2026-01-02T03:04:05.6+00:00">
<testcase classname="tests.api.test_team.TestTeam" name="test_one" time="11.5"><properties>
<property name="lane" value="api"/><property name="processor seconds" value="2.25"/>
<property name="waited for builds" value="7.0"/><property name="waited for the cluster full" value="1.0"/>
</properties></testcase>
<testcase classname="tests.api.test_team" name="test_two[a.b]" time="1.5"><properties>
<property name="lane" value="api"/><property name="processor seconds" value="0.75"/></properties></testcase>
<testcase classname="tests.cluster.test_steps" name="test_one" time="4.0"><properties>
<property name="lane" value="labs"/><property name="processor seconds" value="1.0"/></properties></testcase>
</testsuite></testsuites>"""


def test_a_table_has_every_test_once(tmp_path: Path) -> None:
    (tmp_path / "test.xml").write_text(REPORT)
    lines = list(tables(tmp_path / "test.xml"))
    assert lines[0] == "Seconds, measured 2026-01-02."
    assert [line for line in lines if line.startswith(("| api", "| labs"))] == [
        "| api | 2 | 13 | 8 | 3 |",
        "| labs | 1 | 4 | 0 | 1 |",
    ]
    assert lines[-2:] == ["| tests/api/test_team.py | 2 | 13 |", "| all others | 1 | 4 |"]
