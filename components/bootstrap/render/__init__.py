"""Pure functions that render the files of a machine."""
