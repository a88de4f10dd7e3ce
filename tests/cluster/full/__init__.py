"""Every feature on one cluster: `make up STACK=full`, and stacks of the tests' own beside it."""
