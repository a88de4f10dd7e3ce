"""Texts that an Elasticsearch node starts from."""

from decimal import Decimal

from components.logging.names import ELASTICSEARCH, ELASTICSEARCH_NODES, ELASTICSEARCH_PORT, NAMESPACE

CLUSTER = "metalml-logs"
TRANSPORT_PORT = 9300
# Open while the node is a member of a cluster that has a master: for the kubelet, which has no password.
READINESS_PORT = 9399
# Those that may elect the first master. Three are enough to lose one.
FIRST_MASTERS = 3
# Above about 31 GiB Java needs larger pointers: a heap of 40 holds no more than one of 31.
LARGEST_HEAP_MEBIBYTES = 31 * 1024


def heap_mebibytes(memory_bytes: Decimal) -> int:
    """Half the memory: the other half is what the kernel keeps of the index's files."""
    return min(int(memory_bytes / 2 / 2**20), LARGEST_HEAP_MEBIBYTES)


def elasticsearch_configuration(replicas: int) -> str:
    """elasticsearch.yml of every node; the pod's name is the node's."""
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
