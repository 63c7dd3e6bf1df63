import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files

from dbos._dbos import _get_or_create_dbos_registry

from classbridge.jobs import workflows

ENQUEUING = {"enqueue": 2, "_start": 3}
"""The functions of the use cases that queue a run, and where among their arguments its kind stands."""


def kinds_queued() -> Iterator[str]:
    for module in files("classbridge.service").iterdir():
        if not module.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if (place := ENQUEUING.get(name)) is not None:
                yield from kind_of(node.args[place], f"classbridge.service.{module.name.removesuffix('.py')}")


def kind_of(argument: ast.expr, module: str) -> Iterator[str]:
    """The kind as it is written, or as the module's constant of that name has it."""
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.Name) and argument.id.isupper():
        yield str(getattr(import_module(module), argument.id))


def test_every_kind_of_run_that_a_use_case_queues_has_its_workflow() -> None:
    assert set(kinds_queued()) == set(workflows.BY_KIND)


def test_every_workflow_is_registered_under_its_kind() -> None:
    registered = _get_or_create_dbos_registry().workflow_info_map
    assert set(workflows.BY_KIND) <= set(registered)
