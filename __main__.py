"""Reads the settings of the stack and builds what they say. Nothing else."""

import pulumi

from settings import load
from stacks import program
from stacks.limits import set_default_timeouts
from stacks.registrations import wait_by_registration

wait_by_registration()
set_default_timeouts()
program.build(load(pulumi.Config(), pulumi.get_stack()))
