"""What volumes and the driver call the same."""

DRIVER = "nfs.csi.k8s.io"
# 4.1 needs one port of the server (2049) and survives its restart; older versions need more of both.
MOUNT_OPTIONS = ("nfsvers=4.1",)
# The driver mounts into other pods' directories, so it must be privileged: no namespace of ours allows that.
NAMESPACE = "kube-system"
CONTROLLER = "csi-nfs-controller"
NODE = "csi-nfs-node"
