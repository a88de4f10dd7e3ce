"""Prometheus' recording and alerting rules."""
