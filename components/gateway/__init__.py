"""The Gateway API: HTTP routing to models by path, header and weight."""
