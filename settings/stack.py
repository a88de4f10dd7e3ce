"""All settings of one stack."""

from pydantic import Field, SecretStr

from components import versions
from settings.base import Items, Model
from settings.cluster import ClusterSettings
from settings.fields import Image, Label, Secret, Text
from settings.layers import Layer, UpstreamSettings
from settings.machines import MachineSettings, Role
from settings.models import ModelSettings
from settings.platform import PlatformSettings
from settings.training import TrainingSettings

# Stands for an encrypted value where settings are read without the engine, which alone can decrypt it.
ENCRYPTED = "[encrypted]"
API_SERVER_PORT = 6443  # kubeadm's default


class Settings(Model):
    """What `Pulumi.<stack>.yaml` says, with every default filled in."""

    layers: Items[Layer] = (Layer.CLUSTER, Layer.PLATFORM, Layer.MODELS)
    upstream: UpstreamSettings = UpstreamSettings()
    cluster: ClusterSettings
    machines: Items[MachineSettings] = ()
    platform: PlatformSettings = PlatformSettings()
    models: Items[ModelSettings] = ()
    training: Items[TrainingSettings] = ()
    # Who this stack is for S3-compatible stores. Without keys it reads what they show to everybody.
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")
    # What other settings name where a thing has a password, by names of the user's own.
    secrets: dict[Label, Secret] = Field(default_factory=dict)
    # Overrides of components/versions.py IMAGES, by key.
    images: dict[Text, Image] = Field(default_factory=dict)

    def image(self, key: str) -> str:
        """The reference of an image by its key: the stack's own, or the one that is pinned."""
        return self.images.get(key) or versions.IMAGES[key]

    def owns(self, layer: Layer) -> bool:
        """Whether this stack builds the layer, instead of referring to the stack that does."""
        return layer in self.layers

    @property
    def control_planes(self) -> tuple[MachineSettings, ...]:
        """The machines that run the API server, in the order of the settings."""
        return tuple(machine for machine in self.machines if machine.role is Role.CONTROL_PLANE)

    @property
    def workers(self) -> tuple[MachineSettings, ...]:
        """The machines that run workloads, in the order of the settings."""
        return tuple(machine for machine in self.machines if machine.role is Role.WORKER)

    @property
    def api_endpoint(self) -> str:
        """host:port at which nodes and clients reach the API server."""
        return self.cluster.endpoint or f"{self.control_planes[0].address}:{API_SERVER_PORT}"
