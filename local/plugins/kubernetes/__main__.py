"""Started by the engine."""

from local.plugins.kubernetes.provider import KubernetesProvider
from local.plugins.provider import serve

serve(KubernetesProvider())
