"""What Kueue is told at its start."""

import yaml

from components.kubernetes.container_resources import EPHEMERAL_STORAGE
from components.kubernetes.service_certificate import CERTIFICATE_DIRECTORY

WEBHOOK_PORT = 9443
HEALTH_PORT = 8081
# Where it tells what waits, and how far in front.
VISIBILITY_PORT = 8082
# Until all pods of a job are ready, which for the first on a machine includes its image: one with CUDA and a
# framework has 8 GB, 11 minutes at 100 Mbit/s.
START_MINUTES = 15
# Until a worker that failed or was evicted is back.
RECOVERY_MINUTES = 5


def kueue_configuration() -> str:
    """The file: Jobs that name a queue start as a whole, or give their share back."""
    return yaml.safe_dump(
        {
            "apiVersion": "config.kueue.x-k8s.io/v1beta2",
            "kind": "Configuration",
            "health": {"healthProbeBindAddress": f":{HEALTH_PORT}"},
            # Nothing listens.
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
            # Every pod here asks for some of its machine's disk, and no queue gives that out.
            "resources": {"excludeResourcePrefixes": [EPHEMERAL_STORAGE]},
            # What nothing here uses, and what would need more rights.
            "featureGates": {"ElasticJobsViaWorkloadSlices": False, "MultiKueue": False},
        },
        sort_keys=False,
    )
