"""Storage of Prometheus and Alertmanager."""

from typing import Any

from settings.volumes import VolumeSettings


def storage_spec(volume: VolumeSettings | None, scratch: str) -> dict[str, Any]:
    """`storage` of a Prometheus or Alertmanager; without `volume`, an emptyDir with sizeLimit `scratch`."""
    if volume is None:
        return {"emptyDir": {"sizeLimit": scratch}}
    claim: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": volume.size}},
    }
    if volume.storage_class is not None:
        claim["storageClassName"] = volume.storage_class
    return {"volumeClaimTemplate": {"spec": claim}}
