"""Security contexts that meet the Pod Security Standard `restricted`, with a read-only root filesystem."""

from pulumi_kubernetes.core.v1 import (
    CapabilitiesArgs,
    PodSecurityContextArgs,
    SeccompProfileArgs,
    SecurityContextArgs,
)


def restricted_pod(user: int, *, fs_group: int | None = None) -> PodSecurityContextArgs:
    """A pod that runs as the UID and GID `user`, not 0; `fs_group` is the group of its volumes' files."""
    return PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
        fs_group=fs_group,
        seccomp_profile=SeccompProfileArgs(type="RuntimeDefault"),
    )


def restricted_container(user: int) -> SecurityContextArgs:
    """A container of such a pod: no capabilities, no privilege escalation, a read-only root filesystem."""
    return SecurityContextArgs(
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
        capabilities=CapabilitiesArgs(drop=["ALL"]),
    )
