"""The program in docs/provider.md serves what it says."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from tests.provider.conftest import Http

from classbridge.oneroster.provider import Options
from classbridge.oneroster.provider.discovery import FILES

PAGE = (Path(__file__).parents[2] / "docs" / "provider.md").read_text("utf-8")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Http]:
    program = PAGE.partition("## Serve")[2].partition("`uvicorn")[0]
    names: dict[str, Any] = {}
    monkeypatch.chdir(tmp_path)
    exec("\n".join(line.removeprefix("    ") for line in program.splitlines()), names)  # noqa: S102 - our own page
    with TestClient(names["app"]) as http:
        yield http
    names["source"].close()


def test_the_program_issues_a_token_and_serves_the_school_in_both_versions(served: Http) -> None:
    secret = base64.b64encode(b"consumer:a secret of your own").decode()
    for root, version in (("/ims/oneroster/v1p1", "v1p1"), ("/ims/oneroster/rostering/v1p2", "v1p2")):
        form = {
            "grant_type": "client_credentials",
            "scope": f"https://purl.imsglobal.org/spec/or/{version}/scope/roster-core.readonly",
        }
        token = served.post("/token", data=form, headers={"authorization": f"Basic {secret}"}).json()
        headers = {"authorization": f"Bearer {token['access_token']}"}
        [org] = served.get(f"{root}/orgs", headers=headers).json()["orgs"]
        assert org["name"] == "Elm Street School"
        assert served.get(f"{root}/orgs").status_code == 401


def test_every_option_and_discovery_file_is_documented() -> None:
    table = PAGE.partition("## Options")[2].partition("## Writing")[0]
    documented = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert documented == {field.name for field in msgspec.structs.fields(Options)}
    assert [name for names in FILES.values() for name in names if f"discovery/{name}`" not in PAGE] == []
