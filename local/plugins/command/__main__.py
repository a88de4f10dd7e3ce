"""Started by the engine."""

from local.plugins.command.provider import CommandProvider
from local.plugins.provider import serve

serve(CommandProvider())
