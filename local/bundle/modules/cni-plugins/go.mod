module metalml.local/cni-plugins

go 1.26.0

require (
	github.com/containernetworking/plugins v1.9.1
	golang.org/x/sys v0.49.0 // indirect
)
