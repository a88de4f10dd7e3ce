"""Machines."""

from tests.unit.settings.bad.mistake import Bad, inventory
from tests.unit.settings.given import HOST_KEY

MACHINES = {
    "no machines": Bad(
        change={"machines": [], "models": []}, at="machines", says=("no machines", "exactly one machine")
    ),
    "no control plane": Bad(
        change={"machines[0].role": "worker"},
        at="machines",
        says=("control-1: worker", "give one machine the role"),
    ),
    "two control planes": Bad(
        change={"machines[1].role": "control-plane", "models": []},
        at="machines",
        says=("worker-1: control-plane", "this release handles one control plane"),
    ),
    "unknown role": Bad(
        change={"machines[1].role": "master"}, at="machines[1].role", says=("'control-plane' or 'worker'",)
    ),
    "unknown provider": Bad(
        change={"machines[1].provider": "hetzner"},
        at="machines[1].provider",
        says=("'inventory' or 'local'",),
    ),
    "name no DNS label": Bad(
        change={"machines[0].name": "control_1"}, at="machines[0].name", says=("'control_1'", "a DNS label")
    ),
    "name twice": Bad(
        change={"machines[0].name": "worker-1"}, at="machines[1].name", says=("as machines[0].name has it",)
    ),
    "address twice": Bad(
        change={"machines[1].address": "10.77.0.11"},
        at="machines[1].address",
        says=("as machines[0].address has it",),
    ),
    "host name for an address": Bad(
        change={"machines[1].address": "gpu.example.com"},
        at="machines[1].address",
        says=("names are not looked up",),
    ),
    "server without host key": Bad(
        change={"machines[2]": {k: v for k, v in inventory().items() if k != "hostKey"}},
        at="machines[2].hostKey",
        says=("missing", "ssh_host_ed25519_key.pub", "(gpu-1)"),
    ),
    "host key that is no key": Bad(
        change={"machines[2]": inventory(hostKey="SHA256:4dJ8Vh0")},
        at="machines[2].hostKey",
        says=("'<type> <base64>'", "ssh-ed25519"),
    ),
    "host key cut short": Bad(
        change={"machines[2]": inventory(hostKey=HOST_KEY[:40])}, at="machines[2].hostKey", says=("<base64>",)
    ),
    "host key of a local machine": Bad(
        change={"machines[1].hostKey": HOST_KEY},
        at="machines[1].hostKey",
        says=("nothing for a local machine",),
    ),
    "one host key for two servers": Bad(
        change={
            "machines[2]": inventory(),
            "machines[3]": inventory(name="gpu-2", address="10.77.0.14", podRange="10.244.14.0/24"),
        },
        at="machines[3].hostKey",
        says=("as machines[2].hostKey has it", "cloned"),
    ),
    "user that is no login name": Bad(
        change={"machines[1].user": "root@worker-1"}, at="machines[1].user", says=("a login name",)
    ),
    "private key file not there": Bad(
        change={"machines[1].privateKeyFile": ".local/ssh/other"},
        at="machines[1].privateKeyFile",
        says=(".local/ssh/other, which is not there",),
    ),
    "default private key file not there": Bad(
        change={"cluster.machineDefaults.privateKeyFile": ".local/ssh/other"},
        at="cluster.machineDefaults.privateKeyFile",
        says=(".local/ssh/other, which is not there",),
    ),
    "label key": Bad(
        change={"machines[1].labels": {"a b": "c"}}, at="machines[1].labels.a b", says=("a label key",)
    ),
    "label value": Bad(
        change={"machines[1].labels": {"gpu": True}}, at="machines[1].labels.gpu", says=("put it in quotes",)
    ),
    "label of Kubernetes": Bad(
        change={"machines[1].labels": {"node-role.kubernetes.io/gpu": ""}},
        at="machines[1].labels",
        says=("node-role.kubernetes.io/gpu", "a prefix of your own"),
    ),
    "taint effect": Bad(
        change={"machines[1].taints": [{"key": "gpu", "effect": "NoScheduling"}]},
        at="machines[1].taints[0].effect",
        says=("'NoSchedule', 'PreferNoSchedule' or 'NoExecute'",),
    ),
    "taint twice": Bad(
        change={"machines[1].taints": [{"key": "gpu"}, {"key": "gpu", "value": "yes"}]},
        at="machines[1].taints[1]",
        says=("one taint for each key and effect",),
    ),
}
