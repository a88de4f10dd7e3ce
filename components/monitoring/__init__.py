"""Monitoring of the cluster and its workloads: metrics, rules, alerts and dashboards."""
