"""Where programs that the operator runs keep their files."""

from typing import Any

from settings.volumes import VolumeSettings


def storage_spec(volume: VolumeSettings | None, scratch: str) -> dict[str, Any]:
    """The `storage` of the operator's kinds. No volume: a directory of that size, gone with the pod."""
    if volume is None:
        return {"emptyDir": {"sizeLimit": scratch}}
    claim: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": volume.size}},
    }
    if volume.storage_class is not None:
        claim["storageClassName"] = volume.storage_class
    return {"volumeClaimTemplate": {"spec": claim}}
