"""Amounts as Kubernetes writes them: 500m for 0.5, 1536Mi for 1.5Gi."""

import re
from decimal import Decimal

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_AMOUNT = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i)?")


def canonical(amount: str) -> str:
    """The same amount without a fraction and with the largest unit that leaves none.

    As resource.Quantity of k8s.io/apimachinery writes it, and so whoever reads an object and writes it again.
    """
    found = _AMOUNT.fullmatch(amount)
    if not found:
        raise ValueError(f"{amount!r} is no amount; write it as 500m, 2 or 1.5Gi")
    number, unit = Decimal(found[1]), found[2] or ""
    if unit in _BINARY[1:]:
        value = number * 1024 ** _BINARY.index(unit)
        # Less than one Ki is written without a unit.
        sizes = {name: Decimal(1024) ** power for power, name in enumerate(_BINARY)} if value >= 1024 else {}
    else:
        value, sizes = number.scaleb(_DECIMAL[unit]), {}
    sizes = sizes or {name: Decimal(10) ** power for name, power in _DECIMAL.items()}
    best = next((name for name in reversed(sizes) if value % sizes[name] == 0), "") if value else ""
    return f"{int(value / sizes[best])}{best}"
