"""What the engine's names of resources tell a person."""


def is_real(urn: str) -> bool:
    """Whether it is a thing of its own: components and the stack only group others."""
    own_type = urn.split("::")[2].split("$")[-1]
    return not own_type.startswith(("metalml:", "pulumi:"))


def short(urn: str) -> str:
    """Kind and name: `Command control-1-prepare`."""
    parts = urn.split("::")
    return f"{parts[2].split(':')[-1]} {parts[-1]}" if len(parts) > 3 else urn
