module metalml.local/pushgateway

go 1.26.0

require github.com/prometheus/pushgateway v1.11.1
