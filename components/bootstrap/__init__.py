"""Turns a machine into a node: preflight, packages, kubeadm."""

from pathlib import Path

# Scripts that run on machines.
SCRIPTS = Path(__file__).parent / "scripts"
