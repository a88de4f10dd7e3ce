"""The software of machines with GPUs: NVIDIA's driver, its container toolkit, and the runtime `nvidia`."""

from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.machines.apt import apt_list, filled
from components.machines.facts import Facts
from components.ssh.connection import Connection
from components.ssh.host import Host
from components.ssh.payload import MachineFile, payload
from settings.sources import NvidiaSource

SCRIPT = Path(__file__).parent / "scripts/gpu.sh"
# Before the drop-in of NVIDIA's own tools (99-nvidia.toml), which overrides it where it exists.
DROP_IN = "/etc/containerd/conf.d/90-metalml-nvidia.toml"
# The packages of NVIDIA's compute-only driver with open kernel modules, by its installation guide.
DRIVER_PACKAGES = {
    "debian": ("nvidia-kernel-open-dkms", "nvidia-driver-cuda"),
    "ubuntu": ("nvidia-dkms-open", "libnvidia-compute"),
}


@dataclass(frozen=True, kw_only=True)
class GpuSoftwareArgs:
    """The machine, and the source of its packages."""

    machine: Connection
    facts: pulumi.Output[Facts]
    packages: NvidiaSource | None
    """None: nothing is installed; the step fails on a server without driver and toolkit."""
    after: tuple[pulumi.Resource, ...]
    """The installation of containerd."""


class GpuSoftware(pulumi.ComponentResource):
    """NVIDIA's driver and container toolkit on a machine, and containerd's runtime `nvidia`.

    Running pods continue: containerd restarts once, when its runtime `nvidia` is added or changed, and there
    is no daemon-reload of systemd. Drain the node before an upgrade of the driver, though.
    """

    installed: pulumi.Resource

    def __init__(self, name: str, args: GpuSoftwareArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:gpu:GpuSoftware", name, None, opts)
        host = Host(connection=args.machine, parent=self, after=args.after)
        step = args.facts.apply(lambda facts: gpu_step(facts, args.packages))
        self.installed = host.step("gpu", step, clean="gpu")
        self.register_outputs({})


def gpu_step(facts: Facts, packages: NvidiaSource | None) -> str:
    """The payload of the step: the script, its files and its parameters."""
    files = [MachineFile(path=DROP_IN, text=nvidia_runtime(facts))]
    parameters = {"GPU_SOURCE": "none" if facts.container else "given"}
    if packages is not None and not facts.container:
        # Neither repository depends on the Kubernetes minor version.
        files += [
            MachineFile(
                path=f"/etc/apt/sources.list.d/nvidia-{name}.list",
                text=apt_list(f"nvidia-{name}", repository, "", facts),
            )
            for name, repository in (("toolkit", packages.toolkit), ("driver", packages.driver))
        ]
        parameters = {
            "GPU_SOURCE": "apt",
            "TOOLKIT_VERSION": packages.toolkit_version,
            "TOOLKIT_KEY_URL": filled(packages.toolkit.key_url, "", facts),
            "TOOLKIT_KEY_FINGERPRINT": packages.toolkit.key_fingerprint,
            "DRIVER_VERSION": packages.driver_version or "",
            "DRIVER_PACKAGES": " ".join(DRIVER_PACKAGES[facts.os]),
            "DRIVER_KEY_URL": filled(packages.driver.key_url, "", facts),
            "DRIVER_KEY_FINGERPRINT": packages.driver.key_fingerprint,
        }
    return payload(SCRIPT, tuple(files), parameters)


def nvidia_runtime(facts: Facts) -> str:
    """containerd's configuration of the runtime `nvidia`; `runc` of the main file remains the default.

    Not by `nvidia-ctk`, whose drop-in depends on its version and on other installed software. A system
    container has no GPU: there `nvidia` is runc under another name, so that the same pods run.
    """
    runtime = '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.nvidia'
    binary = "" if facts.container else 'BinaryName = "/usr/bin/nvidia-container-runtime"\n'
    return f"""\
version = 4

{runtime}]
runtime_type = "io.containerd.runc.v2"

{runtime}.options]
{binary}SystemdCgroup = {str(facts.cgroup == "v2").lower()}
"""
