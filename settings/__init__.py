"""The typed, frozen settings of a stack: `load` gives them, or every mistake at once."""

from settings.autoscaling import (
    AutoscalingSettings,
    ClusterAutoscalerSettings,
    CustomMetricsSettings,
    ExternalSettings,
    MetricsServerSettings,
    VerticalSettings,
    VpaSettings,
)
from settings.cluster import ClusterSettings, FirewallSettings, LocalMachinesSettings, PodNetwork
from settings.compute import ComputeSettings
from settings.errors import Mistake, SettingsError
from settings.files import FilesSettings, HostFiles, NfsFiles, S3Files
from settings.kubelet import EvictionSettings, KubeletSettings, ReservedSettings
from settings.layers import Layer, UpstreamSettings
from settings.load import load, parse, read
from settings.logging import ElasticsearchSettings, LoggingSettings
from settings.machines import Effect, LoginSettings, MachineSettings, Provider, Role, TaintSettings
from settings.models import ModelSettings, ResourcesSettings, ServiceSettings, StorageSettings
from settings.platform import PlatformSettings
from settings.queueing import QueueSettings
from settings.rollout import RolloutSettings, SplitBy, Strategy, TrackSettings
from settings.server import BatchingSettings, ServerSettings
from settings.sources import AptRepository, AptSource, BundleSource
from settings.stack import ENCRYPTED, Settings
from settings.teams import TeamSettings
from settings.training import HostDirectory, NfsDirectory, TrainingSettings

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
