"""An error that the person at the keyboard can act on: shown as its text, without a traceback."""


class Problem(Exception):
    """Something is wrong, and the text says what and where to look."""


class Explained(Problem):
    """A problem whose text is the whole story: the log says no more about it."""
