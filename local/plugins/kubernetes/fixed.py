"""What of an object can never be changed on the object that is there."""

from collections.abc import Mapping
from typing import Any

from local.plugins.kubernetes.kinds import group_kind
from local.plugins.paths import within

# Paths whose change needs a new object, besides kind, name and namespace. From the API's validation
# (pkg/apis/*/validation of Kubernetes 1.36).
_FIXED: dict[str, tuple[str, ...]] = {
    "apps/Deployment": ("spec.selector",),
    "apps/DaemonSet": ("spec.selector",),
    "apps/ReplicaSet": ("spec.selector",),
    "apps/StatefulSet": (
        "spec.selector",
        "spec.serviceName",
        "spec.podManagementPolicy",
        "spec.volumeClaimTemplates",
    ),
    "batch/Job": (
        "spec.selector",
        "spec.template",
        "spec.completionMode",
        "spec.completions",
        "spec.podFailurePolicy",
        "spec.successPolicy",
        "spec.backoffLimitPerIndex",
        "spec.managedBy",
    ),
    "/Pod": ("spec",),
    "/Service": ("spec.clusterIP",),
    "/PersistentVolume": (
        "spec.hostPath",
        "spec.nfs",
        "spec.csi",
        "spec.local",
        "spec.nodeAffinity",
        "spec.volumeMode",
    ),
    "/PersistentVolumeClaim": (
        "spec.accessModes",
        "spec.dataSource",
        "spec.dataSourceRef",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ),
    "storage.k8s.io/StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "storage.k8s.io/CSIDriver": ("spec.attachRequired", "spec.volumeLifecycleModes"),
    "/ResourceQuota": ("spec.scopes",),
    "/Secret": ("type",),
    "rbac.authorization.k8s.io/RoleBinding": ("roleRef",),
    "rbac.authorization.k8s.io/ClusterRoleBinding": ("roleRef",),
    "scheduling.k8s.io/PriorityClass": ("value", "preemptionPolicy"),
    "node.k8s.io/RuntimeClass": ("handler",),
    "networking.k8s.io/IngressClass": ("spec.controller",),
    "apiextensions.k8s.io/CustomResourceDefinition": ("spec.group", "spec.scope", "spec.names.plural"),
}
_FIXED_ALWAYS = ("kind", "metadata.name", "metadata.namespace")
# What may be changed below a fixed path.
_FREE: dict[str, tuple[str, ...]] = {
    "/Pod": (
        "spec.containers[*].image",
        "spec.initContainers[*].image",
        "spec.activeDeadlineSeconds",
        "spec.tolerations",
    )
}
_CONTENTS = ("data", "binaryData", "immutable")


def needs_replacement(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, replaced: frozenset[str]
) -> bool:
    """Whether a change at this path cannot be made on the object that is there."""
    if path == "apiVersion":
        # Another version of the same group is another view of the same object.
        return _group(old) != _group(new)
    kind = group_kind(new)
    if any(within(path, free) for free in _FREE.get(kind, ())):
        return False
    fixed = (*_FIXED_ALWAYS, *_FIXED.get(kind, ()))
    if old.get("immutable") is True or kind in replaced:
        fixed += _CONTENTS
    return any(within(path, one) for one in fixed)


def _group(thing: Mapping[str, Any]) -> str:
    return str(thing.get("apiVersion", "")).rpartition("/")[0]
