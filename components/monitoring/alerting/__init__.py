"""Who is told of which alert, how, and in which words."""
