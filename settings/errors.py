"""What is wrong with the settings, said in a way that the reader can act on."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

NAMESPACE = "metalml"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake: where it is, what was given, what is allowed and what to do about it."""

    path: str
    given: str
    allowed: str
    do: str
    owner: str = ""

    def __str__(self) -> str:
        owner = f"  ({self.owner})" if self.owner else ""
        return (
            f"{NAMESPACE}:{self.path}{owner}\n"
            f"     given:   {self.given}\n"
            f"     allowed: {self.allowed}\n"
            f"     do:      {self.do}"
        )


class SettingsError(pulumi.RunError):
    """Every mistake of a stack's settings, in one error.

    A RunError is printed by the engine as text, without a Python traceback.
    """

    def __init__(self, stack: str, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        noun = "mistake" if count == 1 else "mistakes"
        listed = "\n".join(f"  {number}. {mistake}" for number, mistake in enumerate(self.mistakes, start=1))
        super().__init__(
            f"{count} {noun} in the settings of stack {stack!r} (Pulumi.{stack}.yaml). Nothing was changed.\n"
            f"{listed}"
        )
