"""Started by the engine."""

from local.plugins.command.provider import CommandProvider
from local.plugins.serving import serve

serve(CommandProvider())
