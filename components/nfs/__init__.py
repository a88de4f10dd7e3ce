"""NFS shares as volumes: csi-driver-nfs, and a class for claims that want a directory of their own."""
