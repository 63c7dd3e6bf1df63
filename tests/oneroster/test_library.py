"""The library as docs/library.md shows it, and what importing it costs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import classbridge.oneroster
from classbridge.oneroster.connection import SCOPES
from classbridge.oneroster.models import User, Version
from classbridge.oneroster.provider import (
    Bearer,
    Client,
    SqlSource,
    TokenRules,
    TokenService,
    create_app,
    sqlite_engine,
    token_app,
)
from tests.oneroster.providing import BASES, ROOTS
from tests.oneroster.sis import served
from tests.provider.conftest import golden

PAGE = Path(__file__).parents[2] / "docs" / "library.md"


def first_program() -> str:
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE.read_text("utf-8"), re.MULTILINE)
    return re.sub(r"^    ", "", blocks[0], flags=re.MULTILINE).strip()


@pytest.fixture(scope="module")
def sis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider with a token endpoint, over the golden records."""
    source = SqlSource(sqlite_engine(tmp_path_factory.mktemp("library") / "sis.db"), ROOTS)
    source.load(golden())
    offered = frozenset(prefix + "roster.readonly" for prefix in SCOPES.values())
    tokens = TokenService([Client(id="your id", secret="your secret")], TokenRules(scopes=offered))
    endpoint, provider = token_app(tokens), create_app(source, auth=Bearer(tokens))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (endpoint if scope.get("path") == "/token" else provider)(scope, receive, send)

    with served(app) as url:
        yield url
    source.close()


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_program_of_ten_lines_lists_a_districts_students(sis: str) -> None:
    program = first_program()
    lines = [line for line in program.splitlines() if line.strip()]
    assert len(lines) <= 10
    assert re.findall(r"(?:from|import) (classbridge[\w.]*)", program) == ["classbridge.oneroster"]
    students = [one for one in golden() if isinstance(one, User) and any(r.role == "student" for r in one.roles)]
    listed = run(program.replace("https://sis.example", sis)).splitlines()
    assert sorted(listed) == sorted(f"{one.sourced_id} {one.given_name} {one.family_name}" for one in students)
    assert listed


@pytest.mark.parametrize("version", Version)
async def test_connect_reads_either_version_with_whole_or_short_scopes(sis: str, version: Version) -> None:
    for scope in ("roster.readonly", SCOPES[version] + "roster.readonly"):
        address = (sis + BASES[version], f"{sis}/token", "your id", "your secret")
        async with classbridge.oneroster.connect(*address, version=version, scopes=[scope]) as client:
            assert (await client.schools()).records


def test_every_public_name_is_there_and_no_other() -> None:
    for name in classbridge.oneroster.__all__:
        assert getattr(classbridge.oneroster, name).__name__ == name
    with pytest.raises(AttributeError, match="Nothing"):
        _ = classbridge.oneroster.Nothing


def test_the_client_comes_without_the_provider_and_its_databases() -> None:
    loaded = run("import sys; from classbridge.oneroster import connect; print(*sys.modules)").split()
    assert "classbridge.oneroster.client" in loaded
    for other in ("classbridge.oneroster.provider", "classbridge.oneroster.csv", "sqlalchemy", "litestar"):
        assert other not in loaded


def test_naming_the_package_loads_nothing_of_it() -> None:
    loaded = run("import sys; import classbridge.oneroster; print(*sys.modules)").split()
    assert [name for name in loaded if name.startswith("classbridge")] == ["classbridge", "classbridge.oneroster"]
