"""Writes docs/settings.md anew."""

from tests.tools.settings_page.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page())
