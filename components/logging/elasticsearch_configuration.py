"""The configuration of Elasticsearch nodes: elasticsearch.yml and the JVM heap."""

from decimal import Decimal

from components.logging.names import ELASTICSEARCH, ELASTICSEARCH_NODES, ELASTICSEARCH_PORT, NAMESPACE

CLUSTER = "metalml-logs"
TRANSPORT_PORT = 9300
# Open while the node is in a cluster with an elected master: for probes, which have no credentials.
READINESS_PORT = 9399
# cluster.initial_master_nodes: with three, the cluster can form without one of them.
FIRST_MASTERS = 3
# Above about 31 GiB the JVM cannot compress object pointers: a heap of 40 GiB holds no more than 31 GiB.
LARGEST_HEAP_MEBIBYTES = 31 * 1024


def heap_mebibytes(memory_bytes: Decimal) -> int:
    """Heap size in MiB: half the memory. The other half is for the kernel's page cache of index files."""
    return min(int(memory_bytes / 2 / 2**20), LARGEST_HEAP_MEBIBYTES)


def elasticsearch_configuration(replicas: int) -> str:
    """elasticsearch.yml, for all nodes; the node name is the pod's name."""
    masters = ", ".join(f"{ELASTICSEARCH}-{number}" for number in range(min(replicas, FIRST_MASTERS)))
    return f"""\
cluster.name: {CLUSTER}
node.name: ${{HOSTNAME}}
network.host: 0.0.0.0
network.publish_host: ${{POD_IP}}
http.port: {ELASTICSEARCH_PORT}
transport.port: {TRANSPORT_PORT}
readiness.port: {READINESS_PORT}
discovery.seed_hosts: [{ELASTICSEARCH_NODES}.{NAMESPACE}.svc]
cluster.initial_master_nodes: [{masters}]
path.data: /usr/share/elasticsearch/data

# The last stand before a disk is full: indices of that node take no more lines, and collectors keep theirs.
cluster.routing.allocation.disk.watermark.low: 85%
cluster.routing.allocation.disk.watermark.high: 90%
cluster.routing.allocation.disk.watermark.flood_stage: 95%

xpack.security.enabled: true
xpack.security.http.ssl:
  enabled: true
  certificate: certificates/http/tls.crt
  key: certificates/http/tls.key
xpack.security.transport.ssl:
  enabled: true
  # Nodes know each other by the one certificate that they share; their addresses come and go.
  verification_mode: certificate
  client_authentication: required
  certificate: certificates/transport/tls.crt
  key: certificates/transport/tls.key
  certificate_authorities: [certificates/transport/tls.crt]
"""
