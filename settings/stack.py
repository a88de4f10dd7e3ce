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
    """Layers that this stack owns: each once, in this order and without a gap.

    Other stacks own the rest (docs/three-stacks.md).
    """

    upstream: UpstreamSettings = UpstreamSettings()
    """Stacks that own the layers below. Default: found by the name of a stack that ends in `-<layer>`."""

    cluster: ClusterSettings
    """The Kubernetes cluster. A stack that owns the layer `cluster` needs at least `firewall.adminRanges`.

    Default: `{}`.
    """

    machines: Items[MachineSettings] = ()
    """Machines of the cluster. Exactly one has the role `control-plane`; the order does not matter."""

    platform: PlatformSettings = PlatformSettings()
    """What the cluster offers to its users. What is left out is not installed."""

    models: Items[ModelSettings] = ()
    """Models that are served."""

    training: Items[TrainingSettings] = ()
    """Training jobs (docs/training.md)."""

    s3_access_key_id: str = ""
    """Who this stack is for S3-compatible stores. Empty: it reads what they show to everybody."""

    s3_secret_access_key: SecretStr = SecretStr("")
    """The secret that belongs to `s3AccessKeyId`.

    Encrypted: `pulumi config set --secret metalml:s3SecretAccessKey`.
    """

    secrets: dict[Label, Secret] = Field(default_factory=dict)
    """Passwords, tokens and secret addresses, by names of your own that other settings use.

    Encrypted, one by one: `pulumi config set --secret --path metalml:secrets.<name>`.
    """

    images: dict[Text, Image] = Field(default_factory=dict)
    """Images, such as of your own registry, in the place of those in components/versions.py.

    Keys are those of `IMAGES` there.
    """

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
