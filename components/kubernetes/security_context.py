"""Security contexts of pods that need nothing of their node: the level `restricted`, and more."""

from pulumi_kubernetes.core.v1 import (
    CapabilitiesArgs,
    PodSecurityContextArgs,
    SeccompProfileArgs,
    SecurityContextArgs,
)


def restricted_pod(user: int, *, fs_group: int | None = None) -> PodSecurityContextArgs:
    """A pod of a user that is not root; `fs_group` may read the files of its volumes."""
    return PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
        fs_group=fs_group,
        seccomp_profile=SeccompProfileArgs(type="RuntimeDefault"),
    )


def restricted_container(user: int) -> SecurityContextArgs:
    """A container of it, which can neither become more nor write to its own root."""
    return SecurityContextArgs(
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
        capabilities=CapabilitiesArgs(drop=["ALL"]),
    )
