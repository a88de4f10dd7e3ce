"""Who may use how much of a cluster: namespaces, and the walls of a team around its own."""
