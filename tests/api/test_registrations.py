"""A program with many resources does not spend its time on waiting for them."""

import asyncio

from pulumi import ResourceOptions
from pulumi_command.local import Command

MANY = 60


def one_after_the_other(_):
    """Commands whose outputs become known at different times."""
    last = None
    for number in range(MANY):
        last = Command(f"command-{number}", create="true", opts=ResourceOptions(depends_on=last))


def test_outputs_are_not_waited_for_anew_each_time_one_is_known(stack, monkeypatch):
    waits = []
    wait = asyncio.wait

    def counted(*arguments, **options):
        waits.append(arguments)
        return wait(*arguments, **options)

    monkeypatch.setattr(asyncio, "wait", counted)
    stack.preview(one_after_the_other)
    assert len(waits) < MANY
