"""Reads the settings of the stack and builds what they say. Nothing else."""

import pulumi

from settings import load
from stacks import program
from stacks.limits import limit_waits
from stacks.registrations import wait_by_registration

wait_by_registration()
limit_waits()
program.build(load(pulumi.Config(), pulumi.get_stack()))
