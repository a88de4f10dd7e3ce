"""Provider plugins where the official ones cannot be had: the same protocol, tokens and properties."""
