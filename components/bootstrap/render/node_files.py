"""Files of a prepared node: kernel settings, containerd, the programs' units, package sources."""

from pathlib import Path

from components.machines.apt import apt_list
from components.machines.facts import Facts
from components.ssh.payload import MachineFile
from settings.sources import AptSource, BundleSource

FILES = Path(__file__).parents[1] / "files"

# overlay: containerd's snapshots. br_netfilter: lets Service rules see traffic between pods of one machine.
MODULES = ("overlay", "br_netfilter", "nf_conntrack")

# Namespaced settings: a system container has its own.
NETWORK_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    "net.bridge.bridge-nf-call-iptables": "1",
    "net.bridge.bridge-nf-call-ip6tables": "1",
}
# Settings of the whole kernel: not set from inside a container, since they would be the host's.
KERNEL_SYSCTLS = {
    # What the kubelet wants; it would set them itself and complain about other values.
    "vm.overcommit_memory": "1",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
    # Watches per user: kubelet, containerd and log collectors use thousands (KubeOne sets the same).
    "fs.inotify.max_user_instances": "8192",
    "fs.inotify.max_user_watches": "1048576",
    # Files that one process maps into memory: Elasticsearch refuses to start with the kernel's 65530.
    "vm.max_map_count": "262144",
}


def static_file(name: str) -> str:
    """The text of a file that is the same on every machine."""
    return (FILES / name).read_text()


def sysctls(facts: Facts) -> str:
    """/etc/sysctl.d: what Kubernetes' networking and the kubelet need."""
    settings = NETWORK_SYSCTLS | ({} if facts.container else KERNEL_SYSCTLS)
    return "".join(f"{key} = {value}\n" for key, value in settings.items())


def containerd_config(facts: Facts, pause_image: str) -> str:
    """containerd 2.3's root configuration, version 4.

    It imports conf.d, where NVIDIA's toolkit writes drop-ins with the version that `containerd config dump`
    prints: a root file of an older version would then keep containerd from starting.
    """
    systemd_cgroup = "true" if facts.cgroup == "v2" else "false"
    restricted = "true" if facts.oom_score == "restricted" else "false"
    return f"""\
version = 4
imports = ["/etc/containerd/conf.d/*.toml"]

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause_image}"

[plugins."io.containerd.cri.v1.images".registry]
config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = {restricted}
disable_apparmor = {str(facts.container).lower()}

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/opt/cni/bin"]
conf_dir = "/etc/cni/net.d"

[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = {systemd_cgroup}
"""


def containerd_unit(facts: Facts) -> str:
    """containerd's unit for the bundle; packages bring their own."""
    # A limit above the machine's hard limit keeps a service from starting.
    return static_file("containerd.service").replace("@OPEN_FILES@", str(min(facts.open_files, 1048576)))


def node_files(
    facts: Facts, source: AptSource | BundleSource, minor: str, pause: str
) -> tuple[MachineFile, ...]:
    """Every file that preparing a machine installs."""
    files = [
        MachineFile(path="/etc/modules-load.d/metalml.conf", text="".join(f"{m}\n" for m in MODULES)),
        MachineFile(path="/etc/sysctl.d/90-metalml.conf", text=sysctls(facts)),
        MachineFile(path="/etc/containerd/config.toml", text=containerd_config(facts, pause)),
        MachineFile(path="/etc/crictl.yaml", text=static_file("crictl.yaml")),
        MachineFile(path="/etc/default/kubelet", text=static_file("kubelet.default")),
    ]
    if isinstance(source, BundleSource):
        files += [
            MachineFile(path="/etc/systemd/system/containerd.service", text=containerd_unit(facts)),
            MachineFile(path="/etc/systemd/system/kubelet.service", text=static_file("kubelet.service")),
            MachineFile(
                path="/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
                text=static_file("10-kubeadm.conf"),
            ),
        ]
    else:
        repositories = {"kubernetes": source.kubernetes, "containerd": source.containerd}
        files += [
            MachineFile(
                path=f"/etc/apt/sources.list.d/{name}.list", text=apt_list(name, repository, minor, facts)
            )
            for name, repository in repositories.items()
        ]
    return tuple(files)
