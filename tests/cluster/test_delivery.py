"""Files arrive as their manifest says, or not at all."""

import dataclasses
import io
import subprocess
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from components.serving.model_versions import delivery_manifest, folder_of, manifests_of
from components.ssh.files import manifest_of
from components.ssh.host import ENTRY_POINTS
from tests.cluster.machines import Lab, Machine, expect_untouched, lab
from tests.cluster.recorded import REPOSITORY, Command
from tests.cluster.software import Software

DELIVER = f"bash {ENTRY_POINTS}/deliver.sh"
TARGET = "/srv/files"
CONTENT = {"a.txt": "the first file\n", "below/b.txt": "the second file\n"}


@pytest.fixture(scope="module")
def delivery(software: Software) -> Iterator[Lab]:
    with lab("delivery", 3, {"control-1": "control-plane"}, software) as made:
        yield made


@pytest.fixture
def machine(delivery: Lab) -> Machine:
    """The machine without files of earlier tests."""
    machine = delivery.machines["control-1"]
    machine.run("rm", "-rf", TARGET, f"{TARGET}.incoming", "/var/lib/metalml")
    return machine


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name, text in CONTENT.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def deliver(delivery: Lab, source: Path, manifest: str) -> Command:
    sent = delivery.command("control-1-bundle")
    return dataclasses.replace(
        sent, create=f"{DELIVER} {source} {TARGET}", delete=f"{DELIVER} --remove {TARGET}", stdin=manifest
    )


def files(machine: Machine) -> list[str]:
    return machine.run("find", TARGET, "-type", "f", "-printf", "%P %m\n", check=False).splitlines()


def test_files_arrive_once_and_what_the_manifest_no_longer_names_goes(
    delivery: Lab, machine: Machine, source: Path
) -> None:
    command = deliver(delivery, source, manifest_of(str(source)))
    result = command.run()
    assert result.code == 0 and "sending 2 files to control-1" in result.err
    assert sorted(files(machine)) == ["a.txt 644", "below/b.txt 644"]
    assert machine.run("cat", f"{TARGET}/below/b.txt") == "the second file"
    with expect_untouched(machine):
        assert command.run().err == ""

    (source / "a.txt").unlink()
    assert deliver(delivery, source, manifest_of(str(source))).run().code == 0
    assert files(machine) == ["below/b.txt 644"]
    assert command.run(delete=True).code == 0
    assert files(machine) == []


def test_versions_of_a_model_keep_their_places_until_the_last_pod_of_them_is_gone(
    delivery: Lab, machine: Machine, source: Path
) -> None:
    def versions(option: str, *numbers: int) -> Command:
        manifests = manifests_of(str(source), numbers)
        renamed = " ".join(f"{number}={folder_of(number, found)}" for number, found in manifests.items())
        sent = deliver(delivery, source, delivery_manifest(manifests))
        return dataclasses.replace(sent, create=f"{DELIVER} {option} {source} {TARGET} {renamed}")

    def place(number: int) -> str:
        return f"{folder_of(number, manifests_of(str(source), [number])[number])}/saved_model.pb"

    for number in (1, 2):
        (source / str(number)).mkdir()
        (source / str(number) / "saved_model.pb").write_text(f"graph {number}")
    first, second = place(1), place(2)
    assert versions("--keep", 1).run().code == 0
    assert files(machine) == [f"{first} 644"]
    # A version that is brought in changes nothing for pods of the old one.
    assert "sending 1 files" in versions("--keep", 2).run().err
    assert sorted(files(machine)) == [f"{first} 644", f"{second} 644"]
    with expect_untouched(machine):
        assert versions("--keep", 2).run().err == ""
    # Other files under the same number are another place.
    (source / "2" / "saved_model.pb").write_text("another graph 2")
    assert versions("--keep", 2).run().code == 0
    assert sorted(files(machine)) == sorted(f"{path} 644" for path in (first, second, place(2)))
    assert machine.run("cat", f"{TARGET}/{second}") == "graph 2"

    assert versions("", 2).run().code == 0
    assert files(machine) == [f"{place(2)} 644"]
    assert machine.run("ls", TARGET) == place(2).partition("/")[0]
    with expect_untouched(machine):
        assert versions("", 2).run().err == ""


@pytest.mark.fault
def test_a_file_that_changed_since_the_manifest_is_refused_before_anything_is_sent(
    delivery: Lab, machine: Machine, source: Path
) -> None:
    manifest = manifest_of(str(source))
    (source / "a.txt").write_text("another text\n")
    with expect_untouched(machine):
        result = deliver(delivery, source, manifest).run()
    assert result.code != 0
    assert f"{source}/a.txt has digest" in result.err and "refused, nothing sent" in result.err


@pytest.mark.fault
def test_a_file_that_changed_on_its_way_is_refused_by_the_machine(machine: Machine) -> None:
    script = (REPOSITORY / "components/ssh/scripts/node/receive-files.sh").read_text()
    manifest = "".join(
        f"{sha256(text.encode()).hexdigest()}  0644  {name}\n" for name, text in CONTENT.items()
    )
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in CONTENT:
            entry = tarfile.TarInfo(name)
            data = b"what somebody else wrote\n"
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    done = subprocess.run(
        ["podman", "exec", "--interactive", machine.container, "bash", "-s", "--", TARGET, "remove"],
        input=f"{script}{manifest}--- archive\n".encode() + archive.getvalue(),
        capture_output=True,
    )
    assert done.returncode != 0
    assert b"arrived with digest" in done.stderr and b"refused" in done.stderr
    assert files(machine) == []
    assert not machine.succeeds("test", "-e", f"{TARGET}.incoming")


@pytest.mark.fault
def test_a_file_that_was_damaged_on_the_machine_is_sent_again(
    delivery: Lab, machine: Machine, source: Path
) -> None:
    command = deliver(delivery, source, manifest_of(str(source)))
    assert command.run().code == 0
    machine.write(f"{TARGET}/a.txt", "damaged, and longer than before\n")
    result = command.run()
    assert result.code == 0 and "sending 1 files" in result.err
    assert machine.run("cat", f"{TARGET}/a.txt") == "the first file"
