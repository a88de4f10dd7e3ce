"""Building blocks of Kubernetes workloads, which the other packages share."""
