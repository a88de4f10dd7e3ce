"""Started by the engine."""

from local.plugins.kubernetes.provider import KubernetesProvider
from local.plugins.serving import serve

serve(KubernetesProvider())
