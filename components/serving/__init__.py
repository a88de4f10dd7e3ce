"""Model serving: volumes, model servers, and the routing of requests to them."""
