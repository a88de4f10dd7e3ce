"""Flow goes one way: settings -> stacks -> components -> resources."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.syntax import parsed

REPOSITORY = Path(__file__).parents[2]
# Which of our packages the modules of a folder may import.
ALLOWED = {
    "settings": ("settings", "components.versions"),
    "components": ("settings", "components"),
    "stacks": ("settings", "components", "stacks"),
}
OURS = ("settings", "components", "stacks", "local", "tests")


def modules(folder: str) -> Iterator[Path]:
    return (path for path in sorted((REPOSITORY / folder).rglob("*.py")) if not path.is_symlink())


def imports(module: Path) -> Iterator[str]:
    """Full names of what a module imports of ours; `from a import b` is a.b."""
    for node in ast.walk(parsed(module.read_text())):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in found if name.partition(".")[0] in OURS)


def within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


@pytest.mark.parametrize("folder", ALLOWED)
def test_no_module_imports_what_stands_above_it(folder: str) -> None:
    wrong = [
        f"{module.relative_to(REPOSITORY)} imports {name}"
        for module in modules(folder)
        for name in imports(module)
        if not any(within(name, allowed) for allowed in ALLOWED[folder])
    ]
    assert not wrong


def test_only_the_stacks_know_how_a_node_is_bootstrapped() -> None:
    wrong = [
        f"{module.relative_to(REPOSITORY)} imports {name}"
        for module in modules("components")
        for name in imports(module)
        if "bootstrap" not in module.parts and within(name, "components.bootstrap")
    ]
    assert not wrong


def test_one_function_builds_network_policies() -> None:
    found = [
        str(module.relative_to(REPOSITORY))
        for module in modules("components")
        for node in ast.walk(parsed(module.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("NetworkPolicy")
    ]
    assert found == ["components/kubernetes/network_policy.py"]
