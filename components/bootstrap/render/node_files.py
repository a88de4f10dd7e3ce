"""Files of a prepared node: kernel modules, sysctls, containerd, systemd units, APT sources."""

from pathlib import Path

from components.machines.apt import apt_list
from components.machines.facts import Facts
from components.ssh.payload import MachineFile
from settings.sources import AptSource, BundleSource

FILES = Path(__file__).parents[1] / "files"

# overlay: containerd's snapshotter. br_netfilter: passes traffic between pods on one node to kube-proxy's
# rules.
MODULES = ("overlay", "br_netfilter", "nf_conntrack")

# Sysctls of the network namespace, which a system container has of its own.
NETWORK_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    "net.bridge.bridge-nf-call-iptables": "1",
    "net.bridge.bridge-nf-call-ip6tables": "1",
}
# Sysctls that are not namespaced: not set in a system container, since they would change the host.
KERNEL_SYSCTLS = {
    # The values that the kubelet expects; otherwise it sets them itself and logs an error.
    "vm.overcommit_memory": "1",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
    # inotify limits per user: kubelet, containerd and log collectors need thousands (KubeOne sets the same).
    "fs.inotify.max_user_instances": "8192",
    "fs.inotify.max_user_watches": "1048576",
    # Memory maps per process: Elasticsearch does not start with the kernel's default of 65530.
    "vm.max_map_count": "262144",
}


def static_file(name: str) -> str:
    """The text of a file in `files/`, which is the same on all machines."""
    return (FILES / name).read_text()


def sysctls(facts: Facts) -> str:
    """The file in /etc/sysctl.d that Kubernetes networking and the kubelet need."""
    settings = NETWORK_SYSCTLS | ({} if facts.container else KERNEL_SYSCTLS)
    return "".join(f"{key} = {value}\n" for key, value in settings.items())


def containerd_config(facts: Facts, pause_image: str) -> str:
    """containerd 2.3's config.toml, configuration version 4.

    It imports conf.d, where the NVIDIA Container Toolkit writes drop-ins with the version that `containerd
    config dump` prints: with an older version in config.toml containerd would not start.
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
    """The systemd unit of containerd for the bundle; the apt package has its own."""
    # A service with a limit above the machine's hard limit does not start.
    return static_file("containerd.service").replace("@OPEN_FILES@", str(min(facts.open_files, 1048576)))


def node_files(
    facts: Facts, source: AptSource | BundleSource, minor: str, pause: str
) -> tuple[MachineFile, ...]:
    """All files that the prepare step installs."""
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
