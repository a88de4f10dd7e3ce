"""Pure functions that give the text of every file a machine gets."""
