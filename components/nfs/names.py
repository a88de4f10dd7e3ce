"""Names that volumes and the driver share."""

DRIVER = "nfs.csi.k8s.io"
# NFS 4.1 needs one server port (2049) and recovers from a server restart; older versions need more ports.
MOUNT_OPTIONS = ("nfsvers=4.1",)
# The driver mounts into other pods' directories, so it is privileged: our own namespaces do not admit it.
NAMESPACE = "kube-system"
CONTROLLER = "csi-nfs-controller"
NODE = "csi-nfs-node"
