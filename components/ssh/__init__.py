"""All that knows that a machine is reached over SSH."""
