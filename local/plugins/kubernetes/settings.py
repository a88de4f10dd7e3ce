"""The provider's own settings: which this plugin follows, and when they mean another cluster."""

from collections.abc import Mapping
from typing import Any

from local.plugins.kubernetes.kubeconfig import server_of
from local.plugins.provider import Failed
from local.plugins.values import UNKNOWN

# Settings that let the contents of a kind be changed in place, and that kind.
IN_PLACE = {"enableConfigMapMutable": "/ConfigMap", "enableSecretMutable": "/Secret"}
# What the official plugin would do otherwise than this one.
_NOT_FOLLOWED = (
    "alwaysRender",
    "cluster",
    "deleteUnreachable",
    "enablePatchForce",
    "renderYamlToDirectory",
    "skipUpdateUnreachable",
    "upsertExistingObjects",
)
# Of its settings only this one may not be "false".
_APPLY = "enableServerSideApply"


def mistakes(settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings that cannot be followed, with the reason."""
    found = {
        key: "the embedded plugin does not follow this setting"
        for key in _NOT_FOLLOWED
        if settings.get(key) not in (None, "", "false", UNKNOWN)
    }
    if settings.get(_APPLY) == "false":
        found[_APPLY] = "the embedded plugin has no other way than server-side apply"
    return found


def moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The settings that make it another cluster, with other objects; empty for the same one."""
    identifiers = [settings.get("clusterIdentifier") for settings in (old, new)]
    if all(identifiers):
        return ["clusterIdentifier"] if identifiers[0] != identifiers[1] else []
    return ["kubeconfig"] if _server(old) != _server(new) else []


def _server(settings: Mapping[str, Any]) -> str:
    kubeconfig = settings.get("kubeconfig") or ""
    if kubeconfig in ("", UNKNOWN):
        return kubeconfig
    try:
        return server_of(kubeconfig, settings.get("context"))
    except Failed:
        return UNKNOWN
