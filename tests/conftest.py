"""What all tests share."""

import signal


def pytest_configure() -> None:
    """A polite kill ends as Ctrl-C does: with everything that was started and made taken away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
