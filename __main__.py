"""The Pulumi program: loads the stack's configuration and registers its resources."""

import pulumi

from settings import load
from stacks import program
from stacks.limits import set_default_timeouts
from stacks.registrations import wait_by_registration

wait_by_registration()
set_default_timeouts()
program.build(load(pulumi.Config(), pulumi.get_stack()))
