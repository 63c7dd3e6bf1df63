"""Which outcome codes a test names: in its own lines, its decorators, and what of its module these lean on."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from classbridge.bridge.outcome import Code

ROOT = Path(__file__).resolve().parents[2]
_CODES = frozenset(code.value for code in Code)
_LEFT_OUT = frozenset({"skip", "skipif", "xfail", "exhaustive"})

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class Module:
    """A file of tests: what it defines, and what it takes from other files of tests."""

    def __init__(self, path: Path) -> None:
        self.definitions: dict[str, Definition] = {}
        self.taken: dict[str, tuple[Path, str]] = {}
        for node in ast.parse(path.read_text("utf-8")).body:
            self._add(node)

    def _add(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definitions[node.name] = node
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            for target in [node.target] if isinstance(node, ast.AnnAssign) else node.targets:
                if isinstance(target, ast.Name):
                    self.definitions[target.id] = node
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            file = ROOT / f"{(node.module or '').replace('.', '/')}.py"
            self.taken.update({one.asname or one.name: (file, one.name) for one in node.names if file.is_file()})

    def test(self, name: str) -> ast.FunctionDef | None:
        """The test of this name, `Class::test` for a method; None where there is none."""
        place, _, method = name.rpartition("::")
        found = self.definitions.get(place or method)
        if isinstance(found, ast.ClassDef):
            found = next(
                (one for one in found.body if isinstance(one, ast.FunctionDef) and one.name == method), None
            )
        return found if isinstance(found, ast.FunctionDef) else None


@cache
def module(path: Path) -> Module:
    """Read a file of tests once."""
    return Module(path)


def codes_of(path: Path, name: str) -> set[str]:
    """Every code that a test names."""
    test = module(path).test(name)
    return set() if test is None else set(_codes(path, test, set()))


def _codes(path: Path, node: ast.AST, seen: set[tuple[Path, str]]) -> Iterator[str]:
    here = module(path)
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and one.attr in _CODES:
            yield one.attr
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in _CODES:
            yield one.value
        elif isinstance(one, ast.Name | ast.arg):
            name = one.id if isinstance(one, ast.Name) else one.arg
            file, there = here.taken.get(name, (path, name))
            definition = module(file).definitions.get(there)
            if definition is not None and (file, there) not in seen:
                seen.add((file, there))
                yield from _codes(file, definition, seen)


def left_out(test: ast.FunctionDef) -> set[str]:
    """The marks for which a plain run of the tests leaves a test out."""
    marks = {one.attr for mark in test.decorator_list if (one := _mark(mark)) is not None}
    return marks & _LEFT_OUT


def _mark(decorator: ast.expr) -> ast.Attribute | None:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called if isinstance(called, ast.Attribute) else None
