"""The typed, frozen settings of a stack: `load` gives them, or every mistake at once."""

from stacks.settings.autoscaling import (
    AutoscalingSettings,
    ClusterAutoscalerSettings,
    CustomMetricsSettings,
    ExternalSettings,
    MetricsServerSettings,
    VerticalSettings,
    VpaSettings,
)
from stacks.settings.cluster import ClusterSettings, FirewallSettings, LocalMachinesSettings, PodNetwork
from stacks.settings.errors import Mistake, SettingsError
from stacks.settings.files import FilesSettings, HostFiles, NfsFiles, S3Files
from stacks.settings.kubelet import EvictionSettings, KubeletSettings, ReservedSettings
from stacks.settings.layers import Layer, UpstreamSettings
from stacks.settings.load import load, parse, read
from stacks.settings.logging import ElasticsearchSettings, LoggingSettings
from stacks.settings.machines import Effect, LoginSettings, MachineSettings, Provider, Role, TaintSettings
from stacks.settings.models import (
    ComputeSettings,
    ModelSettings,
    ResourcesSettings,
    ServiceSettings,
    StorageSettings,
)
from stacks.settings.platform import PlatformSettings
from stacks.settings.queueing import QueueSettings
from stacks.settings.rollout import RolloutSettings, SplitBy, Strategy, TrackSettings
from stacks.settings.server import BatchingSettings, ServerSettings
from stacks.settings.sources import AptRepository, AptSource, BundleSource
from stacks.settings.stack import ENCRYPTED, Settings
from stacks.settings.teams import TeamSettings
from stacks.settings.training import HostDirectory, NfsDirectory, TrainingSettings

__all__ = [
    "ENCRYPTED",
    "AptRepository",
    "AptSource",
    "AutoscalingSettings",
    "BatchingSettings",
    "BundleSource",
    "ClusterAutoscalerSettings",
    "ClusterSettings",
    "ComputeSettings",
    "CustomMetricsSettings",
    "Effect",
    "ElasticsearchSettings",
    "EvictionSettings",
    "ExternalSettings",
    "FilesSettings",
    "FirewallSettings",
    "HostDirectory",
    "HostFiles",
    "KubeletSettings",
    "Layer",
    "LocalMachinesSettings",
    "LoggingSettings",
    "LoginSettings",
    "MachineSettings",
    "MetricsServerSettings",
    "Mistake",
    "ModelSettings",
    "NfsDirectory",
    "NfsFiles",
    "PlatformSettings",
    "PodNetwork",
    "Provider",
    "QueueSettings",
    "ReservedSettings",
    "ResourcesSettings",
    "Role",
    "RolloutSettings",
    "S3Files",
    "ServerSettings",
    "ServiceSettings",
    "Settings",
    "SettingsError",
    "SplitBy",
    "StorageSettings",
    "Strategy",
    "TaintSettings",
    "TeamSettings",
    "TrackSettings",
    "TrainingSettings",
    "UpstreamSettings",
    "VerticalSettings",
    "VpaSettings",
    "load",
    "parse",
    "read",
]
