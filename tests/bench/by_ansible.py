"""Preparation by ansible-core: the same scripts as tasks of one play.

In its quickest form: `raw` needs one call of ssh a task over a connection that stays (`script` copies a file
first, and modules need a Python, which the machines lack); with the strategy `free` no machine waits for
another; no facts are gathered.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from tests.bench.targets import Target
from tests.bench.tasks import Task
from tests.tools.environment import environment

REQUIREMENTS = Path(__file__).with_name("ansible-requirements.txt")
MARK = "METALML-END-OF-SCRIPT"


class Unsafe(str):
    """Text that Ansible must not take for a template."""


def _represent(dumper: yaml.Dumper, value: Unsafe) -> yaml.Node:
    return dumper.represent_scalar("!unsafe", str(value), style="|")


yaml.add_representer(Unsafe, _represent)


def ansible() -> Path:
    """The program in an environment of its own."""
    return environment("ansible", REQUIREMENTS) / "bin" / "ansible-playbook"


def write_play(folder: Path, chains: Mapping[Target, Sequence[Task]]) -> None:
    """Write inventory and playbook, and a configuration that keeps this user's own out."""
    (folder / "ansible.cfg").write_text("")
    hosts = {
        target.name: {
            "ansible_host": target.address,
            "ansible_user": "root",
            "ansible_ssh_common_args": " ".join(target.options),
            "commands": {task.name: Unsafe(_command(task)) for task in chain},
        }
        for target, chain in chains.items()
    }
    tasks: list[dict[str, str]] = []
    for task in next(iter(chains.values())):
        if task.new_connection:
            tasks.append({"ansible.builtin.meta": "reset_connection"})
        tasks.append({"name": task.name, "ansible.builtin.raw": f"{{{{ commands['{task.name}'] }}}}"})
    play = {"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": tasks}
    (folder / "inventory.yml").write_text(yaml.dump({"all": {"hosts": hosts}}, width=10**6))
    (folder / "playbook.yml").write_text(yaml.dump([play], sort_keys=False))


def _command(task: Task) -> str:
    assert MARK not in task.text
    return f"bash -s -- {' '.join(task.arguments)} <<'{MARK}'\n{task.text.rstrip()}\n{MARK}"


def prepare_by_ansible(program: Path, folder: Path, machines: int) -> None:
    """Run the play; a task that fails is an error."""
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_FORKS": str(machines),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_SSH_ARGS": "-C -o ControlMaster=auto -o ControlPersist=15s",
        # A socket's path has room for a hundred characters.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
    }
    command = [program, "--inventory", folder / "inventory.yml", folder / "playbook.yml"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"ansible-playbook: {done.stdout}{done.stderr}")
