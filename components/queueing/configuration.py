"""Kueue's configuration file."""

import yaml

from components.kubernetes.container_resources import EPHEMERAL_STORAGE
from components.kubernetes.service_certificate import CERTIFICATE_DIRECTORY

WEBHOOK_PORT = 9443
HEALTH_PORT = 8081
# The aggregated API visibility.kueue.x-k8s.io.
VISIBILITY_PORT = 8082
# Until all pods of a Job are ready. The first pod on a node pulls its image: with CUDA and a framework 8 GB,
# which take 11 minutes at 100 Mbit/s.
START_MINUTES = 15
# Until a failed or evicted worker is ready again.
RECOVERY_MINUTES = 5


def kueue_configuration() -> str:
    """The YAML. waitForPodsReady: a Job whose pods are not all ready in time releases its quota."""
    return yaml.safe_dump(
        {
            "apiVersion": "config.kueue.x-k8s.io/v1beta2",
            "kind": "Configuration",
            "health": {"healthProbeBindAddress": f":{HEALTH_PORT}"},
            # No metrics endpoint.
            "metrics": {"bindAddress": "0"},
            "webhook": {"port": WEBHOOK_PORT, "certDir": CERTIFICATE_DIRECTORY},
            "internalCertManagement": {"enable": False},
            "visibilityServer": {"bindPort": VISIBILITY_PORT},
            "leaderElection": {"leaderElect": True, "resourceName": "kueue.metalml"},
            "integrations": {"frameworks": ["batch/job"]},
            "manageJobsWithoutQueueName": False,
            "waitForPodsReady": {
                "timeout": f"{START_MINUTES}m",
                "recoveryTimeout": f"{RECOVERY_MINUTES}m",
            },
            # All our pods request ephemeral-storage, for which ClusterQueues have no quota.
            "resources": {"excludeResourcePrefixes": [EPHEMERAL_STORAGE]},
            # Unused features, which would need more RBAC rules.
            "featureGates": {"ElasticJobsViaWorkloadSlices": False, "MultiKueue": False},
        },
        sort_keys=False,
    )
