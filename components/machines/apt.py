"""APT sources of a machine."""

from components.machines.facts import Facts
from settings.sources import AptRepository

# Release number by codename, without a dot, as in the URLs of NVIDIA's repositories.
RELEASES = {"bookworm": "12", "noble": "2404"}


def filled(text: str, minor: str, facts: Facts) -> str:
    """A setting of a repository with its placeholders replaced: {minor}, {os}, {codename}, {release}."""
    release = RELEASES.get(facts.codename, "")
    return text.format(minor=minor, os=facts.os, codename=facts.codename, release=release)


def apt_list(name: str, repository: AptRepository, minor: str, facts: Facts) -> str:
    """A sources.list line with signed-by: the key of this repository only."""
    parts = [
        f"deb [arch=amd64 signed-by=/etc/apt/keyrings/{name}.gpg]",
        filled(repository.url, minor, facts),
        filled(repository.suite, minor, facts),
        *repository.components,
    ]
    return " ".join(parts) + "\n"
