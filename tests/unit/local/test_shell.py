"""What a shell sources to work with `pulumi` itself: our state, and no file of the repository is written."""

import subprocess
from pathlib import Path

import pytest

from local.engine import shell
from local.engine.shell import shell_environment


@pytest.fixture
def sourced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What `pulumi` is called with and in which environment, in a checkout whose path has a space."""
    checkout = tmp_path / "a checkout"
    for name, folder in {
        "BINARIES": ".local/bin",
        "PULUMI_HOME": ".local/pulumi",
        "STACK_CONFIG": ".local/config",
    }.items():
        monkeypatch.setattr(shell, name, checkout / folder)
    monkeypatch.setattr(shell, "REPOSITORY", checkout)
    program = checkout / ".local/pulumi/bin/pulumi"
    program.parent.mkdir(parents=True)
    left = tmp_path / "left"
    program.write_text(
        f'#!/bin/sh\nprintf "%s|" "$@" "$PULUMI_STACK" "$PULUMI_HOME"\ntouch "$TMPDIR/kubeconfig"\n'
        f'printf "%s" "$TMPDIR/kubeconfig" >{left}\n'
    )
    program.chmod(0o755)
    (checkout / "env").write_text(shell_environment("dev", {"PULUMI_HOME": str(program.parents[1])}))

    def run(command: str) -> list[str]:
        script = f". '{checkout}/env' && {command}"
        done = subprocess.run(["bash", "-euc", script], check=True, capture_output=True, text=True)
        return done.stdout.replace(str(checkout), "CHECKOUT").split("|")[:-1]

    return run


def test_what_reads_settings_reads_the_copy_and_writes_its_salt_there(sourced) -> None:
    settings = "CHECKOUT/.local/config/Pulumi.dev.yaml"
    assert sourced("pulumi refresh --yes") == [
        "refresh",
        "--yes",
        "--cwd",
        "CHECKOUT",
        "--config-file",
        settings,
        "dev",
        "CHECKOUT/.local/pulumi",
    ]


def test_what_handles_the_state_only_stands_beside_the_copies(sourced) -> None:
    assert sourced("pulumi stack output")[:4] == ["--cwd", "CHECKOUT/.local/config", "stack", "output"]


def test_another_stack_is_chosen_by_its_variable(sourced) -> None:
    assert "CHECKOUT/.local/config/Pulumi.full.yaml" in sourced("PULUMI_STACK=full && pulumi preview")


def test_no_temporary_file_with_a_kubeconfig_is_left(sourced, tmp_path: Path) -> None:
    sourced("pulumi refresh")
    left = Path((tmp_path / "left").read_text())
    assert left.name == "kubeconfig"
    assert not left.parent.exists()
