"""What serves a model: its volume, its server and how requests reach it."""
