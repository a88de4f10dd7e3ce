"""Amounts of Kubernetes: what they stand for, and how the API server writes them."""

import re
from decimal import Decimal

QUANTITY = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
# By size, the smallest first.
_DECIMAL = {
    unit: Decimal(1000) ** power for power, unit in enumerate(["n", "u", "m", "", *"kMGTPE"], start=-3)
}
_BINARY = {
    unit: Decimal(1024) ** power for power, unit in enumerate(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])
}


def quantity_value(text: str) -> Decimal:
    """The number that a quantity stands for, in cores or bytes, to compare two of them."""
    value, _ = _read(text)
    return value


def canonical(text: str) -> str:
    """The same quantity without a fraction and with the largest unit that leaves none: 500m for 0.5.

    As resource.Quantity of k8s.io/apimachinery writes it, and so whoever reads an object and writes it again.
    """
    value, is_binary = _read(text)
    # Less than one Ki is written without a unit, and nothing as 0.
    sizes = _BINARY if is_binary and value >= _BINARY["Ki"] else _DECIMAL
    unit = next((unit for unit in reversed(sizes) if value % sizes[unit] == 0), "n") if value else ""
    return f"{int(value / sizes[unit])}{unit}"


def _read(text: str) -> tuple[Decimal, bool]:
    """The number, and whether its unit is a power of two."""
    match = QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a quantity; write it as 500m, 2 or 1.5Gi")
    unit = match["unit"] or ""
    return Decimal(match["number"]) * (_DECIMAL | _BINARY)[unit], unit.endswith("i")
