"""Access to machines over SSH; no other package depends on it being SSH."""
