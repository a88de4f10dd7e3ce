"""Logging: Fluentd collects container logs on each node, Elasticsearch stores them, Kibana displays them."""
