"""The Kubernetes programs and images for machines that cannot download them, built from pinned Go modules."""
