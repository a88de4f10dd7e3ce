module metalml.local/kueue

go 1.26.4

require sigs.k8s.io/kueue v0.19.2
