"""A setting of a profile that nothing acts on would be a promise to admins that is not kept."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import fields

import classbridge
from classbridge.bridge.gradebook import GradebookRules
from classbridge.sis.profile import Edition

HOUSE = Path(classbridge.__file__).parent
NO_ACT = ("sis/tuning.py", "web/words/", "sandbox/")
"""To show a setting, to change it and to act it out in a made-up SIS is not to act on it."""


def reads() -> Iterator[tuple[str, str]]:
    """Each attribute that the product reads, after the name of what it is read from: `rules.title_max`."""
    for file in HOUSE.rglob("*.py"):
        if not file.relative_to(HOUSE).as_posix().startswith(NO_ACT):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    yield _name(node.value), node.attr


def _name(owner: ast.expr) -> str:
    match owner:
        case ast.Call(func=called):
            return _name(called)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


@pytest.mark.parametrize(("owner", "kind"), [("edition", Edition), ("rules", GradebookRules)])
def test_every_setting_is_read_where_it_acts(owner: str, kind: type) -> None:
    read = {name for found, name in reads() if found == owner}
    assert {one.name for one in fields(kind)} - read == set()
