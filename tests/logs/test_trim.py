"""Logs end by size: the oldest days go, the newest stays, as a real back end tells what there is."""

import os
import subprocess
from pathlib import Path

import pytest

from components.logging.api_client import SCRIPTS
from tests.logs.back_end import BackEnd

# It knows no TLS and no passwords here.
CURL = """\
#!/usr/bin/env bash
# Leaves out the login and the authority, which come first.
exec /usr/bin/curl "${@:5}"
"""
DAYS = ("2026.11.22", "2026.11.23", "2026.11.24", "2026.11.25")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which curl is that one."""
    program = tmp_path / "bin/curl"
    program.parent.mkdir()
    program.write_text(CURL)
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


def test_the_oldest_days_go_until_the_rest_fits_and_the_newest_always_stays(
    back_end: BackEnd, path: str
) -> None:
    def trim(most: int) -> set[str]:
        url = f"http://127.0.0.1:{back_end.port}"
        command = ["bash", SCRIPTS / "trim.sh", url, str(most)]
        subprocess.run(command, check=True, env={**os.environ, "PATH": path})
        return {one["index"] for one in back_end.ask("GET", "/_cat/indices/logs-*,refused-*?format=json")}

    everything = {f"{kind}-{day}" for kind in ("logs", "refused") for day in DAYS}
    for index in everything:
        back_end.ask("PUT", f"/{index}/_doc/1", {"@timestamp": "2026-11-25T00:00:00Z", "message": "x" * 1000})
        back_end.ask("POST", f"/{index}/_flush")
    sizes = {
        one["index"]: int(one["store.size"])
        for one in back_end.ask("GET", "/_cat/indices/logs-*,refused-*?format=json&bytes=b")
    }
    assert trim(sum(sizes.values())) == everything
    newer = {index for index in everything if not index.endswith(DAYS[0])}
    assert trim(sum(sizes[index] for index in newer)) == newer
    assert trim(1) == {index for index in everything if index.endswith(DAYS[-1])}
