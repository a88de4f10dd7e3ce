"""Writes docs/settings.md from the classes of the settings: `python -m tests.tools.settings_page`."""
