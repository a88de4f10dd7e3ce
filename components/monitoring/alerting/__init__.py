"""Alertmanager's configuration: routes, receivers, inhibition rules and message templates."""
