"""The extended resources that NVIDIA's device plugin offers, by name."""

GPU = "nvidia.com/gpu"
# A turn on a GPU, where it is time-sliced: a name of its own, so that quotas tell it from a whole one.
SHARED_GPU = "nvidia.com/gpu.shared"
# What the names of slices begin with, such as nvidia.com/mig-1g.10gb.
MIG_RESOURCES = "nvidia.com/mig-"
# The configuration of nodes that choose none.
DEFAULT_SHARING = "default"
