"""From a machine to a node: preflight, software, kubeadm."""

from pathlib import Path

# What is sent to machines.
SCRIPTS = Path(__file__).parent / "scripts"
