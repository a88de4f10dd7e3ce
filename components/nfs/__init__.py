"""NFS volumes: csi-driver-nfs, and a StorageClass that provisions a directory per PersistentVolumeClaim."""
