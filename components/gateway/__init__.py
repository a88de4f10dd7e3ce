"""The Gateway API: which requests go where, by path, header and weight."""
