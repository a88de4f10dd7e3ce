"""How the program waits for what it has asked for."""

import asyncio

import pulumi


def wait_by_registration() -> None:
    """Have the SDK wait for one registration after the other; called once in a program.

    It does so (3.259) only where a registration has begun when the program's code ends, and the first one
    begins with the next turn of the event loop. Else it waits for every open output at once, and begins anew
    each time one of them is known: with every feature on that is half of what a preview computes. The price:
    an error out of an `apply` is told when the registrations have ended that were asked for beside it.
    """
    pulumi.run(_next_turn)


async def _next_turn() -> None:
    await asyncio.sleep(0)
