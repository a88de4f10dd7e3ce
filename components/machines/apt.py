"""Package sources of a machine."""

from components.machines.facts import Facts
from settings.sources import AptRepository

# Releases by their codenames, as NVIDIA's repositories write them: without a dot.
RELEASES = {"bookworm": "12", "noble": "2404"}


def filled(text: str, minor: str, facts: Facts) -> str:
    """A text of a repository for one machine."""
    release = RELEASES.get(facts.codename, "")
    return text.format(minor=minor, os=facts.os, codename=facts.codename, release=release)


def apt_list(name: str, repository: AptRepository, minor: str, facts: Facts) -> str:
    """A one-line source that only its own key may sign."""
    parts = [
        f"deb [arch=amd64 signed-by=/etc/apt/keyrings/{name}.gpg]",
        filled(repository.url, minor, facts),
        filled(repository.suite, minor, facts),
        *repository.components,
    ]
    return " ".join(parts) + "\n"
